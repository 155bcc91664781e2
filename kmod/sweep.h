/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_SWEEP_H
#define CPUISO_SWEEP_H

#include "types.h"

int cpuiso_sweep_tasks(struct cpuiso_world *w);
void cpuiso_sweep_settle(struct cpuiso_world *w);
void cpuiso_sweep_match(struct cpuiso_world *w);
unsigned int cpuiso_sweep_notes(struct cpuiso_world *w, bool *more);
void cpuiso_sweep_quiesce(struct cpuiso_world *w);

#endif
