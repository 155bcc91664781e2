// SPDX-License-Identifier: GPL-2.0
/* cpuiso top: the ledgers as they run, on the whole screen or once as a table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cpuiso.h>

#include "../duration.h"
#include "../fail.h"
#include "../nl.h"
#include "../output.h"
#include "../request.h"
#include "../signals.h"
#include "../stats.h"
#include "../topview.h"
#include "../window.h"
#include "cmd.h"

struct look {
	struct conn *c;
	struct request req;		/* the CPUs, or none for all */
	const struct cpuset *cpus;
	uint64_t ns;
	json_object *last;		/* the ledgers at the last look */
	json_object *rows;		/* with the rates since the look before */
};

static int look(struct look *l)
{
	json_object *now;
	int code;

	code = stats_read(l->c, l->cpus, &now);
	if (code)
		return code;
	json_object_put(l->rows);
	l->rows = stats_rates(now, l->last ? l->last : now);
	json_object_put(l->last);
	l->last = now;
	return 0;
}

static void print_table(json_object *rows)
{
	static const struct column columns[] = {
		{ "cpu", "CPU", COL_RIGHT },
		{ "kind", "KIND", 0 },
		{ "name", "NAME", 0 },
		{ "rate", "COUNT/S", COL_RIGHT },
		{ "share", "TIME_%", COL_RIGHT },
		{ "count", "COUNT", COL_RIGHT },
		{ "total_ns", "TOTAL_NS", COL_RIGHT },
		{ "max_ns", "MAX_NS", COL_RIGHT },
		{ NULL, NULL, 0 }
	};
	json_object *row;
	char text[32];
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		snprintf(text, sizeof(text), "%.1f",
			 json_object_get_double(get_obj(row, "count_per_s")));
		put_str(row, "rate", get_obj(row, "count") ? text : NULL);
		snprintf(text, sizeof(text), "%.4f",
			 json_object_get_double(get_obj(row, "ns_per_s")) / 1e7);
		put_str(row, "share", get_obj(row, "total_ns") ? text : NULL);
	}
	out_table(rows, columns, 0);
}

static int once(const struct args *args, struct look *l)
{
	enum nl_wait how;
	sigset_t outside;
	json_object *doc;
	int code;

	code = look(l);
	if (!code && !json_object_array_length(l->rows))
		return fail(EXIT_REFUSED, "there is no ledger of %s%s; isolate with \"cpuiso apply\", or look with \"cpuiso observe\"",
			    l->cpus ? "CPU " : "any CPU", l->req.cpus);
	sigprocmask(SIG_SETMASK, NULL, &outside);
	if (!code)
		code = conn_wait(l->c, -1, duration_now() + l->ns, &outside, &how);
	if (!code)
		code = look(l);
	if (code)
		return code;
	stats_sort(l->rows);
	if (args->json) {
		doc = out_document();
		put_num(doc, "interval_ns", l->ns);
		put(doc, "stats", json_object_get(l->rows));
		out_json(doc);
		json_object_put(doc);
	} else {
		print_table(l->rows);
	}
	return 0;
}

/* A refusal is no reason to end, and there is no stderr to see meanwhile. */
static int reset(struct look *l, struct top *t)
{
	struct done done;

	*t->message = '\0';
	fail_into(t->message, sizeof(t->message));
	conn_change(l->c, CPUISO_CMD_RESET, &l->req, &done);
	fail_into(NULL, 0);
	return look(l);
}

/* Return: whether to go on. */
static bool keys(struct look *l, struct top *t, sigset_t *outside, int *code)
{
	int key;

	while (!*code && (key = top_get_key()) >= 0) {
		*t->message = '\0';
		if (key == 'q' || key == 'Q')
			return false;
		if (key == 'x') {
			/* It catches signals itself. */
			signals_release(outside);
			*code = reset(l, t);
			signals_catch(outside);
		} else {
			top_key(t, key);
		}
	}
	return !*code;
}

static int live(struct look *l)
{
	struct top t = { .order = TOP_TIME };
	char lost[512] = "";
	enum nl_wait how = NL_WAIT_TIME;
	sigset_t outside;
	uint64_t next;
	int code;

	snprintf(t.every, sizeof(t.every), "%gs", l->ns / 1e9);
	code = look(l);
	if (code)
		return code;
	if (!top_open())
		return fail(EXIT_REFUSED, "the terminal \"%s\" has no full screen; set TERM, or use \"cpuiso top | cat\"",
			    getenv("TERM") ? getenv("TERM") : "");
	fail_into(lost, sizeof(lost));
	signals_catch(&outside);
	next = duration_now() + l->ns / 10;
	do {
		top_draw(&t, l->rows);
		code = conn_wait(l->c, STDIN_FILENO, next, &outside, &how);
		if (code || how == NL_WAIT_SIGNAL)
			break;
		if (how == NL_WAIT_TIME) {
			next = duration_now() + l->ns;
			if (!t.paused)
				code = look(l);
		}
	} while (!code && keys(l, &t, &outside, &code));
	signals_release(&outside);
	signals_forget();
	top_close();
	fail_into(NULL, 0);
	/* Why it ended was said behind the screen. */
	if (code && *lost)
		warn("%s", lost);
	return code;
}

static int run(const struct args *args)
{
	const char *list = args->one[OPT_CPUS], *interval = args->one[OPT_INTERVAL];
	struct look l = { .ns = 1000000000 };
	struct cpuset cpus;
	int code = 0;

	if (interval)
		code = duration_parse("interval", interval, &l.ns);
	if (!code && list)
		code = request_cpus(&l.req, list, &cpus);
	if (!code)
		code = conn_open(&l.c);
	if (code)
		return code;
	l.cpus = list ? &cpus : NULL;
	if (!args->json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		code = live(&l);
	else
		code = once(args, &l);
	conn_close(l.c);
	json_object_put(l.last);
	json_object_put(l.rows);
	return code;
}

const struct command cmd_top = {
	.name = "top",
	.summary = "watch what uses the isolated CPUs",
	.words = "",
	.about = "The ledgers on the whole screen: how the time of each CPU is divided, then each\n"
		 "source of noise with its rate and its longest time. Keys: t, r, m, o, c and n sort\n"
		 "by time, rate, longest, total, CPU and name; a shows all sources, p pauses, x\n"
		 "begins the ledgers anew (as root), arrows scroll, q quits. Where it is no terminal:\n"
		 "one table, after one interval.",
	.opts = O(CPUS) | O(INTERVAL) | O(JSON),
	.run = run,
};
