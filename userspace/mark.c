// SPDX-License-Identifier: GPL-2.0
/*
 * Marks: the ledgers as they were at one moment, in a file of whoever made the
 * mark. Root's are beside the journals, those of others below XDG_RUNTIME_DIR.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "mark.h"
#include "output.h"
#include "request.h"
#include "rundir.h"
#include "sysfs.h"

#define SUFFIX	".mark"

/* The module's names and numbers in it are as in --json. */
#define FORMAT	1

/* Of the largest machines. */
#define MAX_SIZE	(256 * 1024 * 1024)

static int refuse(int err, const char *path, const char *name)
{
	switch (err) {
	case ENOENT:
		return fail(EXIT_REFUSED, "there is no mark \"%s\" in %s; make one with \"cpuiso stats --mark %s\"",
			    name, path, name);
	case ENOTDIR:
	case ELOOP:
	case EUSERS:
		return fail(EXIT_REFUSED, "%s or a file in it is not yours alone; remove it and try again",
			    path);
	case EINVAL:
		return fail(EXIT_REFUSED, "the mark \"%s\" in %s is damaged; make it again with \"cpuiso stats --mark %s\"",
			    name, path, name);
	default:
		return fail(EXIT_REFUSED, "%s cannot be used for marks (%s); look whether it is writable and has room",
			    path, strerror(err));
	}
}

static int open_dir(const char *name, bool create, char path[PATH_MAX], int *dir)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	*dir = -1;
	if (!geteuid())
		sys_path(path, RUNDIR);
	else if (runtime && *runtime == '/')
		snprintf(path, PATH_MAX, "%s/cpuiso", runtime);
	else
		return fail(EXIT_REFUSED, "marks are kept in " RUNDIR ", which needs root, or in $XDG_RUNTIME_DIR, which is not set; try again as root");
	*dir = rundir_open(path, create);
	return *dir < 0 ? refuse(-*dir, path, name) : 0;
}

static void file_of(const char *name, char file[NAME_MAX + 1])
{
	snprintf(file, NAME_MAX + 1, "%s" SUFFIX, name);
}

/**
 * mark_check() - can a mark have that name
 * @name: the name
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int mark_check(const char *name)
{
	if (request_name_ok(name))
		return 0;
	return fail(EXIT_USAGE, "a mark cannot be called \"%s\"; use 1 to %d letters, digits and any of _.@:,+-",
		    name, CPUISO_NAME_LEN);
}

/**
 * mark_write() - remember the ledgers
 * @name: under which name; a mark of that name is replaced
 * @rows: the ledgers, not sorted
 *
 * Return: 0, or the exit code after saying why not.
 */
int mark_write(const char *name, json_object *rows)
{
	char path[PATH_MAX], file[NAME_MAX + 1];
	int dir, lock, err, code;
	json_object *doc;

	code = open_dir(name, true, path, &dir);
	if (code)
		return code;
	lock = rundir_lock(dir);
	err = lock < 0 ? lock : 0;
	doc = json_object_new_object();
	put_num(doc, "format", FORMAT);
	put(doc, "stats", json_object_get(rows));
	file_of(name, file);
	if (!err)
		err = rundir_write(dir, file,
				   json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PLAIN));
	json_object_put(doc);
	if (lock >= 0)
		close(lock);
	close(dir);
	return err ? refuse(-err, path, name) : 0;
}

static bool is_row(json_object *row)
{
	return json_object_is_type(row, json_type_object) &&
	       json_object_is_type(get_obj(row, "cpu"), json_type_int) &&
	       json_object_is_type(get_obj(row, "kind"), json_type_string) &&
	       json_object_is_type(get_obj(row, "name"), json_type_string);
}

static json_object *rows_of(const char *text)
{
	json_object *doc = text ? json_tokener_parse(text) : NULL, *rows = NULL;
	size_t i;

	if (json_object_is_type(doc, json_type_object) && get_num(doc, "format") == FORMAT)
		rows = get_obj(doc, "stats");
	if (!json_object_is_type(rows, json_type_array))
		rows = NULL;
	for (i = 0; rows && i < json_object_array_length(rows); i++)
		if (!is_row(json_object_array_get_idx(rows, i)))
			rows = NULL;
	json_object_get(rows);
	json_object_put(doc);
	return rows;
}

/**
 * mark_read() - the ledgers as they were at a mark
 * @name: the mark
 * @rows: array for json_object_put(), NULL after a failure
 *
 * Return: 0, or the exit code after saying why not.
 */
int mark_read(const char *name, json_object **rows)
{
	char path[PATH_MAX], file[NAME_MAX + 1], *text;
	int dir, err, code;

	*rows = NULL;
	code = open_dir(name, false, path, &dir);
	if (code)
		return code;
	file_of(name, file);
	text = rundir_read(dir, file, MAX_SIZE);
	err = text ? 0 : errno;
	close(dir);
	*rows = rows_of(text);
	free(text);
	if (!err && !*rows)
		err = EINVAL;
	return err ? refuse(err, path, name) : 0;
}
