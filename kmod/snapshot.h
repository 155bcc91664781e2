/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_SNAPSHOT_H
#define CPUISO_SNAPSHOT_H

#include "accounts.h"

/**
 * struct cpuiso_snapshot - what a ledger said at one moment
 * @cpu: whose
 * @now: the moment, on the clock of that CPU
 * @start: when the ledger began
 * @switches: context switches
 * @n: length of @sources
 * @max: room in @sources
 * @sources: those of CPUISO_SOURCE_*, those that were found, NMIs, senders;
 *	what had not ended is booked as if it did at that moment
 */
struct cpuiso_snapshot {
	unsigned int cpu;
	u64 now;
	u64 start;
	u64 switches;
	unsigned int n;
	unsigned int max;
	struct cpuiso_source sources[];
};

struct cpuiso_snapshot *cpuiso_snapshot_take(unsigned int cpu);
void cpuiso_snapshot_free(struct cpuiso_snapshot *s);
int cpuiso_snapshot_init(void);
void cpuiso_snapshot_exit(void);

#endif
