/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_ACCOUNTS_H
#define CPUISO_ACCOUNTS_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/percpu.h>
#include <linux/seqlock.h>
#include "clock.h"
#include "types.h"

#define CPUISO_LEDGER_SOURCES	512
#define CPUISO_LEDGER_HASH_BITS	10
#define CPUISO_LEDGER_DEPTH	12
#define CPUISO_LEDGER_PARKED	8
#define CPUISO_LEDGER_PARKED_DEPTH 4
#define CPUISO_LEDGER_NMIS	4
#define CPUISO_LEDGER_SENDERS	64

/* The vectors of the CPU itself; names in stats.c. */
enum cpuiso_vector {
	CPUISO_VECTOR_LOCAL_TIMER,
	CPUISO_VECTOR_RESCHEDULE,
	CPUISO_VECTOR_CALL_FUNCTION,
	CPUISO_VECTOR_CALL_FUNCTION_SINGLE,
	CPUISO_VECTOR_IRQ_WORK,
	CPUISO_VECTOR_PLATFORM_IPI,
	CPUISO_VECTOR_THERMAL,
	CPUISO_VECTOR_THRESHOLD,
	CPUISO_VECTOR_DEFERRED_ERROR,
	CPUISO_VECTOR_SPURIOUS,
	CPUISO_VECTOR_ERROR,

	__CPUISO_VECTOR_MAX
};

#define CPUISO_LEDGER_SOFTIRQS	10

/* Sources that are always there, by their place in struct cpuiso_ledger. */
enum {
	CPUISO_SOURCE_WORKLOAD,
	CPUISO_SOURCE_IDLE,
	CPUISO_SOURCE_UNEXPLAINED,
	CPUISO_SOURCE_SOFTIRQ,
	CPUISO_SOURCE_VECTOR = CPUISO_SOURCE_SOFTIRQ + CPUISO_LEDGER_SOFTIRQS,
	CPUISO_SOURCE_OVERFLOW = CPUISO_SOURCE_VECTOR + __CPUISO_VECTOR_MAX,
	CPUISO_SOURCE_FIRST_FOUND = CPUISO_SOURCE_OVERFLOW + __CPUISO_STAT_MAX,
};

/**
 * struct cpuiso_source - something that uses a CPU
 * @id: tells it from others of its kind: a function's address, a task's pid
 *	and start, an IRQ's number and action
 * @count: stretches that ended
 * @total: ticks, of them and of stretches whose task is switched out
 * @max: ticks, of the longest
 * @first: when the first began, in ticks; 0 as long as none is in @total
 * @last: when the last ended, or its task was switched out, in ticks
 * @kind: enum cpuiso_stat_kind
 * @named: @name is that of the function, looked up before its module went
 * @number: pid, IRQ number or CPU to show
 * @name: comm or action name; of a function only when @named
 * @histogram: stretches by duration: below 1 ns, 2 ns, 4 ns, ...
 *
 * In a snapshot ticks are ns.
 */
struct cpuiso_source {
	u64 id;
	u64 count;
	u64 total;
	u64 max;
	u64 first;
	u64 last;
	u8 kind;
	bool named;
	u32 number;
	char name[64];
	u32 histogram[CPUISO_HISTOGRAM_LEN];
} ____cacheline_aligned;

/**
 * struct cpuiso_stretch - a source that has begun and not ended
 * @source: which
 * @start: when, in ticks without those of NMIs
 * @inner: ticks since then that were another's; less what it had before
 */
struct cpuiso_stretch {
	struct cpuiso_source *source;
	u64 start;
	u64 inner;
};

/**
 * struct cpuiso_parked - what a task was in the middle of when it was
 *	switched out
 * @task: never dereferenced; NULL when the place is free
 * @n: length of @stretches
 * @stretches: the outermost first; of each, @inner is less what it had, which
 *	is in the total of its source meanwhile
 */
struct cpuiso_parked {
	const struct task_struct *task;
	unsigned int n;
	struct cpuiso_stretch stretches[CPUISO_LEDGER_PARKED_DEPTH];
};

/**
 * struct cpuiso_sender - who sends interrupts to the CPU; written by others
 * @key: taken once with cmpxchg(); 0 when free
 * @ready: what does not change is written
 * @cpu: where from
 * @comm: what ran there
 * @callback: address of the function that is to run, 0 to reschedule
 * @count: how often
 * @first: when, in ticks of the sender
 * @last: when, in ticks of the sender
 */
struct cpuiso_sender {
	u64 key;
	bool ready;
	u32 cpu;
	char comm[TASK_COMM_LEN];
	u64 callback;
	atomic64_t count;
	u64 first;
	u64 last;
};

/**
 * struct cpuiso_ledger - what uses one CPU
 * @seq: around every write of the CPU but those in NMI
 * @too_deep: stretches inside that found no room
 * @top: the innermost open stretch
 * @nmi_ticks: of all NMIs
 * @isolation: whose workload is workload here; only compared, and NULL where
 *	the CPU is only observed
 * @switches: context switches
 * @last_irq: source of the last interrupt handler
 * @n_parked: places taken in @parked
 * @stack: open stretches; the outermost is the task
 * @start: when the ledger began, in ticks
 * @room: how many sources of each kind may still be added
 * @used: how many of @sources are in use
 * @nmi_seq: around every write in NMI
 * @nmis: sources of kind NMI; the last takes the overflow
 * @parked: of tasks that were switched out in a softirq or a work function
 * @rcu: frees the ledger
 * @senders: see struct cpuiso_sender
 * @senders_lost: interrupts of senders that found no place
 * @index: hash table of places in @sources; 0 is free
 * @sources: those of CPUISO_SOURCE_*, then in the order they were found
 *
 * Written by its CPU alone with interrupts off, but for @senders. Another CPU
 * reads under RCU and tries again when @seq has changed.
 */
struct cpuiso_ledger {
	seqcount_t seq;
	unsigned int too_deep;
	struct cpuiso_stretch *top;
	u64 nmi_ticks;
	const struct cpuiso_isolation *isolation;
	u64 switches;
	struct cpuiso_source *last_irq;
	unsigned int n_parked;
	struct cpuiso_stretch stack[CPUISO_LEDGER_DEPTH];
	u64 start;
	unsigned int used;
	u16 room[__CPUISO_STAT_MAX];
	seqcount_t nmi_seq;
	struct cpuiso_source nmis[CPUISO_LEDGER_NMIS];
	struct cpuiso_parked parked[CPUISO_LEDGER_PARKED];
	struct rcu_head rcu;
	struct cpuiso_sender senders[CPUISO_LEDGER_SENDERS];
	atomic64_t senders_lost;
	u16 index[1 << CPUISO_LEDGER_HASH_BITS];
	struct cpuiso_source sources[CPUISO_LEDGER_SOURCES];
};

/**
 * cpuiso_depth - how many stretches are below the innermost
 * @l: the ledger
 * @top: the innermost, l->top
 */
static inline size_t cpuiso_depth(const struct cpuiso_ledger *l,
				  const struct cpuiso_stretch *top)
{
	return ((const char *)top - (const char *)l->stack) / sizeof(*top);
}

/**
 * cpuiso_source_add - a stretch has ended
 * @s: its source
 * @own: ticks that it had for itself
 * @start: when it began, in ticks
 * @end: when it ended, in ticks
 *
 * Context: any; @s is the caller's to write.
 */
static __always_inline void cpuiso_source_add(struct cpuiso_source *s, u64 own,
					      u64 start, u64 end)
{
	u64 ns = cpuiso_ticks_to_ns(own);

	if (unlikely(!s->first))
		s->first = start;
	s->count++;
	s->total += own;
	if (unlikely(own > s->max))
		s->max = own;
	s->last = end;
	/* The bucket is fls64(@ns). */
	s->histogram[min_t(unsigned long, __fls(2 * ns + 1),
			   CPUISO_HISTOGRAM_LEN - 1)]++;
}

DECLARE_PER_CPU(struct cpuiso_ledger *, cpuiso_ledgers);

#endif
