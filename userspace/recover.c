// SPDX-License-Identifier: GPL-2.0
/*
 * What every command does first: if an isolation has ended and nobody put back
 * what only user space can, because its keeper was killed, do it now.
 */
#include <stdio.h>

#include "fail.h"
#include "keeper.h"
#include "life.h"
#include "nl.h"
#include "recover.h"
#include "shelf.h"

static void restore(struct shelf *s, struct journal *j)
{
	unsigned int count[NR_OUTCOMES];
	char name[sizeof(j->name)];

	snprintf(name, sizeof(name), "%s", j->name);
	shelf_restore(s, j, "recover", count, NULL);
	warn("the isolation %s had ended without its keeper; its settings are put back now: %u restored, %u gone, %u changed since, %u not put back",
	     name, count[OUT_RESTORED], count[OUT_GONE], count[OUT_CHANGED],
	     count[OUT_LOST]);
}

/**
 * recover() - put back what was left behind
 *
 * Says what it did, and nothing where there was nothing to do or no right to.
 */
void recover(void)
{
	struct conn *c = NULL;
	enum nl_state state;
	struct journal *j;
	struct shelf s;
	size_t i;

	if (!shelf_any() || shelf_open(&s, false))
		return;
	if (s.all.n) {
		state = conn_try_open(&c);
		for (i = s.all.n; i-- > 0; ) {
			j = s.all.v[i];
			if ((state == NL_READY || state == NL_ABSENT) &&
			    !keeper_present(s.dir, j) &&
			    life_of(j, c, state == NL_ABSENT) == LIFE_OVER)
				restore(&s, j);
		}
		conn_close(c);
	}
	shelf_close(&s);
}
