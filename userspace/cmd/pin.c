// SPDX-License-Identifier: GPL-2.0
/* cpuiso pin: more workload for an isolation. */
#include "../change.h"
#include "cmd.h"

static int run(const struct args *args)
{
	return change_members(CPUISO_CMD_PIN, args);
}

const struct command cmd_pin = {
	.name = "pin",
	.summary = "add to the workload of an isolation",
	.words = "",
	.about = "Add processes or standing rules to the workload of an isolation. The name may be\n"
		 "left out when there is only one.",
	.opts = O(NAME) | O_WORKLOAD | O(JSON),
	.run = run,
};
