// SPDX-License-Identifier: GPL-2.0
/* cpuiso plan: what apply would do. Nothing is changed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bootline.h"
#include "../fail.h"
#include "../names.h"
#include "../nl.h"
#include "../output.h"
#include "../outside.h"
#include "../request.h"
#include "../summary.h"
#include "cmd.h"

static const char *why(json_object *row)
{
	int v = value_of(&verdict_names, get_str(row, "verdict"));
	const char *reason = v < 0 ? NULL : verdict_reason(v);

	if (v == CPUISO_VERDICT_REFUSED && get_num(row, "errno"))
		return strerror(get_num(row, "errno"));
	return reason;
}

/* The objects that stay, or all of them, as lines of one table. */
static void add_lines(json_object *lines, json_object *rows, const char *kind,
		      const char *id, const char *name, bool all)
{
	json_object *row, *line;
	const char *reason;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		reason = why(row);
		if (!reason && !all)
			continue;
		line = json_object_new_object();
		put_str(line, "kind", kind);
		put(line, "id", json_object_get(get_obj(row, id)));
		put(line, "name", json_object_get(get_obj(row, name)));
		put(line, "verdict", json_object_get(get_obj(row, "verdict")));
		put(line, "present", json_object_get(get_obj(row, "present")));
		put_str(line, "why", reason);
		json_object_array_add(lines, line);
	}
}

static void print_knobs(json_object *rows)
{
	static const struct column columns[] = {
		{ "name", "KNOB", 0 },
		{ "verdict", "VERDICT", COL_VERDICT },
		{ "present", "PRESENT", 0 },
		{ "target", "NEW", 0 },
		{ "path", "FILE", 0 },
		{ "why", "WHY", COL_FREE },
		{ NULL, NULL, 0 }
	};
	json_object *lines = json_object_new_array(), *line;
	size_t i, c;

	for (i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);

		line = json_object_new_object();
		for (c = 0; columns[c].key; c++)
			put(line, columns[c].key, json_object_get(get_obj(row, columns[c].key)));
		put_str(line, "why", why(row));
		json_object_array_add(lines, line);
	}
	out_table(lines, columns, 0);
	json_object_put(lines);
}

static void print_steps(json_object *steps)
{
	static const struct column columns[] = {
		{ "step", "STEP", 0 },
		{ "object", "OBJECT", 0 },
		{ "verdict", "VERDICT", COL_VERDICT },
		{ "old", "PRESENT", 0 },
		{ "new", "NEW", 0 },
		{ "why", "WHY", COL_FREE },
		{ NULL, NULL, 0 }
	};

	if (!json_object_array_length(steps))
		return;
	fputs("\nwhat is set outside the module:\n\n", stdout);
	out_table(steps, columns, 0);
}

static void print_text(json_object *doc, bool all)
{
	static const struct column verdict_columns[] = {
		{ "kind", "KIND", 0 },
		{ "verdict", "VERDICT", COL_VERDICT },
		{ "count", "COUNT", COL_RIGHT },
		{ NULL, NULL, 0 }
	};
	static const struct column line_columns[] = {
		{ "kind", "KIND", 0 },
		{ "id", "ID", COL_RIGHT },
		{ "name", "NAME", 0 },
		{ "verdict", "VERDICT", COL_VERDICT },
		{ "present", "CPUS", 0 },
		{ "why", "WHY", COL_FREE },
		{ NULL, NULL, 0 }
	};
	json_object *lines = json_object_new_array(), *lacks = get_obj(doc, "boot_lacks");
	size_t i, n = json_object_array_length(lacks);

	printf("plan for %s, CPU %s; nothing is changed\n\n", get_str(doc, "name"),
	       get_str(doc, "cpus"));
	out_table(get_obj(doc, "verdicts"), verdict_columns, 0);
	add_lines(lines, get_obj(doc, "tasks"), "task", "pid", "comm", all);
	add_lines(lines, get_obj(doc, "irqs"), "irq", "irq", "action", all);
	if (json_object_array_length(lines)) {
		printf("\n%s\n\n", all ? "every object:" : "what cannot move, and why:");
		out_table(lines, line_columns, 0);
	}
	json_object_put(lines);
	printf("\nknobs:\n\n");
	print_knobs(get_obj(doc, "knobs"));
	print_steps(get_obj(doc, "steps"));
	if (get_obj(doc, "no_partition"))
		printf("\nthe CPUs stay in the scheduler's domains: %s\n",
		       get_str(doc, "no_partition"));
	if (n) {
		fputs("\nthe boot line lacks ", stdout);
		for (i = 0; i < n; i++)
			printf("%s%s", i ? ", " : "",
			       json_object_get_string(json_object_array_get_idx(lacks, i)));
		printf(" for these CPUs; \"cpuiso doctor -c %s\" says what each would bring\n",
		       get_str(doc, "cpus"));
	}
}

static json_object *keep_staying(json_object *rows)
{
	json_object *some = json_object_new_array(), *row;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		if (why(row))
			json_object_array_add(some, json_object_get(row));
	}
	return some;
}

static json_object *boot_lacks(const struct request *req)
{
	json_object *list = json_object_new_array();
	const char *lacks[3];
	struct bootline b;
	struct cpuset cpus;
	size_t i, n;

	bootline_read(&b);
	if (cpulist_parse(req->cpus, CPULIST_MAX, &cpus))
		return list;
	n = bootline_lacks(&b, &cpus, lacks);
	for (i = 0; i < n; i++)
		json_object_array_add(list, json_object_new_string(lacks[i]));
	return list;
}

static int plan(const struct args *args, const struct request *req)
{
	json_object *tasks = NULL, *irqs = NULL, *knobs = NULL, *steps = NULL, *doc;
	const char *skipped = NULL;
	struct conn *c;
	int code;

	code = conn_open(&c);
	if (code)
		return code;
	code = conn_dump(c, CPUISO_CMD_TASK_GET, req, &tasks);
	if (!code)
		code = conn_dump(c, CPUISO_CMD_IRQ_GET, req, &irqs);
	if (!code)
		code = conn_dump(c, CPUISO_CMD_KNOB_GET, req, &knobs);
	conn_close(c);
	if (!code)
		code = outside_plan(req, &steps, &skipped);
	if (!code) {
		doc = out_document();
		put_str(doc, "name", req->name);
		put_str(doc, "cpus", req->cpus);
		put(doc, "verdicts", summary_count(tasks, irqs, knobs));
		put(doc, "tasks", args->all ? json_object_get(tasks) : keep_staying(tasks));
		put(doc, "irqs", args->all ? json_object_get(irqs) : keep_staying(irqs));
		put(doc, "knobs", json_object_get(knobs));
		put(doc, "steps", steps);
		put_str(doc, "no_partition", skipped);
		put(doc, "boot_lacks", boot_lacks(req));
		if (args->json)
			out_json(doc);
		else
			print_text(doc, args->all);
		json_object_put(doc);
	}
	json_object_put(tasks);
	json_object_put(irqs);
	json_object_put(knobs);
	return code;
}

static int run(const struct args *args)
{
	struct request req;
	int code;

	code = request_isolation(&req, args);
	if (!code)
		code = plan(args, &req);
	request_free(&req);
	return code;
}

const struct command cmd_plan = {
	.name = "plan",
	.summary = "show what apply would do",
	.words = "",
	.about = "What apply with the same options would move, what cannot move and why, every knob\n"
		 "with its present and its new value, and what the boot line lacks. Nothing is\n"
		 "changed.",
	.opts = O_ISOLATION | O(ALL) | O(JSON),
	.run = run,
};
