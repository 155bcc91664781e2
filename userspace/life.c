// SPDX-License-Identifier: GPL-2.0
/* Is the isolation that a journal belongs to still there? */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "isolations.h"
#include "life.h"
#include "nl.h"
#include "output.h"

static bool is_its(const struct journal *j, json_object *iso)
{
	if (strcmp(get_str(iso, "name"), j->name))
		return false;
	/* A command that was killed may not have come to write the id. */
	if (!j->id)
		return !strcmp(get_str(iso, "cpus"), j->cpus);
	return get_num(iso, "id") == j->id && get_num(iso, "since") == j->since;
}

static enum life look(const struct journal *j, struct conn *c)
{
	enum life life = LIFE_OVER;
	json_object *rows;
	size_t i;

	if (isolation_list(c, &rows))
		return LIFE_UNKNOWN;
	for (i = 0; i < json_object_array_length(rows); i++)
		if (is_its(j, json_object_array_get_idx(rows, i)))
			life = LIFE_HOLDS;
	json_object_put(rows);
	return life;
}

/**
 * life_of() - judge a journal
 * @j: the journal
 * @c: connection to the module; not used if it is absent
 * @absent: there is no module, and so no isolation
 *
 * Return: what has become of its isolation.
 */
enum life life_of(const struct journal *j, struct conn *c, bool absent)
{
	enum life life;

	if (journal_owned(j))
		return LIFE_OWNED;
	if (absent)
		return LIFE_OVER;
	life = look(j, c);
	/*
	 * Whoever was killed may have left a request that waits its turn; the
	 * module does one after the other, so it is past when ours comes back.
	 */
	if (life == LIFE_OVER && !j->id && !conn_barrier(c))
		life = look(j, c);
	return life;
}
