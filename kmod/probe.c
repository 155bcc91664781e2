// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching to tracepoints.
 *
 * They are looked up by name, because they are not exported, and attached
 * while there is an isolation. By name a wrong prototype would go unnoticed,
 * so whoever defines a probe checks it at compile time.
 *
 * Probes run with preemption or interrupts off (from 7.0 on, preemptible where
 * their call site is) and never allocate, sleep or take a lock.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include "probe.h"

static struct cpuiso_probe * const sets[] = {
	cpuiso_task_probes,
	cpuiso_cpu_probes,
	cpuiso_guard_probes,
};

#define for_each_probe(p, i) \
	for ((i) = 0; (i) < ARRAY_SIZE(sets); (i)++) \
		for ((p) = sets[i]; (p)->name; (p)++)

static void find(struct tracepoint *tp, void *priv)
{
	struct cpuiso_probe *p;
	unsigned int i;

	for_each_probe(p, i)
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
 *
 * A tracepoint that this kernel lacks costs what it would have told.
 * Registering patches kernel text, which interrupts every CPU: before the
 * isolation, never during it.
 *
 * Context: process; takes tracepoints_mutex and cpus_read_lock().
 * Return: 0 or a negative errno, and then nothing is attached.
 */
int cpuiso_probes_attach(void)
{
	struct cpuiso_probe *p;
	unsigned int i;
	int err;

	for_each_probe(p, i) {
		if (!p->tp)
			continue;
		err = tracepoint_probe_register(p->tp, p->fn, NULL);
		if (err) {
			cpuiso_probes_detach();
			return err;
		}
		p->attached = true;
	}
	return 0;
}

/**
 * cpuiso_probes_detach - the mirror of cpuiso_probes_attach()
 *
 * When it returns, no probe runs any more.
 */
void cpuiso_probes_detach(void)
{
	struct cpuiso_probe *p;
	unsigned int i;

	for_each_probe(p, i) {
		if (!p->attached)
			continue;
		tracepoint_probe_unregister(p->tp, p->fn, NULL);
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
	struct cpuiso_probe *p;
	unsigned int i;

	for_each_probe(p, i)
		if (!p->tp && !n--)
			return p->name;
	return NULL;
}
