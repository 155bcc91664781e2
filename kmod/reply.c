// SPDX-License-Identifier: GPL-2.0
/*
 * Messages to user space: one fill function per object, whatever asks for it.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include "compat/cpuiso_compat.h"
#include "busy.h"
#include "dump.h"
#include "irqs.h"
#include "isolation.h"
#include "notes.h"
#include "probe.h"
#include "record.h"
#include "reply.h"
#include "status.h"
#include "sweep.h"
#include "tasks.h"

static int put_mask(struct sk_buff *skb, int attr, const struct cpumask *mask,
		    char *list)
{
	scnprintf(list, CPUISO_LIST_SIZE, "%*pbl", cpumask_pr_args(mask));
	return nla_put_string(skb, attr, list);
}

static int fill_task(struct sk_buff *skb, struct netlink_callback *cb,
		     struct cpuiso_dump *d)
{
	const struct cpuiso_task_view *v = &d->task;
	void *hdr = cpuiso_put_header(skb, cb, CPUISO_CMD_TASK_GET);

	if (!hdr)
		return -EMSGSIZE;
	return cpuiso_put_finish(skb, hdr,
		nla_put_u32(skb, CPUISO_A_TASK_PID, v->pid) ||
		nla_put_u32(skb, CPUISO_A_TASK_TGID, v->tgid) ||
		nla_put_string(skb, CPUISO_A_TASK_COMM, v->comm) ||
		(v->kthread && nla_put_flag(skb, CPUISO_A_TASK_KTHREAD)) ||
		(v->isolation[0] &&
		 nla_put_string(skb, CPUISO_A_TASK_ISOLATION, v->isolation)) ||
		nla_put_u32(skb, CPUISO_A_TASK_VERDICT, v->verdict) ||
		nla_put_u32(skb, CPUISO_A_TASK_ERRNO, v->err) ||
		put_mask(skb, CPUISO_A_TASK_ORIGINAL, v->orig, d->list) ||
		put_mask(skb, CPUISO_A_TASK_PRESENT, v->present, d->list));
}

static int fill_irq(struct sk_buff *skb, struct netlink_callback *cb,
		    struct cpuiso_dump *d)
{
	const struct cpuiso_irq_view *v = &d->irq;
	void *hdr = cpuiso_put_header(skb, cb, CPUISO_CMD_IRQ_GET);

	if (!hdr)
		return -EMSGSIZE;
	return cpuiso_put_finish(skb, hdr,
		nla_put_u32(skb, CPUISO_A_IRQ_IRQ, v->irq) ||
		nla_put_string(skb, CPUISO_A_IRQ_ACTION, v->action) ||
		nla_put_string(skb, CPUISO_A_IRQ_CHIP, v->chip) ||
		(v->isolation[0] &&
		 nla_put_string(skb, CPUISO_A_IRQ_ISOLATION, v->isolation)) ||
		nla_put_u32(skb, CPUISO_A_IRQ_VERDICT, v->verdict) ||
		nla_put_u32(skb, CPUISO_A_IRQ_ERRNO, v->err) ||
		put_mask(skb, CPUISO_A_IRQ_ORIGINAL, v->orig, d->list) ||
		put_mask(skb, CPUISO_A_IRQ_PRESENT, v->present, d->list) ||
		put_mask(skb, CPUISO_A_IRQ_EFFECTIVE, v->effective, d->list) ||
		(v->pending && nla_put_flag(skb, CPUISO_A_IRQ_PENDING)));
}

static int put_guard(struct sk_buff *skb, const struct cpuiso_isolation *iso)
{
	unsigned int i;

	for (i = 0; i < __CPUISO_CLASS_MAX; i++)
		if (nla_put_u32(skb, CPUISO_A_ISOLATION_GUARD_TASKS + i,
				iso->guard[i]))
			return -EMSGSIZE;
	return nla_put_u32(skb, CPUISO_A_ISOLATION_EXIT, iso->exit_policy) ||
	       nla_put_u32(skb, CPUISO_A_ISOLATION_EVICTED,
			   READ_ONCE(iso->evicted)) ||
	       nla_put_u32(skb, CPUISO_A_ISOLATION_REPORTED,
			   READ_ONCE(iso->reported)) ||
	       nla_put_u32(skb, CPUISO_A_ISOLATION_FIGHTS,
			   READ_ONCE(iso->fights));
}

static int put_rules(struct sk_buff *skb, const struct cpuiso_isolation *iso)
{
	const struct cpuiso_pattern *p;
	const struct cpuiso_rule *rule;
	int err = 0;

	list_for_each_entry_rcu(rule, &iso->rules, node) {
		if (rule->kind == CPUISO_RULE_PID)
			err = nla_put_u32(skb, CPUISO_A_ISOLATION_PID,
					  rule->pid);
		else if (rule->kind == CPUISO_RULE_COMM)
			err = nla_put_string(skb, CPUISO_A_ISOLATION_COMM,
					     rule->text);
		else
			err = nla_put_string(skb, CPUISO_A_ISOLATION_CGROUP,
					     rule->text);
		if (err)
			return err;
	}
	list_for_each_entry(p, &iso->keep, node) {
		err = nla_put_string(skb, CPUISO_A_ISOLATION_KEEP_IRQ, p->text);
		if (err)
			return err;
	}
	return cpuiso_put_keep_knobs(skb, iso) ||
	       (iso->power && nla_put_flag(skb, CPUISO_A_ISOLATION_POWER)) ||
	       (iso->nocb && nla_put_flag(skb, CPUISO_A_ISOLATION_RCU)) ||
	       (iso->replug && nla_put_flag(skb, CPUISO_A_ISOLATION_REPLUG));
}

static int put_verdicts(struct sk_buff *skb,
			const struct cpuiso_isolation *iso)
{
	struct cpuiso_counts counts;
	struct nlattr *nest;
	int kind, verdict;

	cpuiso_count_verdicts(cpuiso_verbs_store(), iso, &counts);
	if (nla_put_u32(skb, CPUISO_A_ISOLATION_MEMBERS, counts.members))
		return -EMSGSIZE;
	for (kind = 0; kind < __CPUISO_KIND_MAX; kind++) {
		for (verdict = 0; verdict < __CPUISO_VERDICT_MAX; verdict++) {
			u32 n = counts.verdicts[kind][verdict];

			if (!n)
				continue;
			nest = nla_nest_start(skb, CPUISO_A_ISOLATION_VERDICTS);
			if (!nest ||
			    nla_put_u32(skb, CPUISO_A_VERDICTS_KIND, kind) ||
			    nla_put_u32(skb, CPUISO_A_VERDICTS_VERDICT,
					verdict) ||
			    nla_put_u32(skb, CPUISO_A_VERDICTS_COUNT, n))
				return -EMSGSIZE;
			nla_nest_end(skb, nest);
		}
	}
	return 0;
}

static int fill_isolation(struct sk_buff *skb, struct netlink_callback *cb,
			  const struct cpuiso_isolation *iso, char *list)
{
	void *hdr = cpuiso_put_header(skb, cb, CPUISO_CMD_ISOLATION_GET);

	if (!hdr)
		return -EMSGSIZE;
	return cpuiso_put_finish(skb, hdr,
		nla_put_string(skb, CPUISO_A_ISOLATION_NAME, iso->name) ||
		nla_put_u32(skb, CPUISO_A_ISOLATION_ID, iso->id) ||
		nla_put_u32(skb, CPUISO_A_ISOLATION_STATE,
			    READ_ONCE(iso->state)) ||
		put_mask(skb, CPUISO_A_ISOLATION_CPUS, iso->cpus, list) ||
		(iso->owned && nla_put_flag(skb, CPUISO_A_ISOLATION_OWNED)) ||
		nla_put_u64_64bit(skb, CPUISO_A_ISOLATION_SINCE,
				  READ_ONCE(iso->since),
				  CPUISO_A_ISOLATION_PAD) ||
		(iso->sched_policy >= 0 &&
		 (nla_put_u32(skb, CPUISO_A_ISOLATION_SCHED_POLICY,
			      iso->sched_policy) ||
		  nla_put_u32(skb, CPUISO_A_ISOLATION_SCHED_PRIO,
			      iso->sched_prio))) ||
		put_guard(skb, iso) || put_rules(skb, iso) ||
		put_verdicts(skb, iso));
}

/**
 * cpuiso_dump_isolations - the dump of isolation-get
 * @skb: where to
 * @cb: where from: args[0] is the last id that was written
 */
int cpuiso_dump_isolations(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct cpuiso_isolation *iso;
	char *list = kmalloc(CPUISO_LIST_SIZE, GFP_KERNEL);
	int err = 0;

	if (!list)
		return -ENOMEM;
	cb->seq = cpuiso_dump_seq(NULL);
	rcu_read_lock();
	list_for_each_entry_rcu(iso, &cpuiso_isolations, node) {
		if (iso->id <= cb->args[0])
			continue;
		err = fill_isolation(skb, cb, iso, list);
		if (err)
			break;
		cb->args[0] = iso->id;
	}
	rcu_read_unlock();
	kfree(list);
	return skb->len ?: err;
}

/**
 * cpuiso_dump_tasks - the dump of task-get
 * @skb: where to
 * @cb: where from; a plan is made whole in the first call
 */
int cpuiso_dump_tasks(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cpuiso_dump *d = (struct cpuiso_dump *)cb->args[0];
	bool first = !d->store;
	int err;

	err = cpuiso_dump_prepare(d, cb, CPUISO_A_TASK_PLAN);
	if (!err && first && d->plan)
		err = cpuiso_sweep_tasks(d->plan);
	if (!err && first)
		err = cpuiso_task_view_alloc(&d->task);
	if (err)
		return err;

	cb->seq = cpuiso_dump_seq(d);
	while (cpuiso_task_view_next(d->store, &d->next, &d->task)) {
		err = fill_task(skb, cb, d);
		if (err)
			return skb->len ?: err;
		d->next++;
	}
	return skb->len;
}

static int plan_irqs(struct cpuiso_world *plan)
{
	int err = cpuiso_irqs_scan(plan);

	if (!err)
		cpuiso_irqs_settle(plan);
	return err;
}

/**
 * cpuiso_dump_irqs - the dump of irq-get
 * @skb: where to
 * @cb: where from; a plan is made whole in the first call
 */
int cpuiso_dump_irqs(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct cpuiso_dump *d = (struct cpuiso_dump *)cb->args[0];
	bool first = !d->store;
	int err;

	err = cpuiso_dump_prepare(d, cb, CPUISO_A_IRQ_PLAN);
	if (!err && first && d->plan)
		err = plan_irqs(d->plan);
	if (!err && first)
		err = cpuiso_irq_view_alloc(&d->irq);
	if (err)
		return err;

	cb->seq = cpuiso_dump_seq(d);
	while (cpuiso_irq_view_next(d->store, &d->next, &d->irq)) {
		err = fill_irq(skb, cb, d);
		if (err)
			return skb->len ?: err;
		d->next++;
	}
	return skb->len;
}

static int put_info(struct sk_buff *skb, struct cpuiso_world *w, char *list)
{
	unsigned int i = 0;
	const char *name;
	char busy[CPUISO_BUSY_LEN];

	cpuiso_world_look(w);
	cpumask_and(w->housekeeping, w->housekeeping, w->online);
	if (nla_put_string(skb, CPUISO_A_INFO_VERSION, CPUISO_VERSION) ||
	    nla_put_u64_64bit(skb, CPUISO_A_INFO_GENERATION,
			      cpuiso_generation(), CPUISO_A_INFO_PAD) ||
	    put_mask(skb, CPUISO_A_INFO_ISOLATED, w->isolated, list) ||
	    put_mask(skb, CPUISO_A_INFO_HOUSEKEEPING, w->housekeeping, list) ||
	    nla_put_u64_64bit(skb, CPUISO_A_INFO_NOTES_LOST,
			      cpuiso_notes_lost(), CPUISO_A_INFO_PAD))
		return -EMSGSIZE;
	while ((name = cpuiso_probe_missing(i++)))
		if (nla_put_string(skb, CPUISO_A_INFO_MISSING_TRACEPOINT, name))
			return -EMSGSIZE;
	if (cpuiso_status_busy(busy, sizeof(busy)) &&
	    nla_put_string(skb, CPUISO_A_INFO_BUSY, busy))
		return -EMSGSIZE;
	return 0;
}

/**
 * cpuiso_reply_info - the doit of info-get
 * @skb: the request
 * @info: the request
 *
 * Return: 0 or a negative errno.
 */
int cpuiso_reply_info(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg = genlmsg_new(4 * PAGE_SIZE, GFP_KERNEL);
	char *list = kmalloc(CPUISO_LIST_SIZE, GFP_KERNEL);
	struct cpuiso_world *w = cpuiso_world_new(NULL);
	void *hdr = NULL;
	int err = -ENOMEM;

	if (msg && list && w) {
		hdr = genlmsg_put_reply(msg, info, &cpuiso_family, 0,
					CPUISO_CMD_INFO_GET);
		err = hdr ? cpuiso_put_finish(msg, hdr, put_info(msg, w, list)) :
			    -EMSGSIZE;
	}
	cpuiso_world_free(w);
	kfree(list);
	if (!err)
		return genlmsg_reply(msg, info);
	nlmsg_free(msg);
	return err;
}

/**
 * cpuiso_msg_done - the outcome of an operation
 * @op: the operation; its message is taken and filled in
 *
 * Return: the message, or NULL when there is none.
 */
struct sk_buff *cpuiso_msg_done(struct cpuiso_op *op)
{
	struct sk_buff *msg = op->reply;
	void *hdr;

	if (!msg)
		return NULL;
	op->reply = NULL;
	hdr = genlmsg_put(msg, op->portid, op->seq, &cpuiso_family, 0,
			  CPUISO_CMD_DONE_NTF);
	if (hdr && !cpuiso_put_finish(msg, hdr,
		nla_put_u32(msg, CPUISO_A_DONE_VERB, op->verb) ||
		nla_put_u32(msg, CPUISO_A_DONE_ERRNO, -op->err) ||
		(op->message[0] &&
		 nla_put_string(msg, CPUISO_A_DONE_MESSAGE, op->message)) ||
		(op->attr && nla_put_u32(msg, CPUISO_A_DONE_ATTR, op->attr)) ||
		nla_put_string(msg, CPUISO_A_DONE_NAME, op->name) ||
		nla_put_u32(msg, CPUISO_A_DONE_RESTORED,
			    op->outcome.restored) ||
		nla_put_u32(msg, CPUISO_A_DONE_GONE, op->outcome.gone) ||
		nla_put_u32(msg, CPUISO_A_DONE_CHANGED_SINCE,
			    op->outcome.changed) ||
		nla_put_u32(msg, CPUISO_A_DONE_FAILED, op->outcome.failed)))
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/**
 * cpuiso_msg_event - an event
 * @e: the event
 *
 * Return: the message, or NULL when there is no memory for it.
 */
struct sk_buff *cpuiso_msg_event(const struct cpuiso_event_rec *e)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *hdr;

	if (!msg)
		return NULL;
	hdr = genlmsg_put(msg, 0, 0, &cpuiso_family, 0, CPUISO_CMD_EVENT_NTF);
	if (hdr && !cpuiso_put_finish(msg, hdr,
		nla_put_u64_64bit(msg, CPUISO_A_EVENT_SEQ, e->seq,
				  CPUISO_A_EVENT_PAD) ||
		nla_put_u64_64bit(msg, CPUISO_A_EVENT_TIME, e->time,
				  CPUISO_A_EVENT_PAD) ||
		nla_put_u32(msg, CPUISO_A_EVENT_TYPE, e->type) ||
		(e->isolation[0] &&
		 nla_put_string(msg, CPUISO_A_EVENT_ISOLATION,
				e->isolation)) ||
		(e->kind >= 0 &&
		 nla_put_u32(msg, CPUISO_A_EVENT_KIND, e->kind)) ||
		(e->object >= 0 &&
		 nla_put_u32(msg, CPUISO_A_EVENT_OBJECT, e->object)) ||
		nla_put_string(msg, CPUISO_A_EVENT_NAME, e->name) ||
		nla_put_u32(msg, CPUISO_A_EVENT_ERRNO, e->err) ||
		nla_put_string(msg, CPUISO_A_EVENT_TEXT, e->text) ||
		(e->from[0] &&
		 nla_put_string(msg, CPUISO_A_EVENT_FROM, e->from)) ||
		(e->to[0] && nla_put_string(msg, CPUISO_A_EVENT_TO, e->to)) ||
		(e->by_pid &&
		 (nla_put_u32(msg, CPUISO_A_EVENT_BY_PID, e->by_pid) ||
		  nla_put_string(msg, CPUISO_A_EVENT_BY_COMM,
				 e->by_comm))) ||
		nla_put_u64_64bit(msg, CPUISO_A_EVENT_NS, e->ns,
				  CPUISO_A_EVENT_PAD)))
		return msg;
	nlmsg_free(msg);
	return NULL;
}
