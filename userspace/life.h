/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_LIFE_H
#define CPUISO_LIFE_H

#include "journal.h"

struct conn;

enum life {
	LIFE_HOLDS,		/* its isolation is there */
	LIFE_OWNED,		/* a command sees to it right now */
	LIFE_OVER,
	LIFE_UNKNOWN,		/* the module does not tell */
};

enum life life_of(const struct journal *j, struct conn *c, bool absent);

#endif
