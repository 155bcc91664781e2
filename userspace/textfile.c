// SPDX-License-Identifier: GPL-2.0
/*
 * A file for the textfile collector of node_exporter: whoever reads it sees it
 * whole, the one before or the new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "textfile.h"

#define SUFFIX	".prom"

/* The collector does not look at files that end in anything else. */
static int temporary(char dst[PATH_MAX], const char *path)
{
	int n = snprintf(dst, PATH_MAX, "%s.new", path);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/**
 * textfile_check() - can this be such a file
 * @path: where it is to be
 *
 * Return: 0, or the exit code after saying why not.
 */
int textfile_check(const char *path)
{
	size_t len = strlen(path);
	char dir[PATH_MAX], tmp[PATH_MAX];
	struct stat st;

	if (*path != '/' || len <= strlen("/" SUFFIX) || strcmp(path + len - strlen(SUFFIX), SUFFIX) ||
	    path[len - strlen("/" SUFFIX)] == '/' || temporary(tmp, path))
		return fail(EXIT_USAGE, "--textfile \"%s\" is not an absolute path that ends in " SUFFIX ", and node_exporter reads no other; give one",
			    path);
	snprintf(dir, sizeof(dir), "%s", path);
	if (stat(dirname(dir), &st) || !S_ISDIR(st.st_mode))
		return fail(EXIT_USAGE, "there is no directory for \"%s\"; make it, or name the one of --collector.textfile.directory",
			    path);
	return 0;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	while (left) {
		n = write(fd, text, left);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		text += n;
		left -= n;
	}
	return fchmod(fd, 0644) ? -errno : 0;
}

/**
 * textfile_write() - replace the file, whole or not at all
 * @path: where it is
 * @text: what it is to hold
 *
 * Return: 0 or a negative errno.
 */
int textfile_write(const char *path, const char *text)
{
	char tmp[PATH_MAX];
	int fd, err = temporary(tmp, path);

	if (err)
		return err;
	/* Of one who was killed here. */
	if (unlink(tmp) && errno != ENOENT)
		return -errno;
	fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text);
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(tmp, path))
		err = -errno;
	if (err)
		unlink(tmp);
	return err;
}

/**
 * textfile_remove() - what is not kept up is not to be believed
 * @path: where it is
 */
void textfile_remove(const char *path)
{
	unlink(path);
}
