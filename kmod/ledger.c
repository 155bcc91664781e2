// SPDX-License-Identifier: GPL-2.0
/*
 * The ledgers: which CPU has one, since when, and how it gets another.
 *
 * A CPU has a ledger while it is isolated or observed by anybody. It is
 * published on the CPU itself, by an interrupt, because only there it is known
 * what runs; a ledger that is not wanted any more is taken away without one.
 * The worker alone does either.
 */
#include <linux/cpu.h>
#include <linux/mm.h>
#include <linux/smp.h>
#include <linux/slab.h>
#include "book.h"
#include "clock.h"
#include "fault.h"
#include "ledger.h"
#include "probe.h"

/**
 * struct state - who wants a ledger of a CPU
 * @isolation: whose CPU it is, or NULL
 * @observers: how many observe it
 */
struct state {
	const struct cpuiso_isolation *isolation;
	unsigned int observers;
};

DEFINE_PER_CPU(struct cpuiso_ledger *, cpuiso_ledgers);

static DEFINE_PER_CPU(struct state, states);
static unsigned int n_ledgers;

/* So that no kind takes the places of another. */
static const u16 rooms[__CPUISO_STAT_MAX] = {
	[CPUISO_STAT_KTHREAD] = 128,
	[CPUISO_STAT_USER] = 128,
	[CPUISO_STAT_IRQ] = 64,
	[CPUISO_STAT_TIMER] = 64,
	[CPUISO_STAT_HRTIMER] = 32,
	[CPUISO_STAT_WORK] = 64,
	[CPUISO_STAT_CALL] = 32,
};

static struct cpuiso_ledger *current_ledger(unsigned int cpu)
{
	return per_cpu(cpuiso_ledgers, cpu);
}

/**
 * cpuiso_ledger_exists - has a CPU a ledger?
 * @cpu: which
 *
 * Context: the worker.
 */
bool cpuiso_ledger_exists(unsigned int cpu)
{
	return current_ledger(cpu);
}

static struct cpuiso_ledger *
new_ledger(const struct cpuiso_isolation *iso)
{
	struct cpuiso_ledger *l;
	unsigned int i;

	if (cpuiso_fault())
		return NULL;
	l = kvzalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return NULL;
	seqcount_init(&l->seq);
	seqcount_init(&l->nmi_seq);
	l->isolation = iso;
	l->top = l->stack;
	l->last_irq = l->sources;
	l->used = CPUISO_SOURCE_FIRST_FOUND;
	memcpy(l->room, rooms, sizeof(rooms));
	for (i = 0; i < CPUISO_LEDGER_SOFTIRQS; i++)
		l->sources[CPUISO_SOURCE_SOFTIRQ + i].kind =
			CPUISO_STAT_SOFTIRQ;
	for (i = 0; i < __CPUISO_VECTOR_MAX; i++)
		l->sources[CPUISO_SOURCE_VECTOR + i].kind = CPUISO_STAT_VECTOR;
	for (i = 0; i < __CPUISO_STAT_MAX; i++)
		l->sources[CPUISO_SOURCE_OVERFLOW + i].kind = i;
	for (i = 0; i < CPUISO_LEDGER_NMIS; i++)
		l->nmis[i].kind = CPUISO_STAT_NMI;
	return l;
}

static void begin(void *info)
{
	struct cpuiso_ledger *l = info;

	cpuiso_book_begin(l);
	/* Pairs with the acquire of whoever looks the ledger up. */
	smp_store_release(this_cpu_ptr(&cpuiso_ledgers), l);
}

static void rebase(void *info)
{
	struct cpuiso_ledger *l = __this_cpu_read(cpuiso_ledgers);

	if (l)
		cpuiso_book_rebase(l);
}

/* An offline CPU is where it will come back: in its idle task. */
static void begin_offline(struct cpuiso_ledger *l, unsigned int cpu)
{
	l->start = cpuiso_ticks_of(cpu);
	l->stack[0].start = l->start;
	l->stack[0].source = &l->sources[CPUISO_SOURCE_IDLE];
	/* Pairs with the acquire of whoever looks the ledger up. */
	smp_store_release(per_cpu_ptr(&cpuiso_ledgers, cpu), l);
}

static void publish(struct cpuiso_ledger *l, unsigned int cpu)
{
	struct cpuiso_ledger *old = current_ledger(cpu);

	cpus_read_lock();
	if (smp_call_function_single(cpu, begin, l, 1))
		begin_offline(l, cpu);
	cpus_read_unlock();
	if (old)
		kvfree_rcu(old, rcu);
	else
		n_ledgers++;
}

static void withdraw(unsigned int cpu)
{
	struct cpuiso_ledger *old = current_ledger(cpu);

	if (!old)
		return;
	WRITE_ONCE(per_cpu(cpuiso_ledgers, cpu), NULL);
	kvfree_rcu(old, rcu);
	if (!--n_ledgers)
		cpuiso_probes_detach(cpuiso_ledger_probes);
}

/* A new ledger for a CPU. Return: 0 or a negative errno, and nothing is new. */
static int renew(unsigned int cpu)
{
	struct cpuiso_ledger *l = new_ledger(per_cpu(states, cpu).isolation);
	int err = 0;

	if (!l)
		return -ENOMEM;
	if (!n_ledgers) {
		cpuiso_clock_set();
		err = cpuiso_probes_attach(cpuiso_ledger_probes);
	}
	if (err)
		kvfree(l);
	else
		publish(l, cpu);
	return err;
}

static bool is_wanted(unsigned int cpu)
{
	const struct state *s = per_cpu_ptr(&states, cpu);

	return s->isolation || s->observers;
}

/**
 * cpuiso_ledger_isolate - the CPUs of an isolation get ledgers
 * @cpus: its CPUs, of no other isolation
 * @iso: the isolation, whose workload is no noise
 *
 * What was observed there before is dropped: the ledger of an isolated CPU
 * begins with the isolation.
 *
 * Context: the worker.
 * Return: 0 or a negative errno; cpuiso_ledger_release() is due in either case.
 */
int cpuiso_ledger_isolate(const struct cpumask *cpus,
			  const struct cpuiso_isolation *iso)
{
	unsigned int cpu;
	int err;

	for_each_cpu(cpu, cpus) {
		per_cpu(states, cpu).isolation = iso;
		err = renew(cpu);
		if (err)
			return err;
	}
	return 0;
}

/**
 * cpuiso_ledger_release - the mirror of cpuiso_ledger_isolate()
 * @cpus: the same CPUs
 *
 * A CPU that is still observed keeps a ledger.
 *
 * Context: the worker.
 */
void cpuiso_ledger_release(const struct cpumask *cpus)
{
	struct cpuiso_ledger *l;
	unsigned int cpu;

	for_each_cpu(cpu, cpus) {
		per_cpu(states, cpu).isolation = NULL;
		l = current_ledger(cpu);
		if (!is_wanted(cpu))
			withdraw(cpu);
		else if (renew(cpu) && l)
			WRITE_ONCE(l->isolation, NULL);
	}
}

/**
 * cpuiso_ledger_observe - somebody observes CPUs
 * @cpus: which; one that is offline is idle until it comes
 *
 * Context: the worker.
 * Return: 0 or a negative errno, and then nothing is changed.
 */
int cpuiso_ledger_observe(const struct cpumask *cpus)
{
	unsigned int cpu, undo;
	int err;

	for_each_cpu(cpu, cpus) {
		err = current_ledger(cpu) ? 0 : renew(cpu);
		if (err)
			goto undo;
		per_cpu(states, cpu).observers++;
	}
	return 0;
undo:
	for_each_cpu(undo, cpus) {
		if (undo == cpu)
			break;
		if (!--per_cpu(states, undo).observers && !is_wanted(undo))
			withdraw(undo);
	}
	return err;
}

/**
 * cpuiso_ledger_unobserve - the mirror of cpuiso_ledger_observe()
 * @cpus: the same CPUs
 *
 * Context: the worker.
 */
void cpuiso_ledger_unobserve(const struct cpumask *cpus)
{
	unsigned int cpu;

	for_each_cpu(cpu, cpus)
		if (!--per_cpu(states, cpu).observers && !is_wanted(cpu))
			withdraw(cpu);
}

/**
 * cpuiso_ledger_reset - begin anew
 * @cpus: those that have no ledger are left out
 *
 * Context: the worker.
 * Return: 0 or -ENOMEM, and then some have begun anew and some not.
 */
int cpuiso_ledger_reset(const struct cpumask *cpus)
{
	unsigned int cpu;
	int err;

	for_each_cpu(cpu, cpus) {
		err = current_ledger(cpu) ? renew(cpu) : 0;
		if (err)
			return err;
	}
	return 0;
}

/**
 * cpuiso_ledger_rebase - what runs may have become workload, or stopped to be
 * @cpus: where
 *
 * Context: the worker.
 */
void cpuiso_ledger_rebase(const struct cpumask *cpus)
{
	unsigned int cpu;

	cpus_read_lock();
	for_each_cpu(cpu, cpus)
		smp_call_function_single(cpu, rebase, NULL, 1);
	cpus_read_unlock();
}
