/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_PROBE_GUARD_H
#define CPUISO_PROBE_GUARD_H

#include "types.h"

/* Kernel threads that were not woken yet; while 0, nobody asks who wakes. */
extern atomic_t cpuiso_newborns;

int cpuiso_guard_attach(struct cpuiso_store *records);
void cpuiso_guard_detach(void);
bool cpuiso_guard_sees_masks(void);
void cpuiso_guard_watch(unsigned int cpu, bool on);
void cpuiso_guard_switch(bool preempt, struct task_struct *prev,
			 struct task_struct *next);
void cpuiso_guard_irq(unsigned int irq);
void cpuiso_guard_rearm_irq(unsigned int irq);

#endif
