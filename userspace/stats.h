/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_STATS_H
#define CPUISO_STATS_H

#include <stdbool.h>
#include <json-c/json.h>

#include "cpulist.h"

struct conn;

int stats_read(struct conn *c, const struct cpuset *cpus, json_object **rows);
json_object *stats_since(json_object *rows, json_object *mark);
json_object *stats_rates(json_object *rows, json_object *before);
void stats_sort(json_object *rows);
bool stats_is_source(json_object *row);
uint64_t stats_time(json_object *rows, uint64_t cpu, const char *part);
void stats_print(json_object *rows);

#endif
