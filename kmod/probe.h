/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_PROBE_H
#define CPUISO_PROBE_H

#include <linux/types.h>

struct tracepoint;

/**
 * struct cpuiso_probe - a function to be attached to a tracepoint
 * @name: of the tracepoint; NULL ends a set
 * @fn: of the tracepoint's prototype
 * @data: its first argument
 * @tp: the tracepoint, NULL when this kernel lacks it
 * @attached: it is to be detached
 */
struct cpuiso_probe {
	const char *name;
	void *fn;
	void *data;
	struct tracepoint *tp;
	bool attached;
};

/* The sets, each in a file of its own. */
extern struct cpuiso_probe cpuiso_task_probes[];
extern struct cpuiso_probe cpuiso_guard_probes[];
extern struct cpuiso_probe cpuiso_ledger_cpu_probes[];
extern struct cpuiso_probe cpuiso_ledger_vector_probes[];
extern struct cpuiso_probe cpuiso_ledger_ipi_probes[];

/* The sets that are attached together; NULL at the end. */
extern struct cpuiso_probe * const cpuiso_isolation_probes[];
extern struct cpuiso_probe * const cpuiso_ledger_probes[];

void cpuiso_probes_init(void);
int cpuiso_probes_attach(struct cpuiso_probe * const *group);
void cpuiso_probes_detach(struct cpuiso_probe * const *group);
const char *cpuiso_probe_missing(unsigned int n);

#endif
