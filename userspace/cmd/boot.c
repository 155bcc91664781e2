// SPDX-License-Identifier: GPL-2.0
/* cpuiso boot: what belongs on the boot line, and how it gets there. */
#include <stdio.h>

#include "../bootparams.h"
#include "../fail.h"
#include "../grub.h"
#include "../output.h"
#include "../sysfs.h"
#include "cmd.h"

static int choose(const char *text, struct cpuset *cpus)
{
	struct cpuset possible, rest;
	const char *why;
	int cpu, nr = 0;

	if (!text) {
		if (bootparams_generic(cpus))
			return 0;
		return fail(EXIT_REFUSED, "there is only one core, which the system needs; isolation needs a second one");
	}
	if (!sys_cpus("/sys/devices/system/cpu/possible", &possible))
		return fail(EXIT_REFUSED, "/sys/devices/system/cpu/possible cannot be read; mount /sys");
	for (cpu = -1; (cpu = cpuset_next(&possible, cpu)) >= 0; )
		nr = cpu + 1;
	why = cpulist_parse(text, nr, cpus);
	if (why)
		return fail(EXIT_USAGE, "the CPU list \"%s\" %s", text, why);
	rest = possible;
	cpuset_minus(&rest, cpus);
	if (cpuset_empty(&rest))
		return fail(EXIT_USAGE, "these are all CPUs; leave at least one for the rest of the system");
	return 0;
}

static void print(const struct args *args, const struct cpuset *cpus, json_object *list,
		  const char *line)
{
	static const struct column columns[] = {
		{ "parameter", "PARAMETER", 0 },
		{ "value", "VALUE", 0 },
		{ "understood", "UNDERSTOOD", 0 },
		{ "active", "ACTIVE", 0 },
		{ "why", "WHY", COL_FREE },
		{ NULL, NULL, 0 }
	};
	char text[4096];
	json_object *doc;

	if (args->json) {
		cpulist_format(text, sizeof(text), cpus);
		doc = out_document();
		put_str(doc, "cpus", text);
		put_str(doc, "line", line);
		put(doc, "parameters", json_object_get(list));
		out_json(doc);
		json_object_put(doc);
	} else {
		out_table(list, columns, 0);
		printf("\n%s\n", line);
	}
}

static int run(const struct args *args)
{
	struct cpuset cpus;
	json_object *list;
	char line[8192];
	int code;

	if (args->install && args->remove)
		return fail(EXIT_USAGE, "--install and --remove contradict each other; give one of them");
	if (args->remove)
		return grub_remove();
	code = choose(args->one[OPT_CPUS], &cpus);
	if (code)
		return code;
	list = bootparams_list(&cpus, !args->one[OPT_CPUS]);
	bootparams_line(list, line, sizeof(line));
	print(args, &cpus, list, line);
	if (args->install)
		code = grub_install(line);
	if (args->install && !code)
		fputs("cpuiso: the line is in place from the next boot on; \"cpuiso boot --remove\" takes it away\n",
		      stderr);
	json_object_put(list);
	return code;
}

const struct command cmd_boot = {
	.name = "boot",
	.summary = "show or install the boot parameters for full isolation",
	.words = "",
	.about = "The boot parameters that this kernel understands for isolating the CPUs of LIST,\n"
		 "what of it is active, and why each one; the last line is the parameters alone.\n"
		 "Without a LIST, every CPU but the first core, any of which can then be isolated\n"
		 "later. Needs neither the module nor, but for --install and --remove, root.",
	.opts = O(CPUS) | O(INSTALL) | O(REMOVE) | O(JSON),
	.run = run,
};
