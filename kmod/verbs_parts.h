/* SPDX-License-Identifier: GPL-2.0 */
/* What the files verbs*.c share among themselves. */
#ifndef CPUISO_VERBS_PARTS_H
#define CPUISO_VERBS_PARTS_H

#include "op.h"

int cpuiso_verbs_check_pids(struct cpuiso_store *store, struct cpuiso_op *op,
			    const struct list_head *rules);
struct cpuiso_isolation *cpuiso_verbs_find(struct cpuiso_op *op);
void cpuiso_verbs_pin(struct cpuiso_world *world, struct cpuiso_op *op);
void cpuiso_verbs_unpin(struct cpuiso_world *world, struct cpuiso_op *op);
void cpuiso_verbs_observe(struct cpuiso_op *op);
void cpuiso_verbs_unobserve(struct cpuiso_op *op);
void cpuiso_verbs_reset(struct cpuiso_op *op);
void cpuiso_verbs_cpusets_begin(struct cpuiso_world *world,
				struct cpuiso_op *op);
void cpuiso_verbs_cpusets_end(struct cpuiso_world *world, struct cpuiso_op *op);
void cpuiso_verbs_cpusets_owners(struct cpuiso_world *world);

#endif
