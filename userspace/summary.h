/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_SUMMARY_H
#define CPUISO_SUMMARY_H

#include <stdio.h>
#include <json-c/json.h>

struct request;

void summary_applied(FILE *to, const struct request *req, json_object *after);
json_object *summary_count(json_object *tasks, json_object *irqs,
			   json_object *knobs);

#endif
