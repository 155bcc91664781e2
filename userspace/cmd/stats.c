// SPDX-License-Identifier: GPL-2.0
/* cpuiso stats: what uses the isolated and the observed CPUs, what hurts most first. */
#include <stdio.h>

#include <cpuiso.h>

#include "../change.h"
#include "../fail.h"
#include "../mark.h"
#include "../nl.h"
#include "../output.h"
#include "../request.h"
#include "../stats.h"
#include "cmd.h"

static int show(const struct args *args, const char *since, json_object *rows)
{
	json_object *doc, *then = NULL, *shown = json_object_get(rows);
	int code = 0;

	if (since) {
		code = mark_read(since, &then);
		if (code)
			goto out;
		shown = stats_since(rows, then);
		json_object_put(rows);
		json_object_put(then);
	}
	stats_sort(shown);
	if (args->json) {
		doc = out_document();
		put_str(doc, "since", since);
		put(doc, "stats", json_object_get(shown));
		out_json(doc);
		json_object_put(doc);
	} else {
		stats_print(shown);
	}
out:
	json_object_put(shown);
	return code;
}

static int mark(const struct args *args, const char *name, json_object *rows)
{
	json_object *doc;
	int code;

	code = mark_write(name, rows);
	if (code)
		return code;
	if (args->json) {
		doc = out_document();
		put_str(doc, "mark", name);
		out_json(doc);
		json_object_put(doc);
	} else {
		printf("%s: marked; \"cpuiso stats --since %s\" shows what comes from now on\n",
		       name, name);
	}
	return 0;
}

static int reset(const struct args *args, struct conn *c, const struct request *req)
{
	struct done done;
	json_object *doc;
	int code;

	code = conn_change(c, CPUISO_CMD_RESET, req, &done);
	if (code)
		return code;
	if (args->json) {
		doc = change_document(CPUISO_CMD_RESET, req, &done);
		put_str(doc, "cpus", req->cpus[0] ? req->cpus : NULL);
		out_json(doc);
		json_object_put(doc);
	} else {
		printf("the ledgers of %s%s begin anew\n", req->cpus[0] ? "CPU " : "all CPUs",
		       req->cpus);
	}
	return 0;
}

static int run(const struct args *args)
{
	const char *since = args->one[OPT_SINCE], *name = args->one[OPT_MARK];
	const char *list = args->one[OPT_CPUS];
	struct request req = { 0 };
	json_object *rows = NULL;
	struct conn *c;
	struct cpuset cpus;
	int code = 0;

	if (!!since + !!name + args->reset > 1)
		return fail(EXIT_USAGE, "--mark, --since and --reset are three things to do; give one of them");
	if (since || name)
		code = mark_check(since ? since : name);
	if (!code && name && list)
		code = fail(EXIT_USAGE, "a mark is of all CPUs; leave --cpus out, and give it with --since");
	if (!code && list)
		code = request_cpus(&req, list, &cpus);
	if (!code)
		code = conn_open(&c);
	if (code)
		return code;
	if (args->reset)
		code = reset(args, c, &req);
	else
		code = stats_read(c, list ? &cpus : NULL, &rows);
	conn_close(c);
	if (!code && !args->reset)
		code = name ? mark(args, name, rows) : show(args, since, rows);
	json_object_put(rows);
	return code;
}

const struct command cmd_stats = {
	.name = "stats",
	.summary = "show what uses the isolated CPUs",
	.words = "",
	.about = "What uses the CPUs since they were isolated: how their time is divided, then\n"
		 "every disturber by name with its number, total and longest time, what took most\n"
		 "first. Times are net of what interrupts. With --since only what came since the\n"
		 "mark that --mark made. --reset needs root.",
	.opts = O(CPUS) | O(MARK) | O(SINCE) | O(RESET) | O(JSON),
	.run = run,
};
