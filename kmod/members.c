// SPDX-License-Identifier: GPL-2.0
/*
 * Whose workload is this task, for the probes: a hash of the records that
 * were anybody's workload once, so that it stays short where there are many
 * tasks. The worker writes it, the probes read it under RCU.
 */
#include <linux/hash.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include "members.h"

#define HASH_BITS 10

static struct hlist_head buckets[1 << HASH_BITS];

static __always_inline struct hlist_head *bucket(const struct task_struct *task)
{
	return &buckets[hash_ptr(task, HASH_BITS)];
}

/**
 * cpuiso_member_add - a task has become workload for the first time
 * @r: its record, in the real store
 *
 * Context: the worker.
 */
void cpuiso_member_add(struct cpuiso_task_rec *r)
{
	if (hlist_unhashed(&r->member))
		hlist_add_head_rcu(&r->member, bucket(r->task));
}

/**
 * cpuiso_member_drop - the record of a task goes
 * @r: its record, to be freed after a grace period
 *
 * Context: the worker.
 */
void cpuiso_member_drop(struct cpuiso_task_rec *r)
{
	if (!hlist_unhashed(&r->member))
		hlist_del_rcu(&r->member);
}

static __always_inline const struct cpuiso_task_rec *
find(const struct task_struct *task)
{
	const struct cpuiso_task_rec *r;

	hlist_for_each_entry_rcu_notrace(r, bucket(task), member)
		if (r->task == task)
			return r;
	return NULL;
}

/**
 * cpuiso_member_of - whose workload is a task?
 * @task: any task
 *
 * A task that was forked a moment ago has no record yet. It belongs where its
 * process does, or its parent, as it will when the worker gets to it.
 *
 * Context: preemption off.
 * Return: the isolation, only to be compared, or NULL.
 */
notrace const struct cpuiso_isolation *
cpuiso_member_of(const struct task_struct *task)
{
	const struct cpuiso_task_rec *r = find(task);

	if (unlikely(!r) && !cpuiso_task_is(task, PF_KTHREAD)) {
		r = find(task->group_leader);
		if (!r)
			r = find(rcu_dereference_raw(task->real_parent));
	}
	return r ? rcu_dereference_raw(r->rec.owner) : NULL;
}
