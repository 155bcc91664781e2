/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_STATUS_H
#define CPUISO_STATUS_H

#include "types.h"

/**
 * struct cpuiso_counts - the verdicts of all objects towards one isolation
 * @members: tasks that are its workload
 * @verdicts: objects by kind and verdict
 */
struct cpuiso_counts {
	unsigned int members;
	unsigned int verdicts[__CPUISO_KIND_MAX][__CPUISO_VERDICT_MAX];
};

void cpuiso_count_verdicts(struct cpuiso_store *store,
			   const struct cpuiso_isolation *iso,
			   struct cpuiso_counts *counts);

bool cpuiso_status_busy(char *buf, size_t size);

extern const char * const cpuiso_state_names[];
extern const char * const cpuiso_kind_names[];
extern const char * const cpuiso_verdict_names[];
extern const char * const cpuiso_sched_names[];
extern const char * const cpuiso_event_names[];
extern const char * const cpuiso_stat_names[];
extern const char * const cpuiso_rule_names[];
extern const char * const cpuiso_class_names[];
extern const char * const cpuiso_guard_names[];
extern const char * const cpuiso_exit_names[];

#endif
