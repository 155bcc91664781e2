// SPDX-License-Identifier: GPL-2.0
/*
 * The scheduling policy of the workload (--sched): recorded, set, put back.
 */
#include <linux/sched/rt.h>
#include "compat/cpuiso_compat.h"
#include "event.h"
#include "record.h"
#include "sched.h"
#include "undo.h"

static int set_policy(struct task_struct *task, unsigned int policy,
		      unsigned int prio, int nice, bool reset)
{
	struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = policy,
		.sched_priority = prio,
		.sched_nice = nice,
		.sched_flags = reset ? SCHED_FLAG_RESET_ON_FORK : 0,
	};

	return sched_setattr_nocheck(task, &attr);
}

static bool is_set(const struct task_struct *task,
		   const struct cpuiso_isolation *iso)
{
	return task->policy == iso->sched_policy &&
	       task->rt_priority == iso->sched_prio;
}

static void save(struct cpuiso_task_rec *r)
{
	r->orig_policy = r->task->policy;
	r->orig_prio = r->task->rt_priority;
	r->orig_nice = task_nice(r->task);
	r->orig_reset = r->task->sched_reset_on_fork;
	r->sched_saved = true;
}

/**
 * cpuiso_sched_settle - give a task the policy that it should have
 * @w: the world
 * @r: its record
 *
 * A member of an isolation that asks for a policy gets it, once: what somebody
 * sets afterwards is left. A task that is no member any more gets back what it
 * had, unless somebody changed it.
 *
 * Context: process.
 */
void cpuiso_sched_settle(struct cpuiso_world *w, struct cpuiso_task_rec *r)
{
	const struct cpuiso_isolation *iso = cpuiso_rec_owner(&r->rec);
	struct task_struct *task = r->task;
	char orig[32], found[32];

	if (iso) {
		if (iso->sched_policy < 0 || r->sched_saved)
			return;
		save(r);
		r->set_policy = iso->sched_policy;
		r->set_prio = iso->sched_prio;
		if (!is_set(task, iso) &&
		    set_policy(task, iso->sched_policy, iso->sched_prio,
			       r->orig_nice, r->orig_reset))
			r->sched_saved = false;
		return;
	}
	if (!r->sched_saved)
		return;
	r->sched_saved = false;
	if (task->policy != r->set_policy || task->rt_priority != r->set_prio) {
		snprintf(orig, sizeof(orig), "policy=%u,prio=%u",
			 r->orig_policy, r->orig_prio);
		snprintf(found, sizeof(found), "policy=%u,prio=%u",
			 task->policy, task->rt_priority);
		cpuiso_undone(w, CPUISO_VERDICT_CHANGED_SINCE, 0,
			      CPUISO_KIND_TASK, task_pid_nr(task), task->comm,
			      orig, found);
		cpuiso_event_task(CPUISO_EVENT_CHANGED_SINCE, task, 0);
		return;
	}
	set_policy(task, r->orig_policy, r->orig_prio, r->orig_nice,
		   r->orig_reset);
}

/**
 * cpuiso_sched_inherit - a child came with its parent's policy
 * @child: its record
 * @parent: its parent's
 */
void cpuiso_sched_inherit(struct cpuiso_task_rec *child,
			  const struct cpuiso_task_rec *parent)
{
	if (!parent->sched_saved ||
	    child->task->policy != parent->set_policy ||
	    child->task->rt_priority != parent->set_prio)
		return;
	child->sched_saved = true;
	child->set_policy = parent->set_policy;
	child->set_prio = parent->set_prio;
	child->orig_policy = parent->orig_policy;
	child->orig_prio = parent->orig_prio;
	child->orig_nice = parent->orig_nice;
	child->orig_reset = parent->orig_reset;
}
