/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_CHANGE_H
#define CPUISO_CHANGE_H

#include <json-c/json.h>

#include "decode.h"

struct args;
struct conn;
struct request;

int change_run(struct conn *c, int cmd, const struct request *req,
	       struct done *done, json_object **after);
int change_members(int cmd, const struct args *args);
json_object *change_document(int cmd, const struct request *req,
			     const struct done *done);

#endif
