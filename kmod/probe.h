/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_PROBE_H
#define CPUISO_PROBE_H

#include <linux/cpumask.h>
#include <linux/types.h>

int cpuiso_probes_attach(void);
void cpuiso_probes_detach(void);
const char *cpuiso_probe_missing(unsigned int *i);
void cpuiso_probes_watch(unsigned int cpu, bool on);
u64 cpuiso_probe_switches(unsigned int cpu);

#endif
