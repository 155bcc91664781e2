/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_CPUSETS_H
#define CPUISO_CPUSETS_H

#include <linux/types.h>

struct cpuiso_owner;

extern bool cpuiso_cpusets_changing;

int cpuiso_cpusets_begin(struct cpuiso_owner **owner);
bool cpuiso_cpusets_end(u32 portid);
void cpuiso_cpusets_lose(void);
bool cpuiso_cpusets_reap(void);
void cpuiso_cpusets_exit(void);

#endif
