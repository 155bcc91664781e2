/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_IRQS_H
#define CPUISO_IRQS_H

#include "types.h"

/**
 * struct cpuiso_irq_view - one consistent look at an IRQ's record
 * @irq: its number
 * @action: names of its actions
 * @chip: name of its chip
 * @isolation: name of the isolation that keeps it, or ""
 * @verdict: enum cpuiso_verdict
 * @err: positive errno of CPUISO_VERDICT_REFUSED, else 0
 * @pending: @present takes effect at the next interrupt
 * @orig: the mask it would have without any isolation
 * @present: the mask it has, or will have when @pending
 * @effective: where it is delivered now
 */
struct cpuiso_irq_view {
	unsigned int irq;
	char action[sizeof_field(struct cpuiso_irq_rec, action)];
	char chip[sizeof_field(struct cpuiso_irq_rec, chip)];
	char isolation[CPUISO_NAME_LEN + 1];
	u8 verdict;
	u8 err;
	bool pending;
	cpumask_var_t orig;
	cpumask_var_t present;
	cpumask_var_t effective;
};

int cpuiso_irq_view_alloc(struct cpuiso_irq_view *v);
void cpuiso_irq_view_free(struct cpuiso_irq_view *v);
bool cpuiso_irq_view_next(struct cpuiso_store *store, unsigned long *irq,
			  struct cpuiso_irq_view *v);

int cpuiso_irqs_scan(struct cpuiso_world *w);
void cpuiso_irqs_settle(struct cpuiso_world *w);
bool cpuiso_irq_settle(struct cpuiso_world *w, struct cpuiso_irq_rec *r);
struct cpuiso_irq_rec *cpuiso_irq_get(struct cpuiso_world *w, unsigned int irq);
bool cpuiso_irq_intrudes(struct cpuiso_world *w, struct cpuiso_irq_rec *r,
			 struct cpumask *now);
bool cpuiso_irq_left(struct cpuiso_world *w, unsigned int irq);

struct task_struct *cpuiso_irq_thread_get(unsigned int irq, unsigned int n);
void cpuiso_irqs_mark_threads(struct cpuiso_store *store);

#endif
