// SPDX-License-Identifier: GPL-2.0
/* The journals under their lock, and what it is to put one back. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "log.h"
#include "masks.h"
#include "rundir.h"
#include "shelf.h"
#include "sysfs.h"

/**
 * shelf_open() - take the lock and read every journal
 * @s: for shelf_close() when 0 is returned
 * @create: make the directory if it is not there
 *
 * Return: 0 or a negative errno, see rundir_fail().
 */
int shelf_open(struct shelf *s, bool create)
{
	s->dir = rundir_here(create);
	if (s->dir < 0)
		return s->dir;
	s->lock = rundir_lock(s->dir);
	if (s->lock < 0) {
		close(s->dir);
		return s->lock;
	}
	masks_recover(s->dir);
	journal_read_all(s->dir, &s->all);
	return 0;
}

/**
 * shelf_close() - let go of the lock
 * @s: what shelf_open() took
 */
void shelf_close(struct shelf *s)
{
	journals_free(&s->all);
	close(s->lock);
	close(s->dir);
}

/**
 * shelf_any() - may there be a journal, at the price of one look
 */
bool shelf_any(void)
{
	char path[PATH_MAX];
	struct dirent *e;
	bool any = false;
	DIR *d;

	sys_path(path, RUNDIR);
	d = opendir(path);
	while (d && !any && (e = readdir(d)))
		any = strlen(e->d_name) > 5 && !strcmp(strchr(e->d_name, 0) - 5, ".json");
	if (d)
		closedir(d);
	return any;
}

static void forget(struct shelf *s, struct journal *j)
{
	size_t i;

	journal_remove(s->dir, j);
	for (i = 0; i < s->all.n && s->all.v[i] != j; i++)
		;
	if (i < s->all.n) {
		s->all.v[i] = s->all.v[--s->all.n];
		journal_free(j);
	}
}

/**
 * shelf_restore() - put back what a journal says, and be done with it
 * @s: the journals
 * @j: one of them, gone when this returns
 * @verb: who does it, for the log; NULL when the caller logs
 * @count: how many records came to what
 * @rows: array to which is added what came of each, or NULL
 */
void shelf_restore(struct shelf *s, struct journal *j, const char *verb,
		   unsigned int count[NR_OUTCOMES], json_object *rows)
{
	char restored[16], gone[16], changed[16];
	bool good;

	steps_revert(&s->all, j, count, rows);
	good = !count[OUT_CHANGED] && !count[OUT_LOST];
	snprintf(restored, sizeof(restored), "%u", count[OUT_RESTORED]);
	snprintf(gone, sizeof(gone), "%u", count[OUT_GONE]);
	snprintf(changed, sizeof(changed), "%u", count[OUT_CHANGED] + count[OUT_LOST]);
	if (verb) {
		struct log_field fields[] = {
			{ "verb", verb }, { "name", j->name }, { "cpus", j->cpus },
			{ "result", good ? "done" : "changed-since" },
			{ "restored", restored }, { "gone", gone },
			{ "changed_since", changed }, { NULL, NULL }
		};

		log_change(good, fields);
	}
	forget(s, j);
}
