// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel itself counts on a CPU, since that CPU was isolated.
 *
 * The values of that moment are kept per CPU; readers subtract. Nothing runs
 * on the CPU for it but the probe that counts context switches, which the
 * kernel does not let a module read.
 */
#include <linux/interrupt.h>
#include <linux/kernel_stat.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/tick.h>
#include "compat/cpuiso_compat.h"
#include "counters.h"
#include "fault.h"
#include "irqs.h"
#include "probe.h"

#define MAX_VECTORS 16

/**
 * struct baseline - the counters of one CPU when it was isolated
 * @rcu: frees it
 * @time: ns, by class
 * @switches: context switches
 * @vectors: by architecture vector
 * @softirqs: by softirq
 * @nr_irqs: length of @irqs
 * @irqs: by IRQ number
 */
struct baseline {
	struct rcu_head rcu;
	u64 time[NR_STATS];
	u64 switches;
	unsigned int vectors[MAX_VECTORS];
	unsigned int softirqs[NR_SOFTIRQS];
	unsigned int nr_irqs;
	unsigned int irqs[];
};

static DEFINE_PER_CPU(struct baseline __rcu *, baselines);

static const struct {
	const char *name;
	enum cpu_usage_stat stat;
} classes[] = {
	{ "user", CPUTIME_USER },
	{ "nice", CPUTIME_NICE },
	{ "system", CPUTIME_SYSTEM },
	{ "irq", CPUTIME_IRQ },
	{ "softirq", CPUTIME_SOFTIRQ },
	{ "idle", CPUTIME_IDLE },
	{ "iowait", CPUTIME_IOWAIT },
	{ "steal", CPUTIME_STEAL },
};

static const char * const softirq_names[NR_SOFTIRQS] = {
	[HI_SOFTIRQ] = "HI",
	[TIMER_SOFTIRQ] = "TIMER",
	[NET_TX_SOFTIRQ] = "NET_TX",
	[NET_RX_SOFTIRQ] = "NET_RX",
	[BLOCK_SOFTIRQ] = "BLOCK",
	[IRQ_POLL_SOFTIRQ] = "IRQ_POLL",
	[TASKLET_SOFTIRQ] = "TASKLET",
	[SCHED_SOFTIRQ] = "SCHED",
	[HRTIMER_SOFTIRQ] = "HRTIMER",
	[RCU_SOFTIRQ] = "RCU",
};

#ifndef CONFIG_X86
const char *cpuiso_vector_name(unsigned int i)
{
	return NULL;
}

unsigned int cpuiso_vector_count(unsigned int i, unsigned int cpu)
{
	return 0;
}
#endif

static u64 time_of(unsigned int cpu, enum cpu_usage_stat stat)
{
	struct kernel_cpustat ks;
	u64 us = -1ULL;

	/* As /proc/stat does: an idle CPU without a tick books nothing. */
	if (cpu_online(cpu) && stat == CPUTIME_IDLE)
		us = get_cpu_idle_time_us(cpu, NULL);
	else if (cpu_online(cpu) && stat == CPUTIME_IOWAIT)
		us = get_cpu_iowait_time_us(cpu, NULL);
	if (us != -1ULL)
		return us * NSEC_PER_USEC;
	kcpustat_cpu_fetch(&ks, cpu);
	return ks.cpustat[stat];
}

static struct baseline *take_baseline(unsigned int cpu)
{
	unsigned int i, n = irq_get_nr_irqs();
	struct baseline *b;

	if (cpuiso_fault())
		return NULL;
	b = kvzalloc(struct_size(b, irqs, n), GFP_KERNEL);
	if (!b)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(classes); i++)
		b->time[classes[i].stat] = time_of(cpu, classes[i].stat);
	b->switches = cpuiso_probe_switches(cpu);
	for (i = 0; i < MAX_VECTORS && cpuiso_vector_name(i); i++)
		b->vectors[i] = cpuiso_vector_count(i, cpu);
	for (i = 0; i < NR_SOFTIRQS; i++)
		b->softirqs[i] = kstat_softirqs_cpu(i, cpu);
	b->nr_irqs = n;
	for (i = 0; i < n; i++)
		cpuiso_irq_count(i, cpu, &b->irqs[i], NULL, 0);
	return b;
}

/**
 * cpuiso_counters_start - count from now on
 * @cpus: CPUs that are not counted yet
 *
 * Context: the worker.
 * Return: 0 or -ENOMEM; cpuiso_counters_stop() is due in either case.
 */
int cpuiso_counters_start(const struct cpumask *cpus)
{
	struct baseline *b;
	unsigned int cpu;

	for_each_cpu(cpu, cpus) {
		b = take_baseline(cpu);
		if (!b)
			return -ENOMEM;
		rcu_assign_pointer(per_cpu(baselines, cpu), b);
	}
	return 0;
}

/**
 * cpuiso_counters_stop - the mirror of cpuiso_counters_start()
 * @cpus: the same CPUs
 *
 * Context: the worker.
 */
void cpuiso_counters_stop(const struct cpumask *cpus)
{
	struct baseline *b;
	unsigned int cpu;

	for_each_cpu(cpu, cpus) {
		b = rcu_replace_pointer(per_cpu(baselines, cpu), NULL, true);
		if (b)
			kvfree_rcu(b, rcu);
	}
}

static void timed(struct cpuiso_counter *c, const char *name, u64 now, u64 then)
{
	c->kind = CPUISO_STAT_TIME;
	c->timed = true;
	c->total_ns = now > then ? now - then : 0;
	strscpy(c->name, name, sizeof(c->name));
}

static void counted(struct cpuiso_counter *c, enum cpuiso_stat_kind kind,
		    const char *name, u64 count)
{
	c->kind = kind;
	c->timed = false;
	c->count = count;
	strscpy(c->name, name, sizeof(c->name));
}

static bool irq_counter(const struct baseline *b, unsigned int irq,
			struct cpuiso_counter *c)
{
	unsigned int now, then = irq < b->nr_irqs ? b->irqs[irq] : 0;
	char action[48];

	if (!cpuiso_irq_count(irq, c->cpu, &now, action, sizeof(action)))
		return false;
	/* A number that was freed and taken again counts from 0. */
	now = now >= then ? now - then : now;
	if (!now)
		return false;
	counted(c, CPUISO_STAT_IRQ, "", now);
	snprintf(c->name, sizeof(c->name), "%u:%s", irq, action);
	return true;
}

/*
 * The counters of a CPU are numbered: classes, switches, vectors, softirqs,
 * IRQs. Return: 1 when there is one, 0 when it is to be skipped, -1 after the
 * last.
 */
static int nth_counter(const struct baseline *b, u32 n,
		       struct cpuiso_counter *c)
{
	u32 i = n;

	if (i < ARRAY_SIZE(classes)) {
		timed(c, classes[i].name, time_of(c->cpu, classes[i].stat),
		      b->time[classes[i].stat]);
		return 1;
	}
	i -= ARRAY_SIZE(classes);
	if (i == 0) {
		counted(c, CPUISO_STAT_SWITCH, "context",
			cpuiso_probe_switches(c->cpu) - b->switches);
		return 1;
	}
	i -= 1;
	if (i < MAX_VECTORS) {
		if (!cpuiso_vector_name(i))
			return 0;
		counted(c, CPUISO_STAT_VECTOR, cpuiso_vector_name(i),
			(u32)(cpuiso_vector_count(i, c->cpu) -
			      b->vectors[i]));
		return 1;
	}
	i -= MAX_VECTORS;
	if (i < NR_SOFTIRQS) {
		counted(c, CPUISO_STAT_SOFTIRQ, softirq_names[i],
			(u32)(kstat_softirqs_cpu(i, c->cpu) -
			      b->softirqs[i]));
		return 1;
	}
	i -= NR_SOFTIRQS;
	if (i >= irq_get_nr_irqs())
		return -1;
	return irq_counter(b, i, c);
}

/**
 * cpuiso_counter_next - read the next counter
 * @cursor: 0 at first; CPU in the upper half, number in the lower; becomes
 *	that of the counter read
 * @c: the counter
 *
 * Context: process.
 * Return: false when there is none any more.
 */
bool cpuiso_counter_next(u64 *cursor, struct cpuiso_counter *c)
{
	u32 cpu = *cursor >> 32, n = *cursor;
	const struct baseline *b;
	int found = -1;

	for (; cpu < nr_cpu_ids; cpu++, n = 0) {
		if (!cpu_possible(cpu))
			continue;
		c->cpu = cpu;
		rcu_read_lock();
		b = rcu_dereference(per_cpu(baselines, cpu));
		for (found = -1; b; n++) {
			found = nth_counter(b, n, c);
			if (found)
				break;
		}
		rcu_read_unlock();
		if (found > 0) {
			*cursor = (u64)cpu << 32 | n;
			return true;
		}
	}
	return false;
}
