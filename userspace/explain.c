// SPDX-License-Identifier: GPL-2.0
/*
 * From the sources of noise in the ledgers to the entries of the table, and to
 * those of their remedies that this machine has not got yet.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cpuiso.h>

#include "bootline.h"
#include "explain.h"
#include "fail.h"
#include "isolations.h"
#include "nl.h"
#include "output.h"
#include "stats.h"
#include "sysfs.h"

/* What remedies depend on. */
struct world {
	struct bootline boot;
	char *cmdline;
	json_object *isolations, *tasks, *irqs;
};

/* Sources that have the same explanation and need the same remedies. */
struct group {
	const struct explanation *e;
	unsigned int remedies;		/* a bit for each that applies */
	struct cpuset cpus;
	json_object *isolation;		/* of the first CPU, or NULL */
	json_object *names;
	uint64_t count, total, max;
	unsigned long number;		/* of the first that has one */
};

struct groups {
	struct group *v;
	size_t n;
};

static bool fits_names(const char *patterns, const char *name)
{
	char copy[2048], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", patterns);
	while ((word = strsep(&rest, " ")))
		if (*word && !fnmatch(word, name, 0))
			return true;
	return false;
}

static bool has_number(const char *kind)
{
	return !strcmp(kind, "irq") || !strcmp(kind, "user") || !strcmp(kind, "kthread");
}

/* "24:eth0" is what the table calls "eth0". */
static const char *bare_name(json_object *row)
{
	const char *name = get_str(row, "name");

	if (has_number(get_str(row, "kind")) && strchr(name, ':'))
		return strchr(name, ':') + 1;
	return name;
}

static const char *verdict_of(const struct world *w, json_object *row)
{
	bool irq = !strcmp(get_str(row, "kind"), "irq");
	json_object *list = irq ? w->irqs : w->tasks, *one;
	unsigned long number;
	size_t i;

	if (!has_number(get_str(row, "kind")))
		return NULL;
	number = strtoul(get_str(row, "name"), NULL, 10);
	for (i = 0; i < json_object_array_length(list); i++) {
		one = json_object_array_get_idx(list, i);
		if (get_num(one, irq ? "irq" : "pid") == number)
			return get_str(one, "verdict");
	}
	return NULL;
}

static const struct explanation *find(const struct world *w, json_object *row)
{
	const char *kind = get_str(row, "kind"), *name = bare_name(row);
	const char *verdict = verdict_of(w, row);
	const struct explanation *e;

	for (e = explain_table; e->kind; e++)
		if (!strcmp(e->kind, kind) && fits_names(e->names, name) &&
		    (!e->verdict || (verdict && !strcmp(e->verdict, verdict))))
			return e;
	return NULL;
}

static json_object *isolation_of(const struct world *w, unsigned int cpu)
{
	struct cpuset cpus;
	json_object *iso;
	size_t i;

	for (i = 0; i < json_object_array_length(w->isolations); i++) {
		iso = json_object_array_get_idx(w->isolations, i);
		if (!cpulist_parse(get_str(iso, "cpus"), CPULIST_MAX, &cpus) &&
		    cpuset_has(&cpus, cpu))
			return iso;
	}
	return NULL;
}

static bool is_set(json_object *iso, const char *flag)
{
	return iso && json_object_get_boolean(get_obj(iso, flag));
}

static bool guard_lets(json_object *iso, const char *class)
{
	json_object *guard = iso ? get_obj(iso, "guard") : NULL;
	const char *policy = guard ? get_str(guard, class) : NULL;

	return policy && strcmp(policy, "evict");
}

static bool on_boot_line(const struct world *w, const char *param)
{
	const char *equals = strchr(param, '=');
	char name[64], value[256];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(param, "="), param);
	if (!bootline_param(w->cmdline ? w->cmdline : "", name, value, sizeof(value)))
		return false;
	return !equals || !strcmp(value, equals + 1);
}

/* A file that is not there cannot be set either. */
static bool holds_other(const char *file, const char *value)
{
	char *text = sys_read("%s", file);
	bool other = text && strcmp(text, value);

	free(text);
	return other;
}

static bool applies(const struct world *w, const struct remedy *r, unsigned int cpu)
{
	json_object *iso = isolation_of(w, cpu);
	bool offloaded = cpuset_has(&w->boot.rcu_nocbs, cpu) || is_set(iso, "rcu");

	switch (r->when) {
	case WHEN_NOT_ISOLATED:
		return !iso;
	case WHEN_NOT_NOHZ_FULL:
		return !cpuset_has(&w->boot.nohz_full, cpu);
	case WHEN_NOT_RCU_NOCBS:
		return !offloaded && !w->boot.rcu_nocbs_bare;
	case WHEN_RCU_AT_RUNTIME:
		return iso && !offloaded && w->boot.rcu_nocbs_bare;
	case WHEN_NOT_MANAGED:
		return !cpuset_has(&w->boot.managed, cpu);
	case WHEN_NOT_DOMAIN:
		return !cpuset_has(&w->boot.isolated, cpu);
	case WHEN_NOT_REPLUGGED:
		/* The boot CPU cannot be taken down. */
		return iso && cpu && !is_set(iso, "replug");
	case WHEN_TASKS_STAY:
		return guard_lets(iso, "tasks");
	case WHEN_KTHREADS_STAY:
		return guard_lets(iso, "kthreads");
	case WHEN_IRQS_STAY:
		return guard_lets(iso, "irqs");
	case WHEN_PARAM:
		return !on_boot_line(w, r->state);
	case WHEN_FILE:
		return holds_other(r->state, r->value);
	default:
		return true;
	}
}

static unsigned int remedies_of(const struct world *w, const struct explanation *e,
				unsigned int cpu)
{
	unsigned int i, mask = 0;

	for (i = 0; i < MAX_REMEDIES && e->remedies[i].text; i++)
		if (applies(w, &e->remedies[i], cpu))
			mask |= 1u << i;
	return mask;
}

static struct group *group_of(const struct world *w, struct groups *all,
			      const struct explanation *e, unsigned int cpu)
{
	unsigned int mask = remedies_of(w, e, cpu);
	struct group *g;
	size_t i;

	for (i = 0; i < all->n; i++)
		if (all->v[i].e == e && all->v[i].remedies == mask)
			return &all->v[i];
	all->v = xrealloc(all->v, all->n + 1, sizeof(*all->v));
	g = &all->v[all->n++];
	memset(g, 0, sizeof(*g));
	g->e = e;
	g->remedies = mask;
	g->isolation = isolation_of(w, cpu);
	g->names = json_object_new_object();
	return g;
}

static void add_row(const struct world *w, struct groups *all, json_object *row)
{
	const struct explanation *e = find(w, row);
	struct group *g;
	uint64_t max = get_num(row, "max_ns");

	if (!e)
		return;
	g = group_of(w, all, e, get_num(row, "cpu"));
	cpuset_add(&g->cpus, get_num(row, "cpu"));
	if (!g->number && has_number(e->kind))
		g->number = strtoul(get_str(row, "name"), NULL, 10);
	put(g->names, get_str(row, "name"), NULL);
	g->count += get_num(row, "count");
	g->total += get_num(row, "total_ns");
	if (max > g->max)
		g->max = max;
}

/* %c, %i and %n in a remedy. */
static char *fill_in(const struct group *g, const char *text)
{
	char cpus[4096], number[24], *out, *to;
	const char *p, *word;
	size_t size = strlen(text) + 1;

	cpulist_format(cpus, sizeof(cpus), &g->cpus);
	snprintf(number, sizeof(number), "%lu", g->number);
	for (p = text; (p = strchr(p, '%')); p++)
		size += strlen(cpus) + sizeof(number) + CPUISO_NAME_LEN;
	out = to = xcalloc(size, 1);
	for (p = text; *p; p++) {
		word = NULL;
		if (!strncmp(p, "%c", 2))
			word = cpus;
		else if (!strncmp(p, "%i", 2))
			word = number;
		else if (!strncmp(p, "%n", 2))
			word = g->isolation ? get_str(g->isolation, "name") : "";
		if (word)
			to += sprintf(to, "%s", word);
		else
			*to++ = *p;
		p += word != NULL;
	}
	return out;
}

static json_object *remedy_list(const struct group *g)
{
	json_object *list = json_object_new_array();
	unsigned int i;
	char *text;

	for (i = 0; i < MAX_REMEDIES; i++) {
		if (!(g->remedies & 1u << i))
			continue;
		text = fill_in(g, g->e->remedies[i].text);
		json_object_array_add(list, json_object_new_string(text));
		free(text);
	}
	return list;
}

static json_object *group_object(const struct group *g)
{
	json_object *obj = json_object_new_object(), *names = json_object_new_array();
	char cpus[4096];

	cpulist_format(cpus, sizeof(cpus), &g->cpus);
	put_str(obj, "cpus", cpus);
	put_str(obj, "kind", g->e->kind);
	json_object_object_foreach(g->names, name, unused) {
		(void)unused;
		json_object_array_add(names, json_object_new_string(name));
	}
	put(obj, "names", names);
	put_num(obj, "count", g->count);
	put_num(obj, "total_ns", g->total);
	put_num(obj, "max_ns", g->max);
	put(obj, "known", json_object_new_boolean(!g->e->general));
	put_str(obj, "what", g->e->what);
	put_str(obj, "why", g->e->why);
	put(obj, "remedies", remedy_list(g));
	put_str(obj, "nothing", g->remedies ? NULL : g->e->nothing);
	return obj;
}

static int by_hurt(const void *x, const void *y)
{
	const struct group *a = x, *b = y;

	if (a->total != b->total)
		return a->total < b->total ? 1 : -1;
	return (a->count < b->count) - (a->count > b->count);
}

static int read_world(struct conn *c, struct world *w)
{
	int code;

	memset(w, 0, sizeof(*w));
	bootline_read(&w->boot);
	w->cmdline = sys_read("/proc/cmdline");
	code = isolation_list(c, &w->isolations);
	if (!code)
		code = conn_dump(c, CPUISO_CMD_TASK_GET, NULL, &w->tasks);
	if (!code)
		code = conn_dump(c, CPUISO_CMD_IRQ_GET, NULL, &w->irqs);
	return code;
}

/**
 * explain_rows() - what the sources of noise are, and what removes each
 * @c: the connection
 * @rows: the ledgers
 * @code: 0, or the exit code after saying why there is no answer
 *
 * Return: array of objects for json_object_put(), what took most time first,
 * or NULL.
 */
json_object *explain_rows(struct conn *c, json_object *rows, int *code)
{
	json_object *list = NULL, *row;
	struct groups all = { 0 };
	struct world w;
	size_t i;

	*code = read_world(c, &w);
	for (i = 0; !*code && i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		if (stats_is_source(row))
			add_row(&w, &all, row);
	}
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_hurt);
	if (!*code)
		list = json_object_new_array();
	for (i = 0; i < all.n; i++) {
		json_object_array_add(list, group_object(&all.v[i]));
		json_object_put(all.v[i].names);
	}
	free(all.v);
	free(w.cmdline);
	json_object_put(w.isolations);
	json_object_put(w.tasks);
	json_object_put(w.irqs);
	return list;
}
