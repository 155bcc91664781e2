/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_PROBE_GUARD_H
#define CPUISO_PROBE_GUARD_H

#include <linux/kprobes.h>
#include "types.h"

/* Kernel threads that were not woken yet; while 0, nobody asks who wakes. */
extern atomic_t cpuiso_newborns;

#ifdef CONFIG_KPROBES_ON_FTRACE
#define cpuiso_stay_breakpoint NULL
#else
void cpuiso_stay_breakpoint(struct kprobe *kp, struct pt_regs *regs,
			    unsigned long flags);
#endif

int cpuiso_guard_attach(struct cpuiso_store *records);
void cpuiso_guard_detach(void);
bool cpuiso_guard_sees_masks(void);
void cpuiso_guard_watch(unsigned int cpu, bool on);
void cpuiso_guard_switch(bool preempt, struct task_struct *prev,
			 struct task_struct *next);
void cpuiso_guard_irq(unsigned int irq);
void cpuiso_guard_rearm_irq(unsigned int irq);

#endif
