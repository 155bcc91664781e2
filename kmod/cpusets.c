// SPDX-License-Identifier: GPL-2.0
/*
 * Who is changing cpusets, for the isolation's sake.
 *
 * The kernel gives the tasks of a cpuset that changes other masks, before 6.2 all
 * of its CPUs. While a socket is at it, what is written so is nobody's decision:
 * the originals stay, and when it is done everything goes where it belongs.
 *
 * To move a task between cgroups the kernel waits for RCU. A realtime task that
 * owns a CPU can keep that from ever ending, so meanwhile grace periods are
 * expedited, which asks the CPUs with an interrupt.
 *
 * Everything here is the worker's; probes read cpuiso_cpusets_changing.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include "compat/cpuiso_compat.h"
#include "cpusets.h"
#include "fault.h"
#include "owner.h"

/**
 * struct changer - a socket that changes cpusets
 * @node: in the list
 * @owner: the socket
 * @lost: the records are gone in between, and the originals with them
 */
struct changer {
	struct list_head node;
	struct cpuiso_owner *owner;
	bool lost;
};

static LIST_HEAD(changers);
bool cpuiso_cpusets_changing;

static void drop(struct changer *c)
{
	list_del(&c->node);
	rcu_unexpedite_gp();
	cpuiso_owner_free(c->owner);
	kfree(c);
	WRITE_ONCE(cpuiso_cpusets_changing, !list_empty(&changers));
}

/**
 * cpuiso_cpusets_begin - a socket is about to change cpusets
 * @owner: the socket as an owner; NULL when it was taken over
 *
 * Context: the worker.
 * Return: 0 or -ENOMEM.
 */
int cpuiso_cpusets_begin(struct cpuiso_owner **owner)
{
	struct changer *c = cpuiso_fault() ? NULL :
			    kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	swap(c->owner, *owner);
	rcu_expedite_gp();
	list_add_tail(&c->node, &changers);
	WRITE_ONCE(cpuiso_cpusets_changing, true);
	return 0;
}

/**
 * cpuiso_cpusets_end - a socket has changed what it wanted to
 * @portid: the socket
 *
 * Context: the worker.
 * Return: false when the masks were not held for it all the time.
 */
bool cpuiso_cpusets_end(u32 portid)
{
	struct changer *c, *next;
	bool held = false, lost = false;

	list_for_each_entry_safe(c, next, &changers, node) {
		if (!cpuiso_owner_is(c->owner, portid))
			continue;
		held = true;
		lost |= c->lost;
		drop(c);
	}
	return held && !lost;
}

/**
 * cpuiso_cpusets_lose - the records go, and with them the originals
 *
 * Context: the worker.
 */
void cpuiso_cpusets_lose(void)
{
	struct changer *c;

	list_for_each_entry(c, &changers, node)
		c->lost = true;
}

/**
 * cpuiso_cpusets_reap - drop the sockets that are closed
 *
 * Context: the worker.
 * Return: true when there was one, so cpusets may have changed.
 */
bool cpuiso_cpusets_reap(void)
{
	struct changer *c, *next;
	bool any = false;

	list_for_each_entry_safe(c, next, &changers, node) {
		if (!cpuiso_owner_is_gone(c->owner))
			continue;
		drop(c);
		any = true;
	}
	return any;
}

/**
 * cpuiso_cpusets_exit - nobody changes any more
 *
 * Context: process; the worker is closed and idle, and no netlink request is
 * left.
 */
void cpuiso_cpusets_exit(void)
{
	struct changer *c, *next;

	list_for_each_entry_safe(c, next, &changers, node)
		drop(c);
}
