/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_CPUS_H
#define CPUISO_CPUS_H

#include "types.h"

const char *cpuiso_cpus_why_not(const struct cpuiso_isolation *iso,
				unsigned int *attr);
int cpuiso_cpus_apply(struct cpuiso_world *w, struct cpuiso_isolation *iso,
		      char *message, unsigned int *attr);
void cpuiso_cpus_undo(struct cpuiso_world *w, struct cpuiso_isolation *iso,
		      bool cleared);

#endif
