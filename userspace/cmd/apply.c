// SPDX-License-Identifier: GPL-2.0
/* cpuiso apply: isolate, wait until it is done, say what was moved. */
#include <stdio.h>
#include <string.h>

#include "../change.h"
#include "../fail.h"
#include "../launch.h"
#include "../nl.h"
#include "../output.h"
#include "../request.h"
#include "../summary.h"
#include "../workload.h"
#include "cmd.h"

static int isolate(const struct args *args, const struct request *req)
{
	json_object *after = NULL, *doc;
	struct conn *c;
	struct done done;
	int code;

	code = conn_open(&c);
	if (code)
		return code;
	code = change_run(c, CPUISO_CMD_APPLY, req, &done, &after);
	if (!code && args->json) {
		doc = change_document(CPUISO_CMD_APPLY, req, &done);
		put(doc, "isolation", json_object_get(after));
		out_json(doc);
		json_object_put(doc);
	} else if (!code) {
		/* stdout belongs to the command, if there is one. */
		summary_applied(args->tail ? stderr : stdout, req, after);
	}
	json_object_put(after);
	conn_close(c);
	return code;
}

static int run_with_command(const struct args *args, struct request *req)
{
	struct launch l;
	int code;

	if (args->json)
		return fail(EXIT_USAGE, "--json and a command would share one output; leave one of them out");
	code = launch_check(args->tail);
	if (!code)
		code = launch_prepare(&l, args->tail);
	if (code)
		return code;
	code = workload_add_pid(req, l.pid);
	if (!code)
		code = isolate(args, req);
	if (code) {
		launch_cancel(&l);
		return code;
	}
	return launch_run(&l, req->name);
}

static int run(const struct args *args)
{
	struct request req;
	int code;

	code = request_isolation(&req, args);
	if (!code)
		code = args->tail ? run_with_command(args, &req) : isolate(args, &req);
	request_free(&req);
	return code;
}

const struct command cmd_apply = {
	.name = "apply",
	.summary = "isolate CPUs",
	.words = "[-- COMMAND [ARG]...]",
	.about = "Move everything that can be moved off the CPUs of LIST, except the workload,\n"
		 "which moves onto them. With a command after --, start it there as workload;\n"
		 "the isolation stays when it ends, and the exit status is the command's.",
	.opts = O_ISOLATION | O(JSON),
	.tail = true,
	.run = run,
};
