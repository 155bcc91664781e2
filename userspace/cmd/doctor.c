// SPDX-License-Identifier: GPL-2.0
/* cpuiso doctor: what isolation can and cannot reach on this machine. */
#include <stdio.h>
#include <string.h>

#include "../doctor.h"
#include "../fail.h"
#include "../output.h"
#include "cmd.h"

static int parse_cpus(const char *text, struct doctor *d)
{
	struct cpuset possible;
	const char *why;
	int cpu, nr = 0;

	if (!text)
		return 0;
	if (sys_cpus("/sys/devices/system/cpu/possible", &possible))
		for (cpu = -1; (cpu = cpuset_next(&possible, cpu)) >= 0; )
			nr = cpu + 1;
	why = cpulist_parse(text, nr ? nr : CPULIST_MAX, &d->cpus);
	if (why)
		return fail(EXIT_USAGE, "the CPU list \"%s\" %s", text, why);
	d->asked = true;
	return 0;
}

static int run(const struct args *args)
{
	static const struct column columns[] = {
		{ "check", "CHECK", 0 },
		{ "state", "STATE", COL_VERDICT },
		{ "text", "WHAT", COL_FREE },
		{ NULL, NULL, 0 }
	};
	struct doctor d = { 0 };
	json_object *doc;
	int code;

	code = parse_cpus(args->one[OPT_CPUS], &d);
	if (code)
		return code;
	doc = out_document();
	doctor_run(&d, doc);
	if (args->json)
		out_json(doc);
	else
		out_table(get_obj(doc, "checks"), columns, 0);
	json_object_put(doc);
	return 0;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.summary = "say what isolation can reach on this machine",
	.words = "",
	.about = "A line for each thing that decides how well a CPU can be isolated here: ok, note\n"
		 "or missing, and what to do. Needs neither the module nor root.",
	.opts = O(CPUS) | O(JSON),
	.run = run,
};
