// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: which command goes where.
 *
 * A doit holds a lock that all of generic netlink shares, so none waits for
 * the worker: what takes long is queued, and its outcome is a message of its
 * own to the socket that asked.
 */
#include <linux/capability.h>
#include <linux/netlink.h>
#include "compat/cpuiso_compat.h"
#include "dump.h"
#include "event.h"
#include "netlink.h"
#include "reply.h"
#include "request.h"
#include "worker.h"

static const struct nla_policy task_policy[CPUISO_A_TASK_MAX + 1] = {
	[CPUISO_A_TASK_PLAN] = { .type = NLA_NESTED },
};

static const struct nla_policy knob_policy[CPUISO_A_KNOB_MAX + 1] = {
	[CPUISO_A_KNOB_PLAN] = { .type = NLA_NESTED },
};

static const struct nla_policy irq_policy[CPUISO_A_IRQ_MAX + 1] = {
	[CPUISO_A_IRQ_PLAN] = { .type = NLA_NESTED },
};

/*
 * No attribute at all. Without a policy there would be no table of attributes
 * to look into either, or one of no size.
 */
static const struct nla_policy no_policy[CPUISO_A_ISOLATION_MAX + 1];

static void send_done(struct cpuiso_op *op)
{
	struct sk_buff *skb = cpuiso_msg_done(op);

	/* Whoever asked may be gone; the work is done all the same. */
	if (skb)
		genlmsg_unicast(&init_net, skb, op->portid);
}

static int queue(struct sk_buff *skb, struct genl_info *info)
{
	struct cpuiso_op *op;
	int err;

	if (!netlink_capable(skb, CAP_SYS_ADMIN)) {
		GENL_SET_ERR_MSG(info, "this needs CAP_SYS_ADMIN in the initial user namespace; run it as root");
		return -EPERM;
	}
	op = cpuiso_request_op(info, info->genlhdr->cmd);
	if (IS_ERR(op))
		return PTR_ERR(op);
	op->done = send_done;
	/* Now, or whoever waits for the outcome could wait for ever. */
	op->reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	err = op->reply ? cpuiso_worker_queue(op) : -ENOMEM;
	if (!err)
		return 0;
	cpuiso_op_free(op);
	if (err == -ESHUTDOWN)
		GENL_SET_ERR_MSG(info, "the module is being removed; load it again and repeat the command");
	else if (err == -EBUSY)
		GENL_SET_ERR_MSG(info, "too many operations are waiting; try again when they are done");
	return err;
}

static const struct genl_ops ops[] = {
	{
		.cmd = CPUISO_CMD_APPLY,
		.doit = queue,
		.policy = cpuiso_apply_policy,
		.maxattr = CPUISO_A_ISOLATION_MAX,
	},
	{
		.cmd = CPUISO_CMD_REVERT,
		.doit = queue,
		.policy = cpuiso_revert_policy,
		.maxattr = CPUISO_A_ISOLATION_MAX,
	},
	{
		.cmd = CPUISO_CMD_PIN,
		.doit = queue,
		.policy = cpuiso_pin_policy,
		.maxattr = CPUISO_A_ISOLATION_MAX,
	},
	{
		.cmd = CPUISO_CMD_UNPIN,
		.doit = queue,
		.policy = cpuiso_pin_policy,
		.maxattr = CPUISO_A_ISOLATION_MAX,
	},
	{
		.cmd = CPUISO_CMD_INFO_GET,
		.doit = cpuiso_reply_info,
	},
	{
		.cmd = CPUISO_CMD_ISOLATION_GET,
		.dumpit = cpuiso_dump_isolations,
	},
	{
		.cmd = CPUISO_CMD_TASK_GET,
		.start = cpuiso_dump_start,
		.dumpit = cpuiso_dump_tasks,
		.done = cpuiso_dump_done,
		.policy = task_policy,
		.maxattr = CPUISO_A_TASK_MAX,
	},
	{
		.cmd = CPUISO_CMD_IRQ_GET,
		.start = cpuiso_dump_start,
		.dumpit = cpuiso_dump_irqs,
		.done = cpuiso_dump_done,
		.policy = irq_policy,
		.maxattr = CPUISO_A_IRQ_MAX,
	},
	{
		.cmd = CPUISO_CMD_STAT_GET,
		.start = cpuiso_dump_stats_start,
		.dumpit = cpuiso_dump_stats,
		.done = cpuiso_dump_stats_done,
	},
	{
		.cmd = CPUISO_CMD_OBSERVE,
		.doit = queue,
		.policy = cpuiso_cpus_policy,
		.maxattr = CPUISO_A_ISOLATION_MAX,
	},
	{
		.cmd = CPUISO_CMD_UNOBSERVE,
		.doit = queue,
		.policy = no_policy,
		.maxattr = CPUISO_A_ISOLATION_MAX,
	},
	{
		.cmd = CPUISO_CMD_RESET,
		.doit = queue,
		.policy = cpuiso_cpus_policy,
		.maxattr = CPUISO_A_ISOLATION_MAX,
	},
	{
		.cmd = CPUISO_CMD_CPUSETS_BEGIN,
		.doit = queue,
		.policy = no_policy,
		.maxattr = CPUISO_A_ISOLATION_MAX,
	},
	{
		.cmd = CPUISO_CMD_CPUSETS_END,
		.doit = queue,
		.policy = no_policy,
		.maxattr = CPUISO_A_ISOLATION_MAX,
	},
	{
		.cmd = CPUISO_CMD_KNOB_GET,
		.start = cpuiso_dump_start,
		.dumpit = cpuiso_dump_knobs,
		.done = cpuiso_dump_done,
		.policy = knob_policy,
		.maxattr = CPUISO_A_KNOB_MAX,
	},
	{
		.cmd = CPUISO_CMD_UNDO_GET,
		.start = cpuiso_dump_start,
		.dumpit = cpuiso_dump_undo,
		.done = cpuiso_dump_done,
	},
};

static const struct genl_multicast_group groups[] = {
	{ .name = CPUISO_MCGRP_EVENTS },
};

struct genl_family cpuiso_family = {
	.name = CPUISO_FAMILY_NAME,
	.version = CPUISO_FAMILY_VERSION,
	.module = THIS_MODULE,
	.netnsok = false,
	.parallel_ops = true,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
	CPUISO_RESV_START_OP(CPUISO_CMD_APPLY)
};

static void multicast(const struct cpuiso_event_rec *e)
{
	struct sk_buff *skb;

	if (!genl_has_listeners(&cpuiso_family, &init_net, 0))
		return;
	skb = cpuiso_msg_event(e);
	if (skb)
		genlmsg_multicast(&cpuiso_family, skb, 0, 0, GFP_KERNEL);
}

/**
 * cpuiso_netlink_init - open the door
 *
 * Return: 0 or a negative errno.
 */
int cpuiso_netlink_init(void)
{
	int err = genl_register_family(&cpuiso_family);

	if (!err)
		cpuiso_events_set_sink(multicast);
	return err;
}

/**
 * cpuiso_netlink_exit - the mirror of cpuiso_netlink_init()
 *
 * Waits for the doits that run. The worker is closed.
 */
void cpuiso_netlink_exit(void)
{
	cpuiso_events_set_sink(NULL);
	cpuiso_worker_flush();
	genl_unregister_family(&cpuiso_family);
}
