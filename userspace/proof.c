// SPDX-License-Identifier: GPL-2.0
/*
 * The ledgers of two windows of time, side by side: what there was before, and
 * what is left. Windows are never equally long, so numbers are per second.
 */
#include <stdio.h>
#include <string.h>

#include "duration.h"
#include "output.h"
#include "proof.h"
#include "stats.h"

#define SECOND	1e9

static double seconds(json_object *rows, uint64_t cpu)
{
	return stats_time(rows, cpu, "wall") / SECOND;
}

static json_object *half(json_object *rows, json_object *row, uint64_t cpu)
{
	json_object *obj = json_object_new_object();
	double wall = seconds(rows, cpu);
	uint64_t count = row ? get_num(row, "count") : 0, ns = row ? get_num(row, "total_ns") : 0;

	put_num(obj, "count", count);
	put_num(obj, "total_ns", ns);
	put_num(obj, "max_ns", row ? get_num(row, "max_ns") : 0);
	put(obj, "count_per_s", json_object_new_double(wall ? count / wall : 0));
	put(obj, "ns_per_s", json_object_new_double(wall ? ns / wall : 0));
	return obj;
}

/* Threads come and go, with a number each; what they are called is compared. */
static const char *name_of_row(json_object *row)
{
	const char *kind = get_str(row, "kind"), *name = get_str(row, "name");

	if ((!strcmp(kind, "user") || !strcmp(kind, "kthread")) && strchr(name, ':'))
		return strchr(name, ':') + 1;
	return name;
}

static void add_up(json_object *sum, json_object *row)
{
	put_num(sum, "count", get_num(sum, "count") + get_num(row, "count"));
	put_num(sum, "total_ns", get_num(sum, "total_ns") + get_num(row, "total_ns"));
	if (get_num(row, "max_ns") > get_num(sum, "max_ns"))
		put_num(sum, "max_ns", get_num(row, "max_ns"));
}

/* Object of objects: what each source of any CPU did, by CPU, kind and name. */
static json_object *by_name(json_object *rows)
{
	json_object *all = json_object_new_object(), *row, *sum;
	char key[1024];
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		snprintf(key, sizeof(key), "%llu %s %s", (unsigned long long)get_num(row, "cpu"),
			 get_str(row, "kind"), name_of_row(row));
		sum = get_obj(all, key);
		if (!sum) {
			sum = json_object_new_object();
			put_num(sum, "cpu", get_num(row, "cpu"));
			put(sum, "kind", json_object_get(get_obj(row, "kind")));
			put(sum, "name", json_object_new_string(name_of_row(row)));
			put(all, key, sum);
		}
		add_up(sum, row);
	}
	return all;
}

static void append(json_object *list, json_object *like, json_object *before,
		   json_object *after, json_object *a, json_object *b)
{
	json_object *obj = json_object_new_object();
	uint64_t cpu = get_num(like, "cpu");

	put_num(obj, "cpu", cpu);
	put(obj, "kind", json_object_get(get_obj(like, "kind")));
	put(obj, "name", json_object_get(get_obj(like, "name")));
	put(obj, "before", half(before, a, cpu));
	put(obj, "after", half(after, b, cpu));
	json_object_array_add(list, obj);
}

/* What is left comes first, because something may be done about it. */
static int by_rest(const void *x, const void *y)
{
	json_object *a = *(json_object *const *)x, *b = *(json_object *const *)y;
	static const char *const when[] = { "after", "before" }, *const keys[] = { "ns_per_s", "count_per_s" };
	uint64_t cpu_a = get_num(a, "cpu"), cpu_b = get_num(b, "cpu");
	bool time_a = !strcmp(get_str(a, "kind"), "time"), time_b = !strcmp(get_str(b, "kind"), "time");
	double n, m;
	int i;

	if (cpu_a != cpu_b)
		return cpu_a < cpu_b ? -1 : 1;
	if (time_a != time_b)
		return time_b - time_a;
	for (i = 0; i < 4; i++) {
		n = json_object_get_double(get_obj(get_obj(a, when[i / 2]), keys[i % 2]));
		m = json_object_get_double(get_obj(get_obj(b, when[i / 2]), keys[i % 2]));
		if (n != m)
			return n > m ? -1 : 1;
	}
	return strcmp(get_str(a, "name"), get_str(b, "name"));
}

static json_object *differences(json_object *before, json_object *after)
{
	json_object *list = json_object_new_array();
	json_object *a = by_name(before), *b = by_name(after);

	json_object_object_foreach(a, key_a, row_a)
		append(list, row_a, before, after, row_a, get_obj(b, key_a));
	json_object_object_foreach(b, key_b, row_b)
		if (!get_obj(a, key_b))
			append(list, row_b, before, after, NULL, row_b);
	json_object_put(a);
	json_object_put(b);
	json_object_array_sort(list, by_rest);
	return list;
}

/* All sources of a CPU as if they were one. */
static json_object *noise(json_object *rows, uint64_t cpu)
{
	json_object *sum = json_object_new_object(), *row, *obj;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		if (get_num(row, "cpu") == cpu && stats_is_source(row) &&
		    strcmp(get_str(row, "kind"), "ipi"))
			add_up(sum, row);
	}
	obj = half(rows, sum, cpu);
	json_object_put(sum);
	put_num(obj, "wall_ns", stats_time(rows, cpu, "wall"));
	return obj;
}

static json_object *cpus(json_object *before, json_object *after)
{
	json_object *list = json_object_new_array(), *row, *obj;
	size_t i;

	for (i = 0; i < json_object_array_length(after); i++) {
		row = json_object_array_get_idx(after, i);
		if (strcmp(get_str(row, "name"), "wall") || stats_is_source(row))
			continue;
		obj = json_object_new_object();
		put_num(obj, "cpu", get_num(row, "cpu"));
		put(obj, "before", noise(before, get_num(row, "cpu")));
		put(obj, "after", noise(after, get_num(row, "cpu")));
		json_object_array_add(list, obj);
	}
	return list;
}

/**
 * proof_compare() - two windows of time side by side
 * @before: the ledgers of the one
 * @after: the ledgers of the other
 *
 * Return: object of "cpus" and "sources" for json_object_put().
 */
json_object *proof_compare(json_object *before, json_object *after)
{
	json_object *proof = json_object_new_object();

	put(proof, "cpus", cpus(before, after));
	put(proof, "sources", differences(before, after));
	return proof;
}

static void print_noise(const char *when, json_object *half_of)
{
	double per_s = json_object_get_double(get_obj(half_of, "count_per_s"));
	double ns = json_object_get_double(get_obj(half_of, "ns_per_s"));
	char max[32], wall[32];

	duration_format(max, sizeof(max), get_num(half_of, "max_ns"));
	duration_format(wall, sizeof(wall), get_num(half_of, "wall_ns"));
	printf("  %-7s %10.1f disturbances/s, %8.4f %% of the time, longest %s (in %s)\n",
	       when, per_s, ns / SECOND * 100, max, wall);
}

static json_object *flat(json_object *row)
{
	static const struct {
		const char *key, *when, *of;
	} cells[] = {
		{ "before_count", "before", "count_per_s" }, { "after_count", "after", "count_per_s" },
		{ "before_time", "before", "ns_per_s" }, { "after_time", "after", "ns_per_s" },
		{ "before_max", "before", "max_ns" }, { "after_max", "after", "max_ns" },
	};
	json_object *obj = json_object_new_object();
	char text[32];
	size_t i;

	put(obj, "cpu", json_object_get(get_obj(row, "cpu")));
	put(obj, "kind", json_object_get(get_obj(row, "kind")));
	put(obj, "name", json_object_get(get_obj(row, "name")));
	for (i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		snprintf(text, sizeof(text), i < 2 ? "%.1f" : "%.0f",
			 json_object_get_double(get_obj(get_obj(row, cells[i].when),
							cells[i].of)));
		put_str(obj, cells[i].key, strcmp(text, "0.0") && strcmp(text, "0") ? text : NULL);
	}
	return obj;
}

/**
 * proof_print() - two windows of time as sentences and a table
 * @proof: what proof_compare() returned
 */
void proof_print(json_object *proof)
{
	static const struct column columns[] = {
		{ "cpu", "CPU", COL_RIGHT },
		{ "kind", "KIND", 0 },
		{ "name", "NAME", 0 },
		{ "before_count", "COUNT/S", COL_RIGHT },
		{ "after_count", "AFTER", COL_RIGHT },
		{ "before_time", "NS/S", COL_RIGHT },
		{ "after_time", "AFTER", COL_RIGHT },
		{ "before_max", "MAX_NS", COL_RIGHT },
		{ "after_max", "AFTER", COL_RIGHT },
		{ NULL, NULL, 0 }
	};
	json_object *list = get_obj(proof, "cpus"), *rows = json_object_new_array(), *row;
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++) {
		row = json_object_array_get_idx(list, i);
		printf("\nCPU %llu\n", (unsigned long long)get_num(row, "cpu"));
		print_noise("before", get_obj(row, "before"));
		print_noise("after", get_obj(row, "after"));
	}
	list = get_obj(proof, "sources");
	for (i = 0; i < json_object_array_length(list); i++)
		json_object_array_add(rows, flat(json_object_array_get_idx(list, i)));
	putchar('\n');
	out_table(rows, columns, 0);
	json_object_put(rows);
}
