// SPDX-License-Identifier: GPL-2.0
/* The isolations, in the one form in which every command shows them. */
#include <string.h>

#include "isolations.h"
#include "nl.h"
#include "output.h"

/* Rules, scheduling and guard as objects of their own; the module sends them flat. */
static void nest(json_object *iso)
{
	static const char *const rules[] = { "pid", "comm", "cgroup" };
	static const char *const guard[] = { "guard_tasks", "guard_kthreads", "guard_irqs",
					     "evicted", "reported", "fights" };
	json_object *work = json_object_new_object(), *sched = NULL;
	json_object *watch = json_object_new_object();
	size_t i;

	for (i = 0; i < 3; i++) {
		put(work, rules[i], json_object_get(get_obj(iso, rules[i])));
		json_object_object_del(iso, rules[i]);
	}
	if (get_obj(iso, "sched_policy")) {
		sched = json_object_new_object();
		put(sched, "policy", json_object_get(get_obj(iso, "sched_policy")));
		put(sched, "prio", json_object_get(get_obj(iso, "sched_prio")));
	}
	json_object_object_del(iso, "sched_policy");
	json_object_object_del(iso, "sched_prio");
	for (i = 0; i < 6; i++) {
		put(watch, guard[i] + (i < 3 ? strlen("guard_") : 0),
		    json_object_get(get_obj(iso, guard[i])));
		json_object_object_del(iso, guard[i]);
	}
	put(iso, "workload", work);
	put(iso, "guard", watch);
	put(iso, "sched", sched);
}

/**
 * isolation_list() - all isolations
 * @c: the connection
 * @rows: array of objects for json_object_put(), NULL after a failure
 *
 * Return: 0, or the exit code after saying why.
 */
int isolation_list(struct conn *c, json_object **rows)
{
	size_t i;
	int code;

	code = conn_dump(c, CPUISO_CMD_ISOLATION_GET, NULL, rows);
	for (i = 0; !code && i < json_object_array_length(*rows); i++)
		nest(json_object_array_get_idx(*rows, i));
	return code;
}

/**
 * isolation_find() - one isolation as it is now
 * @c: the connection
 * @name: its name
 *
 * Return: object for json_object_put(), NULL when it cannot be had.
 */
json_object *isolation_find(struct conn *c, const char *name)
{
	json_object *rows, *found = NULL;
	size_t i;

	if (isolation_list(c, &rows))
		return NULL;
	for (i = 0; i < json_object_array_length(rows) && !found; i++)
		if (!strcmp(get_str(json_object_array_get_idx(rows, i), "name"), name))
			found = json_object_get(json_object_array_get_idx(rows, i));
	json_object_put(rows);
	return found;
}

/**
 * count_of() - one number of an isolation's verdicts
 * @verdicts: its array of verdicts
 * @kind: "task" or "irq"
 * @verdict: the verdict
 *
 * Return: how many objects of that kind have that verdict.
 */
uint64_t count_of(json_object *verdicts, const char *kind, const char *verdict)
{
	size_t i, n = verdicts ? json_object_array_length(verdicts) : 0;
	uint64_t count = 0;
	json_object *v;

	for (i = 0; i < n; i++) {
		v = json_object_array_get_idx(verdicts, i);
		if (!strcmp(get_str(v, "kind"), kind) &&
		    !strcmp(get_str(v, "verdict"), verdict))
			count += get_num(v, "count");
	}
	return count;
}
