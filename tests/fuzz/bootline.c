// SPDX-License-Identifier: GPL-2.0
/*
 * The boot line and what goes with it: /proc/cmdline, three lists in /sys, the configuration of the kernel, cut at NUL
 * bytes, to the parameters that are recommended and the line that GRUB would be given.
 */
#include "bootparams.h"
#include "bootline.h"
#include "root.h"

static const char * const files[] = {
	"/proc/cmdline", "/sys/devices/system/cpu/nohz_full", "/sys/devices/system/cpu/isolated",
	"/sys/devices/system/cpu/possible", "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list",
	"/boot/config-1",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parts parts = { data, size };
	struct cpuset cpus;
	json_object *list;
	const uint8_t *part;
	char line[4096], value[16];
	char *text;
	size_t i, n;

	if (root_begin())
		root_file("/proc/sys/kernel/osrelease", "1\n", 2);
	text = fuzz_text(data, size);
	if (bootline_param(text, "rcu_nocbs", value, sizeof(value)))
		MUST(strstr(text, "rcu_nocbs") && strlen(value) < sizeof(value));
	free(text);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		part = parts_next(&parts, &n);
		root_file(files[i], part, n);
	}
	if (!bootparams_generic(&cpus))
		return 0;
	list = bootparams_list(&cpus, size & 1);
	MUST(list && json_object_array_length(list) > 3);
	bootparams_line(list, line, sizeof(line));
	/* It goes between double quotes in a file that a shell reads. */
	MUST(!strpbrk(line, "\"$`\\\n"));
	json_object_put(list);
	return 0;
}
