/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_WORKLOAD_H
#define CPUISO_WORKLOAD_H

#include "types.h"

int cpuiso_rules_check(const struct cpuiso_isolation *iso,
		       const struct list_head *rules, char *message,
		       unsigned int *attr);
void cpuiso_rules_add(struct cpuiso_isolation *iso, struct list_head *rules);
u32 cpuiso_rule_remove(struct cpuiso_isolation *iso,
		       const struct cpuiso_rule *like);
unsigned int cpuiso_rule_attr(const struct cpuiso_rule *rule);

struct cpuiso_isolation *
cpuiso_workload_match(struct cpuiso_isolation *planned,
		      struct task_struct *task, u32 *rule);
u32 cpuiso_comm_rule(const char *comm);
u32 cpuiso_cgroup_rule(const char *path);
struct cpuiso_isolation *cpuiso_rule_isolation(u32 id);
/*
 * Nobody updates the pointers of a task that was reaped, and what they point to
 * may be gone. Context: rcu_read_lock(). Return: NULL for such a task.
 */
static inline struct task_struct *
cpuiso_process_of(const struct task_struct *task)
{
	return pid_alive(task) ? task->group_leader : NULL;
}

static inline struct task_struct *
cpuiso_parent_process(const struct task_struct *task)
{
	return pid_alive(task) ?
		rcu_dereference(task->real_parent)->group_leader : NULL;
}

bool cpuiso_has_descendants(const struct task_struct *task);
bool cpuiso_is_descendant(struct task_struct *task,
			  struct task_struct *process);

#endif
