/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_STATS_H
#define CPUISO_STATS_H

#include "types.h"

struct cpuiso_snapshot;

/* Which of the numbers of a line say something. */
#define CPUISO_STAT_HAS_COUNT	BIT(0)
#define CPUISO_STAT_HAS_TIME	BIT(1)
#define CPUISO_STAT_HAS_RANGE	BIT(2)
#define CPUISO_STAT_HAS_SPREAD	BIT(3)

/**
 * struct cpuiso_stat - one line about one CPU
 * @cpu: which
 * @kind: enum cpuiso_stat_kind
 * @name: of the source
 * @has: CPUISO_STAT_HAS_*
 * @count: with _COUNT: how often
 * @total: with _TIME: ns
 * @first: with _RANGE: when it was first seen, on the clock of the CPU
 * @last: with _RANGE: and last
 * @max: with _SPREAD: ns, the longest
 * @histogram: with _SPREAD: stretches by duration
 */
struct cpuiso_stat {
	unsigned int cpu;
	enum cpuiso_stat_kind kind;
	char name[128];
	unsigned int has;
	u64 count;
	u64 total;
	u64 first;
	u64 last;
	u64 max;
	const u32 *histogram;
};

/**
 * struct cpuiso_stats - a look at the ledgers, CPU after CPU
 * @snapshot: of the CPU that is being read, or NULL
 * @stat: the line that was read last
 */
struct cpuiso_stats {
	struct cpuiso_snapshot *snapshot;
	struct cpuiso_stat stat;
};

bool cpuiso_stats_next(struct cpuiso_stats *st, u64 *cursor);
void cpuiso_stats_free(struct cpuiso_stats *st);

#endif
