// SPDX-License-Identifier: GPL-2.0
/* cpuiso watch: events as they happen. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cpuiso.h>

#include "../escape.h"
#include "../fail.h"
#include "../names.h"
#include "../nl.h"
#include "../output.h"
#include "cmd.h"

struct watch {
	bool json;
	bool any;		/* last is valid */
	uint64_t last;		/* sequence number of the last event */
};

static void print_missed(const struct watch *w, uint64_t count)
{
	json_object *obj;

	if (!w->json) {
		printf("missed %llu events\n", (unsigned long long)count);
		return;
	}
	obj = json_object_new_object();
	put_str(obj, "type", "missed");
	put_num(obj, "count", count);
	out_json_line(obj);
	json_object_put(obj);
}

static void field(json_object *event, const char *key)
{
	const char *value = get_str(event, key);
	char text[4096];

	if (!value || !*value)
		return;
	escape(text, sizeof(text), value, ESC_ONCE | ESC_BLANK);
	printf(" %s=%s", key, text);
}

/* What an event asks somebody to do; NULL where it asks nothing. */
static const char *advice(json_object *event)
{
	int type = value_of(&event_names, get_str(event, "type"));

	if (type == CPUISO_EVENT_STARVING)
		return "a real-time task keeps it from running: let the workload sleep now and then, or write 950000 to /proc/sys/kernel/sched_rt_runtime_us";
	if (type == CPUISO_EVENT_FIGHT)
		return "stop what brings it back, or leave it there with --guard";
	return NULL;
}

static void print_event(json_object *event)
{
	uint64_t ns = get_num(event, "time");
	const char *text = get_str(event, "text");
	time_t t = ns / 1000000000;
	char when[32] = "-", clean[4096];
	struct tm tm;

	if (localtime_r(&t, &tm))
		(void)strftime(when, sizeof(when), "%F %T", &tm);
	printf("%s.%06u %s", when, (unsigned int)(ns % 1000000000 / 1000),
	       get_str(event, "type"));
	field(event, "isolation");
	field(event, "kind");
	/* Without a kind it is a CPU's number, or nothing. */
	if (get_str(event, "kind") || strstr(get_str(event, "type"), "line"))
		field(event, "object");
	field(event, "name");
	if (get_num(event, "errno"))
		field(event, "errno");
	if (text && *text) {
		escape(clean, sizeof(clean), text, ESC_ONCE);
		printf(" %s", clean);
	}
	field(event, "from");
	field(event, "to");
	if (get_num(event, "by_pid")) {
		field(event, "by_pid");
		field(event, "by_comm");
	}
	if (get_num(event, "ns"))
		field(event, "ns");
	if (advice(event))
		printf(" (%s)", advice(event));
	putchar('\n');
}

static int on_event(enum nl_watch what, json_object *event, void *arg)
{
	struct watch *w = arg;
	uint64_t seq;

	if (what == NL_WATCH_OVERRUN) {
		warn("events came faster than they were read; the next one tells how many were missed");
		return 0;
	}
	seq = get_num(event, "seq");
	if (w->any && seq > w->last + 1)
		print_missed(w, seq - w->last - 1);
	w->last = seq;
	w->any = true;
	if (w->json)
		out_json_line(event);
	else
		print_event(event);
	/* Whoever read this has gone; that is an end, not an error. */
	return fflush(stdout) || ferror(stdout);
}

static int run(const struct args *args)
{
	struct watch w = { .json = args->json };
	enum nl_watch_end end;
	struct conn *c;
	int code;

	code = conn_open(&c);
	if (code)
		return code;
	end = conn_watch(c, on_event, &w);
	conn_close(c);
	switch (end) {
	case NL_END_SIGNAL:
	case NL_END_CALLER:
		return 0;
	case NL_END_MODULE:
		warn("the cpuiso module was unloaded; there is nothing more to watch until \"modprobe cpuiso\"");
		return 0;
	default:
		return EXIT_REFUSED;
	}
}

const struct command cmd_watch = {
	.name = "watch",
	.summary = "show events as they happen",
	.words = "",
	.about = "A line for each event, or with --json an object on a line of its own. Ends at a\n"
		 "signal, or when the module is unloaded.",
	.opts = O(JSON),
	.run = run,
};
