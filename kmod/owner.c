// SPDX-License-Identifier: GPL-2.0
/*
 * What is bound to the netlink socket that asked for it, isolations and
 * observations: when the last reference to the socket goes, by whatever end of
 * its process, they end.
 *
 * The socket may go before the worker has come to the request, so the owner is
 * made with the request, and its end is a mark on it, for which no memory is
 * needed, rather than one more request, which could find the queue full.
 */
#include <linux/list.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <net/net_namespace.h>
#include "owner.h"

/**
 * struct cpuiso_owner - the socket that something is bound to
 * @node: in the list of owners
 * @portid: of the socket
 * @gone: the socket was released
 */
struct cpuiso_owner {
	struct list_head node;
	u32 portid;
	bool gone;
};

static LIST_HEAD(owners);
static DEFINE_SPINLOCK(owners_lock);
static void (*wake_worker)(void);

static int notify(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *n = data;
	struct cpuiso_owner *owner;
	bool wake = false;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC ||
	    !net_eq(n->net, &init_net))
		return NOTIFY_DONE;
	spin_lock(&owners_lock);
	list_for_each_entry(owner, &owners, node) {
		if (owner->portid != n->portid)
			continue;
		WRITE_ONCE(owner->gone, true);
		wake = true;
	}
	spin_unlock(&owners_lock);
	if (wake)
		wake_worker();
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = notify,
};

/**
 * cpuiso_owners_init - before the first request
 * @wake: wakes the worker
 *
 * Return: 0 or a negative errno.
 */
int cpuiso_owners_init(void (*wake)(void))
{
	wake_worker = wake;
	return netlink_register_notifier(&notifier);
}

/**
 * cpuiso_owners_exit - the mirror of cpuiso_owners_init()
 *
 * After this the worker is not woken from here.
 */
void cpuiso_owners_exit(void)
{
	netlink_unregister_notifier(&notifier);
}

/**
 * cpuiso_owner_new - the owner of what is to be
 * @portid: of the socket, which exists as long as this is running
 *
 * Context: process.
 * Return: the owner, or NULL when there is no memory.
 */
struct cpuiso_owner *cpuiso_owner_new(u32 portid)
{
	struct cpuiso_owner *owner = kzalloc(sizeof(*owner), GFP_KERNEL);

	if (!owner)
		return NULL;
	owner->portid = portid;
	spin_lock(&owners_lock);
	list_add_tail(&owner->node, &owners);
	spin_unlock(&owners_lock);
	return owner;
}

/**
 * cpuiso_owner_free - with what is bound goes its owner
 * @owner: may be NULL
 *
 * Context: process.
 */
void cpuiso_owner_free(struct cpuiso_owner *owner)
{
	if (!owner)
		return;
	spin_lock(&owners_lock);
	list_del(&owner->node);
	spin_unlock(&owners_lock);
	kfree(owner);
}

/**
 * cpuiso_owner_is - is it that socket, and is that still there?
 * @owner: not NULL
 * @portid: of the socket
 */
bool cpuiso_owner_is(const struct cpuiso_owner *owner, u32 portid)
{
	return owner->portid == portid && !READ_ONCE(owner->gone);
}

/**
 * cpuiso_owner_is_gone - has the socket been released?
 * @owner: NULL for an isolation that is bound to none
 */
bool cpuiso_owner_is_gone(const struct cpuiso_owner *owner)
{
	return owner && READ_ONCE(owner->gone);
}
