// SPDX-License-Identifier: GPL-2.0
/* What the boot line says about isolation. */
#include <stdlib.h>
#include <string.h>

#include "bootline.h"
#include "sysfs.h"

/**
 * bootline_param() - find a parameter; the last one counts
 * @cmdline: text of /proc/cmdline
 * @name: name of the parameter
 * @value: its value, "" when it has none
 * @size: size of @value
 *
 * Return: whether it is there.
 */
bool bootline_param(const char *cmdline, const char *name, char *value, size_t size)
{
	size_t len = strlen(name), n;
	const char *p = cmdline, *end;
	bool found = false, quoted;

	while (*p) {
		p += strspn(p, " \t\n");
		for (end = p, quoted = false; *end; end++) {
			if (*end == '"')
				quoted = !quoted;
			else if (!quoted && strchr(" \t\n", *end))
				break;
		}
		/* What follows is for init. */
		if (end - p == 2 && !strncmp(p, "--", 2))
			break;
		if ((size_t)(end - p) >= len && !strncmp(p, name, len) &&
		    (p + len == end || p[len] == '=')) {
			found = true;
			p += len + (p + len != end);
			n = end - p;
			if (n >= size)
				n = size - 1;
			memcpy(value, p, n);
			value[n] = '\0';
		}
		p = end;
	}
	return found;
}

static void param_cpus(const char *cmdline, const char *name, struct cpuset *out)
{
	char value[4096];

	cpuset_clear(out);
	if (bootline_param(cmdline, name, value, sizeof(value)) &&
	    cpulist_parse(value, CPULIST_MAX, out))
		cpuset_clear(out);
}

/**
 * bootline_read() - read it from this machine
 * @b: the result
 */
void bootline_read(struct bootline *b)
{
	char *cmdline = sys_read("/proc/cmdline"), value[4096], *p = value, *end;
	const char *line = cmdline ? cmdline : "";
	bool managed = false;
	size_t i;

	memset(b, 0, sizeof(*b));
	/* The kernel's own view counts where it has one. */
	if (!sys_cpus("/sys/devices/system/cpu/nohz_full", &b->nohz_full))
		param_cpus(line, "nohz_full", &b->nohz_full);
	if (!sys_cpus("/sys/devices/system/cpu/isolated", &b->isolated))
		cpuset_clear(&b->isolated);
	param_cpus(line, "rcu_nocbs", &b->rcu_nocbs);
	b->rcu_nocbs_bare = bootline_param(line, "rcu_nocbs", value, sizeof(value));
	for (i = 0; i < sizeof(b->rcu_nocbs.bit); i++)
		b->rcu_nocbs.bit[i] |= b->nohz_full.bit[i];
	if (bootline_param(line, "isolcpus", value, sizeof(value))) {
		/* Flags come first, as words. */
		while (*p >= 'a' && *p <= 'z' && strncmp(p, "all", 3)) {
			end = strchrnul(p, ',');
			if (end - p == 6 && !strncmp(p, "domain", 6))
				b->domain = true;
			if (end - p == 11 && !strncmp(p, "managed_irq", 11))
				managed = true;
			p = *end ? end + 1 : end;
		}
		if (managed && cpulist_parse(p, CPULIST_MAX, &b->managed))
			cpuset_clear(&b->managed);
		b->domain |= p == value;
	}
	free(cmdline);
}

/**
 * bootline_lacks() - what the boot line lacks to isolate some CPUs fully
 * @b: the boot line
 * @cpus: the CPUs
 * @lacks: names of parameters
 *
 * Return: how many.
 */
size_t bootline_lacks(const struct bootline *b, const struct cpuset *cpus,
		      const char *lacks[3])
{
	size_t n = 0;

	if (!cpuset_subset(cpus, &b->nohz_full))
		lacks[n++] = "nohz_full";
	if (!cpuset_subset(cpus, &b->rcu_nocbs))
		lacks[n++] = "rcu_nocbs";
	if (!cpuset_subset(cpus, &b->managed))
		lacks[n++] = "isolcpus=managed_irq";
	return n;
}
