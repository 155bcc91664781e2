// SPDX-License-Identifier: GPL-2.0
/*
 * Threads of interrupts. The kernel gives such a thread the CPU that its
 * interrupt is delivered to, but before 6.9 only when the next one arrives.
 */
#include <linux/interrupt.h>
#include <linux/sched/task.h>
#include "compat/cpuiso_compat.h"
#include "irqs.h"
#include "record.h"

static struct task_struct *nth_thread(const struct irqaction *a, unsigned int n)
{
	for (; a; a = a->next) {
		if (a->thread && !n--)
			return a->thread;
		if (a->secondary && a->secondary->thread && !n--)
			return a->secondary->thread;
	}
	return NULL;
}

/**
 * cpuiso_irq_thread_get - a thread of an interrupt
 * @irq: its number
 * @n: which one, from 0 on
 *
 * Context: any but hard interrupts.
 * Return: with a reference, or NULL when there are not so many.
 */
struct task_struct *cpuiso_irq_thread_get(unsigned int irq, unsigned int n)
{
	struct task_struct *thread = NULL;
	struct irq_data *data;
	struct irq_desc *desc;
	unsigned long flags;

	rcu_read_lock();
	data = irq_get_irq_data(irq);
	if (data) {
		desc = irq_data_to_desc(data);
		raw_spin_lock_irqsave(&desc->lock, flags);
		thread = nth_thread(desc->action, n);
		if (thread)
			get_task_struct(thread);
		raw_spin_unlock_irqrestore(&desc->lock, flags);
	}
	rcu_read_unlock();
	return thread;
}

/**
 * cpuiso_irqs_mark_threads - tell which tasks are threads of an interrupt
 * @store: with the records of the tasks
 *
 * Context: process.
 */
void cpuiso_irqs_mark_threads(struct cpuiso_store *store)
{
	struct cpuiso_task_rec *r;
	struct task_struct *thread;
	unsigned int irq, n;

	for (irq = 0; irq < irq_get_nr_irqs(); irq++) {
		for (n = 0; (thread = cpuiso_irq_thread_get(irq, n)); n++) {
			r = cpuiso_task_rec_find(store, thread);
			if (r)
				WRITE_ONCE(r->irq, irq);
			put_task_struct(thread);
		}
	}
}
