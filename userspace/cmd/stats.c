// SPDX-License-Identifier: GPL-2.0
/* cpuiso stats: what uses the isolated and the observed CPUs, what hurts most first. */
#include <string.h>

#include "../nl.h"
#include "../output.h"
#include "cmd.h"

#include <cpuiso.h>

static const struct column columns[] = {
	{ "cpu", "CPU", COL_RIGHT },
	{ "kind", "KIND", 0 },
	{ "name", "NAME", 0 },
	{ "count", "COUNT", COL_RIGHT },
	{ "total_ns", "TOTAL_NS", COL_RIGHT },
	{ "max_ns", "MAX_NS", COL_RIGHT },
	{ "last_ns", "LAST_NS", COL_RIGHT },
	{ NULL, NULL, 0 }
};

static int part(json_object *row)
{
	static const char *const parts[] = {
		"wall", "workload", "idle", "noise", "unexplained",
	};
	int i;

	for (i = 0; i < 5 && strcmp(get_str(row, "name"), parts[i]); i++)
		;
	return i;
}

/* How a CPU's time is divided comes first, then what took most of it. */
static int by_hurt(const void *x, const void *y)
{
	json_object *a = *(json_object *const *)x, *b = *(json_object *const *)y;
	bool time_a, time_b;
	uint64_t n, m;

	n = get_num(a, "cpu");
	m = get_num(b, "cpu");
	if (n != m)
		return n < m ? -1 : 1;
	time_a = !strcmp(get_str(a, "kind"), "time");
	time_b = !strcmp(get_str(b, "kind"), "time");
	if (time_a && time_b)
		return part(a) - part(b);
	if (time_a || time_b)
		return time_b - time_a;
	n = get_num(a, "total_ns");
	m = get_num(b, "total_ns");
	if (n != m)
		return n > m ? -1 : 1;
	n = get_num(a, "count");
	m = get_num(b, "count");
	return (n < m) - (n > m);
}

static int run(const struct args *args)
{
	json_object *rows, *doc;
	struct conn *c;
	int code;

	code = conn_open(&c);
	if (code)
		return code;
	code = conn_dump(c, CPUISO_CMD_STAT_GET, NULL, &rows);
	conn_close(c);
	if (code)
		return code;
	json_object_array_sort(rows, by_hurt);
	if (args->json) {
		doc = out_document();
		put(doc, "stats", rows);
		out_json(doc);
		json_object_put(doc);
		return 0;
	}
	out_table(rows, columns, 0);
	json_object_put(rows);
	return 0;
}

const struct command cmd_stats = {
	.name = "stats",
	.summary = "show what uses the isolated CPUs",
	.words = "",
	.about = "What uses the CPUs since they were isolated: how their time is divided, then\n"
		 "every disturber by name with its number, total and longest time, what took most\n"
		 "first. Times are net of what interrupts.",
	.opts = O(JSON),
	.run = run,
};
