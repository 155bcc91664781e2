// SPDX-License-Identifier: GPL-2.0
/*
 * What all dumps of records have in common: the cursor, the plan, the frame of
 * a message.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include "compat/cpuiso_compat.h"
#include "dump.h"
#include "isolation.h"
#include "netlink.h"
#include "record.h"
#include "request.h"
#include "verbs.h"

/**
 * cpuiso_dump_seq - the number by which readers tell that a dump is not of one
 * moment
 * @d: the dump, or NULL for one that is not of records
 */
u32 cpuiso_dump_seq(const struct cpuiso_dump *d)
{
	/* 0 would mean that consistency is not checked. */
	return d && d->plan ? 1 : (u32)cpuiso_generation() | 1U << 31;
}

/**
 * cpuiso_put_header - begin one message of a dump
 * @skb: where to
 * @cb: the dump
 * @cmd: the command
 *
 * Return: for cpuiso_put_finish(), or NULL when it does not fit.
 */
void *cpuiso_put_header(struct sk_buff *skb, struct netlink_callback *cb,
			u8 cmd)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &cpuiso_family, NLM_F_MULTI,
				cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);
	return hdr;
}

/**
 * cpuiso_put_finish - end a message
 * @skb: where to
 * @hdr: where it began
 * @failed: an attribute did not fit; the message is taken back
 *
 * Return: 0 or -EMSGSIZE.
 */
int cpuiso_put_finish(struct sk_buff *skb, void *hdr, bool failed)
{
	if (failed) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * cpuiso_dump_free - the mirror of cpuiso_dump_start()
 * @d: the dump
 */
void cpuiso_dump_free(struct cpuiso_dump *d)
{
	if (d->plan) {
		cpuiso_isolation_free(d->plan->planned);
		cpuiso_world_free(d->plan);
		cpuiso_store_free(d->store);
	}
	kfree(d->list);
	kfree(d);
}

static int start_plan(struct cpuiso_dump *d, struct netlink_callback *cb,
		      const struct nlattr *nest)
{
	int err;

	d->store = cpuiso_store_new();
	if (!d->store)
		return -ENOMEM;
	d->plan = cpuiso_world_new(d->store);
	if (!d->plan) {
		cpuiso_store_free(d->store);
		return -ENOMEM;
	}
	err = cpuiso_request_plan(nest, d->plan, cb->extack);
	if (!err)
		cpuiso_world_look(d->plan);
	return err;
}

/**
 * cpuiso_dump_start - begin a dump of records
 * @cb: the dump
 * @plan_attr: the attribute in which an isolation to plan comes, or 0
 *
 * Return: the dump, or an ERR_PTR().
 */
struct cpuiso_dump *cpuiso_dump_start(struct netlink_callback *cb,
				      unsigned int plan_attr)
{
	const struct nlattr *nest = plan_attr ?
		cpuiso_dump_attrs(cb)[plan_attr] : NULL;
	struct cpuiso_dump *d = kzalloc(sizeof(*d), GFP_KERNEL);
	int err = 0;

	if (!d)
		return ERR_PTR(-ENOMEM);
	d->store = cpuiso_verbs_store();
	d->list = kmalloc(CPUISO_LIST_SIZE, GFP_KERNEL);
	if (!d->list)
		err = -ENOMEM;
	else if (nest)
		err = start_plan(d, cb, nest);
	if (!err)
		return d;
	cpuiso_dump_free(d);
	return ERR_PTR(err);
}
