// SPDX-License-Identifier: GPL-2.0
/* cpuiso explain: for what still disturbs a CPU, what removes it. */
#include <stdio.h>

#include "../duration.h"
#include "../explain.h"
#include "../fail.h"
#include "../mark.h"
#include "../nl.h"
#include "../output.h"
#include "../request.h"
#include "../stats.h"
#include "cmd.h"

#define NAMES_SHOWN	6

static void print_one(json_object *one)
{
	json_object *names = get_obj(one, "names"), *remedies = get_obj(one, "remedies");
	size_t i, n = json_object_array_length(names);
	unsigned long long count;
	char total[32], max[32];

	printf("%s", get_str(one, "kind"));
	for (i = 0; i < n && i < NAMES_SHOWN; i++)
		printf("%s %s", i ? "," : "",
		       json_object_get_string(json_object_array_get_idx(names, i)));
	if (i < n)
		printf(" and %zu more", n - i);
	duration_format(total, sizeof(total), get_num(one, "total_ns"));
	duration_format(max, sizeof(max), get_num(one, "max_ns"));
	count = get_num(one, "count");
	printf(" on CPU %s: %llu time%s", get_str(one, "cpus"), count, count == 1 ? "" : "s");
	if (get_num(one, "total_ns"))
		printf(", %s, longest %s", total, max);
	printf("\n    is       %s\n    because  %s\n", get_str(one, "what"), get_str(one, "why"));
	for (i = 0; i < json_object_array_length(remedies); i++)
		printf("    %s  %s\n", i ? "   or  " : "remove ",
		       json_object_get_string(json_object_array_get_idx(remedies, i)));
	if (get_str(one, "nothing"))
		printf("    remove   %s\n", get_str(one, "nothing"));
}

static void show(const struct args *args, json_object *list)
{
	json_object *doc;
	size_t i, n = json_object_array_length(list);

	if (args->json) {
		doc = out_document();
		put_str(doc, "since", args->one[OPT_SINCE]);
		put(doc, "sources", json_object_get(list));
		out_json(doc);
		json_object_put(doc);
		return;
	}
	for (i = 0; i < n; i++) {
		if (i)
			putchar('\n');
		print_one(json_object_array_get_idx(list, i));
	}
	if (!n)
		puts("nothing disturbs these CPUs");
}

static int run(const struct args *args)
{
	const char *list = args->one[OPT_CPUS], *since = args->one[OPT_SINCE];
	json_object *rows = NULL, *mark = NULL, *some, *sources = NULL;
	struct request req = { 0 };
	struct conn *c = NULL;
	struct cpuset cpus;
	int code = 0;

	if (since)
		code = mark_check(since);
	if (!code && list)
		code = request_cpus(&req, list, &cpus);
	if (!code && since)
		code = mark_read(since, &mark);
	if (!code)
		code = conn_open(&c);
	if (!code)
		code = stats_read(c, list ? &cpus : NULL, &rows);
	if (!code && !json_object_array_length(rows))
		code = fail(EXIT_REFUSED, "there is no ledger of %s%s; isolate with \"cpuiso apply\", or look with \"cpuiso observe\"",
			    list ? "CPU " : "any CPU", req.cpus);
	if (!code && mark) {
		some = stats_since(rows, mark);
		json_object_put(rows);
		rows = some;
	}
	if (!code)
		sources = explain_rows(c, rows, &code);
	if (!code)
		show(args, sources);
	conn_close(c);
	json_object_put(sources);
	json_object_put(rows);
	json_object_put(mark);
	return code;
}

const struct command cmd_explain = {
	.name = "explain",
	.summary = "say what disturbs the CPUs, why, and what removes it",
	.words = "",
	.about = "For each source that \"cpuiso stats\" shows: what it is, why it is there, and the\n"
		 "command or boot parameter that removes it, or that nothing can. What this\n"
		 "machine has already is not advised.",
	.opts = O(CPUS) | O(SINCE) | O(JSON),
	.run = run,
};
