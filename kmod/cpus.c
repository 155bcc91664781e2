// SPDX-License-Identifier: GPL-2.0
/*
 * What is done to the CPUs themselves, when it is asked for: taking them down
 * and up once, and offloading their RCU callbacks.
 *
 * Both wait for work on the CPU, and hotplug for work on others too, so they are
 * asked first whether they still run any.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/slab.h>
#include <linux/tick.h>
#include "compat/cpuiso_compat.h"
#include "apart.h"
#include "busy.h"
#include "cpus.h"
#include "fault.h"
#include "files.h"
#include "undo.h"

#define ATTEMPTS	3

/*
 * Which CPUs were offloaded at boot is not to be had in another way. Return:
 * false when offloading was not prepared at boot.
 */
static bool offloaded_at_boot(struct cpumask *mask)
{
	char *line = kmalloc(PAGE_SIZE, GFP_KERNEL), *rest = line, *word;
	cpumask_var_t list;
	bool prepared = false;

	cpumask_clear(mask);
	if (!zalloc_cpumask_var(&list, GFP_KERNEL) || !line ||
	    cpuiso_file_read("/proc/cmdline", line, PAGE_SIZE))
		goto out;
	while ((word = strsep(&rest, " "))) {
		if (!strncmp(word, "rcu_nocbs", 9) && !word[9]) {
			prepared = true;
		} else if (!strncmp(word, "rcu_nocbs=", 10) ||
			   !strncmp(word, "nohz_full=", 10)) {
			prepared = true;
			if (!cpulist_parse(word + 10, list))
				cpumask_or(mask, mask, list);
		}
	}
out:
	free_cpumask_var(list);
	kfree(line);
	return prepared;
}

static const char *why_not_offload(const struct cpuiso_isolation *iso)
{
	cpumask_var_t mask;
	bool prepared;

	if (!CPUISO_RCU_OFFLOAD)
		return "this kernel cannot offload RCU callbacks (CONFIG_RCU_NOCB_CPU); leave it out";
	if (!alloc_cpumask_var(&mask, GFP_KERNEL))
		return "there was not enough memory; free some and try again";
	prepared = offloaded_at_boot(mask);
	free_cpumask_var(mask);
	if (!prepared)
		return "RCU callbacks cannot be offloaded, because the boot line has no rcu_nocbs; add it and reboot, or leave it out";
	if (CPUISO_RCU_OFFLOAD_OFFLINE && !iso->replug)
		return "this kernel offloads RCU callbacks only of a CPU that is down; ask for replugging as well";
	return NULL;
}

/**
 * cpuiso_cpus_why_not - can this be done at all here?
 * @iso: the isolation, with its CPUs
 * @attr: when not, the attribute at fault
 *
 * Context: process.
 * Return: a sentence, or NULL when it can.
 */
const char *cpuiso_cpus_why_not(const struct cpuiso_isolation *iso,
				unsigned int *attr)
{
	char path[64], now[8];
	const char *sentence;
	unsigned int cpu;

	if (iso->replug) {
		*attr = CPUISO_A_ISOLATION_REPLUG;
		for_each_cpu(cpu, iso->cpus) {
			snprintf(path, sizeof(path),
				 "/sys/devices/system/cpu/cpu%u/online", cpu);
			if (cpuiso_file_read(path, now, sizeof(now)))
				return "one of the CPUs cannot be taken down, as the boot CPU cannot; leave it out, or do not replug";
		}
	}
	if (iso->nocb) {
		*attr = CPUISO_A_ISOLATION_RCU;
		sentence = why_not_offload(iso);
		if (sentence)
			return sentence;
	}
	return NULL;
}

static int offload(struct cpuiso_isolation *iso, unsigned int cpu)
{
	int err;

	cpumask_set_cpu(cpu, iso->offloaded);
	err = rcu_nocb_cpu_offload(cpu);
	if (err)
		cpumask_clear_cpu(cpu, iso->offloaded);
	return err;
}

static int bring_up(unsigned int cpu)
{
	int i, err = -EBUSY;

	for (i = 0; i < ATTEMPTS && err; i++)
		err = add_cpu(cpu);
	if (err)
		pr_err("CPU %u does not come up again (error %d); bring it up through /sys/devices/system/cpu/cpu%u/online\n",
		       cpu, err, cpu);
	return err;
}

static int replug(struct cpuiso_world *w, struct cpuiso_isolation *iso,
		  unsigned int cpu, bool rcu)
{
	int err = remove_cpu(cpu), up;

	/* One that refuses had already stopped taking tasks. */
	cpumask_set_cpu(cpu, w->replugged);
	if (err)
		return err;
	if (rcu)
		err = offload(iso, cpu);
	up = bring_up(cpu);
	return err ?: up;
}

/**
 * cpuiso_cpus_apply - replug and offload, as the isolation asks
 * @w: the world; gets in replugged what was taken down and up
 * @iso: the isolation; everything that can be has been moved off its CPUs
 * @message: when it failed, one sentence of at most CPUISO_MESSAGE_LEN bytes
 * @attr: when it failed, the attribute at fault
 *
 * Context: the worker.
 * Return: 0 or a negative errno.
 */
int cpuiso_cpus_apply(struct cpuiso_world *w, struct cpuiso_isolation *iso,
		      char *message, unsigned int *attr)
{
	cpumask_var_t before;
	unsigned int cpu;
	int err = 0;
	bool rcu;

	if (!iso->nocb && !iso->replug)
		return 0;
	*attr = iso->replug ? CPUISO_A_ISOLATION_REPLUG :
			      CPUISO_A_ISOLATION_RCU;
	cpuiso_busy_step(iso->replug ? "replug" : "rcu");
	if (!cpuiso_apart_answer(cpu_online_mask, &cpu)) {
		snprintf(message, CPUISO_MESSAGE_LEN,
			 "a realtime task that never sleeps owns CPU %u, so no CPU can be replugged or offloaded; stop it and try again",
			 cpu);
		return -EBUSY;
	}
	if (cpuiso_fault() || !zalloc_cpumask_var(&before, GFP_KERNEL)) {
		snprintf(message, CPUISO_MESSAGE_LEN,
			 "there was not enough memory; free some and try again");
		return -ENOMEM;
	}
	if (iso->nocb)
		offloaded_at_boot(before);
	for_each_cpu(cpu, iso->cpus) {
		rcu = iso->nocb && !cpumask_test_cpu(cpu, before);
		if (iso->replug)
			err = replug(w, iso, cpu,
				     rcu && CPUISO_RCU_OFFLOAD_OFFLINE);
		if (!err && rcu && !CPUISO_RCU_OFFLOAD_OFFLINE)
			err = offload(iso, cpu);
		if (!err && cpuiso_fault())
			err = -ENOMEM;
		if (err) {
			snprintf(message, CPUISO_MESSAGE_LEN,
				 "CPU %u could not be replugged or offloaded (error %d); look into the kernel log, or do not ask for it",
				 cpu, -err);
			break;
		}
	}
	free_cpumask_var(before);
	return err;
}

static void undone(struct cpuiso_world *w, unsigned int cpu, int err)
{
	cpuiso_undone(w, !err ? CPUISO_VERDICT_RESTORED :
		      err == -EINPROGRESS ? CPUISO_VERDICT_BLOCKED :
		      CPUISO_VERDICT_REFUSED, err == -EINPROGRESS ? 0 : -err,
		      CPUISO_KIND_CPU, cpu, "rcu", "0", "1");
	if (err)
		pr_warn("the RCU callbacks of CPU %u stay offloaded (error %d)\n",
			cpu, -err);
}

/**
 * cpuiso_cpus_undo - offload no more
 * @w: the world; gets in replugged what was taken down and up
 * @iso: the isolation
 * @cleared: is everything still off its CPUs?
 *
 * To be called before and after things may return to the CPUs: a kernel that
 * wants the CPU down has to get it while nothing is bound to it.
 *
 * Context: the worker.
 */
void cpuiso_cpus_undo(struct cpuiso_world *w, struct cpuiso_isolation *iso,
		      bool cleared)
{
	unsigned int cpu, silent;
	int err;

	if (cpumask_empty(iso->offloaded) ||
	    cleared != CPUISO_RCU_OFFLOAD_OFFLINE)
		return;
	cpuiso_busy_step("rcu");
	for_each_cpu(cpu, iso->offloaded) {
		if (!cpuiso_apart_answer(cpu_online_mask, &silent))
			err = -EINPROGRESS;
		else if (!CPUISO_RCU_OFFLOAD_OFFLINE)
			err = rcu_nocb_cpu_deoffload(cpu);
		else
			err = remove_cpu(cpu);
		if (!err && CPUISO_RCU_OFFLOAD_OFFLINE) {
			err = rcu_nocb_cpu_deoffload(cpu);
			bring_up(cpu);
			cpumask_set_cpu(cpu, w->replugged);
		}
		undone(w, cpu, err);
	}
	cpumask_clear(iso->offloaded);
}
