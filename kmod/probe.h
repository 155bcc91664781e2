/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_PROBE_H
#define CPUISO_PROBE_H

#include <linux/types.h>

struct tracepoint;

/**
 * struct cpuiso_probe - a function to be attached to a tracepoint
 * @name: of the tracepoint; NULL ends a set
 * @fn: of the tracepoint's prototype
 * @tp: the tracepoint, NULL when this kernel lacks it
 * @attached: it is to be detached
 */
struct cpuiso_probe {
	const char *name;
	void *fn;
	struct tracepoint *tp;
	bool attached;
};

/* The sets, each in a file of its own. */
extern struct cpuiso_probe cpuiso_task_probes[];
extern struct cpuiso_probe cpuiso_cpu_probes[];
extern struct cpuiso_probe cpuiso_guard_probes[];

void cpuiso_probes_init(void);
int cpuiso_probes_attach(void);
void cpuiso_probes_detach(void);
const char *cpuiso_probe_missing(unsigned int n);
void cpuiso_probes_watch(unsigned int cpu, bool on);
u64 cpuiso_probe_switches(unsigned int cpu);

#endif
