// SPDX-License-Identifier: GPL-2.0
/*
 * The ledger and the isolations in the text format of Prometheus. Names and
 * units are as its conventions want them: seconds, and _total for what only
 * grows. A set of labels may stand only once, or the whole file is refused, so
 * sources that show the same name are added up.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "metrics.h"
#include "names.h"
#include "output.h"

#define NS_PER_S	1000000000ULL

/* Buckets of a histogram go from 1 us to 1 s in steps of four. */
#define FIRST_BUCKET	10
#define LAST_BUCKET	30
#define BUCKET_STEP	2

static void head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void label(FILE *f, char before, const char *key, const char *value)
{
	fprintf(f, "%c%s=\"", before, key);
	for (; value && *value; value++) {
		if (*value == '\\' || *value == '"')
			fputc('\\', f);
		if (*value == '\n')
			fputs("\\n", f);
		else
			fputc(*value, f);
	}
	fputc('"', f);
}

static void count(FILE *f, uint64_t n)
{
	fprintf(f, "} %llu\n", (unsigned long long)n);
}

static void seconds(FILE *f, uint64_t ns)
{
	fprintf(f, "} %llu.%09llu\n", (unsigned long long)(ns / NS_PER_S),
		(unsigned long long)(ns % NS_PER_S));
}

static void cpu_label(FILE *f, json_object *row)
{
	fprintf(f, "{cpu=\"%llu\"", (unsigned long long)get_num(row, "cpu"));
}

static int compare(json_object *a, json_object *b)
{
	uint64_t n = get_num(a, "cpu"), m = get_num(b, "cpu");
	int kind;

	if (n != m)
		return n < m ? -1 : 1;
	kind = strcmp(get_str(a, "kind"), get_str(b, "kind"));
	return kind ? kind : strcmp(get_str(a, "name"), get_str(b, "name"));
}

static int by_key(const void *x, const void *y)
{
	return compare(*(json_object *const *)x, *(json_object *const *)y);
}

static json_object *row_at(json_object *rows, size_t i)
{
	return json_object_array_get_idx(rows, i);
}

static bool is_noise(json_object *row)
{
	return strcmp(get_str(row, "kind"), "time") && strcmp(get_str(row, "kind"), "switch");
}

/* One metric of all sources; those of one name come one after the other. */
static void sources(FILE *f, json_object *rows, const char *metric, const char *member,
		    bool largest, void (*put_value)(FILE *f, uint64_t n))
{
	size_t i, n = json_object_array_length(rows);
	uint64_t value = 0, one;
	json_object *row;
	bool any = false;

	for (i = 0; i < n; i++) {
		row = row_at(rows, i);
		if (!is_noise(row))
			continue;
		if (get_obj(row, member)) {
			one = get_num(row, member);
			value = !largest ? value + one : one > value ? one : value;
			any = true;
		}
		if (i + 1 < n && !compare(row, row_at(rows, i + 1)))
			continue;
		if (any) {
			fputs(metric, f);
			cpu_label(f, row);
			label(f, ',', "kind", get_str(row, "kind"));
			label(f, ',', "name", get_str(row, "name"));
			put_value(f, value);
		}
		value = 0;
		any = false;
	}
}

static void print_histogram(FILE *f, json_object *row, const uint64_t *bucket, uint64_t total)
{
	static const char metric[] = "cpuiso_noise_duration_seconds";
	uint64_t sum = 0;
	char le[32];
	int i;

	for (i = 0; i < CPUISO_HISTOGRAM_LEN; i++) {
		sum += bucket[i];
		if (i < FIRST_BUCKET || i > LAST_BUCKET || (i - FIRST_BUCKET) % BUCKET_STEP)
			continue;
		fprintf(f, "%s_bucket", metric);
		cpu_label(f, row);
		label(f, ',', "kind", get_str(row, "kind"));
		snprintf(le, sizeof(le), "%.9g", (double)(1ULL << i) / NS_PER_S);
		label(f, ',', "le", le);
		count(f, sum);
	}
	fprintf(f, "%s_bucket", metric);
	cpu_label(f, row);
	label(f, ',', "kind", get_str(row, "kind"));
	label(f, ',', "le", "+Inf");
	count(f, sum);
	fprintf(f, "%s_sum", metric);
	cpu_label(f, row);
	label(f, ',', "kind", get_str(row, "kind"));
	seconds(f, total);
	fprintf(f, "%s_count", metric);
	cpu_label(f, row);
	label(f, ',', "kind", get_str(row, "kind"));
	count(f, sum);
}

/* One histogram for each kind: one for each source would be too many. */
static void histograms(FILE *f, json_object *rows)
{
	size_t i, k, n = json_object_array_length(rows);
	uint64_t bucket[CPUISO_HISTOGRAM_LEN] = { 0 }, total = 0;
	json_object *row, *next, *list;
	bool any = false;

	for (i = 0; i < n; i++) {
		row = row_at(rows, i);
		list = get_obj(row, "histogram");
		if (is_noise(row) && list) {
			for (k = 0; k < json_object_array_length(list) && k < CPUISO_HISTOGRAM_LEN; k++)
				bucket[k] += json_object_get_uint64(json_object_array_get_idx(list, k));
			total += get_num(row, "total_ns");
			any = true;
		}
		next = i + 1 < n ? row_at(rows, i + 1) : NULL;
		if (next && get_num(next, "cpu") == get_num(row, "cpu") &&
		    !strcmp(get_str(next, "kind"), get_str(row, "kind")))
			continue;
		if (any)
			print_histogram(f, row, bucket, total);
		memset(bucket, 0, sizeof(bucket));
		total = 0;
		any = false;
	}
}

/* How the time of each CPU is divided. */
static void times(FILE *f, json_object *rows, const char *metric, const char *kind,
		  const char *name, const char *member, void (*put_value)(FILE *f, uint64_t n))
{
	json_object *row;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = row_at(rows, i);
		if (strcmp(get_str(row, "kind"), kind) || strcmp(get_str(row, "name"), name))
			continue;
		fputs(metric, f);
		cpu_label(f, row);
		if (!strcmp(metric, "cpuiso_cpu_seconds_total"))
			label(f, ',', "mode", name);
		put_value(f, get_num(row, member));
	}
}

static void ledger(FILE *f, json_object *rows)
{
	json_object_array_sort(rows, by_key);
	head(f, "cpuiso_cpu_wall_seconds_total", "counter",
	     "Time that the ledger of the CPU covers.");
	times(f, rows, "cpuiso_cpu_wall_seconds_total", "time", "wall", "total_ns", seconds);
	head(f, "cpuiso_cpu_seconds_total", "counter",
	     "Time of the CPU by what it was spent on: workload, idle or noise.");
	times(f, rows, "cpuiso_cpu_seconds_total", "time", "workload", "total_ns", seconds);
	times(f, rows, "cpuiso_cpu_seconds_total", "time", "idle", "total_ns", seconds);
	times(f, rows, "cpuiso_cpu_seconds_total", "time", "noise", "total_ns", seconds);
	head(f, "cpuiso_cpu_unexplained_seconds", "gauge",
	     "Time of the CPU that is none of workload, idle and noise.");
	times(f, rows, "cpuiso_cpu_unexplained_seconds", "time", "unexplained", "total_ns", seconds);
	head(f, "cpuiso_context_switches_total", "counter", "Context switches on the CPU.");
	times(f, rows, "cpuiso_context_switches_total", "switch", "context", "count", count);
	head(f, "cpuiso_noise_events_total", "counter",
	     "How often something other than the workload used the CPU, by source.");
	sources(f, rows, "cpuiso_noise_events_total", "count", false, count);
	head(f, "cpuiso_noise_seconds_total", "counter",
	     "Time that something other than the workload used the CPU, by source.");
	sources(f, rows, "cpuiso_noise_seconds_total", "total_ns", false, seconds);
	head(f, "cpuiso_noise_max_seconds", "gauge",
	     "Longest time that the source used the CPU at once.");
	sources(f, rows, "cpuiso_noise_max_seconds", "max_ns", true, seconds);
	head(f, "cpuiso_noise_duration_seconds", "histogram",
	     "How long something other than the workload used the CPU at once, by kind of source.");
	histograms(f, rows);
}

static json_object *member(json_object *iso, const char *inner, const char *key)
{
	json_object *obj = inner ? get_obj(iso, inner) : iso;

	return obj ? get_obj(obj, key) : NULL;
}

static void each_isolation(FILE *f, json_object *list, const char *metric, const char *inner,
			   const char *key)
{
	json_object *iso, *value;
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++) {
		iso = row_at(list, i);
		value = member(iso, inner, key);
		if (!value)
			continue;
		fputs(metric, f);
		label(f, '{', "isolation", get_str(iso, "name"));
		if (!strcmp(key, "since"))
			seconds(f, json_object_get_uint64(value));
		else
			count(f, json_object_get_uint64(value));
	}
}

static void verdicts(FILE *f, json_object *list)
{
	json_object *iso, *v, *all;
	size_t i, k;

	for (i = 0; i < json_object_array_length(list); i++) {
		iso = row_at(list, i);
		all = get_obj(iso, "verdicts");
		for (k = 0; all && k < json_object_array_length(all); k++) {
			v = row_at(all, k);
			fputs("cpuiso_isolation_verdicts", f);
			label(f, '{', "isolation", get_str(iso, "name"));
			label(f, ',', "kind", get_str(v, "kind"));
			label(f, ',', "verdict", get_str(v, "verdict"));
			count(f, get_num(v, "count"));
		}
	}
}

static void isolations(FILE *f, json_object *list)
{
	json_object *iso;
	size_t i;

	head(f, "cpuiso_isolation_info", "gauge", "An isolation, with its CPUs and its state.");
	for (i = 0; i < json_object_array_length(list); i++) {
		iso = row_at(list, i);
		fputs("cpuiso_isolation_info", f);
		label(f, '{', "isolation", get_str(iso, "name"));
		label(f, ',', "cpus", get_str(iso, "cpus"));
		label(f, ',', "state", get_str(iso, "state"));
		count(f, 1);
	}
	head(f, "cpuiso_isolation_start_time_seconds", "gauge",
	     "When the isolation began, since the epoch.");
	each_isolation(f, list, "cpuiso_isolation_start_time_seconds", NULL, "since");
	head(f, "cpuiso_isolation_members", "gauge", "Tasks that are its workload.");
	each_isolation(f, list, "cpuiso_isolation_members", NULL, "members");
	head(f, "cpuiso_guard_evictions_total", "counter",
	     "How often something that came to its CPUs was moved off again.");
	each_isolation(f, list, "cpuiso_guard_evictions_total", "guard", "evicted");
	head(f, "cpuiso_guard_reports_total", "counter",
	     "How often something that came to its CPUs was reported only.");
	each_isolation(f, list, "cpuiso_guard_reports_total", "guard", "reported");
	head(f, "cpuiso_guard_fights_total", "counter",
	     "How often the guard backed off from something that comes again and again.");
	each_isolation(f, list, "cpuiso_guard_fights_total", "guard", "fights");
	head(f, "cpuiso_isolation_verdicts", "gauge",
	     "Tasks, interrupts and knobs by what became of them.");
	verdicts(f, list);
}

static void events(FILE *f, const struct metrics *m)
{
	unsigned int type;

	head(f, "cpuiso_events_total", "counter",
	     "Events of the module that this monitor has seen.");
	for (type = 0; type < __CPUISO_EVENT_MAX; type++) {
		fputs("cpuiso_events_total", f);
		label(f, '{', "type", name_of(&event_names, type));
		count(f, m->events[type]);
	}
	head(f, "cpuiso_events_missed_total", "counter",
	     "Events of the module that came too fast for this monitor.");
	fputs("cpuiso_events_missed_total{", f);
	count(f, m->missed);
	head(f, "cpuiso_irqbalance_told_total", "counter",
	     "How often an irqbalance that was started later was told of the isolations.");
	fputs("cpuiso_irqbalance_told_total{", f);
	count(f, m->told);
}

/**
 * metrics_text() - everything, in the text format of Prometheus
 * @m: what is to be exported
 *
 * Return: text for free().
 */
char *metrics_text(const struct metrics *m)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		die(EXIT_REFUSED, "out of memory; free some and try again");
	head(f, "cpuiso_up", "gauge", "Whether the module is loaded.");
	fprintf(f, "cpuiso_up %d\n", !!m->module);
	if (m->module) {
		head(f, "cpuiso_module_info", "gauge", "The module, with its version.");
		fputs("cpuiso_module_info", f);
		label(f, '{', "version", m->module);
		count(f, 1);
	}
	if (m->isolations)
		isolations(f, m->isolations);
	if (m->stats)
		ledger(f, m->stats);
	events(f, m);
	if (fclose(f))
		die(EXIT_REFUSED, "out of memory; free some and try again");
	return text;
}
