// SPDX-License-Identifier: GPL-2.0
/*
 * Booking: from what the probes see to the ledger of their CPU.
 *
 * What begins is put on a stack and stops the clock of what it interrupts;
 * what ends is booked with the time it had for itself. So every nanosecond is
 * booked once, and what is on the stack is booked by the reader.
 *
 * Everything here runs in probes: it never allocates, sleeps or takes a lock.
 * Interrupts are off while the ledger is written, so that only an NMI nests,
 * and that has counters of its own, which are taken off the clock.
 */
#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/interrupt.h>
#include <linux/irqflags.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "compat/cpuiso_compat.h"
#include "book.h"
#include "clock.h"
#include "members.h"

#define MAX_PROBES 16

/*
 * The time in ticks, without what NMIs took until then: by how much it is less
 * than the clock is in @nmis.
 */
static __always_inline u64 look(const struct cpuiso_ledger *l, u64 *nmis)
{
	u64 ticks;

	do {
		*nmis = READ_ONCE(l->nmi_ticks);
		ticks = cpuiso_ticks();
	} while (unlikely(*nmis != READ_ONCE(l->nmi_ticks)));
	return ticks - *nmis;
}

static __always_inline void begin(struct cpuiso_stretch *st,
				  struct cpuiso_source *s, u64 now)
{
	st->source = s;
	st->start = now;
	st->inner = 0;
}

static __always_inline u64 own(const struct cpuiso_stretch *st, u64 now)
{
	return now - st->start - st->inner;
}

static __always_inline void push(struct cpuiso_ledger *l,
				 struct cpuiso_source *s)
{
	struct cpuiso_stretch *st = l->top;
	u64 nmis;

	if (unlikely(st == &l->stack[CPUISO_LEDGER_DEPTH - 1])) {
		l->too_deep++;
		return;
	}
	begin(++st, s, look(l, &nmis));
	l->top = st;
}

/* The innermost stretch ends, and is booked to @s. */
static __always_inline void pop(struct cpuiso_ledger *l,
				struct cpuiso_source *s, u64 now, u64 nmis)
{
	struct cpuiso_stretch *st = l->top;

	l->top = st - 1;
	st[-1].inner += now - st->start;
	cpuiso_source_add(s, own(st, now), st->start + nmis, now + nmis);
}

static __always_inline bool is_thread(const struct cpuiso_source *s)
{
	return s->kind == CPUISO_STAT_KTHREAD || s->kind == CPUISO_STAT_USER;
}

static notrace noinline struct cpuiso_source *
new_source(struct cpuiso_ledger *l, unsigned int i, unsigned int kind, u64 id)
{
	struct cpuiso_source *s;

	if (!l->room[kind] || l->used == CPUISO_LEDGER_SOURCES)
		return &l->sources[CPUISO_SOURCE_OVERFLOW + kind];
	l->room[kind]--;
	s = &l->sources[l->used];
	s->kind = kind;
	s->id = id;
	if (is_thread(s))
		s->number = id >> 32;
	l->index[i] = l->used;
	/* Pairs with keep_names(), which looks without the seqcount. */
	smp_store_release(&l->used, l->used + 1);
	return s;
}

/* Return: the source, new when its name is empty. */
static __always_inline struct cpuiso_source *
find_source(struct cpuiso_ledger *l, unsigned int kind, u64 id)
{
	unsigned int n, i = hash_64(id + kind, CPUISO_LEDGER_HASH_BITS);

	for (n = 0; n < MAX_PROBES; n++) {
		struct cpuiso_source *s = &l->sources[l->index[i]];

		if (likely(s->id == id && s->kind == kind))
			return s;
		if (!l->index[i])
			return new_source(l, i, kind, id);
		i = (i + 1) % ARRAY_SIZE(l->index);
	}
	return &l->sources[CPUISO_SOURCE_OVERFLOW + kind];
}

static __always_inline bool is_found(const struct cpuiso_ledger *l,
				     const struct cpuiso_source *s)
{
	return s >= &l->sources[CPUISO_SOURCE_FIRST_FOUND];
}

static __always_inline struct cpuiso_source *
thread_source(struct cpuiso_ledger *l, const struct task_struct *task)
{
	unsigned int kind = cpuiso_task_is(task, PF_KTHREAD) ?
			    CPUISO_STAT_KTHREAD : CPUISO_STAT_USER;

	/* Else it is worked out again for each use. */
	OPTIMIZER_HIDE_VAR(kind);
	/* A pid that is used again is another task. */
	return find_source(l, kind,
			   (u64)task->pid << 32 | (u32)task->start_time);
}

static __always_inline struct cpuiso_source *
task_source(struct cpuiso_ledger *l, struct task_struct *task)
{
	const struct cpuiso_isolation *isolation = READ_ONCE(l->isolation);

	if (!task->pid)
		return &l->sources[CPUISO_SOURCE_IDLE];
	if (isolation && cpuiso_member_of(task) == isolation)
		return &l->sources[CPUISO_SOURCE_WORKLOAD];
	return thread_source(l, task);
}

/* A comm may change until the end, with exec or prctl(). */
static __always_inline void keep_comm(struct cpuiso_ledger *l,
				      const struct task_struct *task)
{
	struct cpuiso_source *s = l->stack[0].source;

	if (is_thread(s))
		memcpy(s->name, task->comm, TASK_COMM_LEN);
}

/* It goes on when the task does, so it is not booked as ended. */
static notrace bool park(struct cpuiso_ledger *l,
			 const struct task_struct *task, u64 now, u64 nmis)
{
	struct cpuiso_parked *p = l->parked;
	unsigned int i, n = cpuiso_depth(l, l->top);

	if (n > CPUISO_LEDGER_PARKED_DEPTH || !cpuiso_task_stays(task))
		return false;
	for (i = 0; i < CPUISO_LEDGER_PARKED && p->task; i++)
		p++;
	if (i == CPUISO_LEDGER_PARKED)
		return false;
	p->task = task;
	p->n = n;
	for (; n; n--) {
		struct cpuiso_stretch *st = &l->stack[n];
		u64 had = own(st, now);

		st[-1].inner += now - st->start;
		st->source->total += had;
		st->source->last = now + nmis;
		if (!st->source->first)
			st->source->first = st->start + nmis;
		p->stretches[n - 1].source = st->source;
		p->stretches[n - 1].inner = -had;
	}
	l->top = l->stack;
	l->n_parked++;
	return true;
}

static notrace noinline void unpark(struct cpuiso_ledger *l,
				    const struct task_struct *task, u64 now)
{
	struct cpuiso_parked *p = l->parked;
	unsigned int i;

	for (i = 0; i < CPUISO_LEDGER_PARKED && p->task != task; i++)
		p++;
	if (i == CPUISO_LEDGER_PARKED)
		return;
	for (i = 0; i < p->n; i++) {
		struct cpuiso_stretch *st = ++l->top;

		begin(st, p->stretches[i].source, now);
		st->inner = p->stretches[i].inner;
		st->source->total += st->inner;
	}
	p->task = NULL;
	l->n_parked--;
}

/*
 * Stretches are open inside the task: work functions, and on PREEMPT_RT
 * softirqs with their timers. A task that may go on elsewhere ends them here;
 * what it does of them when it comes back counts as the task's own.
 */
static notrace noinline void leave_stretches(struct cpuiso_ledger *l,
					     const struct task_struct *prev,
					     u64 now, u64 nmis)
{
	l->too_deep = 0;
	if (park(l, prev, now, nmis))
		return;
	while (l->top != l->stack)
		pop(l, l->top->source, now, nmis);
}

static __always_inline void change_task(struct cpuiso_ledger *l,
					struct cpuiso_source *s, u64 now,
					u64 nmis)
{
	struct cpuiso_stretch *st = l->stack;

	cpuiso_source_add(st->source, own(st, now), st->start + nmis,
			  now + nmis);
	begin(st, s, now);
}

/**
 * cpuiso_book_switch - another task runs from now on
 * @l: the CPU's ledger
 * @prev: what ran
 * @next: what runs
 *
 * Context: sched_switch, interrupts off.
 */
notrace void cpuiso_book_switch(struct cpuiso_ledger *l,
				struct task_struct *prev,
				struct task_struct *next)
{
	u64 now, nmis;

	raw_write_seqcount_begin(&l->seq);
	now = look(l, &nmis);
	if (unlikely(l->top != l->stack))
		leave_stretches(l, prev, now, nmis);
	keep_comm(l, prev);
	change_task(l, task_source(l, next), now, nmis);
	l->switches++;
	if (unlikely(l->n_parked))
		unpark(l, next, now);
	raw_write_seqcount_end(&l->seq);
}

/**
 * cpuiso_book_begin - the first entry of a ledger
 * @l: the ledger, about to be the current CPU's
 *
 * Context: interrupts off.
 */
notrace void cpuiso_book_begin(struct cpuiso_ledger *l)
{
	l->start = cpuiso_ticks();
	begin(l->stack, task_source(l, current), l->start);
	keep_comm(l, current);
}

/**
 * cpuiso_book_rebase - look again whether what runs is workload
 * @l: the current CPU's ledger
 *
 * Context: interrupts off.
 */
notrace void cpuiso_book_rebase(struct cpuiso_ledger *l)
{
	struct cpuiso_source *s;
	u64 now, nmis;

	raw_write_seqcount_begin(&l->seq);
	s = task_source(l, current);
	/* What is open inside began before, and would be taken off the new. */
	if (s != l->stack[0].source && l->top == l->stack) {
		now = look(l, &nmis);
		keep_comm(l, current);
		change_task(l, s, now, nmis);
	}
	raw_write_seqcount_end(&l->seq);
}

/**
 * cpuiso_book_vector - an interrupt of the CPU itself begins
 * @l: the CPU's ledger
 * @vector: enum cpuiso_vector
 *
 * Context: interrupts off.
 */
notrace void cpuiso_book_vector(struct cpuiso_ledger *l, unsigned int vector)
{
	raw_write_seqcount_begin(&l->seq);
	push(l, &l->sources[CPUISO_SOURCE_VECTOR + vector]);
	raw_write_seqcount_end(&l->seq);
}

/**
 * cpuiso_book_softirq - a softirq begins
 * @nr: which
 *
 * Context: softirq, interrupts on; preemptible on PREEMPT_RT.
 */
notrace void cpuiso_book_softirq(unsigned int nr)
{
	struct cpuiso_ledger *l;

	raw_local_irq_disable();
	l = cpuiso_ledger_here();
	if (likely(l && nr < CPUISO_LEDGER_SOFTIRQS)) {
		raw_write_seqcount_begin(&l->seq);
		push(l, &l->sources[CPUISO_SOURCE_SOFTIRQ + nr]);
		raw_write_seqcount_end(&l->seq);
	}
	raw_local_irq_enable();
}

static notrace noinline struct cpuiso_source *
irq_source(struct cpuiso_ledger *l, u64 id, unsigned int irq,
	   const struct irqaction *action)
{
	struct cpuiso_source *s = find_source(l, CPUISO_STAT_IRQ, id);

	if (!s->named && is_found(l, s)) {
		s->number = irq;
		strscpy(s->name, action->name ?: "", sizeof(s->name));
		s->named = true;
	}
	return s;
}

/**
 * cpuiso_book_irq - an interrupt handler begins
 * @l: the CPU's ledger
 * @irq: number of the interrupt
 * @action: the handler; handlers that share a number are told apart
 *
 * Context: interrupts off.
 */
notrace void cpuiso_book_irq(struct cpuiso_ledger *l, unsigned int irq,
			     const struct irqaction *action)
{
	u64 id = (u64)irq << 48 ^ (uintptr_t)action;

	raw_write_seqcount_begin(&l->seq);
	if (l->last_irq->id != id)
		l->last_irq = irq_source(l, id, irq, action);
	push(l, l->last_irq);
	raw_write_seqcount_end(&l->seq);
}

/**
 * cpuiso_book_function - a function is called that has a name in the ledger
 * @kind: as what: timer, hrtimer, work or call
 * @fn: the function
 *
 * Context: any but NMI.
 */
notrace void cpuiso_book_function(enum cpuiso_stat_kind kind, const void *fn)
{
	struct cpuiso_ledger *l;
	unsigned long flags;

	raw_local_irq_save(flags);
	l = cpuiso_ledger_here();
	if (likely(l)) {
		raw_write_seqcount_begin(&l->seq);
		push(l, find_source(l, kind, (uintptr_t)fn));
		raw_write_seqcount_end(&l->seq);
	}
	raw_local_irq_restore(flags);
}

/* The innermost stretch is not what ended: something's end was not seen. */
static notrace noinline void end_inner(struct cpuiso_ledger *l,
				       enum cpuiso_stat_kind kind, u64 now,
				       u64 nmis)
{
	const struct cpuiso_stretch *st;

	for (st = l->top; st != l->stack; st--)
		if (st->source->kind == kind)
			break;
	/* Or its beginning was not, and it belongs to what it interrupted. */
	if (st == l->stack)
		return;
	while (l->top != st)
		pop(l, &l->sources[CPUISO_SOURCE_UNEXPLAINED], now, nmis);
	pop(l, st->source, now, nmis);
}

static __always_inline void end(struct cpuiso_ledger *l,
				enum cpuiso_stat_kind kind)
{
	struct cpuiso_source *s;
	u64 now, nmis;

	if (unlikely(l->too_deep)) {
		l->too_deep--;
		return;
	}
	raw_write_seqcount_begin(&l->seq);
	now = look(l, &nmis);
	s = l->top->source;
	/* The outermost is a task, whose kind nothing that ends has. */
	if (likely(s->kind == kind))
		pop(l, s, now, nmis);
	else
		end_inner(l, kind, now, nmis);
	raw_write_seqcount_end(&l->seq);
}

/**
 * cpuiso_book_end - what began ends
 * @kind: as what it began
 *
 * Context: any but NMI.
 */
notrace void cpuiso_book_end(enum cpuiso_stat_kind kind)
{
	struct cpuiso_ledger *l;
	unsigned long flags;

	raw_local_irq_save(flags);
	l = cpuiso_ledger_here();
	if (likely(l))
		end(l, kind);
	raw_local_irq_restore(flags);
}

/**
 * cpuiso_book_softirq_end - a softirq ends
 *
 * Context: softirq, interrupts on; preemptible on PREEMPT_RT.
 */
notrace void cpuiso_book_softirq_end(void)
{
	struct cpuiso_ledger *l;

	raw_local_irq_disable();
	l = cpuiso_ledger_here();
	if (likely(l))
		end(l, CPUISO_STAT_SOFTIRQ);
	raw_local_irq_enable();
}

/**
 * cpuiso_book_end_hard - what began in hard interrupt context ends
 * @l: the CPU's ledger
 * @kind: as what it began
 *
 * Context: interrupts off.
 */
notrace void cpuiso_book_end_hard(struct cpuiso_ledger *l,
				  enum cpuiso_stat_kind kind)
{
	end(l, kind);
}

/**
 * cpuiso_book_nmi - an NMI was handled
 * @l: the CPU's ledger
 * @handler: the function
 * @ns: how long it took
 *
 * Context: NMI.
 */
notrace void cpuiso_book_nmi(struct cpuiso_ledger *l, const void *handler,
			     u64 ns)
{
	struct cpuiso_source *s;
	u64 now, ticks = cpuiso_ns_to_ticks(ns);

	raw_write_seqcount_begin(&l->nmi_seq);
	for (s = l->nmis; s < &l->nmis[CPUISO_LEDGER_NMIS - 1]; s++) {
		if (s->id == (uintptr_t)handler)
			break;
		if (!s->id) {
			s->id = (uintptr_t)handler;
			break;
		}
	}
	now = cpuiso_ticks();
	cpuiso_source_add(s, ticks, now - ticks, now);
	WRITE_ONCE(l->nmi_ticks, l->nmi_ticks + ticks);
	raw_write_seqcount_end(&l->nmi_seq);
}
