/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_SHELF_H
#define CPUISO_SHELF_H

#include <stdbool.h>

#include "journal.h"
#include "steps/step.h"

/* The journals, and the right to touch them and what they are about. */
struct shelf {
	int dir, lock;
	struct journals all;
};

int shelf_open(struct shelf *s, bool create);
void shelf_close(struct shelf *s);
bool shelf_any(void);
void shelf_restore(struct shelf *s, struct journal *j, const char *verb,
		   unsigned int count[NR_OUTCOMES], json_object *rows);

#endif
