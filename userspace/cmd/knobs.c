// SPDX-License-Identifier: GPL-2.0
/* cpuiso knobs: every knob with its verdict. */
#include "../list.h"
#include "../output.h"
#include "cmd.h"

#include <cpuiso.h>

static const struct column columns[] = {
	{ "name", "KNOB", 0 },
	{ "verdict", "VERDICT", COL_VERDICT },
	{ "errno", "ERRNO", COL_ERRNO },
	{ "original", "ORIGINAL", 0 },
	{ "present", "PRESENT", 0 },
	{ "target", "TARGET", 0 },
	{ "path", "FILE", 0 },
	{ NULL, NULL, 0 }
};

static int run(const struct args *args)
{
	return list_run(args, CPUISO_CMD_KNOB_GET, "knobs", columns);
}

const struct command cmd_knobs = {
	.name = "knobs",
	.summary = "show every knob and its verdict",
	.words = "",
	.about = "One line for each file of each knob: what became of it, what it would hold without\n"
		 "any isolation, what it held when it was last written or looked at, and what it is\n"
		 "to hold. Without an isolation there are none; \"cpuiso plan\" names them all.",
	.opts = O(JSON),
	.run = run,
};
