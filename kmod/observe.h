/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_OBSERVE_H
#define CPUISO_OBSERVE_H

#include "types.h"

void cpuiso_observers_exit(void);
int cpuiso_observe(u32 portid, struct cpuiso_owner **owner,
		   const struct cpumask *cpus);
bool cpuiso_unobserve(u32 portid);
void cpuiso_observers_work(void);

#endif
