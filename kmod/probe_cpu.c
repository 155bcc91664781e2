// SPDX-License-Identifier: GPL-2.0
/*
 * The probes on what runs on an isolated CPU. On any other CPU they cost one
 * test and return.
 */
#include <linux/percpu.h>
#include <linux/tracepoint.h>
#include <trace/events/sched.h>
#include "compat/cpuiso_compat.h"
#include "probe.h"

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

static void __maybe_unused check_prototypes(void)
{
	check_trace_callback_type_sched_switch(probe_switch);
}

struct cpuiso_probe cpuiso_cpu_probes[] = {
	{ "sched_switch", probe_switch },
	{ }
};

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
