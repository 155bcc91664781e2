// SPDX-License-Identifier: GPL-2.0
/* cpuiso tasks: every task with its verdict. */
#include "../list.h"
#include "../output.h"
#include "cmd.h"

#include <cpuiso.h>

static const struct column columns[] = {
	{ "pid", "PID", COL_RIGHT },
	{ "tgid", "TGID", COL_RIGHT },
	{ "comm", "COMM", 0 },
	{ "kthread", "KTHREAD", 0 },
	{ "isolation", "ISOLATION", 0 },
	{ "verdict", "VERDICT", COL_VERDICT },
	{ "errno", "ERRNO", COL_ERRNO },
	{ "original", "ORIGINAL", 0 },
	{ "present", "PRESENT", 0 },
	{ NULL, NULL, 0 }
};

static int run(const struct args *args)
{
	return list_run(args, CPUISO_CMD_TASK_GET, "tasks", columns);
}

const struct command cmd_tasks = {
	.name = "tasks",
	.summary = "show every task and its verdict",
	.words = "",
	.about = "One line for each task (thread): whose workload it is, what became of it, the CPUs\n"
		 "it would have without any isolation, and those it has now.",
	.opts = O(JSON),
	.run = run,
};
