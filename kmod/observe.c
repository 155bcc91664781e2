// SPDX-License-Identifier: GPL-2.0
/*
 * Who observes which CPUs. An observation belongs to the socket that asked for
 * it and ends with it, so that a command that is killed leaves nothing.
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include "fault.h"
#include "ledger.h"
#include "observe.h"

/**
 * struct observer - a socket that observes
 * @node: in the list; changed by the worker, under the lock
 * @portid: the socket
 * @gone: the socket was closed; under the lock
 * @cpus: what it observes; the worker's
 */
struct observer {
	struct list_head node;
	u32 portid;
	bool gone;
	cpumask_var_t cpus;
};

static LIST_HEAD(observers);
static DEFINE_SPINLOCK(lock);
static void (*wake_worker)(void);

static struct observer *find(u32 portid)
{
	struct observer *o;

	list_for_each_entry(o, &observers, node)
		if (o->portid == portid && !o->gone)
			return o;
	return NULL;
}

static void drop(struct observer *o)
{
	spin_lock(&lock);
	list_del(&o->node);
	spin_unlock(&lock);
	cpuiso_ledger_unobserve(o->cpus);
	free_cpumask_var(o->cpus);
	kfree(o);
}

static struct observer *new_observer(u32 portid)
{
	struct observer *o = cpuiso_fault() ? NULL :
			     kzalloc(sizeof(*o), GFP_KERNEL);

	if (!o)
		return NULL;
	if (!zalloc_cpumask_var(&o->cpus, GFP_KERNEL)) {
		kfree(o);
		return NULL;
	}
	o->portid = portid;
	return o;
}

/**
 * cpuiso_observe - a socket observes CPUs, besides those it does already
 * @portid: the socket
 * @cpus: which
 *
 * Context: the worker.
 * Return: 0 or a negative errno, and then it observes what it did before.
 */
int cpuiso_observe(u32 portid, const struct cpumask *cpus)
{
	struct observer *o = find(portid);
	cpumask_var_t more;
	int err = -ENOMEM;

	if (!zalloc_cpumask_var(&more, GFP_KERNEL))
		return -ENOMEM;
	if (!o) {
		o = new_observer(portid);
		if (!o)
			goto out;
		spin_lock(&lock);
		list_add_tail(&o->node, &observers);
		spin_unlock(&lock);
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
		if (READ_ONCE(o->gone))
			drop(o);
}

static int notify(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *n = data;
	struct observer *o;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC ||
	    !net_eq(n->net, &init_net))
		return NOTIFY_DONE;
	spin_lock(&lock);
	o = find(n->portid);
	if (o)
		WRITE_ONCE(o->gone, true);
	spin_unlock(&lock);
	if (o)
		wake_worker();
	return NOTIFY_DONE;
}

static struct notifier_block notifier = { .notifier_call = notify };

/**
 * cpuiso_observers_init - watch sockets close
 * @wake: wakes the worker when one did
 *
 * Return: 0 or a negative errno.
 */
int cpuiso_observers_init(void (*wake)(void))
{
	wake_worker = wake;
	return netlink_register_notifier(&notifier);
}

/**
 * cpuiso_observers_stop - the mirror of cpuiso_observers_init()
 *
 * Nothing of this file wakes the worker any more when it returns.
 */
void cpuiso_observers_stop(void)
{
	netlink_unregister_notifier(&notifier);
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
