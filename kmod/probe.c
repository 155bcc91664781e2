// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching to tracepoints.
 *
 * They are looked up by name, because they are not exported, and attached
 * in groups: those that keep up with tasks while there is an isolation, those
 * of the ledger while any CPU has one. By name a wrong prototype would go
 * unnoticed, so whoever defines a probe checks it at compile time.
 *
 * Probes run with preemption or interrupts off (from 7.0 on, preemptible where
 * their call site is) and never allocate, sleep or take a lock.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include "probe.h"

struct cpuiso_probe * const cpuiso_isolation_probes[] = {
	cpuiso_task_probes,
	cpuiso_guard_probes,
	NULL
};

struct cpuiso_probe * const cpuiso_ledger_probes[] = {
	cpuiso_ledger_cpu_probes,
#ifdef CONFIG_X86
	cpuiso_ledger_vector_probes,
#endif
	cpuiso_ledger_ipi_probes,
	NULL
};

static struct cpuiso_probe * const *const groups[] = {
	cpuiso_isolation_probes,
	cpuiso_ledger_probes,
};

#define for_each_probe(p, set, group) \
	for ((set) = (group); *(set); (set)++) \
		for ((p) = *(set); (p)->name; (p)++)

static void find(struct tracepoint *tp, void *priv)
{
	struct cpuiso_probe * const *set;
	struct cpuiso_probe *p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		for_each_probe(p, set, groups[i])
			if (!strcmp(tp->name, p->name))
				p->tp = tp;
}

/**
 * cpuiso_probes_init - look up the tracepoints
 */
void cpuiso_probes_init(void)
{
	for_each_kernel_tracepoint(find, NULL);
}

/**
 * cpuiso_probes_attach - start to see
 * @group: what
 *
 * A tracepoint that this kernel lacks costs what it would have told.
 * Registering patches kernel text, which interrupts every CPU: before the
 * isolation, never during it.
 *
 * Context: process; takes tracepoints_mutex and cpus_read_lock().
 * Return: 0 or a negative errno, and then nothing is attached.
 */
int cpuiso_probes_attach(struct cpuiso_probe * const *group)
{
	struct cpuiso_probe * const *set;
	struct cpuiso_probe *p;
	int err;

	for_each_probe(p, set, group) {
		if (!p->tp)
			continue;
		err = tracepoint_probe_register(p->tp, p->fn, p->data);
		if (err) {
			cpuiso_probes_detach(group);
			return err;
		}
		p->attached = true;
	}
	return 0;
}

/**
 * cpuiso_probes_detach - the mirror of cpuiso_probes_attach()
 * @group: the same
 *
 * When it returns, no probe of the group runs any more.
 */
void cpuiso_probes_detach(struct cpuiso_probe * const *group)
{
	struct cpuiso_probe * const *set;
	struct cpuiso_probe *p;

	for_each_probe(p, set, group) {
		if (!p->attached)
			continue;
		tracepoint_probe_unregister(p->tp, p->fn, p->data);
		p->attached = false;
	}
	tracepoint_synchronize_unregister();
}

/**
 * cpuiso_probe_missing - name the tracepoints that this kernel lacks
 * @n: how many of them to skip
 *
 * Return: a name, or NULL when there are no more.
 */
const char *cpuiso_probe_missing(unsigned int n)
{
	struct cpuiso_probe * const *set;
	struct cpuiso_probe *p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		for_each_probe(p, set, groups[i])
			if (!p->tp && !n--)
				return p->name;
	return NULL;
}
