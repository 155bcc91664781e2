// SPDX-License-Identifier: GPL-2.0
/*
 * What apply, revert, pin and unpin have in common: the change is asked for,
 * awaited, logged, whatever its outcome, and a signal that ended the waiting
 * ends the process as it would have without us.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "change.h"
#include "cpulist.h"
#include "fail.h"
#include "isolations.h"
#include "log.h"
#include "names.h"
#include "nl.h"
#include "opts.h"
#include "output.h"
#include "outside.h"
#include "request.h"
#include "workload.h"

static const char *decimal(char dst[24], uint64_t n)
{
	snprintf(dst, 24, "%llu", (unsigned long long)n);
	return dst;
}

/* Which isolations a change is about, for the log. */
struct target {
	char names[512];
	char cpus[CPUISO_CPULIST_LEN + 1];
};

/* A revert may be of all, and afterwards nothing tells what that was. */
static int find_target(struct conn *c, const struct request *req, struct target *t)
{
	struct cpuset all = { 0 }, one;
	json_object *rows, *row;
	size_t i, n = 0;
	int code, cpu;

	code = isolation_list(c, &rows);
	for (i = 0; !code && i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		if (req->name[0] && strcmp(req->name, get_str(row, "name")))
			continue;
		if (n < sizeof(t->names))
			n += snprintf(t->names + n, sizeof(t->names) - n, "%s%s",
				      n ? " " : "", get_str(row, "name"));
		if (cpulist_parse(get_str(row, "cpus"), CPULIST_MAX, &one))
			continue;
		for (cpu = -1; (cpu = cpuset_next(&one, cpu)) >= 0; )
			cpuset_add(&all, cpu);
	}
	cpulist_format(t->cpus, sizeof(t->cpus), &all);
	json_object_put(rows);
	return code;
}

static void log_done(int cmd, const struct target *t, const struct done *done,
		     int code, json_object *after)
{
	json_object *verdicts = after ? get_obj(after, "verdicts") : NULL;
	char tasks[24], irqs[24], members[24], restored[24], gone[24], changed[24], err[24];
	const char *result = "done";

	if (done->sig)
		result = "not-awaited";
	else if (code)
		result = done->err ? "refused" : "unknown";
	else if (done->failed)
		result = "not-put-back";
	else if (done->changed)
		result = "changed-since";
	struct log_field fields[] = {
		{ "verb", name_of(&cmd_names, cmd) },
		{ "name", t->names },
		{ "cpus", t->cpus[0] ? t->cpus : after ? get_str(after, "cpus") : NULL },
		{ "result", result },
		{ "errno", done->err ? decimal(err, done->err) : NULL },
		{ "reason", done->message },
		{ "tasks_moved", verdicts ? decimal(tasks, count_of(verdicts, "task", "moved")) : NULL },
		{ "irqs_moved", verdicts ? decimal(irqs, count_of(verdicts, "irq", "moved")) : NULL },
		{ "members", after ? decimal(members, get_num(after, "members")) : NULL },
		{ "restored", cmd == CPUISO_CMD_REVERT && !code ? decimal(restored, done->restored) : NULL },
		{ "gone", cmd == CPUISO_CMD_REVERT && !code ? decimal(gone, done->gone) : NULL },
		{ "changed_since", cmd == CPUISO_CMD_REVERT && !code ? decimal(changed, done->changed) : NULL },
		{ NULL, NULL }
	};

	log_change(!code && !done->changed && !done->failed, fields);
}

/* Where it is not known how it ended, the keeper finds out when we have. */
static void see_to_outside(struct conn *c, int cmd, const struct request *req,
			   struct done *done, int code, struct journal *journal,
			   json_object *now)
{
	if (cmd == CPUISO_CMD_APPLY && !code && geteuid())
		warn("what is outside the module, like the CPUs of new interrupts, only root can set, so it is left as it is; see cpuiso(8)");
	if (cmd == CPUISO_CMD_APPLY && !code)
		outside_hold(journal, c, now);
	else if (cmd == CPUISO_CMD_APPLY && done->err)
		outside_cancel(journal);
	else if (cmd == CPUISO_CMD_REVERT && !code)
		outside_revert_end(req->name, done, now);
	else if (cmd == CPUISO_CMD_REVERT && done->err)
		outside_revert_cancel(req->name);
}

/**
 * change_run() - make a change, see it through, and log it
 * @c: the connection
 * @cmd: CPUISO_CMD_APPLY, REVERT, PIN or UNPIN
 * @req: what to change
 * @done: how it ended
 * @after: the isolation afterwards for json_object_put(), or NULL when there
 *	is none; of a revert, array of what came of the steps outside the
 *	module; may itself be NULL
 *
 * Return: 0, or the exit code after saying why not.
 */
int change_run(struct conn *c, int cmd, const struct request *req,
	       struct done *done, json_object **after)
{
	struct target target = { 0 };
	struct journal *journal = NULL;
	json_object *now = NULL;
	int code, sig;

	snprintf(target.names, sizeof(target.names), "%s", req->name);
	snprintf(target.cpus, sizeof(target.cpus), "%s", req->cpus);
	code = workload_pidns(req);
	if (!code && cmd == CPUISO_CMD_REVERT) {
		target.names[0] = 0;
		code = find_target(c, req, &target);
		/* The module is to say that there is none of that name. */
		if (!target.names[0])
			snprintf(target.names, sizeof(target.names), "%s", req->name);
	}
	if (code)
		return code;
	if (cmd == CPUISO_CMD_APPLY)
		code = outside_begin(c, req, &journal);
	if (code)
		return code;
	if (cmd == CPUISO_CMD_REVERT) {
		now = json_object_new_array();
		outside_revert_begin(req->name, now);
	}
	code = conn_change(c, cmd, req, done);
	if (!code && cmd != CPUISO_CMD_REVERT)
		now = isolation_find(c, req->name);
	see_to_outside(c, cmd, req, done, code, journal, now);
	log_done(cmd, &target, done, code, cmd == CPUISO_CMD_REVERT ? NULL : now);
	sig = done->sig;
	if (sig) {
		json_object_put(now);
		fflush(stdout);
		raise(sig);
	}
	if (after)
		*after = now;
	else
		json_object_put(now);
	if (!code && (done->changed || done->failed))
		code = EXIT_CHANGED;
	return code;
}

/**
 * change_document() - what --json prints after a change
 * @cmd: the operation
 * @req: what was asked for
 * @done: how it ended
 *
 * Return: object for json_object_put().
 */
json_object *change_document(int cmd, const struct request *req,
			     const struct done *done)
{
	json_object *doc = out_document();
	const char *name = req->name[0] ? req->name : done->name;

	put_str(doc, "verb", name_of(&cmd_names, cmd));
	put_str(doc, "name", *name ? name : NULL);
	if (cmd == CPUISO_CMD_REVERT) {
		put_num(doc, "restored", done->restored);
		put_num(doc, "gone", done->gone);
		put_num(doc, "changed_since", done->changed);
		put_num(doc, "failed", done->failed);
	}
	return doc;
}

/**
 * change_members() - pin and unpin
 * @cmd: which of them
 * @args: the arguments
 *
 * Return: the exit code.
 */
int change_members(int cmd, const struct args *args)
{
	struct request req = { 0 };
	json_object *after = NULL, *doc;
	struct conn *c = NULL;
	struct done done = { 0 };
	unsigned long long n;
	int code = 0;

	if (args->one[OPT_NAME])
		code = request_name(&req, args->one[OPT_NAME]);
	if (!code)
		code = request_workload(&req, args);
	if (!code && !req.nr_pid && !req.nr_comm && !req.nr_cgroup)
		code = fail(EXIT_USAGE, "there is nothing to %s; use --pid, --comm, --unit or --cgroup",
			    name_of(&cmd_names, cmd));
	if (!code)
		code = conn_open(&c);
	if (!code && !req.name[0])
		code = request_choose(&req, c);
	if (!code)
		code = change_run(c, cmd, &req, &done, &after);
	if (c && (!code || code == EXIT_CHANGED)) {
		if (args->json) {
			doc = change_document(cmd, &req, &done);
			put(doc, "isolation", json_object_get(after));
			out_json(doc);
			json_object_put(doc);
		} else {
			n = after ? get_num(after, "members") : 0;
			printf("%s: workload of %llu task%s now\n", req.name, n,
			       n == 1 ? "" : "s");
		}
	}
	json_object_put(after);
	conn_close(c);
	request_free(&req);
	return code;
}
