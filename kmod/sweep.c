// SPDX-License-Identifier: GPL-2.0
/*
 * All tasks: find them, keep up with those that come and go.
 *
 * A fork copies its parent's mask first and shows the child later, so one look
 * at the task list is not enough: the probes are attached before the first
 * look, every fork leaves a note, and a child gets its record from its
 * parent's. Notes come from several CPUs; a note about a child whose parent is
 * not known yet, or about an exit whose forks may still be on their way,
 * waits for the next pass.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "event.h"
#include "guard.h"
#include "irqs.h"
#include "notes.h"
#include "record.h"
#include "sweep.h"
#include "tasks.h"
#include "workload.h"

#define MAX_ORPHANS	256
#define MAX_PASSES	32

static LIST_HEAD(exited);
static struct cpuiso_note orphans[MAX_ORPHANS];
static unsigned int n_orphans;
static u64 lost_seen;
static bool must_rescan;

typedef bool (*task_filter)(struct cpuiso_world *w, struct task_struct *task);

static bool any_task(struct cpuiso_world *w, struct task_struct *task)
{
	return true;
}

static bool is_straggler(struct cpuiso_world *w, struct task_struct *task)
{
	return cpuiso_task_needs_settling(w, task) &&
	       !cpuiso_task_rec_find(w->store, task);
}

static bool is_unknown(struct cpuiso_world *w, struct task_struct *task)
{
	return !cpuiso_task_is(task, PF_EXITING) &&
	       !cpuiso_task_rec_find(w->store, task);
}

/*
 * References to all tasks that pass the filter. The filter runs under
 * rcu_read_lock(). Return: the array, to be freed by put_tasks(), or NULL.
 */
static struct task_struct **get_tasks(struct cpuiso_world *w, task_filter want,
				      size_t *n)
{
	struct task_struct **tasks, *p, *t;
	size_t room = 0, found;

	do {
		rcu_read_lock();
		for_each_process_thread(p, t)
			room++;
		rcu_read_unlock();
		room += room / 8 + 64;
		tasks = kvmalloc_array(room, sizeof(*tasks), GFP_KERNEL);
		if (!tasks)
			return NULL;
		found = 0;
		*n = 0;
		rcu_read_lock();
		for_each_process_thread(p, t) {
			if (!want(w, t))
				continue;
			if (found++ < room)
				tasks[(*n)++] = get_task_struct(t);
		}
		rcu_read_unlock();
		if (found <= room)
			return tasks;
		while (*n)
			put_task_struct(tasks[--*n]);
		kvfree(tasks);
	} while (1);
}

static void put_tasks(struct task_struct **tasks, size_t n)
{
	while (n)
		put_task_struct(tasks[--n]);
	kvfree(tasks);
}

static struct cpuiso_task_rec *nearest_relative(struct cpuiso_store *store,
						struct task_struct *task)
{
	struct cpuiso_task_rec *r = NULL;
	struct task_struct *p;

	rcu_read_lock();
	for (p = cpuiso_process_of(task); p && !r && task_pid_nr(p);
	     p = cpuiso_parent_process(p))
		if (p != task)
			r = cpuiso_task_rec_find(store, p);
	rcu_read_unlock();
	return r;
}

/* Came this record, just made and settled, with a mask that had to go? */
static bool was_moved(const struct cpuiso_task_rec *r)
{
	return !cpumask_equal(r->rec.prev, r->rec.set);
}

/* Return: how many there were, or -ENOMEM; @moved counts those moved. */
static int settle_unknown(struct cpuiso_world *w, task_filter want,
			  unsigned int *moved)
{
	struct cpuiso_task_rec *r;
	struct task_struct **tasks;
	size_t n, i;
	int done = 0;

	tasks = get_tasks(w, want, &n);
	if (!tasks)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (cpuiso_task_rec_find(w->store, tasks[i]))
			continue;
		r = cpuiso_task_note_child(w, tasks[i],
					   nearest_relative(w->store,
							    tasks[i]));
		if (!r) {
			done = -ENOMEM;
			break;
		}
		if (want == is_straggler || !cpuiso_guard_admit(w, r, NULL))
			cpuiso_task_settle(w, r);
		*moved += was_moved(r);
		done++;
	}
	put_tasks(tasks, n);
	return done;
}

static int record_all(struct cpuiso_world *w)
{
	struct task_struct **tasks;
	struct cpuiso_task_rec *r;
	size_t n, i;
	int err = 0;

	tasks = get_tasks(w, any_task, &n);
	if (!tasks)
		return -ENOMEM;
	for (i = 0; i < n && !err; i++) {
		r = cpuiso_task_rec_find(w->store, tasks[i]);
		if (!r)
			err = cpuiso_task_note(w, tasks[i]) ? 0 : -ENOMEM;
		else if (!cpuiso_rec_owner(&r->rec))
			cpuiso_task_match(w, r);
	}
	put_tasks(tasks, n);
	return err;
}

/**
 * cpuiso_sweep_settle - bring every task with a record to where it belongs
 * @w: the world
 *
 * Context: as cpuiso_task_settle().
 */
void cpuiso_sweep_settle(struct cpuiso_world *w)
{
	struct cpuiso_task_rec *r;
	unsigned long id;

	xa_for_each(&w->store->tasks, id, r) {
		cpuiso_task_settle(w, r);
		cond_resched();
	}
}

/**
 * cpuiso_sweep_tasks - give every task a record, and bring it where it belongs
 * @w: the world; with a plan, only the records and verdicts
 *
 * All records are made before the first task is moved: until then every mask
 * is an original.
 *
 * Context: the worker, probes attached; or a plan.
 * Return: 0 or -ENOMEM, and then some tasks may have been moved.
 */
int cpuiso_sweep_tasks(struct cpuiso_world *w)
{
	unsigned int pass, moved = 0;
	bool more;
	int n;

	n = record_all(w);
	if (n)
		return n;
	cpuiso_irqs_mark_threads(w->store);
	cpuiso_sweep_settle(w);
	if (w->planned)
		return 0;

	for (pass = 0; pass < MAX_PASSES; pass++) {
		cpuiso_sweep_notes(w, &more);
		n = settle_unknown(w, is_straggler, &moved);
		if (n <= 0)
			return n;
	}
	return 0;
}

/**
 * cpuiso_sweep_match - find the workload anew, after a change of the rules
 * @w: the world
 */
void cpuiso_sweep_match(struct cpuiso_world *w)
{
	struct cpuiso_task_rec *r;
	unsigned long id;

	xa_for_each(&w->store->tasks, id, r) {
		if (cpuiso_rec_owner(&r->rec))
			continue;
		cpuiso_task_match(w, r);
		if (cpuiso_rec_owner(&r->rec))
			cpuiso_task_settle(w, r);
		cond_resched();
	}
}

/* One pass later: forks of its that came before may still be unread. */
static void reap_later(struct cpuiso_task_rec *r)
{
	if (list_empty(&r->reap))
		list_add(&r->reap, &exited);
}

/*
 * What was lost may have been a fork, an exit, an exec or a rename.
 * Return: how many children had to be moved.
 */
static unsigned int rescan(struct cpuiso_world *w)
{
	struct cpuiso_task_rec *r;
	unsigned int moved = 0;
	unsigned long id;
	int n;

	n = settle_unknown(w, is_unknown, &moved);
	if (n < 0)
		return moved;
	must_rescan = false;
	cpuiso_sweep_match(w);
	cpuiso_guard_look_all(w);
	xa_for_each(&w->store->tasks, id, r)
		if (cpuiso_task_is(r->task, PF_EXITING))
			reap_later(r);
	cpuiso_event(CPUISO_EVENT_RESCANNED, "", -1, "found=%d", n);
	return moved;
}

/* Return: true when the child had to be moved. */
static bool note_fork(struct cpuiso_world *w, struct cpuiso_note *note,
		      struct cpuiso_task_rec *parent)
{
	struct cpuiso_task_rec *r = cpuiso_task_note_child(w, note->task,
							   parent);

	if (!r) {
		must_rescan = true;
		return false;
	}
	if (cpuiso_guard_admit(w, r, parent))
		return false;
	cpuiso_task_settle(w, r);
	/* Its exit may have been noted while this note had to wait. */
	if (cpuiso_task_is(note->task, PF_EXITING))
		reap_later(r);
	return was_moved(r);
}

static void join(struct cpuiso_world *w, struct cpuiso_task_rec *r,
		 struct cpuiso_isolation *iso, u32 rule)
{
	if (cpuiso_rec_owner(&r->rec))
		return;
	cpuiso_task_join(r, iso, rule);
	cpuiso_task_settle(w, r);
	cpuiso_event_task(CPUISO_EVENT_PINNED, r->task, 0);
}

static void note_match(struct cpuiso_world *w, const struct cpuiso_note *note,
		       struct cpuiso_task_rec *r)
{
	struct cpuiso_isolation *iso = cpuiso_rule_isolation(note->number);
	unsigned long id;

	if (!iso)
		return;
	/* To look through all records for each of a storm takes seconds. */
	if (cpuiso_has_descendants(note->task)) {
		xa_for_each(&w->store->tasks, id, r)
			if (cpuiso_is_descendant(r->task, note->task))
				join(w, r, iso, note->number);
	} else if (r) {
		join(w, r, iso, note->number);
	}
}

/* Until the next pass, for the note of a fork that is in another CPU's ring. */
static bool put_off(const struct cpuiso_note *note, bool last)
{
	if (last || n_orphans == MAX_ORPHANS)
		return false;
	orphans[n_orphans++] = *note;
	return true;
}

/* Return: true when a task had to be moved. Consumes the note. */
static bool take(struct cpuiso_world *w, struct cpuiso_note *note, bool last)
{
	struct cpuiso_task_rec *parent, *r;
	bool moved = false;

	/* Of an interrupt or of a CPU. */
	if (!note->task) {
		cpuiso_guard_note(w, note);
		cpuiso_note_drop(note);
		return false;
	}
	r = cpuiso_task_rec_find(w->store, note->task);
	switch (note->type) {
	case CPUISO_NOTE_FORK:
		if (r)
			break;
		parent = cpuiso_task_rec_find(w->store, note->by);
		if (!parent && put_off(note, last))
			return false;
		if (!parent)
			parent = nearest_relative(w->store, note->task);
		moved = note_fork(w, note, parent);
		break;
	case CPUISO_NOTE_EXIT:
		if (r)
			reap_later(r);
		break;
	default:
		if (!r && put_off(note, last))
			return false;
		/* Of its fork no note can come any more. */
		if (!r && !cpuiso_task_is(note->task, PF_EXITING)) {
			r = cpuiso_task_note_child(w, note->task,
						   nearest_relative(w->store,
								    note->task));
			if (!r)
				must_rescan = true;
		}
		if (note->type == CPUISO_NOTE_MATCH)
			note_match(w, note, r);
		else
			cpuiso_guard_note(w, note);
		break;
	}
	cpuiso_note_drop(note);
	return moved;
}

/**
 * cpuiso_sweep_notes - work off what the probes have noted
 * @w: the world
 * @more: is another pass needed for what had to wait?
 *
 * Context: the worker.
 * Return: how many children had to be moved.
 */
unsigned int cpuiso_sweep_notes(struct cpuiso_world *w, bool *more)
{
	struct cpuiso_task_rec *r, *next;
	struct cpuiso_isolation *iso;
	unsigned int cpu, i, n, moved = 0;
	struct cpuiso_note note;
	LIST_HEAD(reap);

	list_splice_init(&exited, &reap);
	n = n_orphans;

	/* Those that come meanwhile are left to the next pass. */
	for_each_possible_cpu(cpu)
		for (i = cpuiso_notes_waiting(cpu);
		     i && cpuiso_note_get(cpu, &note); i--)
			moved += take(w, &note, false);

	/* The first n have waited for one pass: their parents' notes came. */
	for (i = 0; i < n; i++)
		moved += take(w, &orphans[i], true);
	n_orphans -= n;
	memmove(orphans, orphans + n, n_orphans * sizeof(*orphans));

	if (cpuiso_notes_lost() != lost_seen) {
		lost_seen = cpuiso_notes_lost();
		must_rescan = true;
	}
	if (must_rescan)
		moved += rescan(w);

	list_for_each_entry_safe(r, next, &reap, reap) {
		cpuiso_guard_forget(r);
		iso = cpuiso_task_forget(w->store, r);
		if (iso)
			iso->gone = true;
	}
	*more = n_orphans || must_rescan || !list_empty(&exited);
	return moved;
}

/**
 * cpuiso_sweep_quiesce - find the children of forks that are over
 * @w: the world, with nothing isolated by what is being undone
 *
 * A fork that had copied its parent's mask before that was restored shows its
 * child later. They are over, but not all of them need have been noted, so all
 * tasks are looked at. Where forks cannot be waited for (probe_forks.c) the
 * records are kept until two passes with a grace period between them find no
 * such child, and none among what they put off. Forks that only keep coming
 * are not waited for: their masks are right.
 *
 * Context: the worker.
 */
void cpuiso_sweep_quiesce(struct cpuiso_world *w)
{
	unsigned int pass, moved = 0, quiet = 0;
	bool more;

	if (settle_unknown(w, is_unknown, &moved) < 0)
		must_rescan = true;

	for (pass = 0; pass < MAX_PASSES; pass++) {
		synchronize_rcu();
		if (cpuiso_sweep_notes(w, &more) || must_rescan)
			quiet = 0;
		else
			quiet++;
		if (quiet > 2 || (quiet == 2 && !n_orphans))
			break;
	}
}
