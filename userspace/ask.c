// SPDX-License-Identifier: GPL-2.0
/*
 * What is asked of the module, as it goes into a message.
 */
#include <stdlib.h>
#include <string.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>

#include "ask.h"

/* What --keep may name besides the module's knobs; the steps' own names. */
const char *const request_steps[] = {
	"cpuset-controller", "default-irq-affinity", "irqbalance", "partition",
	"fair-server", NULL
};

static bool is_part(const char *step)
{
	return !strcmp(step, "partition") || !strcmp(step, "cpuset-controller");
}

/**
 * request_keeps() - is this step to be left alone?
 * @r: the request
 * @step: name of the step
 *
 * The controller is there for the partition and for nothing else, so each keeps
 * the other.
 */
bool request_keeps(const struct request *r, const char *step)
{
	bool part = is_part(step);
	size_t i;

	if (!r->partition && part)
		return true;
	for (i = 0; i < r->nr_keep_knob; i++)
		if (!strcmp(r->keep_knob[i], step) || (part && is_part(r->keep_knob[i])))
			return true;
	return false;
}

/**
 * request_free() - free what a request holds
 * @r: the request
 */
void request_free(struct request *r)
{
	size_t i;

	for (i = 0; i < CPUISO_RULES_MAX; i++) {
		free(r->comm[i]);
		free(r->cgroup[i]);
		free(r->keep_irq[i]);
		free(r->keep_knob[i]);
	}
}

static int put_strings(struct nl_msg *msg, int attr, char *const *v, size_t n)
{
	size_t i;
	int err = 0;

	for (i = 0; i < n && !err; i++)
		err = nla_put_string(msg, attr, v[i]);
	return err;
}

static bool is_step(const char *name)
{
	size_t i;

	for (i = 0; request_steps[i]; i++)
		if (!strcmp(request_steps[i], name))
			return true;
	return false;
}

static int put_keep_knobs(struct nl_msg *msg, const struct request *r)
{
	size_t i;
	int err = 0;

	for (i = 0; i < r->nr_keep_knob && !err; i++)
		if (!is_step(r->keep_knob[i]))
			err = nla_put_string(msg, CPUISO_A_ISOLATION_KEEP_KNOB,
					     r->keep_knob[i]);
	return err;
}

/**
 * request_put() - write a request into a message
 * @msg: the message
 * @r: the request
 * @cmd: the operation; a plan travels inside an attribute of its own
 *
 * Return: 0, or libnl's error when it does not fit.
 */
int request_put(struct nl_msg *msg, const struct request *r, int cmd)
{
	struct nlattr *nest = NULL;
	int attr = 0, err = 0;
	size_t i;

	if (cmd == CPUISO_CMD_TASK_GET)
		attr = CPUISO_A_TASK_PLAN;
	else if (cmd == CPUISO_CMD_IRQ_GET)
		attr = CPUISO_A_IRQ_PLAN;
	else if (cmd == CPUISO_CMD_KNOB_GET)
		attr = CPUISO_A_KNOB_PLAN;
	if (attr) {
		nest = nla_nest_start(msg, attr | NLA_F_NESTED);
		if (!nest)
			return -NLE_MSGSIZE;
	}
	if (r->name[0])
		err = nla_put_string(msg, CPUISO_A_ISOLATION_NAME, r->name);
	if (!err && r->cpus[0])
		err = nla_put_string(msg, CPUISO_A_ISOLATION_CPUS, r->cpus);
	for (i = 0; i < r->nr_pid && !err; i++)
		err = nla_put_u32(msg, CPUISO_A_ISOLATION_PID, r->pid[i]);
	if (!err)
		err = put_strings(msg, CPUISO_A_ISOLATION_COMM, r->comm, r->nr_comm);
	if (!err)
		err = put_strings(msg, CPUISO_A_ISOLATION_CGROUP, r->cgroup, r->nr_cgroup);
	if (!err)
		err = put_strings(msg, CPUISO_A_ISOLATION_KEEP_IRQ, r->keep_irq,
				  r->nr_keep_irq);
	if (!err)
		err = put_keep_knobs(msg, r);
	if (!err && r->power)
		err = nla_put_flag(msg, CPUISO_A_ISOLATION_POWER);
	if (!err && r->rcu)
		err = nla_put_flag(msg, CPUISO_A_ISOLATION_RCU);
	if (!err && r->replug)
		err = nla_put_flag(msg, CPUISO_A_ISOLATION_REPLUG);
	if (!err && r->has_sched)
		err = nla_put_u32(msg, CPUISO_A_ISOLATION_SCHED_POLICY, r->policy);
	if (!err && r->has_sched)
		err = nla_put_u32(msg, CPUISO_A_ISOLATION_SCHED_PRIO, r->prio);
	if (!err && r->owned && !nest)
		err = nla_put_flag(msg, CPUISO_A_ISOLATION_OWNED);
	for (i = 0; i < __CPUISO_CLASS_MAX && !err; i++)
		if (r->has_guard[i])
			err = nla_put_u32(msg, CPUISO_A_ISOLATION_GUARD_TASKS + i,
					  r->guard[i]);
	if (!err && r->has_exit)
		err = nla_put_u32(msg, CPUISO_A_ISOLATION_EXIT, r->exit);
	if (!err && nest)
		err = nla_nest_end(msg, nest);
	return err;
}
