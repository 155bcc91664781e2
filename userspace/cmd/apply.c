// SPDX-License-Identifier: GPL-2.0
/* cpuiso apply: isolate, wait until it is done, say what was moved. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../change.h"
#include "../cpulist.h"
#include "../duration.h"
#include "../fail.h"
#include "../launch.h"
#include "../nl.h"
#include "../output.h"
#include "../proof.h"
#include "../request.h"
#include "../summary.h"
#include "../window.h"
#include "../workload.h"
#include "cmd.h"

/* The same CPUs for the same time before and after, and nothing else changes. */
struct proof {
	uint64_t ns;			/* of each window, 0 for no proof */
	struct cpuset cpus;
	json_object *before, *after;
};

static int look_before(struct conn *c, const struct request *req, struct proof *p)
{
	struct request which = { 0 };
	int code, sig;

	snprintf(which.cpus, sizeof(which.cpus), "%s", req->cpus);
	code = window_observe(c, &which);
	if (!code)
		code = window_run(c, &p->cpus, p->ns, NULL, &p->before, &sig);
	if (!code && sig) {
		fail(EXIT_REFUSED, "observing was interrupted, so nothing is isolated; begin again");
		fflush(stdout);
		raise(sig);
	}
	return code;
}

static int look_after(struct conn *c, struct proof *p)
{
	int code, sig;

	code = window_run(c, &p->cpus, p->ns, NULL, &p->after, &sig);
	if (code)
		warn("the CPUs are isolated, but there is no proof of it");
	else if (sig)
		warn("observing was interrupted; the CPUs stay isolated, and the proof is of a shorter time");
	return code;
}

static void tell(const struct args *args, const struct request *req, const struct done *done,
		 json_object *after, json_object *proof)
{
	json_object *doc;

	if (!args->json) {
		/* stdout belongs to the command, if there is one. */
		summary_applied(args->tail ? stderr : stdout, req, after);
		if (proof)
			proof_print(proof);
		return;
	}
	doc = change_document(CPUISO_CMD_APPLY, req, done);
	put(doc, "isolation", json_object_get(after));
	put(doc, "proof", json_object_get(proof));
	out_json(doc);
	json_object_put(doc);
}

static int isolate(const struct args *args, const struct request *req, struct proof *p)
{
	json_object *after = NULL, *proof = NULL;
	struct done done;
	struct conn *c;
	int code;

	code = conn_open(&c);
	if (code)
		return code;
	if (p->ns)
		code = look_before(c, req, p);
	if (!code)
		code = change_run(c, CPUISO_CMD_APPLY, req, &done, &after);
	if (!code) {
		if (p->ns && !look_after(c, p))
			proof = proof_compare(p->before, p->after);
		tell(args, req, &done, after, proof);
	}
	json_object_put(p->before);
	json_object_put(p->after);
	json_object_put(proof);
	json_object_put(after);
	conn_close(c);
	return code;
}

static int run_with_command(const struct args *args, struct request *req)
{
	struct proof none = { 0 };
	struct launch l;
	int code;

	if (args->one[OPT_PROOF])
		return fail(EXIT_USAGE, "--proof compares the same load before and after; start the command first and name it with --pid");
	if (args->json)
		return fail(EXIT_USAGE, "--json and a command would share one output; leave one of them out");
	code = launch_check(args->tail);
	if (!code)
		code = launch_prepare(&l, args->tail);
	if (code)
		return code;
	code = workload_add_pid(req, l.pid);
	if (!code)
		code = isolate(args, req, &none);
	if (code) {
		launch_cancel(&l);
		return code;
	}
	return launch_run(&l, req->name);
}

static int run(const struct args *args)
{
	struct proof proof = { 0 };
	struct request req;
	int code;

	code = request_isolation(&req, args);
	if (!code && args->one[OPT_PROOF])
		code = duration_parse("proof", args->one[OPT_PROOF], &proof.ns);
	if (!code && cpulist_parse(req.cpus, CPULIST_MAX, &proof.cpus))
		code = EXIT_REFUSED;
	if (!code)
		code = args->tail ? run_with_command(args, &req) : isolate(args, &req, &proof);
	request_free(&req);
	return code;
}

const struct command cmd_apply = {
	.name = "apply",
	.summary = "isolate CPUs",
	.words = "[-- COMMAND [ARG]...]",
	.about = "Move everything that can be moved off the CPUs of LIST, except the workload,\n"
		 "which moves onto them. With a command after --, start it there as workload;\n"
		 "the isolation stays when it ends, and the exit status is the command's. With\n"
		 "--proof, observe the CPUs before and after, and compare.",
	.opts = O_ISOLATION | O(PROOF) | O(JSON),
	.tail = true,
	.run = run,
};
