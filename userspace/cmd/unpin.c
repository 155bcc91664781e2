// SPDX-License-Identifier: GPL-2.0
/* cpuiso unpin: less workload for an isolation. */
#include "../change.h"
#include "cmd.h"

static int run(const struct args *args)
{
	return change_members(CPUISO_CMD_UNPIN, args);
}

const struct command cmd_unpin = {
	.name = "unpin",
	.summary = "take out of the workload of an isolation",
	.words = "",
	.about = "Take processes, or standing rules with all they brought, out of the workload of an\n"
		 "isolation. The name may be left out when there is only one.",
	.opts = O(NAME) | O_WORKLOAD | O(JSON),
	.run = run,
};
