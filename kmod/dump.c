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
#include "record.h"
#include "request.h"
#include "verbs.h"

/**
 * cpuiso_dump_seq - the number that tells whether a dump is of one moment
 * @d: the dump, or NULL for one that has no cursor of this kind
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

static int make_plan(struct cpuiso_dump *d, const struct nlattr *nest,
		     struct netlink_ext_ack *extack)
{
	int err;

	d->store = cpuiso_store_new();
	d->plan = cpuiso_world_new(d->store);
	if (!d->store || !d->plan)
		return -ENOMEM;
	err = cpuiso_request_plan(nest, d->plan, extack);
	if (!err)
		cpuiso_world_look(d->plan);
	return err;
}

/**
 * cpuiso_dump_start - before a dump of records
 * @cb: the dump; args[0] becomes its struct cpuiso_dump
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_dump_start(struct netlink_callback *cb)
{
	struct cpuiso_dump *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return -ENOMEM;
	d->list = kmalloc(CPUISO_LIST_SIZE, GFP_KERNEL);
	if (!d->list) {
		kfree(d);
		return -ENOMEM;
	}
	cb->args[0] = (long)d;
	return 0;
}

/**
 * cpuiso_dump_done - the mirror of cpuiso_dump_start()
 * @cb: the dump
 */
int cpuiso_dump_done(struct netlink_callback *cb)
{
	struct cpuiso_dump *d = (struct cpuiso_dump *)cb->args[0];

	if (d->plan)
		cpuiso_isolation_free(d->plan->planned);
	cpuiso_world_free(d->plan);
	if (d->store != cpuiso_verbs_store())
		cpuiso_store_free(d->store);
	cpuiso_task_view_free(&d->task);
	cpuiso_irq_view_free(&d->irq);
	cpuiso_knob_view_free(&d->knob);
	cpuiso_undo_view_free(&d->undo);
	kfree(d->list);
	kfree(d);
	return 0;
}

/**
 * cpuiso_dump_prepare - in the first call of a dump, find what is dumped
 * @d: the dump
 * @cb: the dump
 * @plan_attr: the attribute in which an isolation to plan comes
 *
 * In the first call and not before: a start callback has no extack to put the
 * sentence of a refusal into.
 *
 * Return: 0 or a negative errno.
 */
int cpuiso_dump_prepare(struct cpuiso_dump *d, struct netlink_callback *cb,
			unsigned int plan_attr)
{
	const struct nlattr *nest = cpuiso_dump_attrs(cb)[plan_attr];

	if (d->store)
		return 0;
	if (nest)
		return make_plan(d, nest, cb->extack);
	d->store = cpuiso_verbs_store();
	return 0;
}
