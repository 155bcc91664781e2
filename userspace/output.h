/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_OUTPUT_H
#define CPUISO_OUTPUT_H

#include <stdbool.h>
#include <json-c/json.h>

enum {
	COL_RIGHT = 1,		/* numbers */
	COL_VERDICT = 2,	/* coloured by what the word means */
	COL_FREE = 4,		/* the last column: a sentence, blanks and all */
	COL_ERRNO = 8,		/* a number in JSON, here its name */
};

struct column {
	const char *key;	/* member of the row's object */
	const char *head;
	unsigned int flags;
};

json_object *out_document(void);
void out_json(json_object *doc);
void out_json_line(json_object *doc);
void out_table(json_object *rows, const struct column *cols, int indent);
int out_finish(int code);

void put(json_object *obj, const char *key, json_object *value);
void put_str(json_object *obj, const char *key, const char *raw);
void put_num(json_object *obj, const char *key, uint64_t value);
const char *get_str(json_object *obj, const char *key);
uint64_t get_num(json_object *obj, const char *key);
json_object *get_obj(json_object *obj, const char *key);

#endif
