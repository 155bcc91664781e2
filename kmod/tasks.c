// SPDX-License-Identifier: GPL-2.0
/*
 * The task step: where one task belongs, how it gets there and back.
 *
 * Everything here is a function of a record and a world: the mask a task
 * should have follows from its original mask, the isolated CPUs and whose
 * workload it is. Applying, pinning, a second isolation and an undo are the
 * same call with another world.
 */
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "compat/cpuiso_compat.h"
#include "cpusets.h"
#include "event.h"
#include "members.h"
#include "probe_guard.h"
#include "record.h"
#include "sched.h"
#include "tasks.h"
#include "undo.h"
#include "workload.h"

/**
 * cpuiso_task_read_mask - the CPUs that a task is allowed on, whole
 * @task: referenced
 * @mask: the answer
 */
void cpuiso_task_read_mask(struct task_struct *task, struct cpumask *mask)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&task->pi_lock, flags);
	cpumask_copy(mask, &task->cpus_mask);
	raw_spin_unlock_irqrestore(&task->pi_lock, flags);
}

static bool may_be_workload(const struct task_struct *task)
{
	return !cpuiso_task_is(task, PF_KTHREAD | PF_NO_SETAFFINITY);
}

/**
 * cpuiso_task_match - make a task workload if a rule says so
 * @w: the world
 * @r: its record; nobody's workload yet
 */
void cpuiso_task_match(struct cpuiso_world *w, struct cpuiso_task_rec *r)
{
	struct cpuiso_isolation *iso;
	u32 rule;

	if (!may_be_workload(r->task))
		return;
	iso = cpuiso_workload_match(w->planned, r->task, &rule);
	if (iso)
		cpuiso_task_join(r, iso, rule);
}

/**
 * cpuiso_task_note - make the record of a task that is seen for the first time
 * @w: the world
 * @task: without a record, its mask not touched by us
 *
 * Return: the record or NULL when there is no memory.
 */
struct cpuiso_task_rec *cpuiso_task_note(struct cpuiso_world *w,
					 struct task_struct *task)
{
	struct cpuiso_task_rec *r = cpuiso_task_rec_new(w->store, task);

	if (r)
		cpuiso_task_match(w, r);
	return r;
}

/* Somebody, or the kernel, has given it another mask since we looked. */
static void reconcile(struct cpuiso_world *w, struct cpuiso_task_rec *r,
		      const struct cpumask *now)
{
	/* Nobody has decided that, so what it had is still its original. */
	if (cpuiso_task_by_cpusets(r) || w->rewritten) {
		cpuiso_rec_wrote(&r->rec, now);
		return;
	}
	if (cpuiso_rec_hotplugged(&r->rec, w, now))
		return;
	if (r->irq) {
		cpuiso_rec_seen(&r->rec, now);
		return;
	}
	cpuiso_rec_adopt(&r->rec, now);
	/* Not overruled by hotplug, nor by who made a kernel thread and bound it. */
	if (READ_ONCE(r->writer) == CPUISO_WRITER_HOTPLUG ||
	    cpuiso_task_is(r->task, PF_NO_SETAFFINITY))
		r->rec.overruled = false;
}

/* Look at its mask, which is in w->now then. */
static void catch_up(struct cpuiso_world *w, struct cpuiso_task_rec *r)
{
	cpuiso_task_read_mask(r->task, w->now);
	if (!cpumask_equal(w->now, r->rec.set))
		reconcile(w, r, w->now);
}

/* Was it born with the mask that its parent has by our doing or by cpusets? */
static bool has_parents_mask(struct cpuiso_world *w,
			     const struct cpuiso_task_rec *r,
			     const struct cpuiso_task_rec *parent)
{
	if (cpumask_equal(r->rec.set, parent->rec.set))
		return true;
	if (cpuiso_task_is(r->task, PF_KTHREAD))
		return false;
	if (cpumask_equal(r->rec.set, parent->rec.prev))
		return true;
	if (!cpuiso_cpusets_changing || !cpuiso_task_by_cpusets(parent))
		return false;
	/* These write to one task after the other, and not yet to both. */
	cpumask_and(w->scratch, w->housekeeping, w->online);
	return cpumask_subset(w->scratch, r->rec.set);
}

/**
 * cpuiso_task_note_child - make the record of a task that was just forked
 * @w: the world
 * @child: without a record
 * @parent: record of its parent, or NULL when that is not known
 *
 * A child that came with a mask of our making gets its parent's original, and
 * belongs where its parent does. A kernel thread gets its mask from the kernel,
 * not from kthreadd. But from 7.0 on that mask is without the CPUs of
 * partitions, and so is kthreadd's: one that has the same gets its original too.
 *
 * Return: the record or NULL when there is no memory.
 */
struct cpuiso_task_rec *cpuiso_task_note_child(struct cpuiso_world *w,
					       struct task_struct *child,
					       struct cpuiso_task_rec *parent)
{
	struct cpuiso_task_rec *r;

	if (!parent)
		return cpuiso_task_note(w, child);

	r = cpuiso_task_rec_new(w->store, child);
	if (!r)
		return NULL;
	/* It may have been born with what the cpusets have just given its parent. */
	if (cpuiso_task_by_cpusets(parent))
		catch_up(w, parent);
	if (has_parents_mask(w, r, parent))
		cpumask_copy(r->rec.orig, parent->rec.orig);
	if (cpuiso_task_is(child, PF_KTHREAD))
		return r;
	if (cpuiso_rec_owner(&parent->rec))
		cpuiso_task_join(r, cpuiso_rec_owner(&parent->rec),
				 parent->rule);
	else if (cpuiso_cgroup_rule(NULL))
		cpuiso_task_match(w, r);
	cpuiso_sched_inherit(r, parent);
	return r;
}

static void leave(struct cpuiso_task_rec *r)
{
	struct cpuiso_isolation *iso = cpuiso_rec_owner(&r->rec);

	if (iso)
		iso->members--;
}

/**
 * cpuiso_task_join - a task becomes workload, or stops to be
 * @r: its record
 * @iso: whose workload, or NULL to take it out
 * @rule: the rule that says so
 *
 * It is where it belongs after cpuiso_task_settle().
 */
void cpuiso_task_join(struct cpuiso_task_rec *r, struct cpuiso_isolation *iso,
		      u32 rule)
{
	if (iso && !may_be_workload(r->task))
		return;
	leave(r);
	r->rule = rule;
	cpuiso_rec_own(&r->rec, iso);
	if (iso)
		iso->members++;
	if (iso && r->real)
		cpuiso_member_add(r);
}

/**
 * cpuiso_task_forget - a task has exited
 * @store: where its record is
 * @r: its record
 *
 * Return: the isolation whose last member it was, or NULL.
 */
struct cpuiso_isolation *cpuiso_task_forget(struct cpuiso_store *store,
					    struct cpuiso_task_rec *r)
{
	struct cpuiso_isolation *iso = cpuiso_rec_owner(&r->rec);

	leave(r);
	cpuiso_task_rec_drop(store, r);
	return iso && !iso->members ? iso : NULL;
}

static void undone(struct cpuiso_world *w, const struct cpuiso_task_rec *r,
		   enum cpuiso_verdict result, int err,
		   const struct cpumask *found)
{
	char comm[TASK_COMM_LEN];

	strscpy(comm, r->task->comm, sizeof(comm));
	cpuiso_undone_mask(w, result, err, CPUISO_KIND_TASK,
			   task_pid_nr(r->task), comm, r->rec.orig, found);
}

/* An undo has come to it: is it what somebody else made of it? */
static bool tell_overruled(struct cpuiso_world *w, struct cpuiso_task_rec *r)
{
	if (!w->outcome || cpumask_intersects(r->rec.orig, w->isolated))
		return false;
	WRITE_ONCE(r->rec.tolerated, false);
	if (!r->rec.overruled)
		return false;
	r->rec.overruled = false;
	undone(w, r, CPUISO_VERDICT_CHANGED_SINCE, 0, r->rec.set);
	cpuiso_event_task(CPUISO_EVENT_CHANGED_SINCE, r->task, 0);
	return true;
}

/*
 * From 6.12 on the kernel leaves of a mask only what the user's own has in common
 * with it, so when those CPUs are all away a task gets the others.
 */
static int give(struct cpuiso_world *w, struct cpuiso_task_rec *r,
		const struct cpumask *mask)
{
	int err = set_cpus_allowed_ptr(r->task, mask);

	if (err != -EINVAL || cpumask_intersects(r->rec.orig, w->online))
		return err;
	cpumask_andnot(w->now, mask, r->rec.orig);
	return set_cpus_allowed_ptr(r->task, w->now);
}

static void move(struct cpuiso_world *w, struct cpuiso_task_rec *r,
		 const struct cpumask *mask, enum cpuiso_verdict verdict,
		 bool theirs)
{
	int err = 0;

	/* What has reserved its time may get more CPUs, never others. */
	if (r->task->policy == SCHED_DEADLINE &&
	    !cpumask_subset(r->rec.set, mask))
		err = -EBUSY;
	else if (!w->planned)
		err = give(w, r, mask);
	if (!err && !w->planned) {
		if (!theirs)
			undone(w, r, CPUISO_VERDICT_RESTORED, 0, r->rec.set);
		/* It need not be the one that we asked for; see give(). */
		cpuiso_task_read_mask(r->task, w->now);
		cpuiso_rec_wrote(&r->rec, w->now);
	} else if (err && cpuiso_rec_ours(&r->rec)) {
		undone(w, r, CPUISO_VERDICT_REFUSED, -err, r->rec.set);
	}
	cpuiso_rec_verdict(&r->rec, err ? CPUISO_VERDICT_REFUSED : verdict,
			   err);
}

/*
 * A kernel thread sleeps once before it begins, until its maker wakes it. It
 * may not have come to that yet.
 */
static bool is_unborn(const struct cpuiso_task_rec *r)
{
	const struct task_struct *task = r->task;
	unsigned long slept = READ_ONCE(task->nvcsw);

	return !r->woken && cpuiso_task_is(task, PF_KTHREAD) &&
	       (!slept || (slept == 1 &&
			   cpuiso_task_state(task) == TASK_UNINTERRUPTIBLE));
}

/**
 * cpuiso_task_await_birth - is a task to be left alone until it is woken?
 * @r: its record
 *
 * Whoever makes a kernel thread may bind it until then. If we wrote its mask
 * beside that, ours could be the one that stays, and a thread that counts on
 * its CPU would run on another. Afterwards nobody binds it any more, so what
 * was seen of PF_NO_SETAFFINITY holds.
 *
 * Context: the worker, which is told when it is woken.
 * Return: true when it is.
 */
bool cpuiso_task_await_birth(struct cpuiso_task_rec *r)
{
	if (!is_unborn(r))
		return false;
	if (!r->newborn) {
		r->newborn = true;
		atomic_inc(&cpuiso_newborns);
	}
	return true;
}

/**
 * cpuiso_task_settle - bring a task to where it belongs
 * @w: the world
 * @r: its record
 *
 * Context: process. Sleeps until the task is migratable, which a task that
 * disabled migration may put off. With a plan, nothing but the verdict is set.
 */
void cpuiso_task_settle(struct cpuiso_world *w, struct cpuiso_task_rec *r)
{
	struct task_struct *task = r->task;
	enum cpuiso_verdict verdict;
	bool theirs, undoing;

	if (cpuiso_task_is(task, PF_EXITING)) {
		if (cpuiso_rec_ours(&r->rec))
			undone(w, r, CPUISO_VERDICT_GONE, 0, NULL);
		cpuiso_rec_verdict(&r->rec, CPUISO_VERDICT_EXITED, 0);
		return;
	}
	catch_up(w, r);
	theirs = tell_overruled(w, r);

	if (cpuiso_task_is(task, PF_NO_SETAFFINITY)) {
		if (!cpumask_intersects(w->now, w->isolated))
			verdict = CPUISO_VERDICT_ALREADY_CLEAR;
		else if (cpumask_weight(w->now) == 1)
			verdict = CPUISO_VERDICT_PER_CPU_KTHREAD;
		else
			verdict = CPUISO_VERDICT_NO_SETAFFINITY;
		cpuiso_rec_verdict(&r->rec, verdict, 0);
		return;
	}

	verdict = cpuiso_rec_target(&r->rec, w, w->scratch);
	if (!w->planned)
		cpuiso_sched_settle(w, r);
	/* There is nothing to undo of what we never wrote. */
	undoing = w->outcome && !cpumask_equal(r->rec.prev, r->rec.set);
	if (cpumask_equal(w->scratch, r->rec.set))
		cpuiso_rec_verdict(&r->rec, verdict, 0);
	else if (w->planned || undoing || !cpuiso_task_await_birth(r))
		move(w, r, w->scratch, verdict, theirs);
}

/**
 * cpuiso_task_needs_settling - can a task without a record not stay as it is?
 * @w: the world
 * @task: any task
 *
 * Context: any; may be wrong by a moment.
 */
bool cpuiso_task_needs_settling(const struct cpuiso_world *w,
				struct task_struct *task)
{
	return !cpuiso_task_is(task, PF_EXITING | PF_NO_SETAFFINITY) &&
	       cpumask_intersects(&task->cpus_mask, w->isolated);
}

/**
 * cpuiso_task_view_alloc - room for a view
 * @v: the view, not initialised
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_task_view_alloc(struct cpuiso_task_view *v)
{
	if (!zalloc_cpumask_var(&v->orig, GFP_KERNEL))
		return -ENOMEM;
	if (zalloc_cpumask_var(&v->present, GFP_KERNEL))
		return 0;
	free_cpumask_var(v->orig);
	return -ENOMEM;
}

/**
 * cpuiso_task_view_free - the mirror of cpuiso_task_view_alloc()
 * @v: the view
 */
void cpuiso_task_view_free(struct cpuiso_task_view *v)
{
	free_cpumask_var(v->orig);
	free_cpumask_var(v->present);
}

/**
 * cpuiso_task_view_next - look at the next record
 * @store: where
 * @id: from which id on; becomes the id of the record seen
 * @v: what was seen
 *
 * Context: process; may run beside the writer.
 * Return: false when there is none any more.
 */
bool cpuiso_task_view_next(struct cpuiso_store *store, unsigned long *id,
			   struct cpuiso_task_view *v)
{
	const struct cpuiso_isolation *iso;
	struct cpuiso_task_rec *r;

	rcu_read_lock();
	r = xa_find(&store->tasks, id, ULONG_MAX, XA_PRESENT);
	if (!r) {
		rcu_read_unlock();
		return false;
	}
	v->pid = task_pid_nr(r->task);
	v->tgid = task_tgid_nr(r->task);
	get_task_comm(v->comm, r->task);
	v->kthread = cpuiso_task_is(r->task, PF_KTHREAD);
	cpuiso_task_read_mask(r->task, v->present);
	spin_lock(&cpuiso_rec_lock);
	v->verdict = r->rec.verdict;
	v->err = r->rec.err;
	cpumask_copy(v->orig, r->rec.orig);
	spin_unlock(&cpuiso_rec_lock);
	iso = rcu_dereference(r->rec.owner);
	strscpy(v->isolation, iso ? iso->name : "", sizeof(v->isolation));
	rcu_read_unlock();
	return true;
}
