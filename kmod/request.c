// SPDX-License-Identifier: GPL-2.0
/*
 * From a netlink message to an operation, or to a sentence why not.
 *
 * Only the message is judged here; whether the state of the module allows the
 * operation is judged by the worker, which alone knows it.
 */
#include <linux/ctype.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "compat/cpuiso_compat.h"
#include "cpus.h"
#include "isolation.h"
#include "knobs.h"
#include "owner.h"
#include "request.h"
#include "worker.h"
#include "rules.h"
#include "workload.h"

const struct nla_policy cpuiso_apply_policy[CPUISO_A_ISOLATION_MAX + 1] = {
	[CPUISO_A_ISOLATION_NAME] = { .type = NLA_NUL_STRING,
				      .len = CPUISO_NAME_LEN },
	[CPUISO_A_ISOLATION_CPUS] = { .type = NLA_NUL_STRING,
				      .len = CPUISO_CPULIST_LEN },
	[CPUISO_A_ISOLATION_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[CPUISO_A_ISOLATION_COMM] = { .type = NLA_NUL_STRING,
				      .len = CPUISO_COMM_LEN },
	[CPUISO_A_ISOLATION_CGROUP] = { .type = NLA_NUL_STRING,
					.len = CPUISO_PATH_LEN },
	[CPUISO_A_ISOLATION_KEEP_IRQ] = { .type = NLA_NUL_STRING,
					  .len = CPUISO_PATTERN_LEN },
	[CPUISO_A_ISOLATION_SCHED_POLICY] =
		NLA_POLICY_MAX(NLA_U32, CPUISO_SCHED_RR),
	[CPUISO_A_ISOLATION_SCHED_PRIO] = NLA_POLICY_MAX(NLA_U32, 99),
	[CPUISO_A_ISOLATION_OWNED] = { .type = NLA_FLAG },
	[CPUISO_A_ISOLATION_GUARD_TASKS] =
		NLA_POLICY_MAX(NLA_U32, CPUISO_GUARD_OFF),
	[CPUISO_A_ISOLATION_GUARD_KTHREADS] =
		NLA_POLICY_MAX(NLA_U32, CPUISO_GUARD_OFF),
	[CPUISO_A_ISOLATION_GUARD_IRQS] =
		NLA_POLICY_MAX(NLA_U32, CPUISO_GUARD_OFF),
	[CPUISO_A_ISOLATION_EXIT] =
		NLA_POLICY_MAX(NLA_U32, CPUISO_EXIT_REVERT),
	[CPUISO_A_ISOLATION_KEEP_KNOB] = { .type = NLA_NUL_STRING,
					   .len = CPUISO_KNOB_LEN },
	[CPUISO_A_ISOLATION_POWER] = { .type = NLA_FLAG },
	[CPUISO_A_ISOLATION_RCU] = { .type = NLA_FLAG },
	[CPUISO_A_ISOLATION_REPLUG] = { .type = NLA_FLAG },
};

const struct nla_policy cpuiso_revert_policy[CPUISO_A_ISOLATION_MAX + 1] = {
	[CPUISO_A_ISOLATION_NAME] = { .type = NLA_NUL_STRING,
				      .len = CPUISO_NAME_LEN },
};

const struct nla_policy cpuiso_pin_policy[CPUISO_A_ISOLATION_MAX + 1] = {
	[CPUISO_A_ISOLATION_NAME] = { .type = NLA_NUL_STRING,
				      .len = CPUISO_NAME_LEN },
	[CPUISO_A_ISOLATION_PID] = NLA_POLICY_MIN(NLA_U32, 1),
	[CPUISO_A_ISOLATION_COMM] = { .type = NLA_NUL_STRING,
				      .len = CPUISO_COMM_LEN },
	[CPUISO_A_ISOLATION_CGROUP] = { .type = NLA_NUL_STRING,
					.len = CPUISO_PATH_LEN },
};

const struct nla_policy cpuiso_cpus_policy[CPUISO_A_ISOLATION_MAX + 1] = {
	[CPUISO_A_ISOLATION_CPUS] = { .type = NLA_NUL_STRING,
				      .len = CPUISO_CPULIST_LEN },
};

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  const char *sentence, int err)
{
	/* Some callers of a dump have none. */
	if (extack) {
		extack->_msg = sentence;
		extack->bad_attr = attr;
	}
	return err;
}

static struct task_struct *get_task(u32 nr)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(find_pid_ns(nr, &init_pid_ns), PIDTYPE_PID);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

static int add_rule(struct list_head *rules, enum cpuiso_rule_kind kind,
		    const char *text, struct task_struct *task)
{
	struct cpuiso_rule *rule = cpuiso_rule_new(kind, text, task);

	if (!rule)
		return -ENOMEM;
	list_add_tail(&rule->node, rules);
	return 0;
}

static int parse_pid(const struct nlattr *attr, struct list_head *rules,
		     struct netlink_ext_ack *extack)
{
	struct task_struct *task = get_task(nla_get_u32(attr));
	int err;

	if (!task)
		return refuse(extack, attr,
			      "there is no such process; give the pid of one that runs",
			      -ESRCH);
	if (cpuiso_task_is(task, PF_KTHREAD))
		err = refuse(extack, attr,
			     "a kernel thread cannot be workload; give the pid of a server",
			     -EINVAL);
	else if (is_global_init(task))
		err = refuse(extack, attr,
			     "process 1 is everybody's ancestor and cannot be workload; name the server itself",
			     -EINVAL);
	else
		err = add_rule(rules, CPUISO_RULE_PID, "", task);
	put_task_struct(task);
	return err;
}

static int parse_comm(const struct nlattr *attr, struct list_head *rules,
		      struct netlink_ext_ack *extack)
{
	const char *comm = nla_data(attr);

	if (!*comm)
		return refuse(extack, attr,
			      "the name of the workload is empty; give a name as in /proc/PID/comm",
			      -EINVAL);
	return add_rule(rules, CPUISO_RULE_COMM, comm, NULL);
}

static int parse_cgroup(const struct nlattr *attr, struct list_head *rules,
			struct netlink_ext_ack *extack)
{
	const char *path = nla_data(attr);
	size_t len = strlen(path);

	if (path[0] != '/' || len < 2 || path[len - 1] == '/')
		return refuse(extack, attr,
			      "not the path of a cgroup below the root; give it as in /proc/PID/cgroup",
			      -EINVAL);
	return add_rule(rules, CPUISO_RULE_CGROUP, path, NULL);
}

static int parse_keep(const struct nlattr *attr, struct cpuiso_isolation *iso,
		      struct netlink_ext_ack *extack)
{
	struct cpuiso_pattern *p;
	unsigned int n = 0;

	if (!*(const char *)nla_data(attr))
		return refuse(extack, attr,
			      "the pattern of an IRQ is empty; give a number or a name as in /proc/interrupts",
			      -EINVAL);
	list_for_each_entry(p, &iso->keep, node)
		if (++n >= CPUISO_RULES_MAX)
			return refuse(extack, attr,
				      "there are too many patterns of IRQs; use wildcards",
				      -E2BIG);
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	strscpy(p->text, nla_data(attr), sizeof(p->text));
	list_add_tail(&p->node, &iso->keep);
	return 0;
}

static int parse_keep_knob(const struct nlattr *attr,
			   struct cpuiso_isolation *iso,
			   struct netlink_ext_ack *extack)
{
	const struct cpuiso_knob *knob = cpuiso_knob_find(nla_data(attr));

	if (!knob)
		return refuse(extack, attr,
			      "there is no knob of that name; \"cpuiso plan\" names those there are",
			      -EINVAL);
	iso->keep_knobs |= cpuiso_knob_bit(knob);
	return 0;
}

static int parse_flags(struct nlattr **attrs, struct cpuiso_isolation *iso,
		       struct netlink_ext_ack *extack)
{
	const char *sentence;
	unsigned int attr;

	iso->power = attrs[CPUISO_A_ISOLATION_POWER];
	iso->nocb = attrs[CPUISO_A_ISOLATION_RCU];
	iso->replug = attrs[CPUISO_A_ISOLATION_REPLUG];
	sentence = cpuiso_cpus_why_not(iso, &attr);
	return sentence ? refuse(extack, attrs[attr], sentence, -EOPNOTSUPP) :
			  0;
}

static int parse_cpus(const struct nlattr *attr, struct cpumask *cpus,
		      struct netlink_ext_ack *extack)
{
	if (cpulist_parse(nla_data(attr), cpus))
		return refuse(extack, attr,
			      "not a list of CPUs of this machine; write it as 1-3,5",
			      -EINVAL);
	if (cpumask_empty(cpus))
		return refuse(extack, attr,
			      "the list of CPUs is empty; name at least one",
			      -EINVAL);
	if (!cpumask_subset(cpus, cpu_possible_mask))
		return refuse(extack, attr,
			      "the list names a CPU that this machine does not have; see /sys/devices/system/cpu/possible",
			      -EINVAL);
	return 0;
}

static bool name_is_good(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if (!(isascii(*name) && isalnum(*name)) &&
		    !strchr("_.@:,+-", *name))
			return false;
	return true;
}

static int parse_sched(const struct nlattr *policy, const struct nlattr *prio,
		       struct cpuiso_isolation *iso,
		       struct netlink_ext_ack *extack)
{
	u32 n = prio ? nla_get_u32(prio) : 0;

	if (!policy) {
		if (prio)
			return refuse(extack, prio,
				      "a priority needs a policy; give fifo or rr with it",
				      -EINVAL);
		return 0;
	}
#ifdef CPUISO_NO_SCHED_SETATTR
	return refuse(extack, policy,
		      "this kernel does not let a module set a policy; leave it out and use chrt",
		      -EOPNOTSUPP);
#endif
	iso->sched_policy = nla_get_u32(policy);
	iso->sched_prio = n;
	if (!!n == (iso->sched_policy != CPUISO_SCHED_OTHER))
		return 0;
	return refuse(extack, prio ?: policy,
		      "the priority does not fit the policy; fifo and rr take 1 to 99, other takes none",
		      -EINVAL);
}

static void parse_guard(struct nlattr **attrs, struct cpuiso_isolation *iso)
{
	unsigned int i;

	for (i = 0; i < __CPUISO_CLASS_MAX; i++)
		if (attrs[CPUISO_A_ISOLATION_GUARD_TASKS + i])
			iso->guard[i] =
				nla_get_u32(attrs[CPUISO_A_ISOLATION_GUARD_TASKS + i]);
	if (attrs[CPUISO_A_ISOLATION_EXIT])
		iso->exit_policy = nla_get_u32(attrs[CPUISO_A_ISOLATION_EXIT]);
}

/*
 * Attributes that may come more than once are taken from the message, the
 * others from the table, where the last one counts.
 */
static int parse(const struct nlattr *head, int len, struct nlattr **attrs,
		 struct cpuiso_isolation *iso, struct list_head *rules,
		 struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err = 0;

	nla_for_each_attr(attr, head, len, rem) {
		switch (nla_type(attr)) {
		case CPUISO_A_ISOLATION_PID:
			err = parse_pid(attr, rules, extack);
			break;
		case CPUISO_A_ISOLATION_COMM:
			err = parse_comm(attr, rules, extack);
			break;
		case CPUISO_A_ISOLATION_CGROUP:
			err = parse_cgroup(attr, rules, extack);
			break;
		case CPUISO_A_ISOLATION_KEEP_IRQ:
			err = parse_keep(attr, iso, extack);
			break;
		case CPUISO_A_ISOLATION_KEEP_KNOB:
			err = parse_keep_knob(attr, iso, extack);
			break;
		}
		if (err)
			return err;
	}
	if (!iso)
		return 0;
	if (!attrs[CPUISO_A_ISOLATION_CPUS])
		return refuse(extack, NULL,
			      "an isolation needs CPUs; give a list of them",
			      -EINVAL);
	err = parse_cpus(attrs[CPUISO_A_ISOLATION_CPUS], iso->cpus, extack);
	if (!err)
		err = parse_flags(attrs, iso, extack);
	if (err)
		return err;
	parse_guard(attrs, iso);
	return parse_sched(attrs[CPUISO_A_ISOLATION_SCHED_POLICY],
			   attrs[CPUISO_A_ISOLATION_SCHED_PRIO], iso, extack);
}

static bool is_about_ledger(u8 verb)
{
	return verb == CPUISO_CMD_OBSERVE || verb == CPUISO_CMD_UNOBSERVE ||
	       verb == CPUISO_CMD_RESET;
}

static int parse_ledger_op(struct cpuiso_op *op, struct genl_info *info)
{
	const struct nlattr *cpus = info->attrs[CPUISO_A_ISOLATION_CPUS];

	if (op->verb == CPUISO_CMD_OBSERVE) {
		op->owner = cpuiso_owner_new(op->portid);
		if (!op->owner)
			return -ENOMEM;
		if (!cpus)
			return refuse(info->extack, NULL,
				      "which CPUs to observe is missing; give a list of them",
				      -EINVAL);
	}
	return cpus ? parse_cpus(cpus, op->cpus, info->extack) : 0;
}

static int parse_op(struct cpuiso_op *op, struct genl_info *info)
{
	if (op->verb == CPUISO_CMD_CPUSETS_BEGIN) {
		op->owner = cpuiso_owner_new(op->portid);
		return op->owner ? 0 : -ENOMEM;
	}
	if (is_about_ledger(op->verb))
		return parse_ledger_op(op, info);
	if (op->verb == CPUISO_CMD_APPLY) {
		op->iso = cpuiso_isolation_new(op->name);
		if (!op->iso)
			return -ENOMEM;
	}
	if (info->attrs[CPUISO_A_ISOLATION_OWNED]) {
		op->iso->owned = true;
		op->iso->owner = cpuiso_owner_new(op->portid);
		if (!op->iso->owner)
			return -ENOMEM;
	}
	return parse(genlmsg_data(info->genlhdr),
		     genlmsg_len(info->genlhdr), info->attrs, op->iso,
		     &op->rules, info->extack);
}

/**
 * cpuiso_request_op - make an operation of a message
 * @info: the message, checked against the policy of its command
 * @verb: the command
 *
 * Context: process.
 * Return: the operation, or an ERR_PTR() with the sentence in the extack.
 */
struct cpuiso_op *cpuiso_request_op(struct genl_info *info, u8 verb)
{
	struct nlattr *attr = info->attrs[CPUISO_A_ISOLATION_NAME];
	const char *name = attr ? nla_data(attr) : "";
	struct cpuiso_op *op;
	int err;

	if (attr && !name_is_good(name)) {
		refuse(info->extack, attr,
		       "not a name for an isolation; use letters, digits and any of _.@:,+-",
		       -EINVAL);
		return ERR_PTR(-EINVAL);
	}
	if (!attr && (verb == CPUISO_CMD_APPLY || verb == CPUISO_CMD_PIN ||
		      verb == CPUISO_CMD_UNPIN)) {
		refuse(info->extack, NULL,
		       "the name of the isolation is missing; give one",
		       -EINVAL);
		return ERR_PTR(-EINVAL);
	}
	op = cpuiso_op_new(verb, name);
	if (!op)
		return ERR_PTR(-ENOMEM);
	op->portid = info->snd_portid;
	op->seq = info->snd_seq;
	err = parse_op(op, info);
	if (!err && list_empty(&op->rules) &&
	    (verb == CPUISO_CMD_PIN || verb == CPUISO_CMD_UNPIN))
		err = refuse(info->extack, NULL,
			     "there is nothing to pin or unpin; give a pid, a name or a cgroup",
			     -EINVAL);
	if (!err)
		return op;
	cpuiso_op_free(op);
	return ERR_PTR(err);
}

static const char *why_not(int err)
{
	if (err == -EBUSY)
		return "a CPU belongs to another isolation; revert that first or choose another CPU";
	if (err == -EEXIST)
		return "there is already an isolation of that name; revert it or choose another name";
	return "a CPU is offline, or no online CPU would remain for housekeeping; choose other CPUs";
}

/**
 * cpuiso_request_plan - make an isolation to plan of a nested attribute
 * @nest: the isolation
 * @w: where it goes, as cpuiso_world.planned, which the caller frees
 * @extack: where the sentence goes when it may not exist
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int cpuiso_request_plan(const struct nlattr *nest, struct cpuiso_world *w,
			struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[CPUISO_A_ISOLATION_MAX + 1];
	char message[CPUISO_MESSAGE_LEN + 1];
	struct cpuiso_isolation *iso;
	unsigned int attr = 0;
	LIST_HEAD(rules);
	int err;

	err = nla_parse_nested(attrs, CPUISO_A_ISOLATION_MAX, nest,
			       cpuiso_apply_policy, extack);
	if (err)
		return err;
	iso = cpuiso_isolation_new(attrs[CPUISO_A_ISOLATION_NAME] ?
				   nla_data(attrs[CPUISO_A_ISOLATION_NAME]) :
				   "");
	if (!iso)
		return -ENOMEM;
	w->planned = iso;
	err = parse(nla_data(nest), nla_len(nest), attrs, iso, &rules, extack);
	if (err) {
		cpuiso_rule_list_free(&rules);
		return err;
	}
	cpuiso_rules_add(iso, &rules);
	rcu_read_lock();
	err = cpuiso_isolation_check(iso, message, &attr);
	rcu_read_unlock();
	return err ? refuse(extack, nest, why_not(err), err) : 0;
}
