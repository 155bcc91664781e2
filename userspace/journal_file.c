// SPDX-License-Identifier: GPL-2.0
/* Journals as files, and the process that a journal is left to. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "journal.h"
#include "request.h"
#include "rundir.h"
#include "sysfs.h"

#define SUFFIX	".json"
#define MAX_SIZE	(1024 * 1024)

/**
 * journal_write() - put a journal where it outlives this process
 * @dir: the directory of journals; its lock is held
 * @j: the journal
 *
 * Return: 0 or a negative errno; then the file is as it was.
 */
int journal_write(int dir, const struct journal *j)
{
	char file[CPUISO_NAME_LEN + sizeof(SUFFIX)], *text = journal_text(j, sys_boot_id());
	int err;

	snprintf(file, sizeof(file), "%s" SUFFIX, j->name);
	err = rundir_write(dir, file, text);
	free(text);
	return err;
}

/**
 * journal_remove() - everything in it is put back
 * @dir: the directory of journals; its lock is held
 * @j: the journal
 */
void journal_remove(int dir, const struct journal *j)
{
	char file[CPUISO_NAME_LEN + sizeof(".keeper")];

	snprintf(file, sizeof(file), "%s" SUFFIX, j->name);
	unlinkat(dir, file, 0);
	snprintf(file, sizeof(file), "%s.keeper", j->name);
	unlinkat(dir, file, 0);
}

static void set_aside(int dir, const char *file, const char *why)
{
	char aside[NAME_MAX + 8];

	snprintf(aside, sizeof(aside), "%s.aside", file);
	if (renameat(dir, file, dir, aside))
		unlinkat(dir, file, 0);
	warn("the journal " RUNDIR "/%s %s, so nothing was put back from it; it is now %s, look what it says and remove it",
	     file, why, aside);
}

static struct journal *read_one(int dir, const char *file)
{
	char *text = rundir_read(dir, file, MAX_SIZE), name[CPUISO_NAME_LEN + 1];
	struct journal *j = NULL;

	snprintf(name, sizeof(name), "%.*s", (int)(strlen(file) - strlen(SUFFIX)), file);
	if (!text) {
		if (errno != ENOENT)
			set_aside(dir, file, errno == EUSERS ? "is not root's alone" : "cannot be read");
		return NULL;
	}
	switch (request_name_ok(name) ? journal_parse(text, name, sys_boot_id(), &j) : JOURNAL_DAMAGED) {
	case JOURNAL_GOOD:
		break;
	case JOURNAL_OTHER_BOOT:
		set_aside(dir, file, "is from another boot");
		break;
	default:
		set_aside(dir, file, "is damaged");
	}
	free(text);
	return j;
}

/**
 * journal_read_all() - read every journal
 * @dir: the directory of journals; its lock is held
 * @all: the journals for journals_free()
 *
 * What is no good is said, and set aside.
 */
void journal_read_all(int dir, struct journals *all)
{
	struct dirent *e;
	struct journal *j;
	size_t len;
	DIR *d;
	int fd;

	memset(all, 0, sizeof(*all));
	fd = dup(dir);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		if (fd >= 0)
			close(fd);
		return;
	}
	rewinddir(d);
	while ((e = readdir(d))) {
		len = strlen(e->d_name);
		if (len <= strlen(SUFFIX) || strcmp(e->d_name + len - strlen(SUFFIX), SUFFIX))
			continue;
		j = read_one(dir, e->d_name);
		if (!j)
			continue;
		all->v = xrealloc(all->v, all->n + 1, sizeof(*all->v));
		all->v[all->n++] = j;
	}
	closedir(d);
}

/**
 * journal_find() - the journal of an isolation
 * @all: the journals
 * @name: its name
 *
 * Return: the journal or NULL.
 */
struct journal *journal_find(const struct journals *all, const char *name)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		if (!strcmp(all->v[i]->name, name))
			return all->v[i];
	return NULL;
}

/**
 * journals_free() - free what journal_read_all() read
 * @all: the journals
 */
void journals_free(struct journals *all)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		journal_free(all->v[i]);
	free(all->v);
	memset(all, 0, sizeof(*all));
}

/**
 * journal_own() - take a journal, or leave it to its keeper
 * @j: the journal
 * @mine: this process sees to it from now on
 */
void journal_own(struct journal *j, bool mine)
{
	j->owner = mine ? getpid() : 0;
	j->owner_start = mine ? sys_task_start(getpid()) : 0;
}

/**
 * journal_owned() - does a living process see to it
 * @j: the journal
 */
bool journal_owned(const struct journal *j)
{
	return j->owner && j->owner_start && sys_task_start(j->owner) == j->owner_start;
}
