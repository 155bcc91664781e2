// SPDX-License-Identifier: GPL-2.0
/*
 * The ledgers as rows, one for each source on each CPU: read, compared with
 * what they were before, and put in order.
 */
#include <stdio.h>
#include <string.h>

#include <cpuiso.h>

#include "nl.h"
#include "output.h"
#include "stats.h"

/**
 * stats_read() - read the ledgers
 * @c: the connection
 * @cpus: of which CPUs, NULL for all that have one
 * @rows: array for json_object_put(), in the module's order; NULL after a
 *	failure
 *
 * Return: 0, or the exit code after saying why.
 */
int stats_read(struct conn *c, const struct cpuset *cpus, json_object **rows)
{
	json_object *all, *row;
	size_t i;
	int code;

	*rows = NULL;
	code = conn_dump(c, CPUISO_CMD_STAT_GET, NULL, &all);
	if (code)
		return code;
	if (!cpus) {
		*rows = all;
		return 0;
	}
	*rows = json_object_new_array();
	for (i = 0; i < json_object_array_length(all); i++) {
		row = json_object_array_get_idx(all, i);
		if (cpuset_has(cpus, get_num(row, "cpu")))
			json_object_array_add(*rows, json_object_get(row));
	}
	json_object_put(all);
	return 0;
}

static bool is_kind(json_object *row, const char *kind)
{
	return !strcmp(get_str(row, "kind"), kind);
}

/**
 * stats_is_source() - is a row about something that takes the CPU's time
 * @row: the row
 */
bool stats_is_source(json_object *row)
{
	return !is_kind(row, "time") && !is_kind(row, "switch");
}

/*
 * Rows by CPU, kind, name and number: a ledger never forgets a source and shows
 * them in the order of their appearance, so that the second of a name is the
 * second of before. A thread may change its name; its pid tells it from others.
 */
static void key_of(json_object *row, json_object *seen, char *key, size_t size)
{
	const char *name = get_str(row, "name");
	int len = strlen(name);
	size_t n;

	if (is_kind(row, "user") || is_kind(row, "kthread"))
		len = strcspn(name, ":");
	n = snprintf(key, size, "%llu %s %.*s", (unsigned long long)get_num(row, "cpu"),
		     get_str(row, "kind"), len, name);
	if (!seen || n >= size)
		return;
	put_num(seen, key, get_num(seen, key) + 1);
	snprintf(key + n, size - n, " %llu", (unsigned long long)get_num(seen, key));
}

#define KEY_SIZE	1024

static json_object *index_of(json_object *rows)
{
	json_object *index = json_object_new_object(), *seen = json_object_new_object(), *row;
	char key[KEY_SIZE];
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		key_of(row, seen, key, sizeof(key));
		put(index, key, json_object_get(row));
	}
	json_object_put(seen);
	return index;
}

static json_object *wall_of(json_object *index, uint64_t cpu)
{
	char key[KEY_SIZE];

	snprintf(key, sizeof(key), "%llu time wall 1", (unsigned long long)cpu);
	return get_obj(index, key);
}

/**
 * stats_time() - how much of a CPU's time is of one part
 * @rows: the ledgers
 * @cpu: the CPU
 * @part: wall, workload, idle, noise or unexplained
 *
 * Return: nanoseconds, 0 when it has no such row.
 */
uint64_t stats_time(json_object *rows, uint64_t cpu, const char *part)
{
	json_object *row;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		if (get_num(row, "cpu") == cpu && is_kind(row, "time") &&
		    !strcmp(get_str(row, "name"), part))
			return get_num(row, "total_ns");
	}
	return 0;
}

static void subtract(json_object *row, json_object *old, const char *key)
{
	uint64_t a = get_num(row, key), b = get_num(old, key);

	if (get_obj(row, key))
		put_num(row, key, a > b ? a - b : 0);
}

/* Of what is longer than all before it is known when it was. */
static void narrow_max(json_object *row, json_object *old, json_object *histogram)
{
	uint64_t max = get_num(row, "max_ns"), bound;
	size_t i = histogram ? json_object_array_length(histogram) : 0;

	if (!i || max > get_num(old, "max_ns"))
		return;
	while (i && !json_object_get_uint64(json_object_array_get_idx(histogram, i - 1)))
		i--;
	bound = i ? (1ULL << (i - 1)) - 1 : 0;
	if (bound < max && i < CPUISO_HISTOGRAM_LEN)
		put_num(row, "max_ns", bound);
}

static void subtract_histogram(json_object *row, json_object *old)
{
	json_object *a = get_obj(row, "histogram"), *b = get_obj(old, "histogram");
	json_object *rest = json_object_new_array();
	uint64_t n, m;
	size_t i;

	for (i = 0; a && b && i < json_object_array_length(a); i++) {
		n = json_object_get_uint64(json_object_array_get_idx(a, i));
		m = json_object_get_uint64(json_object_array_get_idx(b, i));
		/* They are of 32 bits and go round. */
		json_object_array_add(rest, json_object_new_uint64((uint32_t)(n - m)));
	}
	narrow_max(row, old, a && b ? rest : NULL);
	if (a && b)
		put(row, "histogram", rest);
	else
		json_object_put(rest);
}

/* Return: false when it did nothing in between. */
static bool make_less(json_object *row, json_object *old, json_object *wall)
{
	bool is_time = is_kind(row, "time") && get_obj(row, "first_ns");

	subtract(row, old, "count");
	subtract(row, old, "total_ns");
	subtract_histogram(row, old);
	/* A part of the time begins with the mark, and a source was there before. */
	put(row, "first_ns", is_time ? json_object_get(get_obj(wall, "last_ns")) : NULL);
	return !stats_is_source(row) || get_num(row, "count") || get_num(row, "total_ns");
}

/* Rows of two looks, brought together. */
struct pairs {
	json_object *seen, *now, *before;
};

static void pairs_begin(struct pairs *p, json_object *rows, json_object *before)
{
	p->seen = json_object_new_object();
	p->now = index_of(rows);
	p->before = index_of(before);
}

static void pairs_end(struct pairs *p)
{
	json_object_put(p->seen);
	json_object_put(p->now);
	json_object_put(p->before);
}

/*
 * The row as it was before; NULL when it was not there, or its ledger has begun
 * anew since. To be called for each row in turn.
 */
static json_object *old_of(struct pairs *p, json_object *row, json_object **wall)
{
	char key[KEY_SIZE];

	key_of(row, p->seen, key, sizeof(key));
	*wall = wall_of(p->before, get_num(row, "cpu"));
	if (!*wall || get_num(*wall, "first_ns") !=
	    get_num(wall_of(p->now, get_num(row, "cpu")), "first_ns"))
		return NULL;
	return get_obj(p->before, key);
}

static json_object *copy_of(json_object *row)
{
	json_object *copy = NULL;

	json_object_deep_copy(row, &copy, NULL);
	return copy;
}

/**
 * stats_since() - what came between two looks at the ledgers
 * @rows: the later one, not sorted; stays as it is
 * @mark: the earlier one, not sorted
 *
 * What did nothing in between is left out. A ledger that began anew in between
 * has only what came since.
 *
 * Return: array for json_object_put().
 */
json_object *stats_since(json_object *rows, json_object *mark)
{
	json_object *since = json_object_new_array(), *row, *old, *wall;
	struct pairs pairs;
	size_t i;

	pairs_begin(&pairs, rows, mark);
	for (i = 0; i < json_object_array_length(rows); i++) {
		row = copy_of(json_object_array_get_idx(rows, i));
		old = old_of(&pairs, row, &wall);
		if (!old || make_less(row, old, wall))
			json_object_array_add(since, row);
		else
			json_object_put(row);
	}
	pairs_end(&pairs);
	return since;
}

static double growth(json_object *row, json_object *old, const char *key)
{
	uint64_t a = get_num(row, key), b = old ? get_num(old, key) : 0;

	return a > b ? a - b : 0;
}

/**
 * stats_rates() - the ledgers, with what they grow by in a second
 * @rows: the later look, not sorted; stays as it is
 * @before: the earlier one, not sorted
 *
 * Return: array for json_object_put(), each row with count_per_s and ns_per_s.
 */
json_object *stats_rates(json_object *rows, json_object *before)
{
	json_object *rates = json_object_new_array(), *row, *old, *wall;
	double seconds = 0;
	struct pairs pairs;
	size_t i;

	pairs_begin(&pairs, rows, before);
	for (i = 0; i < json_object_array_length(rows); i++) {
		row = copy_of(json_object_array_get_idx(rows, i));
		old = old_of(&pairs, row, &wall);
		/* It comes first of each CPU. */
		if (is_kind(row, "time") && !strcmp(get_str(row, "name"), "wall"))
			seconds = growth(row, old, "total_ns") / 1e9;
		put(row, "count_per_s", json_object_new_double(seconds ?
			growth(row, old, "count") / seconds : 0));
		put(row, "ns_per_s", json_object_new_double(seconds ?
			growth(row, old, "total_ns") / seconds : 0));
		json_object_array_add(rates, row);
	}
	pairs_end(&pairs);
	return rates;
}

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
	static const char *const keys[] = { "total_ns", "max_ns", "count" };
	bool time_a = is_kind(a, "time"), time_b = is_kind(b, "time");
	uint64_t n, m;
	int i;

	n = get_num(a, "cpu");
	m = get_num(b, "cpu");
	if (n != m)
		return n < m ? -1 : 1;
	if (time_a && time_b)
		return part(a) - part(b);
	if (time_a || time_b)
		return time_b - time_a;
	for (i = 0; i < 3; i++) {
		n = get_num(a, keys[i]);
		m = get_num(b, keys[i]);
		if (n != m)
			return n > m ? -1 : 1;
	}
	return strcmp(get_str(a, "name"), get_str(b, "name"));
}

/**
 * stats_sort() - what hurts most first, CPU after CPU
 * @rows: the ledgers
 */
void stats_sort(json_object *rows)
{
	json_object_array_sort(rows, by_hurt);
}

/**
 * stats_print() - the ledgers as a table
 * @rows: the ledgers
 */
void stats_print(json_object *rows)
{
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

	out_table(rows, columns, 0);
}
