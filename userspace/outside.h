/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_OUTSIDE_H
#define CPUISO_OUTSIDE_H

#include <json-c/json.h>

struct conn;
struct done;
struct journal;
struct request;

int outside_begin(struct conn *c, const struct request *req, struct journal **j);
void outside_hold(struct journal *j, struct conn *c, json_object *iso);
void outside_cancel(struct journal *j);
void outside_revert_begin(const char *name, json_object *rows);
void outside_revert_end(const char *name, struct done *done, json_object *rows);
void outside_revert_cancel(const char *name);
int outside_plan(const struct request *req, json_object **records,
		 const char **skipped);
json_object *outside_pending(void);

#endif
