/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_PROBE_STARVE_H
#define CPUISO_PROBE_STARVE_H

#include <linux/sched.h>

void cpuiso_starve_forget(unsigned int cpu);
void cpuiso_starve_wakeup(struct task_struct *p);
void cpuiso_starve_switch(bool preempt, struct task_struct *prev,
			  struct task_struct *next);
struct task_struct *cpuiso_waiting_next(unsigned int cpu, unsigned int *slot,
					u64 *since);
void cpuiso_waiting_rearm(unsigned int cpu);

#endif
