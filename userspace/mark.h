/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_MARK_H
#define CPUISO_MARK_H

#include <json-c/json.h>

int mark_check(const char *name);
int mark_write(const char *name, json_object *rows);
int mark_read(const char *name, json_object **rows);

#endif
