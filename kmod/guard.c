// SPDX-License-Identifier: GPL-2.0
/*
 * The guard: what comes to an isolated CPU, or back to it, is moved off again,
 * counted and announced.
 *
 * It acts on notes only; nothing runs while nothing happens. What comes back
 * BURST times within a second is left alone for a while, twice as long each
 * time, so that two who disagree do not eat a housekeeping CPU between them:
 * per object, at most BURST evictions a second, and then two per wait, when it
 * ends and when the opponent answers that.
 */
#include <linux/jiffies.h>
#include <linux/sched/task.h>
#include <linux/timekeeping.h>
#include "cpusets.h"
#include "event.h"
#include "guard.h"
#include "hotplug.h"
#include "irqs.h"
#include "isolation.h"
#include "probe_guard.h"
#include "record.h"
#include "starve.h"
#include "tasks.h"

#define BURST		4
#define FIRST_WAIT	HZ
#define LAST_WAIT	(64 * HZ)

atomic_t cpuiso_newborns = ATOMIC_INIT(0);

static unsigned int n_quiet;

static void fill(struct cpuiso_event_rec *e, enum cpuiso_event type,
		 const struct cpuiso_isolation *iso, struct task_struct *by)
{
	e->type = type;
	strscpy(e->isolation, iso->name, sizeof(e->isolation));
	if (by) {
		e->by_pid = task_pid_nr(by);
		strscpy(e->by_comm, by->comm, sizeof(e->by_comm));
	}
}

static void put_mask(char *buf, size_t size, const struct cpumask *mask)
{
	scnprintf(buf, size, "%*pbl", cpumask_pr_args(mask));
}

/*
 * Count an eviction, before it is announced. Return: true when it is to be
 * left alone from now on, for f->wait.
 */
static bool fights(struct cpuiso_fight *f)
{
	bool again = f->wait && time_before(jiffies, f->until + f->wait);

	if (!f->burst || time_after(jiffies, f->since + HZ)) {
		f->since = jiffies;
		f->burst = 0;
	}
	if (++f->burst < BURST && !again)
		return false;
	f->burst = 0;
	f->wait = again ? min_t(unsigned long, 2 * f->wait, LAST_WAIT) :
			  FIRST_WAIT;
	f->until = jiffies + f->wait;
	WRITE_ONCE(f->quiet, true);
	n_quiet++;
	return true;
}

/* The wait is over. Return: false when it is not. */
static bool wait_is_over(struct cpuiso_fight *f)
{
	if (!f->quiet || time_before(jiffies, f->until))
		return false;
	WRITE_ONCE(f->quiet, false);
	n_quiet--;
	return true;
}

/* @retried: it was not brought back just now, but left there for a while. */
static void announce(struct cpuiso_event_rec *e, struct cpuiso_isolation *iso,
		     struct cpuiso_fight *f, bool retried)
{
	if (!e->err)
		WRITE_ONCE(iso->evicted, iso->evicted + 1);
	cpuiso_event_emit(e);
	if (retried || !fights(f))
		return;
	WRITE_ONCE(iso->fights, iso->fights + 1);
	e->type = CPUISO_EVENT_FIGHT;
	scnprintf(e->text, sizeof(e->text), "wait=%ums",
		  jiffies_to_msecs(f->wait));
	cpuiso_event_emit(e);
}

/* @e: to be told, or NULL. */
static void tolerate(struct cpuiso_rec *rec, struct cpuiso_isolation *iso,
		     struct cpuiso_event_rec *e, const struct cpumask *now)
{
	WRITE_ONCE(rec->tolerated, true);
	cpuiso_rec_adopt(rec, now);
	cpuiso_rec_verdict(rec, CPUISO_VERDICT_CHANGED_SINCE, 0);
	if (!e)
		return;
	WRITE_ONCE(iso->reported, iso->reported + 1);
	e->type = CPUISO_EVENT_INTRUDER;
	cpuiso_event_emit(e);
}

static enum cpuiso_class class_of(const struct task_struct *task)
{
	return cpuiso_task_is(task, PF_KTHREAD) ? CPUISO_CLASS_KTHREAD :
						  CPUISO_CLASS_TASK;
}

static void fill_task(struct cpuiso_event_rec *e,
		      const struct cpuiso_isolation *iso,
		      struct task_struct *task, const struct cpumask *now,
		      struct task_struct *by)
{
	fill(e, CPUISO_EVENT_EVICTED, iso, by);
	e->object = task_pid_nr(task);
	strscpy(e->name, task->comm, TASK_COMM_LEN);
	put_mask(e->from, sizeof(e->from), now);
}

/*
 * What was seen of it may be read before the note of who wrote its mask, which
 * may be in another CPU's ring.
 */
static void fill_writer(struct cpuiso_event_rec *e, struct cpuiso_task_rec *r,
			pid_t pid)
{
	if (e->by_pid || !pid)
		return;
	e->by_pid = pid;
	strscpy(e->by_comm, r->by_comm, sizeof(e->by_comm));
}

static void grown_up(struct cpuiso_task_rec *r)
{
	if (!r->newborn)
		return;
	r->newborn = false;
	atomic_dec_if_positive(&cpuiso_newborns);
}

/* Is a task where it belongs? @by may have brought it there, or is NULL. */
static void look(struct cpuiso_world *w, struct cpuiso_task_rec *r,
		 struct task_struct *by)
{
	bool retried = wait_is_over(&r->rec.fight);
	struct cpuiso_event_rec e = { .kind = CPUISO_KIND_TASK };
	struct cpuiso_isolation *iso = cpuiso_rec_owner(&r->rec);
	struct task_struct *task = r->task;
	enum cpuiso_class class;
	pid_t by_pid;
	u64 ran_at;

	/* From here on it may be noted again. */
	atomic_set(&r->noted, 0);
	ran_at = xchg(&r->ran_at, 0);
	by_pid = xchg(&r->by_pid, 0);
	if (cpuiso_task_is(task, PF_EXITING | PF_NO_SETAFFINITY) ||
	    r->newborn || cpuiso_task_await_birth(r))
		return;
	/* What follows from hotplug is not somebody's doing, and settled there. */
	if (cpuiso_hotplug_pending() ||
	    READ_ONCE(r->writer) == CPUISO_WRITER_HOTPLUG)
		return;
	cpuiso_task_read_mask(task, w->now);
	if (iso ? cpumask_subset(w->now, iso->cpus) :
		  !cpumask_intersects(w->now, w->isolated)) {
		WRITE_ONCE(r->rec.tolerated, false);
		return;
	}
	/* Nobody brought it there, so nobody is told. */
	if (cpuiso_task_by_cpusets(r)) {
		cpuiso_task_settle(w, r);
		return;
	}
	if (r->rec.fight.quiet)
		return;
	if (!iso)
		iso = cpuiso_isolation_of(w->now);
	if (!iso || r->rec.tolerated)
		return;
	class = class_of(task);
	if (class == CPUISO_CLASS_KTHREAD && !r->irq)
		cpuiso_irqs_mark_threads(w->store);
	if (r->irq) {
		/* It goes where its interrupt goes, and is not told of. */
		if (cpuiso_irq_left(w, r->irq))
			cpuiso_task_settle(w, r);
		return;
	}
	fill_task(&e, iso, task, w->now, by);
	fill_writer(&e, r, by_pid);
	if (iso->guard[class] != CPUISO_GUARD_EVICT && !cpuiso_rec_owner(&r->rec)) {
		tolerate(&r->rec, iso, iso->guard[class] == CPUISO_GUARD_OFF ?
			 NULL : &e, w->now);
		return;
	}
	if (iso->guard[class] == CPUISO_GUARD_OFF)
		return;
	cpuiso_task_settle(w, r);
	e.ns = ran_at ? ktime_get_mono_fast_ns() - ran_at : 0;
	e.err = r->rec.err;
	put_mask(e.to, sizeof(e.to), r->rec.set);
	announce(&e, iso, &r->rec.fight, retried);
}

/**
 * cpuiso_guard_look_all - look at every task, because notes were lost
 * @w: the world
 *
 * Context: the worker.
 */
void cpuiso_guard_look_all(struct cpuiso_world *w)
{
	struct cpuiso_task_rec *r;
	unsigned long id;

	xa_for_each(&w->store->tasks, id, r) {
		grown_up(r);
		look(w, r, NULL);
		cond_resched();
	}
}

/**
 * cpuiso_guard_admit - may a task that is new stay where it is?
 * @w: the world
 * @r: its record, just made
 * @parent: its parent's record, or NULL
 *
 * Context: the worker.
 * Return: false when it is to be brought where it belongs.
 */
bool cpuiso_guard_admit(struct cpuiso_world *w, struct cpuiso_task_rec *r,
			const struct cpuiso_task_rec *parent)
{
	struct cpuiso_event_rec e = { .kind = CPUISO_KIND_TASK };
	struct cpuiso_isolation *iso;
	u8 policy;

	if (cpuiso_rec_owner(&r->rec) ||
	    cpuiso_task_is(r->task, PF_NO_SETAFFINITY))
		return false;
	cpuiso_task_read_mask(r->task, w->now);
	iso = cpuiso_isolation_of(w->now);
	if (!iso)
		return false;
	policy = iso->guard[class_of(r->task)];
	if (policy == CPUISO_GUARD_EVICT)
		return false;
	/* Judged when it is woken, and has its name and perhaps its CPU. */
	if (cpuiso_task_is(r->task, PF_KTHREAD))
		return true;
	/* A fork that was under way at the apply brings its parent's old mask. */
	if (parent && !parent->rec.tolerated &&
	    cpumask_equal(w->now, parent->rec.prev))
		return false;
	fill_task(&e, iso, r->task, w->now, parent ? parent->task : NULL);
	tolerate(&r->rec, iso, policy == CPUISO_GUARD_OFF ? NULL : &e, w->now);
	return true;
}

/* An interrupt has left, and they may not know before the next one comes. */
static void look_threads(struct cpuiso_world *w, unsigned int irq)
{
	struct cpuiso_task_rec *r;
	struct task_struct *thread;
	unsigned int n;

	for (n = 0; (thread = cpuiso_irq_thread_get(irq, n)); n++) {
		r = cpuiso_task_rec_find(w->store, thread);
		if (r) {
			WRITE_ONCE(r->irq, irq);
			look(w, r, NULL);
		}
		put_task_struct(thread);
	}
}

static void look_irq(struct cpuiso_world *w, unsigned int irq,
		     struct task_struct *by)
{
	struct cpuiso_event_rec e = { .kind = CPUISO_KIND_IRQ };
	struct cpuiso_isolation *iso;
	struct cpuiso_irq_rec *r;
	bool retried;

	r = cpuiso_irq_get(w, irq);
	if (!r)
		return;
	retried = wait_is_over(&r->rec.fight);
	if (r->rec.fight.quiet || cpuiso_hotplug_pending())
		return;
	if (!cpuiso_irq_intrudes(w, r, w->now)) {
		r->rec.tolerated = false;
		return;
	}
	iso = cpuiso_isolation_of(w->now);
	if (!iso || r->rec.tolerated)
		return;

	fill(&e, CPUISO_EVENT_EVICTED, iso, by);
	e.object = irq;
	strscpy(e.name, r->action, sizeof(e.name));
	put_mask(e.from, sizeof(e.from), w->now);
	if (iso->guard[CPUISO_CLASS_IRQ] != CPUISO_GUARD_EVICT) {
		tolerate(&r->rec, iso, iso->guard[CPUISO_CLASS_IRQ] ==
			 CPUISO_GUARD_OFF ? NULL : &e, w->now);
		return;
	}
	if (!cpuiso_irq_settle(w, r))
		return;
	e.err = r->rec.err;
	put_mask(e.to, sizeof(e.to), r->rec.set);
	announce(&e, iso, &r->rec.fight, retried);
	look_threads(w, irq);
}

/* Whoever made it may bind it until it is woken: not before is it judged. */
static void note_newborn(struct cpuiso_world *w, struct cpuiso_task_rec *r,
			 struct task_struct *by)
{
	if (!r->woken && !r->newborn) {
		r->newborn = true;
		return;
	}
	atomic_dec_if_positive(&cpuiso_newborns);
	if (r->woken)
		look(w, r, by);
}

static void note_wake(struct cpuiso_world *w, struct cpuiso_task_rec *r,
		      struct task_struct *by)
{
	r->woken = true;
	grown_up(r);
	look(w, r, by);
}

/**
 * cpuiso_guard_note - act on a note that is the guard's
 * @w: the world
 * @note: the note; the caller drops it
 *
 * Context: the worker.
 */
void cpuiso_guard_note(struct cpuiso_world *w, struct cpuiso_note *note)
{
	struct cpuiso_task_rec *r;

	if (note->type == CPUISO_NOTE_IRQ) {
		look_irq(w, note->number, note->by);
		return;
	}
	if (note->type == CPUISO_NOTE_STARVE) {
		cpuiso_starve_note(note->number);
		return;
	}
	r = cpuiso_task_rec_find(w->store, note->task);
	if (!r) {
		if (note->type == CPUISO_NOTE_NEWBORN)
			atomic_dec_if_positive(&cpuiso_newborns);
		return;
	}
	switch (note->type) {
	case CPUISO_NOTE_NEWBORN:
		note_newborn(w, r, note->by);
		break;
	case CPUISO_NOTE_WAKE:
		note_wake(w, r, note->by);
		break;
	case CPUISO_NOTE_INTRUDER:
		/* It is on its way, so it was woken. */
		grown_up(r);
		look(w, r, note->by);
		break;
	default:
		if (cpuiso_task_by_cpusets(r) || cpuiso_cpusets_changing)
			cpuiso_task_settle(w, r);
		else
			look(w, r, note->by);
	}
}

/**
 * cpuiso_guard_forget - a task's record goes
 * @r: the record
 */
void cpuiso_guard_forget(struct cpuiso_task_rec *r)
{
	grown_up(r);
}

static void sooner(unsigned long *due, unsigned long at)
{
	unsigned long in = time_after(at, jiffies) ? at - jiffies : 1;

	if (!*due || in < *due)
		*due = in;
}

static void retry_fights(struct cpuiso_world *w, unsigned long *due)
{
	struct cpuiso_task_rec *task;
	struct cpuiso_irq_rec *irq;
	unsigned int n = 0;
	unsigned long i;

	xa_for_each(&w->store->tasks, i, task) {
		struct cpuiso_fight *f = &task->rec.fight;

		if (f->quiet && !time_before(jiffies, f->until))
			look(w, task, NULL);
		if (!f->quiet)
			continue;
		sooner(due, f->until);
		n++;
	}
	xa_for_each(&w->store->irqs, i, irq) {
		struct cpuiso_fight *f = &irq->rec.fight;

		if (f->quiet && !time_before(jiffies, f->until))
			look_irq(w, i, NULL);
		if (!f->quiet)
			continue;
		sooner(due, f->until);
		n++;
	}
	/* Those that are gone did not say so. */
	n_quiet = n;
}

/**
 * cpuiso_guard_due - do what has waited for its time
 * @w: the world
 *
 * Context: the worker.
 * Return: in how many jiffies to come again, 0 when nothing waits.
 */
unsigned long cpuiso_guard_due(struct cpuiso_world *w)
{
	unsigned long due = 0, next;

	if (n_quiet)
		retry_fights(w, &due);
	if (cpuiso_starve_judge(w->store, &next))
		sooner(&due, next);
	return due;
}

/**
 * cpuiso_guard_stop - forget what waits
 *
 * Context: the worker, probes detached.
 */
void cpuiso_guard_stop(void)
{
	cpuiso_starve_stop();
	n_quiet = 0;
	atomic_set(&cpuiso_newborns, 0);
}
