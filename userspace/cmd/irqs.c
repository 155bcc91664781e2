// SPDX-License-Identifier: GPL-2.0
/* cpuiso irqs: every interrupt with its verdict. */
#include "../list.h"
#include "../output.h"
#include "cmd.h"

#include <cpuiso.h>

static const struct column columns[] = {
	{ "irq", "IRQ", COL_RIGHT },
	{ "action", "ACTION", 0 },
	{ "chip", "CHIP", 0 },
	{ "isolation", "ISOLATION", 0 },
	{ "verdict", "VERDICT", COL_VERDICT },
	{ "errno", "ERRNO", COL_ERRNO },
	{ "original", "ORIGINAL", 0 },
	{ "present", "PRESENT", 0 },
	{ "effective", "EFFECTIVE", 0 },
	{ "pending", "PENDING", 0 },
	{ NULL, NULL, 0 }
};

static int run(const struct args *args)
{
	return list_run(args, CPUISO_CMD_IRQ_GET, "irqs", columns);
}

const struct command cmd_irqs = {
	.name = "irqs",
	.summary = "show every interrupt and its verdict",
	.words = "",
	.about = "One line for each interrupt: which isolation keeps it, what became of it, the CPUs\n"
		 "it would have without any isolation, those that are set, and those that it is\n"
		 "delivered to now. A pending mask takes effect at the next interrupt.",
	.opts = O(JSON),
	.run = run,
};
