/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_TOPVIEW_H
#define CPUISO_TOPVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <json-c/json.h>

enum top_order {
	TOP_TIME, TOP_RATE, TOP_LONGEST, TOP_TOTAL, TOP_CPU, TOP_NAME,

	NR_TOP_ORDERS
};

/* What the user made of the view. */
struct top {
	enum top_order order;
	bool all;			/* those that do nothing now, too */
	bool paused;
	size_t first;			/* row at the top */
	char message[512];		/* the last refusal, in place of the keys */
	char every[32];			/* the interval */
};

bool top_open(void);
void top_close(void);
void top_draw(struct top *t, json_object *rows);
bool top_key(struct top *t, int key);
int top_get_key(void);

#endif
