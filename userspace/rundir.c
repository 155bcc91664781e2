// SPDX-License-Identifier: GPL-2.0
/*
 * The directory below /run where journals are, its lock, and its files as
 * wholes. Nobody but root may have had a hand in any of it: what is in there is
 * written back to the machine one day.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "rundir.h"
#include "sysfs.h"

static int check(int fd, mode_t type)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if ((st.st_mode & S_IFMT) != type)
		return type == S_IFDIR ? -ENOTDIR : -EINVAL;
	/* -EUSERS stands for "somebody else's" and for nothing else here. */
	return st.st_uid != geteuid() || st.st_mode & 0077 ? -EUSERS : 0;
}

/**
 * rundir_open() - open the directory
 * @path: where it is
 * @create: make it if it is not there
 *
 * Return: file descriptor or a negative errno, -EUSERS when others could have
 * written there.
 */
int rundir_open(const char *path, bool create)
{
	int fd, err;

	if (create && mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = check(fd, S_IFDIR);
	if (!err)
		return fd;
	close(fd);
	return err;
}

/**
 * rundir_here() - open the directory of this machine
 * @create: make it if it is not there
 *
 * Return: as rundir_open().
 */
int rundir_here(bool create)
{
	char path[PATH_MAX];

	sys_path(path, RUNDIR);
	return rundir_open(path, create);
}

/**
 * rundir_fail() - say why there is no use in the directory
 * @err: negative errno of a function in this file
 *
 * Return: the exit code.
 */
int rundir_fail(int err)
{
	switch (err) {
	case -ENOTDIR:
	case -ELOOP:
		return fail(EXIT_REFUSED, RUNDIR " is not a directory; remove what is there and try again");
	case -EUSERS:
		return fail(EXIT_REFUSED, RUNDIR " or a file in it belongs to or is open to others than root; remove it and try again");
	case -EACCES:
	case -EPERM:
		return fail(EXIT_REFUSED, "the journal in " RUNDIR " needs root; try again as root (%s)",
			    strerror(-err));
	case -ENOSPC:
	case -EDQUOT:
		return fail(EXIT_REFUSED, "there is no room in " RUNDIR " for the journal, so nothing is changed; free some of /run and try again");
	default:
		return fail(EXIT_REFUSED, "the journal in " RUNDIR " cannot be kept, so nothing is changed (%s); look whether /run is writable",
			    strerror(-err));
	}
}

/**
 * rundir_lock() - keep everybody else from journals and from what they are about
 * @dir: the directory
 *
 * Never held while the module is waited for.
 *
 * Return: file descriptor to be closed, or a negative errno.
 */
int rundir_lock(int dir)
{
	int fd = openat(dir, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600), err;

	if (fd < 0)
		return -errno;
	err = check(fd, S_IFREG);
	while (!err && flock(fd, LOCK_EX))
		if (errno != EINTR)
			err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

/**
 * rundir_read() - read a file
 * @dir: the directory
 * @file: its name
 * @max: how long it may be
 *
 * Return: its text for free(), or NULL with errno.
 */
char *rundir_read(int dir, const char *file, size_t max)
{
	int fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), err;
	size_t len = 0, size = 4096;
	char *text;
	ssize_t n;

	if (fd < 0)
		return NULL;
	err = check(fd, S_IFREG);
	if (err) {
		close(fd);
		errno = -err;
		return NULL;
	}
	text = xcalloc(size, 1);
	while ((n = read(fd, text + len, size - 1 - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		len += n;
		if (len > max)
			break;
		if (len == size - 1)
			text = xrealloc(text, size *= 2, 1);
	}
	text[len] = '\0';
	close(fd);
	/* Neither one that is too long nor one with a NUL in it is of ours. */
	if (n < 0 || len > max || strlen(text) != len) {
		free(text);
		errno = n < 0 ? EIO : EINVAL;
		return NULL;
	}
	return text;
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
	return fsync(fd) ? -errno : 0;
}

/**
 * rundir_write() - replace a file, whole or not at all
 * @dir: the directory; the caller holds its lock
 * @file: its name
 * @text: what it is to hold
 *
 * Return: 0 or a negative errno.
 */
int rundir_write(int dir, const char *file, const char *text)
{
	static const char tmp[] = "new";
	int fd, err;

	/* Of one who was killed here. */
	if (unlinkat(dir, tmp, 0) && errno != ENOENT)
		return -errno;
	fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text);
	close(fd);
	if (!err && renameat(dir, tmp, dir, file))
		err = -errno;
	if (!err)
		(void)fsync(dir);
	else
		unlinkat(dir, tmp, 0);
	return err;
}
