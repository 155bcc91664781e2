// SPDX-License-Identifier: GPL-2.0
/*
 * Messages to user space about knobs, and about the last undo.
 */
#include "dump.h"
#include "knobs.h"
#include "reply.h"

/**
 * cpuiso_put_keep_knobs - write which knobs an isolation leaves alone
 * @skb: where to
 * @iso: the isolation
 *
 * Return: 0 or -EMSGSIZE.
 */
int cpuiso_put_keep_knobs(struct sk_buff *skb,
			  const struct cpuiso_isolation *iso)
{
	unsigned int i;

	for (i = 0; i < cpuiso_nr_knobs; i++)
		if (iso->keep_knobs & BIT(i) &&
		    nla_put_string(skb, CPUISO_A_ISOLATION_KEEP_KNOB,
				   cpuiso_knobs[i].name))
			return -EMSGSIZE;
	return 0;
}

static int fill_knob(struct sk_buff *skb, struct netlink_callback *cb,
		     struct cpuiso_dump *d)
{
	const struct cpuiso_knob_view *v = &d->knob;
	void *hdr = cpuiso_put_header(skb, cb, CPUISO_CMD_KNOB_GET);

	if (!hdr)
		return -EMSGSIZE;
	return cpuiso_put_finish(skb, hdr,
		nla_put_string(skb, CPUISO_A_KNOB_NAME, v->name) ||
		nla_put_string(skb, CPUISO_A_KNOB_PATH, v->path) ||
		nla_put_u32(skb, CPUISO_A_KNOB_VERDICT, v->verdict) ||
		nla_put_u32(skb, CPUISO_A_KNOB_ERRNO, v->err) ||
		nla_put_string(skb, CPUISO_A_KNOB_ORIGINAL, v->orig) ||
		nla_put_string(skb, CPUISO_A_KNOB_PRESENT, v->present) ||
		nla_put_string(skb, CPUISO_A_KNOB_TARGET, v->target));
}

static int plan_knobs(struct cpuiso_world *plan)
{
	int err = cpuiso_settings_scan(plan);

	return err ?: cpuiso_settings_apply(plan);
}

/**
 * cpuiso_dump_knobs - the dump of knob-get
 * @skb: where to
 * @cb: where from; a plan is made whole in the first call
 */
int cpuiso_dump_knobs(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cpuiso_dump *d = (struct cpuiso_dump *)cb->args[0];
	bool first = !d->store;
	int err;

	err = cpuiso_dump_prepare(d, cb, CPUISO_A_KNOB_PLAN);
	if (!err && first && d->plan)
		err = plan_knobs(d->plan);
	if (!err && first)
		err = cpuiso_knob_view_alloc(&d->knob);
	if (err)
		return err;

	cb->seq = cpuiso_dump_seq(d);
	while (cpuiso_knob_view_next(d->store, &d->next, &d->knob)) {
		err = fill_knob(skb, cb, d);
		if (err)
			return skb->len ?: err;
		d->next++;
	}
	return skb->len;
}

static int fill_undo(struct sk_buff *skb, struct netlink_callback *cb,
		     struct cpuiso_dump *d)
{
	const struct cpuiso_undo_view *v = &d->undo;
	void *hdr = cpuiso_put_header(skb, cb, CPUISO_CMD_UNDO_GET);

	if (!hdr)
		return -EMSGSIZE;
	return cpuiso_put_finish(skb, hdr,
		nla_put_u32(skb, CPUISO_A_UNDO_KIND, v->kind) ||
		nla_put_u32(skb, CPUISO_A_UNDO_OBJECT, v->object) ||
		nla_put_string(skb, CPUISO_A_UNDO_NAME, v->name) ||
		nla_put_u32(skb, CPUISO_A_UNDO_RESULT, v->result) ||
		nla_put_u32(skb, CPUISO_A_UNDO_ERRNO, v->err) ||
		nla_put_string(skb, CPUISO_A_UNDO_ORIGINAL, v->orig) ||
		nla_put_string(skb, CPUISO_A_UNDO_FOUND, v->found));
}

/**
 * cpuiso_dump_undo - the dump of undo-get
 * @skb: where to
 * @cb: where from
 */
int cpuiso_dump_undo(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cpuiso_dump *d = (struct cpuiso_dump *)cb->args[0];
	int err;

	if (!d->undo.orig) {
		err = cpuiso_undo_view_alloc(&d->undo);
		if (err)
			return err;
	}
	cb->seq = cpuiso_dump_seq(d);
	while (cpuiso_undo_view_next(&d->next, &d->undo)) {
		err = fill_undo(skb, cb, d);
		if (err)
			return skb->len ?: err;
		d->next++;
	}
	return skb->len;
}
