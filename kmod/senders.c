// SPDX-License-Identifier: GPL-2.0
/*
 * Who sends interrupts to a CPU that has a ledger: counted by the sender, in
 * the ledger of the CPU it sends to. Places are taken with cmpxchg() and never
 * given back; a sender that is preempted while it takes one only delays that
 * it can be seen.
 */
#include <linux/hash.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>
#include "compat/cpuiso_compat.h"
#include "book.h"
#include "clock.h"

static __always_inline u64 key_of(unsigned int cpu, const void *callback)
{
	u64 comm[TASK_COMM_LEN / sizeof(u64)];

	memcpy(comm, current->comm, sizeof(comm));
	return hash_64_generic(comm[0] ^ (u64)(uintptr_t)callback, 64) ^
	       hash_64_generic(comm[1] + cpu, 64) ^ 1;
}

/**
 * cpuiso_book_sender - an interrupt is about to be sent
 * @cpu: where to
 * @callback: the function that is to run there; NULL to reschedule
 *
 * Context: any but NMI; on the CPU that sends.
 */
notrace void cpuiso_book_sender(unsigned int cpu, const void *callback)
{
	struct cpuiso_sender *s;
	struct cpuiso_ledger *l;
	u64 key, old, now;
	unsigned int i, n;

	preempt_disable_notrace();
	l = READ_ONCE(per_cpu(cpuiso_ledgers, cpu));
	if (!l)
		goto out;
	now = cpuiso_ticks();
	key = key_of(raw_smp_processor_id(), callback);
	i = hash_64(key, ilog2(CPUISO_LEDGER_SENDERS));
	for (n = 0; n < CPUISO_LEDGER_SENDERS; n++) {
		s = &l->senders[(i + n) % CPUISO_LEDGER_SENDERS];
		old = READ_ONCE(s->key);
		if (!old)
			old = cmpxchg64(&s->key, 0, key);
		if (old == key)
			break;
		if (old)
			continue;
		s->cpu = raw_smp_processor_id();
		s->callback = (uintptr_t)callback;
		memcpy(s->comm, current->comm, sizeof(s->comm));
		s->first = now;
		/* Pairs with copy_senders(): what it reads is complete. */
		smp_store_release(&s->ready, true);
		break;
	}
	if (n == CPUISO_LEDGER_SENDERS) {
		atomic64_inc(&l->senders_lost);
		goto out;
	}
	atomic64_inc(&s->count);
	WRITE_ONCE(s->last, now);
out:
	preempt_enable_notrace();
}
