// SPDX-License-Identifier: GPL-2.0
/* cpuiso undo: what came of each record in the last undo. */
#include "../list.h"
#include "../output.h"
#include "cmd.h"

#include <cpuiso.h>

static const struct column columns[] = {
	{ "kind", "KIND", 0 },
	{ "object", "ID", COL_RIGHT },
	{ "name", "NAME", 0 },
	{ "result", "RESULT", COL_VERDICT },
	{ "errno", "ERRNO", COL_ERRNO },
	{ "original", "ORIGINAL", 0 },
	{ "found", "FOUND", 0 },
	{ NULL, NULL, 0 }
};

static int run(const struct args *args)
{
	return list_run(args, CPUISO_CMD_UNDO_GET, "records", columns);
}

const struct command cmd_undo = {
	.name = "undo",
	.summary = "show what came of each record in the last undo",
	.words = "",
	.about = "One line for each task, interrupt and knob that the last revert, unpin or failed\n"
		 "apply had to undo: whether it was restored, gone or changed since, what it was\n"
		 "before, and what it was when the undo came to it.",
	.opts = O(JSON),
	.run = run,
};
