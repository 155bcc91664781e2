// SPDX-License-Identifier: GPL-2.0
/*
 * Which task is workload of which isolation.
 *
 * Rules name processes: one process, every process of a name, every process
 * in a cgroup. A process brings its threads and its descendants. Names and
 * cgroups are standing rules: the probes ask here whether an exec, a rename or
 * a cgroup move concerns one, without a lock.
 */
#include <linux/cgroup.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "fault.h"
#include "isolation.h"
#include "record.h"
#include "rules.h"
#include "workload.h"

static DEFINE_SPINLOCK(path_lock);
static char path_buf[PATH_MAX];

static bool same_rule(const struct cpuiso_rule *a, const struct cpuiso_rule *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == CPUISO_RULE_PID)
		return a->task->signal == b->task->signal;
	return !strcmp(a->text, b->text);
}

/**
 * cpuiso_rule_attr - the netlink attribute that carries such a rule
 * @rule: the rule
 */
unsigned int cpuiso_rule_attr(const struct cpuiso_rule *rule)
{
	switch (rule->kind) {
	case CPUISO_RULE_PID:
		return CPUISO_A_ISOLATION_PID;
	case CPUISO_RULE_COMM:
		return CPUISO_A_ISOLATION_COMM;
	default:
		return CPUISO_A_ISOLATION_CGROUP;
	}
}

static const struct cpuiso_isolation *
rule_holder(const struct cpuiso_rule *rule)
{
	const struct cpuiso_isolation *iso;
	const struct cpuiso_rule *other;

	list_for_each_entry(iso, &cpuiso_isolations, node)
		list_for_each_entry(other, &iso->rules, node)
			if (same_rule(rule, other))
				return iso;
	return NULL;
}

/**
 * cpuiso_rules_check - may these rules be added to this isolation?
 * @iso: the isolation
 * @rules: the new rules
 * @message: when not, one sentence of at most CPUISO_MESSAGE_LEN bytes
 * @attr: when not, the attribute at fault
 *
 * Context: the worker.
 * Return: 0, -EEXIST, -E2BIG or -ESRCH.
 */
int cpuiso_rules_check(const struct cpuiso_isolation *iso,
			   const struct list_head *rules, char *message,
			   unsigned int *attr)
{
	const struct cpuiso_isolation *holder;
	const struct cpuiso_rule *rule;
	unsigned int n = 0;

	list_for_each_entry(rule, rules, node) {
		*attr = cpuiso_rule_attr(rule);
		if (rule->task && cpuiso_task_is(rule->task, PF_EXITING)) {
			snprintf(message, CPUISO_MESSAGE_LEN,
				 "process %d has ended; give one that runs",
				 rule->pid);
			return -ESRCH;
		}
		holder = rule_holder(rule);
		if (holder && rule->task)
			snprintf(message, CPUISO_MESSAGE_LEN,
				 "process %d already belongs to the isolation %s; unpin it there first",
				 rule->pid, holder->name);
		else if (holder)
			snprintf(message, CPUISO_MESSAGE_LEN,
				 "%.64s already belongs to the isolation %s; unpin it there first",
				 rule->text, holder->name);
		if (holder)
			return -EEXIST;
		if (iso->n_rules + ++n <= CPUISO_RULES_MAX)
			continue;
		snprintf(message, CPUISO_MESSAGE_LEN,
			 "an isolation takes at most %d rules; use one --comm or --cgroup for many processes",
			 CPUISO_RULES_MAX);
		return -E2BIG;
	}
	return 0;
}

/**
 * cpuiso_rules_add - the rules hold from now on
 * @iso: whose workload they describe
 * @rules: checked by cpuiso_rules_check(); empty afterwards
 *
 * Context: the worker.
 */
void cpuiso_rules_add(struct cpuiso_isolation *iso, struct list_head *rules)
{
	struct cpuiso_rule *rule, *next;

	list_for_each_entry_safe(rule, next, rules, node) {
		list_del(&rule->node);
		iso->n_rules++;
		list_add_tail_rcu(&rule->node, &iso->rules);
	}
	cpuiso_changed();
}

/**
 * cpuiso_rule_remove - a rule holds no longer
 * @iso: whose
 * @like: a rule of the same kind and text or process
 *
 * Context: the worker.
 * Return: the id that its members carry, or 0 when there is no such rule.
 */
u32 cpuiso_rule_remove(struct cpuiso_isolation *iso,
		       const struct cpuiso_rule *like)
{
	struct cpuiso_rule *rule;

	list_for_each_entry(rule, &iso->rules, node) {
		u32 id = rule->id;

		if (!same_rule(rule, like))
			continue;
		iso->n_rules--;
		cpuiso_rule_free(rule);
		cpuiso_changed();
		return id;
	}
	return 0;
}

static bool path_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	return !strncmp(path, top, len) &&
	       (path[len] == '\0' || path[len] == '/' || top[len - 1] == '/');
}

static bool in_cgroup(struct task_struct *task, const char *top)
{
	bool in;

	spin_lock(&path_lock);
	in = cgroup_path(task_dfl_cgroup(task), path_buf, PATH_MAX) > 0 &&
	     path_below(path_buf, top);
	spin_unlock(&path_lock);
	return in;
}

/*
 * A rename is told before it is done, up to 6.12 under this lock: whoever looks
 * because a note of it was lost waits until the new name is there.
 */
static bool has_name(struct task_struct *leader, const char *name)
{
	bool same;

	task_lock(leader);
	same = !strcmp(leader->comm, name);
	task_unlock(leader);
	return same;
}

static bool process_matches(const struct cpuiso_rule *rule,
			    struct task_struct *leader)
{
	if (rule->kind == CPUISO_RULE_PID)
		return leader->signal == rule->task->signal;
	if (rule->kind == CPUISO_RULE_COMM)
		return has_name(leader, rule->text);
	return false;
}

static const struct cpuiso_rule *
isolation_match(const struct cpuiso_isolation *iso, struct task_struct *task)
{
	const struct cpuiso_rule *rule;
	struct task_struct *p;

	list_for_each_entry_rcu(rule, &iso->rules, node) {
		if (rule->kind == CPUISO_RULE_CGROUP) {
			if (in_cgroup(task, rule->text))
				return rule;
			continue;
		}
		/* Init is everybody's ancestor, and nobody's server. */
		for (p = cpuiso_process_of(task); p && !is_global_init(p);
		     p = cpuiso_parent_process(p)) {
			if (cpuiso_task_is(p, PF_KTHREAD) || !task_pid_nr(p))
				break;
			if (process_matches(rule, p))
				return rule;
		}
	}
	return NULL;
}

/**
 * cpuiso_workload_match - whose workload is a task that is nobody's yet?
 * @planned: compare with the rules of this one only; NULL: of the active ones
 * @task: a user task, referenced
 * @rule: where the id of the rule goes
 *
 * The task's own process and its ancestors are compared with the rules, in the
 * order in which they were made.
 *
 * Context: process.
 * Return: the isolation or NULL; valid as long as the caller keeps it so (the
 * worker, which alone removes isolations, or @planned).
 */
struct cpuiso_isolation *
cpuiso_workload_match(struct cpuiso_isolation *planned,
		      struct task_struct *task, u32 *rule)
{
	const struct cpuiso_rule *found = NULL;
	struct cpuiso_isolation *iso, *match = NULL;

	rcu_read_lock();
	if (planned)
		found = isolation_match(match = planned, task);
	else
		list_for_each_entry_rcu(iso, &cpuiso_isolations, node) {
			found = READ_ONCE(iso->active) ?
				isolation_match(match = iso, task) : NULL;
			if (found)
				break;
		}
	*rule = found ? found->id : 0;
	rcu_read_unlock();
	return found ? match : NULL;
}

/**
 * cpuiso_comm_rule - is there a standing rule for this name?
 * @comm: the name
 *
 * Context: any but NMI; takes no lock.
 * Return: the id of the rule, or 0.
 */
u32 cpuiso_comm_rule(const char *comm)
{
	const struct cpuiso_isolation *iso;
	const struct cpuiso_rule *rule;
	u32 id = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(iso, &cpuiso_isolations, node)
		list_for_each_entry_rcu(rule, &iso->rules, node)
			if (!id && rule->kind == CPUISO_RULE_COMM &&
			    !strcmp(rule->text, comm))
				id = rule->id;
	rcu_read_unlock();
	return id;
}

/**
 * cpuiso_cgroup_rule - is there a standing rule for this cgroup?
 * @path: its path, or NULL to ask for any rule about a cgroup
 *
 * Context: any but NMI; takes no lock.
 * Return: the id of the rule, or 0.
 */
u32 cpuiso_cgroup_rule(const char *path)
{
	const struct cpuiso_isolation *iso;
	const struct cpuiso_rule *rule;
	u32 id = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(iso, &cpuiso_isolations, node)
		list_for_each_entry_rcu(rule, &iso->rules, node)
			if (!id && rule->kind == CPUISO_RULE_CGROUP &&
			    (!path || path_below(path, rule->text)))
				id = rule->id;
	rcu_read_unlock();
	return id;
}

/**
 * cpuiso_rule_isolation - whose rule is it?
 * @id: its id
 *
 * Context: the worker.
 * Return: an active isolation, or NULL when the rule holds no longer.
 */
struct cpuiso_isolation *cpuiso_rule_isolation(u32 id)
{
	struct cpuiso_isolation *iso, *found = NULL;
	const struct cpuiso_rule *rule;

	rcu_read_lock();
	list_for_each_entry_rcu(iso, &cpuiso_isolations, node)
		list_for_each_entry_rcu(rule, &iso->rules, node)
			if (rule->id == id && READ_ONCE(iso->active))
				found = iso;
	rcu_read_unlock();
	return found;
}

/**
 * cpuiso_is_descendant - does a task come from a process?
 * @task: referenced
 * @process: any thread of the process, referenced
 */
bool cpuiso_is_descendant(struct task_struct *task, struct task_struct *process)
{
	struct task_struct *p;
	bool is = false;

	rcu_read_lock();
	for (p = cpuiso_process_of(task); p && !is && task_pid_nr(p) > 1;
	     p = cpuiso_parent_process(p))
		is = p->signal == process->signal;
	rcu_read_unlock();
	return is;
}

/**
 * cpuiso_has_descendants - does another task come from a task?
 * @task: referenced
 *
 * May be wrong of one that is forked meanwhile, which is noted after this, and
 * of one that ends.
 */
bool cpuiso_has_descendants(const struct task_struct *task)
{
	return READ_ONCE(task->signal->nr_threads) > 1 ||
	       !list_empty(&task->children);
}
