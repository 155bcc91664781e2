// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoints: what they see goes to the notes, or into a counter.
 *
 * They are looked up by name, because they are not exported, and attached
 * while there is an isolation. Each probe is checked against the prototype of
 * its tracepoint at compile time: by name, a wrong one would go unnoticed.
 *
 * Probes run with preemption or interrupts off (from 7.0 on, preemptible where
 * their call site is) and never allocate, sleep or take a lock.
 */
#include <linux/percpu.h>
#include <linux/sched/signal.h>
#include <linux/tracepoint.h>
#include <trace/events/cgroup.h>
#include <trace/events/sched.h>
#include <trace/events/task.h>
#include "compat/cpuiso_compat.h"
#include "notes.h"
#include "probe.h"
#include "workload.h"

/**
 * struct cpu_watch - what is counted on a CPU
 * @on: the CPU is isolated
 * @switches: context switches since the module was loaded, while @on
 */
struct cpu_watch {
	bool on;
	u64 switches;
};

static DEFINE_PER_CPU(struct cpu_watch, watches);

static notrace void probe_switch(CPUISO_PROTO_SCHED_SWITCH)
{
	if (__this_cpu_read(watches.on))
		__this_cpu_inc(watches.switches);
}

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
	check_trace_callback_type_sched_switch(probe_switch);
	check_trace_callback_type_sched_process_fork(probe_fork);
	check_trace_callback_type_sched_process_exit(probe_exit);
	check_trace_callback_type_sched_process_exec(probe_exec);
	check_trace_callback_type_task_rename(probe_rename);
	check_trace_callback_type_cgroup_attach_task(probe_attach);
}

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
	bool attached;
} probes[] = {
	{ "sched_process_fork", probe_fork },
	{ "sched_process_exit", probe_exit },
	{ "sched_process_exec", probe_exec },
	{ "task_rename", probe_rename },
	{ "cgroup_attach_task", probe_attach },
	{ "sched_switch", probe_switch },
};

static void find(struct tracepoint *tp, void *priv)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (!strcmp(tp->name, probes[i].name))
			probes[i].tp = tp;
}

/**
 * cpuiso_probes_attach - start to see
 *
 * A tracepoint that this kernel lacks costs what it would have told.
 * Registering patches kernel text, which interrupts every CPU: before the
 * isolation, never during it.
 *
 * Context: process; takes tracepoints_mutex and cpus_read_lock().
 * Return: 0 or a negative errno, and then nothing is attached.
 */
int cpuiso_probes_attach(void)
{
	unsigned int i;
	int err;

	for_each_kernel_tracepoint(find, NULL);
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (!probes[i].tp)
			continue;
		err = tracepoint_probe_register(probes[i].tp, probes[i].probe,
						NULL);
		if (err) {
			cpuiso_probes_detach();
			return err;
		}
		probes[i].attached = true;
	}
	return 0;
}

/**
 * cpuiso_probes_detach - the mirror of cpuiso_probes_attach()
 *
 * When it returns, no probe runs any more.
 */
void cpuiso_probes_detach(void)
{
	unsigned int i = ARRAY_SIZE(probes);

	while (i--) {
		if (!probes[i].attached)
			continue;
		tracepoint_probe_unregister(probes[i].tp, probes[i].probe,
					    NULL);
		probes[i].attached = false;
	}
	tracepoint_synchronize_unregister();
}

/**
 * cpuiso_probe_missing - name the tracepoints that this kernel lacks
 * @i: cursor, 0 at first
 *
 * Return: a name, or NULL when there is none any more.
 */
const char *cpuiso_probe_missing(unsigned int *i)
{
	for_each_kernel_tracepoint(find, NULL);
	while (*i < ARRAY_SIZE(probes)) {
		unsigned int at = (*i)++;

		if (!probes[at].tp)
			return probes[at].name;
	}
	return NULL;
}

/**
 * cpuiso_probes_watch - count what happens on a CPU, or stop
 * @cpu: which
 * @on: count or not
 */
void cpuiso_probes_watch(unsigned int cpu, bool on)
{
	WRITE_ONCE(per_cpu(watches, cpu).on, on);
}

/**
 * cpuiso_probe_switches - context switches on a CPU while it was watched
 * @cpu: which
 */
u64 cpuiso_probe_switches(unsigned int cpu)
{
	return READ_ONCE(per_cpu(watches, cpu).switches);
}
