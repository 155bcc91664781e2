// SPDX-License-Identifier: GPL-2.0
/* cpuiso keep: what apply leaves behind. */
#include "../fail.h"
#include "../keeper.h"
#include "../request.h"
#include "cmd.h"

static int run(const struct args *args)
{
	struct request req = { 0 };
	int code;

	if (!args->nr_words)
		return fail(EXIT_USAGE, "keep needs the name of an isolation; apply starts it by itself");
	code = request_name(&req, args->words[0]);
	return code ? code : keeper_run(req.name);
}

const struct command cmd_keep = {
	.name = "keep",
	.summary = "put back what is outside the module (apply starts it)",
	.words = "NAME",
	.about = "Wait until the isolation NAME ends, or the module is unloaded, and put back what\n"
		 "only user space can. Started by apply, as a transient unit where there is systemd.",
	.opts = 0,
	.max_words = 1,
	.run = run,
};
