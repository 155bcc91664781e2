// SPDX-License-Identifier: GPL-2.0
/*
 * CPU hotplug: the last housekeeping CPU may not go, and when a CPU has come
 * or gone, everything is brought where it belongs again.
 *
 * The callbacks hold cpus_write_lock(), so they only say no or leave a bit for
 * the worker, which waits until the CPU has come or gone.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include "event.h"
#include "hotplug.h"
#include "isolation.h"

static DEFINE_SPINLOCK(lock);
static cpumask_var_t went_down, came_up, refused, seen;
static enum cpuhp_state state;
static void (*wake_worker)(void);

static void leave(unsigned int cpu, struct cpumask *mask)
{
	spin_lock(&lock);
	cpumask_set_cpu(cpu, mask);
	spin_unlock(&lock);
	wake_worker();
}

static int online(unsigned int cpu)
{
	leave(cpu, came_up);
	return 0;
}

static int offline(unsigned int cpu)
{
	if (cpuiso_is_last_housekeeping(cpu)) {
		pr_warn("CPU %u stays online: it is the last housekeeping CPU\n",
			cpu);
		leave(cpu, refused);
		return -EBUSY;
	}
	leave(cpu, went_down);
	return 0;
}

static bool fetch(struct cpumask *mask)
{
	spin_lock(&lock);
	cpumask_copy(seen, mask);
	cpumask_clear(mask);
	spin_unlock(&lock);
	return !cpumask_empty(seen);
}

static void announce(enum cpuiso_event type)
{
	unsigned int cpu;

	for_each_cpu(cpu, seen)
		if (type == CPUISO_EVENT_OFFLINE_REFUSED ||
		    cpuiso_is_isolated(cpu))
			cpuiso_event(type, "", cpu, "cpu=%u", cpu);
}

/**
 * cpuiso_hotplug_fetch - take what the callbacks left
 * @away: which CPUs were away for a while
 *
 * A CPU that was refused to go had already stopped taking tasks when it was
 * asked for, so it counts as one that was away.
 *
 * Context: the worker. Waits until the CPUs have come or gone.
 * Return: false when nothing has changed.
 */
bool cpuiso_hotplug_fetch(struct cpumask *away)
{
	bool settle = false;

	cpumask_clear(away);
	if (fetch(refused)) {
		settle = true;
		cpumask_or(away, away, seen);
		announce(CPUISO_EVENT_OFFLINE_REFUSED);
	}
	if (fetch(went_down)) {
		settle = true;
		cpumask_or(away, away, seen);
		announce(CPUISO_EVENT_CPU_OFFLINE);
	}
	if (fetch(came_up)) {
		settle = true;
		announce(CPUISO_EVENT_CPU_ONLINE);
	}
	if (!settle)
		return false;
	/* The callback came early; the CPU has come or gone when we get this. */
	cpus_read_lock();
	cpus_read_unlock();
	return true;
}

/**
 * cpuiso_hotplug_pending - is there a CPU that comes or goes?
 *
 * Before it rewrites a mask of what a CPU that goes had, hotplug has called us.
 * When one comes, others are called before us, and may rewrite some.
 *
 * Context: any; may be wrong by a moment.
 */
bool cpuiso_hotplug_pending(void)
{
	return !cpumask_empty(went_down) || !cpumask_empty(came_up);
}

/**
 * cpuiso_hotplug_init - room for what the callbacks leave
 * @wake: called by the callbacks when they leave something
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_hotplug_init(void (*wake)(void))
{
	wake_worker = wake;
	if (zalloc_cpumask_var(&went_down, GFP_KERNEL) &&
	    zalloc_cpumask_var(&came_up, GFP_KERNEL) &&
	    zalloc_cpumask_var(&refused, GFP_KERNEL) &&
	    zalloc_cpumask_var(&seen, GFP_KERNEL))
		return 0;
	cpuiso_hotplug_exit();
	return -ENOMEM;
}

/**
 * cpuiso_hotplug_exit - the mirror of cpuiso_hotplug_init()
 *
 * The worker, which reads what was left, has ended.
 */
void cpuiso_hotplug_exit(void)
{
	free_cpumask_var(went_down);
	free_cpumask_var(came_up);
	free_cpumask_var(refused);
	free_cpumask_var(seen);
}

/**
 * cpuiso_hotplug_start - watch CPUs come and go
 *
 * Return: 0 or a negative errno.
 */
int cpuiso_hotplug_start(void)
{
	int err = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN,
					    "cpuiso:online", online, offline);

	if (err < 0)
		return err;
	state = err;
	return 0;
}

/**
 * cpuiso_hotplug_stop - the mirror of cpuiso_hotplug_start()
 *
 * No callback runs any more when it returns.
 */
void cpuiso_hotplug_stop(void)
{
	cpuhp_remove_state_nocalls(state);
}
