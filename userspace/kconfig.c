// SPDX-License-Identifier: GPL-2.0
/* The configuration that a kernel was built with. */
#include <stdio.h>
#include <string.h>

#include "kconfig.h"
#include "sysfs.h"

/**
 * kconfig_read() - read it from wherever it is
 * @release: of the kernel, or NULL
 *
 * Return: text for free(), or NULL.
 */
char *kconfig_read(const char *release)
{
	char *text = sys_read_gz("/proc/config.gz");

	if (!text && release)
		text = sys_read("/boot/config-%s", release);
	if (!text && release)
		text = sys_read("/lib/modules/%s/config", release);
	/* Where the headers of the kernel are installed. */
	if (!text && release)
		text = sys_read("/lib/modules/%s/build/.config", release);
	return text;
}

/**
 * kconfig_has() - is an option on
 * @config: the text
 * @name: name of the option
 */
bool kconfig_has(const char *config, const char *name)
{
	char line[128];
	const char *p;
	int n = snprintf(line, sizeof(line), "%s=", name);

	for (p = config; (p = strstr(p, line)); p += n)
		if ((p == config || p[-1] == '\n') && (p[n] == 'y' || p[n] == 'm'))
			return true;
	return false;
}
