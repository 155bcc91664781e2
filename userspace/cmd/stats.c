// SPDX-License-Identifier: GPL-2.0
/* cpuiso stats: what ran on the isolated CPUs. */
#include "../list.h"
#include "../output.h"
#include "cmd.h"

#include <cpuiso.h>

static const struct column columns[] = {
	{ "cpu", "CPU", COL_RIGHT },
	{ "kind", "KIND", 0 },
	{ "name", "NAME", 0 },
	{ "count", "COUNT", COL_RIGHT },
	{ "total_ns", "TOTAL_NS", COL_RIGHT },
	{ "max_ns", "MAX_NS", COL_RIGHT },
	{ "last_ns", "LAST_NS", COL_RIGHT },
	{ NULL, NULL, 0 }
};

static int run(const struct args *args)
{
	return list_run(args, CPUISO_CMD_STAT_GET, "stats", columns);
}

const struct command cmd_stats = {
	.name = "stats",
	.summary = "show what ran on the isolated CPUs",
	.words = "",
	.about = "What ran on the isolated CPUs since they were isolated, from the counters of the\n"
		 "kernel: time by class, context switches, interrupts and softirqs.",
	.opts = O(JSON),
	.run = run,
};
