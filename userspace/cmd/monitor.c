// SPDX-License-Identifier: GPL-2.0
/* cpuiso monitor: the service. */
#include "../duration.h"
#include "../monitor.h"
#include "../textfile.h"
#include "cmd.h"

#define INTERVAL	60000000000ULL

static int run(const struct args *args)
{
	const char *file = args->one[OPT_TEXTFILE];
	uint64_t interval = INTERVAL;
	int code = 0;

	if (args->one[OPT_INTERVAL])
		code = duration_parse("interval", args->one[OPT_INTERVAL], &interval);
	if (!code && file)
		code = textfile_check(file);
	return code ? code : monitor_run(interval, file);
}

const struct command cmd_monitor = {
	.name = "monitor",
	.summary = "the service: log, tell irqbalance, export metrics",
	.words = "",
	.about = "Log what is isolated when it changes and every minute or --interval, tell an\n"
		 "irqbalance that is started later, and export the ledger for Prometheus. Ends at a\n"
		 "signal, and not with the module. See cpuiso-monitor.service.",
	.opts = O(INTERVAL) | O(TEXTFILE),
	.run = run,
};
