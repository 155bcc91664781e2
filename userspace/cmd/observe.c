// SPDX-License-Identifier: GPL-2.0
/*
 * cpuiso observe: the ledger of CPUs, isolated or not, for as long as this
 * runs. The module binds it to our socket, so it ends with us.
 */
#include <stdio.h>

#include "../duration.h"
#include "../fail.h"
#include "../nl.h"
#include "../output.h"
#include "../request.h"
#include "../stats.h"
#include "../window.h"
#include "cmd.h"

static void show(const struct args *args, const struct request *req, json_object *rows)
{
	json_object *doc;

	stats_sort(rows);
	if (!args->json) {
		stats_print(rows);
		return;
	}
	doc = out_document();
	put_str(doc, "cpus", req->cpus);
	put(doc, "stats", json_object_get(rows));
	out_json(doc);
	json_object_put(doc);
}

static int run(const struct args *args)
{
	const char *list = args->one[OPT_CPUS], *length = args->one[OPT_FOR];
	char ready[CPUISO_CPULIST_LEN + 64];
	struct request req = { 0 };
	json_object *rows = NULL;
	struct cpuset cpus;
	uint64_t ns = 0;
	struct conn *c;
	int code = 0, sig;

	if (!list)
		return fail(EXIT_USAGE, "--cpus is missing; name the CPUs to observe, like -c 1-3");
	if (length)
		code = duration_parse("for", length, &ns);
	if (!code)
		code = request_cpus(&req, list, &cpus);
	if (!code)
		code = conn_open(&c);
	if (code)
		return code;
	snprintf(ready, sizeof(ready), "observing CPU %s; Ctrl-C ends it", req.cpus);
	code = window_observe(c, &req);
	if (!code)
		code = window_run(c, &cpus, ns, ns ? NULL : ready, &rows, &sig);
	conn_close(c);
	if (!code)
		show(args, &req, rows);
	json_object_put(rows);
	return code;
}

const struct command cmd_observe = {
	.name = "observe",
	.summary = "show what uses CPUs that need not be isolated",
	.words = "",
	.about = "Keep a ledger of these CPUs, whether they are isolated or not, until Ctrl-C or\n"
		 "for the time of --for, then print it as \"cpuiso stats\" does. Nothing remains.",
	.opts = O(CPUS) | O(FOR) | O(JSON),
	.run = run,
};
