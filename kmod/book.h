/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_BOOK_H
#define CPUISO_BOOK_H

#include "accounts.h"

struct irqaction;

/*
 * The ledger of this CPU, or NULL: the one test that a probe costs elsewhere.
 * Whoever may be preempted looks again with interrupts off.
 */
static __always_inline struct cpuiso_ledger *cpuiso_ledger_here(void)
{
	return raw_cpu_read(cpuiso_ledgers);
}

void cpuiso_book_begin(struct cpuiso_ledger *l);
void cpuiso_book_rebase(struct cpuiso_ledger *l);
void cpuiso_book_switch(struct cpuiso_ledger *l, struct task_struct *prev,
			struct task_struct *next);
void cpuiso_book_vector(struct cpuiso_ledger *l, unsigned int vector);
void cpuiso_book_irq(struct cpuiso_ledger *l, unsigned int irq,
		     const struct irqaction *action);
void cpuiso_book_end_hard(struct cpuiso_ledger *l, enum cpuiso_stat_kind kind);
void cpuiso_book_softirq(unsigned int nr);
void cpuiso_book_softirq_end(void);
void cpuiso_book_function(enum cpuiso_stat_kind kind, const void *fn);
void cpuiso_book_end(enum cpuiso_stat_kind kind);
void cpuiso_book_nmi(struct cpuiso_ledger *l, const void *handler, u64 ns);
void cpuiso_book_sender(unsigned int cpu, const void *callback);

#endif
