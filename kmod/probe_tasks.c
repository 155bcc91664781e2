// SPDX-License-Identifier: GPL-2.0
/*
 * The probes that keep up with tasks: fork, exit, exec, rename, cgroup moves.
 *
 * What they see becomes a note for the worker. Their call sites are in process
 * context; from 7.0 on they may be preempted.
 */
#include <linux/sched/signal.h>
#include <linux/tracepoint.h>
#include <trace/events/cgroup.h>
#include <trace/events/sched.h>
#include <trace/events/task.h>
#include "compat/cpuiso_compat.h"
#include "notes.h"
#include "probe.h"
#include "workload.h"

static notrace void probe_fork(void *data, struct task_struct *parent,
			       struct task_struct *child)
{
	cpuiso_note_put(CPUISO_NOTE_FORK, child, parent, 0);
}

static notrace void probe_exit(CPUISO_PROTO_SCHED_PROCESS_EXIT)
{
	cpuiso_note_put(CPUISO_NOTE_EXIT, p, NULL, 0);
}

static void match(struct task_struct *task, u32 rule)
{
	if (rule)
		cpuiso_note_put(CPUISO_NOTE_MATCH, task, NULL, rule);
}

static notrace void probe_exec(void *data, struct task_struct *p,
			       pid_t old_pid, struct linux_binprm *bprm)
{
	match(p, cpuiso_comm_rule(p->comm));
}

static notrace void probe_rename(void *data, struct task_struct *task,
				 const char *comm)
{
	if (thread_group_leader(task))
		match(task, cpuiso_comm_rule(comm));
}

static notrace void probe_attach(void *data, struct cgroup *dst_cgrp,
				 const char *path, struct task_struct *task,
				 bool threadgroup)
{
	match(task, cpuiso_cgroup_rule(path));
}

static void __maybe_unused check_prototypes(void)
{
	check_trace_callback_type_sched_process_fork(probe_fork);
	check_trace_callback_type_sched_process_exit(probe_exit);
	check_trace_callback_type_sched_process_exec(probe_exec);
	check_trace_callback_type_task_rename(probe_rename);
	check_trace_callback_type_cgroup_attach_task(probe_attach);
}

struct cpuiso_probe cpuiso_task_probes[] = {
	{ "sched_process_fork", probe_fork },
	{ "sched_process_exit", probe_exit },
	{ "sched_process_exec", probe_exec },
	{ "task_rename", probe_rename },
	{ "cgroup_attach_task", probe_attach },
	{ }
};
