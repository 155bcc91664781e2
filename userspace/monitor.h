/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_MONITOR_H
#define CPUISO_MONITOR_H

#include <stdint.h>
#include <json-c/json.h>

int monitor_run(uint64_t interval, const char *textfile);

void monitor_log_status(const char *module, json_object *isolations, json_object *stats);
void monitor_log_event(json_object *event);
void monitor_log(const char *event, const char *key, const char *value);

#endif
