/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_COUNTERS_H
#define CPUISO_COUNTERS_H

#include <linux/cpumask.h>
#include "uapi/cpuiso.h"

/**
 * struct cpuiso_counter - what a CPU has done since it was isolated
 * @cpu: which
 * @kind: enum cpuiso_stat_kind
 * @name: of the class, IRQ, vector or softirq
 * @timed: @total_ns tells, and @count does not; else the other way round
 * @count: how often
 * @total_ns: how long
 */
struct cpuiso_counter {
	unsigned int cpu;
	enum cpuiso_stat_kind kind;
	char name[64];
	bool timed;
	u64 count;
	u64 total_ns;
};

int cpuiso_counters_start(const struct cpumask *cpus);
void cpuiso_counters_stop(const struct cpumask *cpus);
bool cpuiso_counter_next(u64 *cursor, struct cpuiso_counter *c);

/* What the architecture counts per CPU besides the IRQs. */
const char *cpuiso_vector_name(unsigned int i);
unsigned int cpuiso_vector_count(unsigned int i, unsigned int cpu);

#endif
