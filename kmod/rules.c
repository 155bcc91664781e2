// SPDX-License-Identifier: GPL-2.0
/*
 * Rules, as objects: what they say is the business of workload.c.
 */
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "rules.h"

static atomic_t last_rule = ATOMIC_INIT(0);

/**
 * cpuiso_rule_new - a rule that is in no list yet
 * @kind: its kind
 * @text: the comm or the path; for a pid, ""
 * @task: for a pid, any thread of the process; a reference to its leader is
 *	taken
 *
 * Return: the rule or NULL when there is no memory.
 */
struct cpuiso_rule *cpuiso_rule_new(enum cpuiso_rule_kind kind,
				    const char *text, struct task_struct *task)
{
	struct cpuiso_rule *rule;

	rule = kzalloc(struct_size(rule, text, strlen(text) + 1), GFP_KERNEL);
	if (!rule)
		return NULL;
	INIT_LIST_HEAD(&rule->node);
	rule->id = atomic_inc_return(&last_rule);
	rule->kind = kind;
	strcpy(rule->text, text);
	if (task) {
		rcu_read_lock();
		rule->task = get_task_struct(task->group_leader);
		rcu_read_unlock();
		rule->pid = task_pid_nr(rule->task);
	}
	return rule;
}

static void rule_free_rcu(struct rcu_head *rcu)
{
	struct cpuiso_rule *rule = container_of(rcu, struct cpuiso_rule, rcu);

	if (rule->task)
		put_task_struct(rule->task);
	kfree(rule);
}

/**
 * cpuiso_rule_free - free a rule, after a grace period
 * @rule: in a list, and taken out of it
 */
void cpuiso_rule_free(struct cpuiso_rule *rule)
{
	list_del_rcu(&rule->node);
	call_rcu(&rule->rcu, rule_free_rcu);
}

/**
 * cpuiso_rule_list_free - free a list of rules
 * @rules: their list
 */
void cpuiso_rule_list_free(struct list_head *rules)
{
	struct cpuiso_rule *rule, *next;

	list_for_each_entry_safe(rule, next, rules, node)
		cpuiso_rule_free(rule);
}
