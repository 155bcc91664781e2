/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_STARVE_H
#define CPUISO_STARVE_H

#include "types.h"

void cpuiso_starve_note(unsigned int cpu);
bool cpuiso_starve_judge(struct cpuiso_store *store, unsigned long *next);
void cpuiso_starve_stop(void);

#endif
