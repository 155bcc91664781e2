// SPDX-License-Identifier: GPL-2.0
/*
 * cpuiso run: an isolation that ends with a command. The module binds it to
 * our socket, so it ends with us too, whatever ends us.
 */
#include <stdio.h>

#include "../change.h"
#include "../fail.h"
#include "../isolations.h"
#include "../launch.h"
#include "../nl.h"
#include "../output.h"
#include "../request.h"
#include "../summary.h"
#include "../workload.h"
#include "cmd.h"

static void revert(struct conn *c, const struct request *req, json_object *mine)
{
	struct request which = { 0 };
	json_object *now = isolation_find(c, req->name);
	struct done done;

	/* Somebody may have reverted it, and another may have its name. */
	if (now && mine && get_num(now, "id") == get_num(mine, "id") &&
	    get_num(now, "since") == get_num(mine, "since") &&
	    !request_name(&which, req->name) &&
	    change_run(c, CPUISO_CMD_REVERT, &which, &done, NULL) == EXIT_CHANGED)
		warn("%u objects were changed by somebody else since and are left as they are; /proc/cpuiso/events names them",
		     done.changed);
	json_object_put(now);
}

static int isolated(struct request *req, struct launch *l)
{
	json_object *after = NULL;
	struct conn *c = NULL;
	struct done done;
	int code;

	code = workload_add_pid(req, l->pid);
	if (!code)
		code = conn_open(&c);
	if (!code)
		code = change_run(c, CPUISO_CMD_APPLY, req, &done, &after);
	if (code) {
		launch_cancel(l);
	} else {
		summary_applied(stderr, req, after);
		code = launch_run(l, req->name);
		revert(c, req, after);
	}
	json_object_put(after);
	conn_close(c);
	return code;
}

static int run(const struct args *args)
{
	struct request req;
	struct launch l;
	int code;

	code = request_isolation(&req, args);
	if (!code && !args->tail)
		code = fail(EXIT_USAGE, "run needs a command; put it after --, or use \"cpuiso apply\"");
	if (!code)
		code = launch_check(args->tail);
	if (!code)
		code = launch_prepare(&l, args->tail);
	if (!code) {
		l.leave = true;
		req.owned = true;
		code = isolated(&req, &l);
	}
	request_free(&req);
	return code;
}

const struct command cmd_run = {
	.name = "run",
	.summary = "isolate CPUs for the life of a command",
	.words = "-- COMMAND [ARG]...",
	.about = "Isolate the CPUs, start the command there as workload, and undo it all when the\n"
		 "command ends, when this ends, killed or not, or when the terminal goes. The exit\n"
		 "status is the command's.",
	.opts = O_ISOLATION,
	.tail = true,
	.run = run,
};
