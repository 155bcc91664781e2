// SPDX-License-Identifier: GPL-2.0
/*
 * Booking: from what the probes see to the ledger of their CPU.
 *
 * What begins is put on a stack and stops the clock of what it interrupts;
 * what ends is booked with the time it had for itself. So every nanosecond is
 * booked once, and what is on the stack is booked by the reader.
 *
 * The clock is local_clock(): it never goes back on its CPU, even where the
 * TSC is unstable; it may be read in NMI; it costs no shared cache line; other
 * CPUs can read it too; and dmesg and tracefs show the same.
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
#include <linux/sched/clock.h>
#include <linux/string.h>
#include "compat/cpuiso_compat.h"
#include "book.h"
#include "members.h"

#define MAX_PROBES 16

static __always_inline struct cpuiso_ledger *here(void)
{
	return raw_cpu_read(cpuiso_ledgers);
}

/* Charge the innermost stretch until now. */
static __always_inline u64 charge(struct cpuiso_ledger *l)
{
	u64 now, nmi;

	do {
		nmi = READ_ONCE(l->nmi_total);
		now = local_clock();
	} while (unlikely(nmi != READ_ONCE(l->nmi_total)));
	l->stack[l->depth].net += now - l->last - (nmi - l->nmi_last);
	l->last = now;
	l->nmi_last = nmi;
	return now;
}

static __always_inline void add(struct cpuiso_source *s, u64 net, u64 booked,
				u64 now)
{
	if (unlikely(!s->count++))
		s->first = now - net;
	s->total += net - booked;
	if (unlikely(net > s->max))
		s->max = net;
	s->last = now;
	s->histogram[min_t(unsigned int, fls64(net),
			   CPUISO_HISTOGRAM_LEN - 1)]++;
}

static __always_inline void push(struct cpuiso_ledger *l,
				 struct cpuiso_source *s)
{
	struct cpuiso_stretch *top;

	if (unlikely(l->depth == CPUISO_LEDGER_DEPTH - 1)) {
		l->too_deep++;
		return;
	}
	top = &l->stack[++l->depth];
	top->source = s;
	top->net = 0;
	top->booked = 0;
}

static __always_inline void pop(struct cpuiso_ledger *l, u64 now)
{
	const struct cpuiso_stretch *top = &l->stack[l->depth--];

	add(top->source, top->net, top->booked, now);
}

/* Its end was not seen: how long it lasted cannot be said. */
static void pop_lost(struct cpuiso_ledger *l, u64 now)
{
	const struct cpuiso_stretch *top = &l->stack[l->depth--];

	add(&l->sources[CPUISO_SOURCE_UNEXPLAINED], top->net, top->booked, now);
}

static notrace noinline struct cpuiso_source *
new_source(struct cpuiso_ledger *l, unsigned int i, u8 kind, u64 id)
{
	struct cpuiso_source *s;

	if (!l->room[kind] || l->used == CPUISO_LEDGER_SOURCES)
		return &l->sources[CPUISO_SOURCE_OVERFLOW + kind];
	l->room[kind]--;
	s = &l->sources[l->used];
	s->kind = kind;
	s->id = id;
	l->index[i] = l->used;
	WRITE_ONCE(l->used, l->used + 1);
	return s;
}

/* Return: the source, new when its name is empty. */
static __always_inline struct cpuiso_source *
find_source(struct cpuiso_ledger *l, u8 kind, u64 id)
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

static bool is_found(const struct cpuiso_ledger *l,
		     const struct cpuiso_source *s)
{
	return s >= &l->sources[CPUISO_SOURCE_FIRST_FOUND];
}

static __always_inline bool is_thread(const struct cpuiso_source *s)
{
	return s->kind == CPUISO_STAT_KTHREAD || s->kind == CPUISO_STAT_USER;
}

static struct cpuiso_source *thread_source(struct cpuiso_ledger *l,
					   const struct task_struct *task)
{
	u8 kind = task->flags & PF_KTHREAD ? CPUISO_STAT_KTHREAD :
					     CPUISO_STAT_USER;
	struct cpuiso_source *s;

	/* A pid that is used again is another task. */
	s = find_source(l, kind, (u64)task->pid << 32 | (u32)task->start_time);
	if (unlikely(!s->number && is_found(l, s)))
		s->number = task->pid;
	return s;
}

static struct cpuiso_source *task_source(struct cpuiso_ledger *l,
					 struct task_struct *task,
					 bool *intruder)
{
	if (!task->pid)
		return &l->sources[CPUISO_SOURCE_IDLE];
	if (l->isolation) {
		if (cpuiso_member_of(task) == l->isolation)
			return &l->sources[CPUISO_SOURCE_WORKLOAD];
		*intruder = true;
	}
	return thread_source(l, task);
}

/* A comm may change until the end, with exec or prctl(). */
static __always_inline void keep_comm(struct cpuiso_ledger *l,
				      const struct task_struct *task)
{
	struct cpuiso_source *s = l->stack[0].source;

	if (is_thread(s) && is_found(l, s))
		memcpy(s->name, task->comm, TASK_COMM_LEN);
}

/* It goes on when the task does, so it is not booked as ended. */
static bool park(struct cpuiso_ledger *l, const struct task_struct *task)
{
	struct cpuiso_parked *p = l->parked;
	unsigned int i;

	if (l->depth > CPUISO_LEDGER_PARKED_DEPTH || !cpuiso_task_stays(task))
		return false;
	for (i = 0; i < CPUISO_LEDGER_PARKED && p->task; i++)
		p++;
	if (i == CPUISO_LEDGER_PARKED)
		return false;
	p->task = task;
	p->n = l->depth;
	memcpy(p->stretches, &l->stack[1], p->n * sizeof(*p->stretches));
	for (i = 0; i < p->n; i++) {
		struct cpuiso_stretch *st = &p->stretches[i];

		st->source->total += st->net - st->booked;
		st->booked = st->net;
	}
	l->n_parked++;
	l->depth = 0;
	return true;
}

static void unpark(struct cpuiso_ledger *l, const struct task_struct *task)
{
	struct cpuiso_parked *p = l->parked;
	unsigned int i;

	for (i = 0; i < CPUISO_LEDGER_PARKED && p->task != task; i++)
		p++;
	if (i == CPUISO_LEDGER_PARKED)
		return;
	memcpy(&l->stack[1], p->stretches, p->n * sizeof(*p->stretches));
	l->depth = p->n;
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
					     u64 now)
{
	l->too_deep = 0;
	if (park(l, prev))
		return;
	while (l->depth)
		pop(l, now);
}

/**
 * cpuiso_book_switch - another task runs from now on
 * @prev: what ran
 * @next: what runs
 *
 * Context: sched_switch, interrupts off.
 * Return: true when the CPU is isolated and @next does not belong there.
 */
notrace bool cpuiso_book_switch(struct task_struct *prev,
				struct task_struct *next)
{
	struct cpuiso_ledger *l = here();
	bool intruder = false;
	u64 now;

	if (unlikely(!l))
		return false;
	raw_write_seqcount_begin(&l->seq);
	now = charge(l);
	if (unlikely(l->depth))
		leave_stretches(l, prev, now);
	keep_comm(l, prev);
	add(l->stack[0].source, l->stack[0].net, l->stack[0].booked, now);
	l->stack[0].source = task_source(l, next, &intruder);
	l->stack[0].net = 0;
	l->stack[0].booked = 0;
	l->switches++;
	if (unlikely(l->n_parked))
		unpark(l, next);
	raw_write_seqcount_end(&l->seq);
	return intruder;
}

/**
 * cpuiso_book_begin - the first entry of a ledger
 * @l: the ledger, about to be the current CPU's
 *
 * Context: interrupts off.
 */
notrace void cpuiso_book_begin(struct cpuiso_ledger *l)
{
	bool intruder;

	l->start = local_clock();
	l->last = l->start;
	l->stack[0].source = task_source(l, current, &intruder);
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
	struct cpuiso_stretch *base = &l->stack[0];
	struct cpuiso_source *s;
	bool intruder;
	u64 now;

	raw_write_seqcount_begin(&l->seq);
	s = task_source(l, current, &intruder);
	if (s != base->source) {
		now = charge(l);
		keep_comm(l, current);
		add(base->source, base->net, base->booked, now);
		base->source = s;
		base->net = 0;
		base->booked = 0;
	}
	raw_write_seqcount_end(&l->seq);
}

/**
 * cpuiso_book_vector - an interrupt of the CPU itself begins
 * @vector: enum cpuiso_vector
 *
 * Context: interrupts off.
 */
notrace void cpuiso_book_vector(unsigned int vector)
{
	struct cpuiso_ledger *l = here();

	if (unlikely(!l))
		return;
	raw_write_seqcount_begin(&l->seq);
	charge(l);
	push(l, &l->sources[CPUISO_SOURCE_VECTOR + vector]);
	raw_write_seqcount_end(&l->seq);
}

/**
 * cpuiso_book_softirq - a softirq begins
 * @nr: which
 *
 * Context: interrupts on; preemptible on PREEMPT_RT.
 */
notrace void cpuiso_book_softirq(unsigned int nr)
{
	struct cpuiso_ledger *l;
	unsigned long flags;

	raw_local_irq_save(flags);
	l = here();
	if (likely(l && nr < CPUISO_LEDGER_SOFTIRQS)) {
		raw_write_seqcount_begin(&l->seq);
		charge(l);
		push(l, &l->sources[CPUISO_SOURCE_SOFTIRQ + nr]);
		raw_write_seqcount_end(&l->seq);
	}
	raw_local_irq_restore(flags);
}

/**
 * cpuiso_book_irq - an interrupt handler begins
 * @irq: number of the interrupt
 * @action: the handler; handlers that share a number are told apart
 *
 * Context: interrupts off.
 */
notrace void cpuiso_book_irq(unsigned int irq, const struct irqaction *action)
{
	struct cpuiso_ledger *l = here();
	struct cpuiso_source *s;

	if (unlikely(!l))
		return;
	raw_write_seqcount_begin(&l->seq);
	charge(l);
	s = find_source(l, CPUISO_STAT_IRQ, (u64)irq << 48 ^ (uintptr_t)action);
	if (unlikely(!s->named && is_found(l, s))) {
		s->number = irq;
		strscpy(s->name, action->name ?: "", sizeof(s->name));
		s->named = true;
	}
	push(l, s);
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
	l = here();
	if (likely(l)) {
		raw_write_seqcount_begin(&l->seq);
		charge(l);
		push(l, find_source(l, kind, (uintptr_t)fn));
		raw_write_seqcount_end(&l->seq);
	}
	raw_local_irq_restore(flags);
}

/* The innermost stretch is not what ended: something's end was not seen. */
static notrace noinline void end_inner(struct cpuiso_ledger *l,
				       enum cpuiso_stat_kind kind, u64 now)
{
	unsigned int d;

	for (d = l->depth; d; d--)
		if (l->stack[d].source->kind == kind)
			break;
	/* Or its beginning was not, and it belongs to what it interrupted. */
	if (!d)
		return;
	while (l->depth > d)
		pop_lost(l, now);
	pop(l, now);
}

static __always_inline void end(struct cpuiso_ledger *l,
				enum cpuiso_stat_kind kind)
{
	u64 now;

	raw_write_seqcount_begin(&l->seq);
	now = charge(l);
	if (unlikely(l->too_deep))
		l->too_deep--;
	else if (likely(l->depth && l->stack[l->depth].source->kind == kind))
		pop(l, now);
	else
		end_inner(l, kind, now);
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
	l = here();
	if (likely(l))
		end(l, kind);
	raw_local_irq_restore(flags);
}

/**
 * cpuiso_book_end_hard - what began in hard interrupt context ends
 * @kind: as what it began
 *
 * Context: interrupts off.
 */
notrace void cpuiso_book_end_hard(enum cpuiso_stat_kind kind)
{
	struct cpuiso_ledger *l = here();

	if (likely(l))
		end(l, kind);
}

/**
 * cpuiso_book_nmi - an NMI was handled
 * @handler: the function
 * @ns: how long it took
 *
 * Context: NMI.
 */
notrace void cpuiso_book_nmi(const void *handler, u64 ns)
{
	struct cpuiso_ledger *l = here();
	struct cpuiso_source *s;

	if (!l)
		return;
	raw_write_seqcount_begin(&l->nmi_seq);
	for (s = l->nmis; s < &l->nmis[CPUISO_LEDGER_NMIS - 1]; s++) {
		if (s->id == (uintptr_t)handler)
			break;
		if (!s->id) {
			s->id = (uintptr_t)handler;
			break;
		}
	}
	add(s, ns, 0, local_clock());
	WRITE_ONCE(l->nmi_total, l->nmi_total + ns);
	raw_write_seqcount_end(&l->nmi_seq);
}
