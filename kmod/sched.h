/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_SCHED_H
#define CPUISO_SCHED_H

#include "types.h"

void cpuiso_sched_settle(struct cpuiso_world *w, struct cpuiso_task_rec *r);
void cpuiso_sched_inherit(struct cpuiso_task_rec *child,
			  const struct cpuiso_task_rec *parent);

#endif
