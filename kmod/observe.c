// SPDX-License-Identifier: GPL-2.0
/*
 * Who observes which CPUs. An observation belongs to the socket that asked for
 * it and ends with it, so that a command that is killed leaves nothing.
 *
 * Everything here is the worker's; owner.c knows when a socket is closed.
 */
#include <linux/slab.h>
#include "fault.h"
#include "ledger.h"
#include "observe.h"
#include "owner.h"

/**
 * struct observer - a socket that observes
 * @node: in the list
 * @owner: the socket
 * @cpus: what it observes
 */
struct observer {
	struct list_head node;
	struct cpuiso_owner *owner;
	cpumask_var_t cpus;
};

static LIST_HEAD(observers);

static struct observer *find(u32 portid)
{
	struct observer *o;

	list_for_each_entry(o, &observers, node)
		if (cpuiso_owner_is(o->owner, portid))
			return o;
	return NULL;
}

static void drop(struct observer *o)
{
	list_del(&o->node);
	cpuiso_ledger_unobserve(o->cpus);
	cpuiso_owner_free(o->owner);
	free_cpumask_var(o->cpus);
	kfree(o);
}

static struct observer *new_observer(void)
{
	struct observer *o = cpuiso_fault() ? NULL :
			     kzalloc(sizeof(*o), GFP_KERNEL);

	if (!o)
		return NULL;
	if (!zalloc_cpumask_var(&o->cpus, GFP_KERNEL)) {
		kfree(o);
		return NULL;
	}
	list_add_tail(&o->node, &observers);
	return o;
}

/**
 * cpuiso_observe - a socket observes CPUs, besides those it does already
 * @portid: the socket
 * @owner: the socket as an owner; NULL when it was taken over
 * @cpus: which
 *
 * Context: the worker.
 * Return: 0 or a negative errno, and then it observes what it did before.
 */
int cpuiso_observe(u32 portid, struct cpuiso_owner **owner,
		   const struct cpumask *cpus)
{
	struct observer *o = find(portid);
	cpumask_var_t more;
	int err = -ENOMEM;

	if (!zalloc_cpumask_var(&more, GFP_KERNEL))
		return -ENOMEM;
	if (!o) {
		o = new_observer();
		if (!o)
			goto out;
		swap(o->owner, *owner);
	}
	cpumask_andnot(more, cpus, o->cpus);
	err = cpuiso_ledger_observe(more);
	if (!err)
		cpumask_or(o->cpus, o->cpus, more);
	else if (cpumask_empty(o->cpus))
		drop(o);
out:
	free_cpumask_var(more);
	return err;
}

/**
 * cpuiso_unobserve - a socket observes nothing any more
 * @portid: the socket
 *
 * Context: the worker.
 * Return: false when it did not anyway.
 */
bool cpuiso_unobserve(u32 portid)
{
	struct observer *o = find(portid);

	if (o)
		drop(o);
	return o;
}

/**
 * cpuiso_observers_work - drop the observers whose socket is closed
 *
 * Context: the worker.
 */
void cpuiso_observers_work(void)
{
	struct observer *o, *next;

	list_for_each_entry_safe(o, next, &observers, node)
		if (cpuiso_owner_is_gone(o->owner))
			drop(o);
}

/**
 * cpuiso_observers_exit - end all observations
 *
 * Context: process; the worker is closed and idle, and no netlink request is
 * left.
 */
void cpuiso_observers_exit(void)
{
	struct observer *o, *next;

	list_for_each_entry_safe(o, next, &observers, node)
		drop(o);
}
