/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_ISOLATIONS_H
#define CPUISO_ISOLATIONS_H

#include <json-c/json.h>

struct conn;

int isolation_list(struct conn *c, json_object **rows);
json_object *isolation_find(struct conn *c, const char *name);
uint64_t count_of(json_object *verdicts, const char *kind, const char *verdict);

#endif
