// SPDX-License-Identifier: GPL-2.0
/* What the monitor logs, as fields. */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include <cpuiso.h>

#include "cpulist.h"
#include "isolations.h"
#include "log.h"
#include "monitor.h"
#include "names.h"
#include "output.h"

struct number {
	char text[24];
};

static const char *decimal(struct number *n, uint64_t value)
{
	snprintf(n->text, sizeof(n->text), "%llu", (unsigned long long)value);
	return n->text;
}

/* Time of the isolation's CPUs that went to one part. */
static uint64_t time_of(json_object *stats, const struct cpuset *cpus, const char *part)
{
	uint64_t sum = 0;
	json_object *row;
	size_t i;

	for (i = 0; i < json_object_array_length(stats); i++) {
		row = json_object_array_get_idx(stats, i);
		if (!strcmp(get_str(row, "kind"), "time") && !strcmp(get_str(row, "name"), part) &&
		    get_num(row, "cpu") < CPULIST_MAX && cpuset_has(cpus, get_num(row, "cpu")))
			sum += get_num(row, "total_ns");
	}
	return sum;
}

static void isolation_status(json_object *iso, json_object *stats)
{
	json_object *guard = get_obj(iso, "guard"), *verdicts = get_obj(iso, "verdicts");
	struct number n[9];
	struct cpuset cpus;
	const char *list = get_str(iso, "cpus");

	if (cpulist_parse(list, CPULIST_MAX, &cpus))
		cpuset_clear(&cpus);
	struct log_field fields[] = {
		{ "event", "status" },
		{ "isolation", get_str(iso, "name") },
		{ "state", get_str(iso, "state") },
		{ "cpus", list },
		{ "members", decimal(&n[0], get_num(iso, "members")) },
		{ "tasks_moved", decimal(&n[1], count_of(verdicts, "task", "moved")) },
		{ "irqs_moved", decimal(&n[2], count_of(verdicts, "irq", "moved")) },
		{ "evicted", guard ? decimal(&n[3], get_num(guard, "evicted")) : NULL },
		{ "reported", guard ? decimal(&n[4], get_num(guard, "reported")) : NULL },
		{ "fights", guard ? decimal(&n[5], get_num(guard, "fights")) : NULL },
		{ "wall_ns", decimal(&n[6], time_of(stats, &cpus, "wall")) },
		{ "workload_ns", decimal(&n[7], time_of(stats, &cpus, "workload")) },
		{ "noise_ns", decimal(&n[8], time_of(stats, &cpus, "noise")) },
		{ NULL, NULL }
	};

	log_report(LOG_INFO, fields);
}

/**
 * monitor_log_status() - log what is isolated, a line for each isolation
 * @module: version of the module, or NULL when it is not loaded
 * @isolations: see isolation_list(); not used without a module
 * @stats: rows of the ledgers; not used without a module
 */
void monitor_log_status(const char *module, json_object *isolations, json_object *stats)
{
	size_t i, n = module ? json_object_array_length(isolations) : 0;
	struct number number;
	struct log_field fields[] = {
		{ "event", "status" },
		{ "module", module ? module : "absent" },
		{ "isolations", decimal(&number, n) },
		{ NULL, NULL }
	};

	if (!n)
		log_report(LOG_INFO, fields);
	for (i = 0; i < n; i++)
		isolation_status(json_object_array_get_idx(isolations, i), stats);
}

static int priority_of(int type)
{
	switch (type) {
	case CPUISO_EVENT_APPLY_FAILED:
	case CPUISO_EVENT_CHANGED_SINCE:
	case CPUISO_EVENT_OFFLINE_REFUSED:
	case CPUISO_EVENT_FIGHT:
	case CPUISO_EVENT_STARVING:
		return LOG_WARNING;
	case CPUISO_EVENT_EVICTED:
	case CPUISO_EVENT_INTRUDER:
		return LOG_INFO;
	default:
		return LOG_NOTICE;
	}
}

/**
 * monitor_log_event() - log an event of the module
 * @event: the event
 */
void monitor_log_event(json_object *event)
{
	struct number n[4];
	struct log_field fields[] = {
		{ "event", get_str(event, "type") },
		{ "isolation", get_str(event, "isolation") },
		{ "kind", get_str(event, "kind") },
		{ "object", get_str(event, "kind") ? decimal(&n[0], get_num(event, "object")) : NULL },
		{ "name", get_str(event, "name") },
		{ "errno", get_num(event, "errno") ? decimal(&n[1], get_num(event, "errno")) : NULL },
		{ "text", get_str(event, "text") },
		{ "from", get_str(event, "from") },
		{ "to", get_str(event, "to") },
		{ "by_pid", get_num(event, "by_pid") ? decimal(&n[2], get_num(event, "by_pid")) : NULL },
		{ "by_comm", get_str(event, "by_comm") },
		{ "ns", get_num(event, "ns") ? decimal(&n[3], get_num(event, "ns")) : NULL },
		{ NULL, NULL }
	};

	log_report(priority_of(value_of(&event_names, get_str(event, "type"))), fields);
}

/**
 * monitor_log() - log something that the monitor itself found
 * @event: what
 * @key: name of a field, or NULL
 * @value: its value
 */
void monitor_log(const char *event, const char *key, const char *value)
{
	struct log_field fields[] = { { "event", event }, { key, value }, { NULL, NULL } };

	log_report(LOG_NOTICE, fields);
}
