// SPDX-License-Identifier: GPL-2.0
/* cpuiso status: the module and its isolations, now. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../isolations.h"
#include "../nl.h"
#include "../output.h"
#include "../outside.h"
#include "cmd.h"

static void print_time(uint64_t ns)
{
	time_t t = ns / 1000000000;
	char text[32];
	struct tm tm;

	if (localtime_r(&t, &tm) && strftime(text, sizeof(text), "%F %T", &tm))
		printf("  since      %s\n", text);
}

static void print_list(const char *what, json_object *list)
{
	size_t i, n = list ? json_object_array_length(list) : 0;

	for (i = 0; i < n; i++)
		printf("  %-10s %s\n", what,
		       json_object_get_string(json_object_array_get_idx(list, i)));
}

static void print_guard(json_object *guard, const char *at_exit)
{
	const char *tasks = get_str(guard, "tasks"), *kthreads = get_str(guard, "kthreads");
	const char *irqs = get_str(guard, "irqs");

	if (!tasks || !kthreads || !irqs)
		return;
	if (!strcmp(tasks, kthreads) && !strcmp(tasks, irqs))
		printf("  guard      %s\n", tasks);
	else
		printf("  guard      tasks=%s kthreads=%s irqs=%s\n", tasks, kthreads, irqs);
	printf("  guarded    %llu evicted, %llu reported, %llu fights\n",
	       (unsigned long long)get_num(guard, "evicted"),
	       (unsigned long long)get_num(guard, "reported"),
	       (unsigned long long)get_num(guard, "fights"));
	if (at_exit)
		printf("  exit       %s\n", at_exit);
}

static void print_isolation(json_object *iso)
{
	static const struct column columns[] = {
		{ "kind", "KIND", 0 },
		{ "verdict", "VERDICT", COL_VERDICT },
		{ "count", "COUNT", COL_RIGHT },
		{ NULL, NULL, 0 }
	};
	json_object *verdicts = get_obj(iso, "verdicts"), *work = get_obj(iso, "workload");
	json_object *sched = get_obj(iso, "sched");

	printf("\nisolation %s\n", get_str(iso, "name"));
	printf("  state      %s\n", get_str(iso, "state"));
	printf("  cpus       %s\n", get_str(iso, "cpus"));
	if (get_num(iso, "since"))
		print_time(get_num(iso, "since"));
	if (json_object_get_boolean(get_obj(iso, "owned")))
		puts("  owned      by a cpuiso run");
	print_list("pid", get_obj(work, "pid"));
	print_list("comm", get_obj(work, "comm"));
	print_list("cgroup", get_obj(work, "cgroup"));
	print_list("keep-irq", get_obj(iso, "keep_irq"));
	print_list("keep", get_obj(iso, "keep_knob"));
	if (sched)
		printf("  sched      %s:%llu\n", get_str(sched, "policy"),
		       (unsigned long long)get_num(sched, "prio"));
	print_guard(get_obj(iso, "guard"), get_str(iso, "exit"));
	printf("  members    %llu\n", (unsigned long long)get_num(iso, "members"));
	if (json_object_array_length(verdicts)) {
		putchar('\n');
		out_table(verdicts, columns, 2);
	}
}

static const char *or_none(const char *s)
{
	return s && *s ? s : "-";
}

static void print_pending(json_object *list)
{
	static const struct column columns[] = {
		{ "step", "STEP", 0 },
		{ "object", "OBJECT", 0 },
		{ "old", "WAS", 0 },
		{ "new", "SET", 0 },
		{ NULL, NULL, 0 }
	};
	size_t i, n = list ? json_object_array_length(list) : 0;
	json_object *j;

	for (i = 0; i < n; i++) {
		j = json_object_array_get_idx(list, i);
		if (!json_object_array_length(get_obj(j, "records")))
			continue;
		printf("\nto be put back when %s ends, by %s\n\n", get_str(j, "name"),
		       json_object_get_boolean(get_obj(j, "keeper")) ? "its keeper" :
		       "the next cpuiso, because its keeper is gone");
		out_table(get_obj(j, "records"), columns, 2);
	}
}

static void print_text(json_object *doc)
{
	json_object *list = get_obj(doc, "isolations");
	size_t i;

	printf("module        %s\n", get_str(doc, "module"));
	printf("isolated      %s\n", or_none(get_str(doc, "isolated")));
	printf("housekeeping  %s\n", or_none(get_str(doc, "housekeeping")));
	printf("busy          %s\n", or_none(get_str(doc, "busy")));
	if (get_num(doc, "notes_lost"))
		printf("notes lost    %llu (each was followed by a rescan)\n",
		       (unsigned long long)get_num(doc, "notes_lost"));
	for (i = 0; i < json_object_array_length(get_obj(doc, "missing_tracepoints")); i++)
		printf("no tracepoint %s\n",
		       json_object_get_string(json_object_array_get_idx(get_obj(doc, "missing_tracepoints"), i)));
	for (i = 0; i < json_object_array_length(list); i++)
		print_isolation(json_object_array_get_idx(list, i));
	print_pending(get_obj(doc, "pending"));
}

static void copy_members(json_object *to, json_object *from)
{
	struct json_object_iterator i = json_object_iter_begin(from);
	struct json_object_iterator end = json_object_iter_end(from);

	for (; !json_object_iter_equal(&i, &end); json_object_iter_next(&i))
		put(to, json_object_iter_peek_name(&i),
		    json_object_get(json_object_iter_peek_value(&i)));
}

static int absent(const struct args *args, struct conn *c, enum nl_state state)
{
	json_object *info = conn_info(c), *doc, *pending;

	if (args->json) {
		doc = out_document();
		put(doc, "module", info ? json_object_get(get_obj(info, "module")) : NULL);
		put(doc, "isolations", json_object_new_array());
		put(doc, "pending", outside_pending());
		out_json(doc);
		json_object_put(doc);
	} else {
		pending = outside_pending();
		print_pending(pending);
		json_object_put(pending);
	}
	return conn_state_fail(c, state);
}

static int run(const struct args *args)
{
	json_object *rows = NULL, *doc;
	enum nl_state state;
	struct conn *c;
	int code;

	state = conn_try_open(&c);
	if (state != NL_READY) {
		code = absent(args, c, state);
		conn_close(c);
		return code;
	}
	code = isolation_list(c, &rows);
	if (!code) {
		doc = out_document();
		copy_members(doc, conn_info(c));
		put(doc, "isolations", rows);
		put(doc, "pending", outside_pending());
		if (args->json)
			out_json(doc);
		else
			print_text(doc);
		json_object_put(doc);
	}
	conn_close(c);
	return code;
}

const struct command cmd_status = {
	.name = "status",
	.summary = "show the isolations",
	.words = "",
	.about = "The module, the isolated and the housekeeping CPUs, and each isolation with its\n"
		 "workload and how many tasks and interrupts have which verdict.",
	.opts = O(JSON),
	.run = run,
};
