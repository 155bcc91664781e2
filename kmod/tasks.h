/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_TASKS_H
#define CPUISO_TASKS_H

#include "types.h"

/**
 * struct cpuiso_task_view - one consistent look at a task's record
 * @pid: in the initial pid namespace
 * @tgid: in the initial pid namespace
 * @comm: its name now
 * @kthread: is it a kernel thread?
 * @isolation: name of the isolation whose workload it is, or ""
 * @verdict: enum cpuiso_verdict
 * @err: positive errno of CPUISO_VERDICT_REFUSED, else 0
 * @orig: the mask it would have without any isolation
 * @present: the mask it has now
 */
struct cpuiso_task_view {
	pid_t pid;
	pid_t tgid;
	char comm[TASK_COMM_LEN];
	bool kthread;
	char isolation[CPUISO_NAME_LEN + 1];
	u8 verdict;
	u8 err;
	cpumask_var_t orig;
	cpumask_var_t present;
};

int cpuiso_task_view_alloc(struct cpuiso_task_view *v);
void cpuiso_task_view_free(struct cpuiso_task_view *v);
bool cpuiso_task_view_next(struct cpuiso_store *store, unsigned long *id,
			   struct cpuiso_task_view *v);

struct cpuiso_task_rec *cpuiso_task_note(struct cpuiso_world *w,
					 struct task_struct *task);
struct cpuiso_task_rec *cpuiso_task_note_child(struct cpuiso_world *w,
					       struct task_struct *child,
					       struct cpuiso_task_rec *parent);
bool cpuiso_task_await_birth(struct cpuiso_task_rec *r);
void cpuiso_task_settle(struct cpuiso_world *w, struct cpuiso_task_rec *r);
void cpuiso_task_match(struct cpuiso_world *w, struct cpuiso_task_rec *r);
void cpuiso_task_join(struct cpuiso_task_rec *r, struct cpuiso_isolation *iso,
		      u32 rule);
struct cpuiso_isolation *cpuiso_task_forget(struct cpuiso_store *store,
					    struct cpuiso_task_rec *r);
void cpuiso_task_read_mask(struct task_struct *task, struct cpumask *mask);
bool cpuiso_task_needs_settling(const struct cpuiso_world *w,
				struct task_struct *task);

#endif
