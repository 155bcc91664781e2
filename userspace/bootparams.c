// SPDX-License-Identifier: GPL-2.0
/* Boot parameters for full isolation, in one table: what each is for, and which kernel has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bootline.h"
#include "bootparams.h"
#include "kconfig.h"
#include "output.h"
#include "sysfs.h"

enum value {
	NO_VALUE,
	ISOLATED,		/* the CPUs */
	HOUSEKEEPING,		/* all others */
	ONE,
};

static const struct param {
	const char *name, *prefix;
	enum value value;
	const char *config;	/* option of a kernel that has it */
	const char *why;
} params[] = {
	{ "nohz_full", "", ISOLATED, "CONFIG_NO_HZ_FULL",
	  "no tick while one task runs; only the boot line can switch it on" },
	{ "rcu_nocbs", "", ISOLATED, "CONFIG_RCU_NOCB_CPU",
	  "RCU callbacks run elsewhere; what is not listed cannot be switched later" },
	{ "rcu_nocb_poll", "", NO_VALUE, "CONFIG_RCU_NOCB_CPU",
	  "the CPU need not wake the threads that run its callbacks" },
	{ "isolcpus", "managed_irq,domain,", ISOLATED, "CONFIG_CPU_ISOLATION",
	  "managed interrupts stay off, which nothing can do later, and so does load balancing" },
	{ "irqaffinity", "", HOUSEKEEPING, "CONFIG_GENERIC_IRQ_MIGRATION",
	  "interrupts are born on housekeeping CPUs, those of early boot too" },
	{ "nosoftlockup", "", NO_VALUE, "CONFIG_SOFTLOCKUP_DETECTOR",
	  "no watchdog thread that runs on every CPU" },
	{ "skew_tick", "", ONE, "CONFIG_HIGH_RES_TIMERS",
	  "ticks of the CPUs do not meet on one lock" },
};

#define NR_PARAMS	(sizeof(params) / sizeof(params[0]))

static void housekeeping(const struct cpuset *cpus, struct cpuset *out)
{
	if (!sys_cpus("/sys/devices/system/cpu/possible", out))
		cpuset_clear(out);
	cpuset_minus(out, cpus);
}

/**
 * bootparams_generic() - every CPU but those that stay for housekeeping anyway
 * @cpus: the result: all but the first core
 *
 * Return: false when that leaves none.
 */
bool bootparams_generic(struct cpuset *cpus)
{
	struct cpuset core, possible;
	int first;

	if (!sys_cpus("/sys/devices/system/cpu/possible", &possible))
		return false;
	first = cpuset_next(&possible, -1);
	*cpus = possible;
	if (sys_cpus("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list", &core))
		cpuset_minus(cpus, &core);
	if (first >= 0)
		cpuset_del(cpus, first);
	return !cpuset_empty(cpus);
}

static void value_of_param(const struct param *p, const struct cpuset *cpus,
			   bool generic, char *dst, size_t size)
{
	/* CPUs that nobody has isolated yet are to be balanced. */
	const char *prefix = generic && !strcmp(p->name, "isolcpus") ? "managed_irq," : p->prefix;
	struct cpuset rest;
	size_t n = snprintf(dst, size, "%s", prefix);

	if (p->value == ISOLATED) {
		cpulist_format(dst + n, size - n, cpus);
	} else if (p->value == HOUSEKEEPING) {
		housekeeping(cpus, &rest);
		cpulist_format(dst + n, size - n, &rest);
	} else if (p->value == ONE) {
		snprintf(dst, size, "1");
	}
}

/* Is it on the boot line, and does it do for these CPUs what it should? */
static bool is_active(const struct param *p, const struct bootline *b, const char *line,
		      const struct cpuset *cpus, bool generic)
{
	char value[4096] = "";
	struct cpuset set, rest;

	if (!strcmp(p->name, "nohz_full"))
		return cpuset_subset(cpus, &b->nohz_full);
	if (!strcmp(p->name, "rcu_nocbs"))
		return cpuset_subset(cpus, &b->rcu_nocbs);
	if (!strcmp(p->name, "isolcpus"))
		return cpuset_subset(cpus, &b->managed) &&
		       (generic || cpuset_subset(cpus, &b->isolated));
	if (!bootline_param(line, p->name, value, sizeof(value)))
		return false;
	if (p->value != HOUSEKEEPING)
		return p->value == NO_VALUE || !strcmp(value, "1");
	/* Any mask that leaves them out will do. */
	if (cpulist_parse(value, CPULIST_MAX, &set))
		return false;
	rest = set;
	cpuset_minus(&rest, cpus);
	return !cpuset_empty(&rest) && !memcmp(&rest, &set, sizeof(set));
}

/**
 * bootparams_list() - what the boot line should have
 * @cpus: the CPUs to isolate
 * @generic: some day, not all of them at once
 *
 * Return: array of objects for json_object_put().
 */
json_object *bootparams_list(const struct cpuset *cpus, bool generic)
{
	char *release = sys_read("/proc/sys/kernel/osrelease"), *config = kconfig_read(release);
	char *line = sys_read("/proc/cmdline"), value[4096];
	json_object *list = json_object_new_array(), *obj;
	const struct param *p;
	struct bootline b;

	bootline_read(&b);
	for (p = params; p < params + NR_PARAMS; p++) {
		value_of_param(p, cpus, generic, value, sizeof(value));
		obj = json_object_new_object();
		put_str(obj, "parameter", p->name);
		put_str(obj, "value", *value ? value : NULL);
		put(obj, "understood", config ?
		    json_object_new_boolean(kconfig_has(config, p->config)) : NULL);
		put(obj, "active", json_object_new_boolean(is_active(p, &b, line ? line : "",
								     cpus, generic)));
		put_str(obj, "why", p->why);
		json_object_array_add(list, obj);
	}
	free(release);
	free(config);
	free(line);
	return list;
}

/**
 * bootparams_line() - the parameters as they stand on the boot line
 * @list: what bootparams_list() returned
 * @dst: the line
 * @size: its size
 *
 * Without those that the kernel is known not to understand.
 */
void bootparams_line(json_object *list, char *dst, size_t size)
{
	json_object *obj, *understood;
	const char *value;
	size_t i, n = 0;

	*dst = '\0';
	for (i = 0; i < json_object_array_length(list) && n < size; i++) {
		obj = json_object_array_get_idx(list, i);
		understood = get_obj(obj, "understood");
		if (understood && !json_object_get_boolean(understood))
			continue;
		value = get_str(obj, "value");
		n += snprintf(dst + n, size - n, "%s%s%s%s", n ? " " : "",
			      get_str(obj, "parameter"), value ? "=" : "", value ? value : "");
	}
}
