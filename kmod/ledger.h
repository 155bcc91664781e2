/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_LEDGER_H
#define CPUISO_LEDGER_H

#include "types.h"

int cpuiso_ledger_isolate(const struct cpumask *cpus,
			  const struct cpuiso_isolation *iso);
void cpuiso_ledger_release(const struct cpumask *cpus);
int cpuiso_ledger_observe(const struct cpumask *cpus);
void cpuiso_ledger_unobserve(const struct cpumask *cpus);
int cpuiso_ledger_reset(const struct cpumask *cpus);
void cpuiso_ledger_rebase(const struct cpumask *cpus);
bool cpuiso_ledger_exists(unsigned int cpu);

#endif
