// SPDX-License-Identifier: GPL-2.0
/*
 * Talking to irqbalance: one request per connection to its socket, which takes
 * them from root only. A list of CPUs takes the place of what it was told
 * before, of its environment and of what it finds in /sys, with its next look
 * around, so what it answers may be late by that.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "fail.h"
#include "hexmask.h"
#include "irqbalance.h"
#include "sysfs.h"

#define PREFIX		"irqbalance"
#define SUFFIX		".sock"
#define ANSWER_MAX	65536
#define REQUEST_MAX	500	/* its buffer */
#define PATIENCE_S	5

/**
 * irqbalance_path_ok() - can this be a socket of irqbalance
 * @path: the path
 */
bool irqbalance_path_ok(const char *path)
{
	const char *p = path + strlen(IRQBALANCE_DIR "/" PREFIX);

	if (strncmp(path, IRQBALANCE_DIR "/" PREFIX, p - path))
		return false;
	return *p && !strcmp(p + strspn(p, "0123456789"), SUFFIX) &&
	       strlen(path) < sizeof(((struct sockaddr_un *)0)->sun_path);
}

/**
 * irqbalance_each() - for every socket of irqbalance
 * @fn: what to call
 * @arg: for @fn
 *
 * Return: what @fn returned last, 0 when there is none.
 */
int irqbalance_each(irqbalance_fn fn, void *arg)
{
	char dir[PATH_MAX], path[sizeof(IRQBALANCE_DIR) + NAME_MAX + 1];
	struct dirent *e;
	int ret = 0;
	DIR *d;

	sys_path(dir, IRQBALANCE_DIR);
	d = opendir(dir);
	while (d && !ret && (e = readdir(d))) {
		snprintf(path, sizeof(path), IRQBALANCE_DIR "/%s", e->d_name);
		if (irqbalance_path_ok(path))
			ret = fn(path, arg);
	}
	if (d)
		closedir(d);
	return ret;
}

static int request(int fd, const char *text)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(struct ucred))];
	} control = { 0 };
	struct iovec iov = { (void *)text, strlen(text) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	struct ucred me = { getpid(), geteuid(), getegid() };

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_CREDENTIALS;
	c->cmsg_len = CMSG_LEN(sizeof(me));
	memcpy(CMSG_DATA(c), &me, sizeof(me));
	return sendmsg(fd, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The answer goes to @dst, if there is one to be had. */
static int talk(const char *path, const char *text, char *dst, size_t size)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char real[PATH_MAX];
	size_t len = 0;
	ssize_t n = 0;
	int fd, err;

	sys_path(real, "%s", path);
	if (strlen(real) >= sizeof(to.sun_path))
		return -ENAMETOOLONG;
	memcpy(to.sun_path, real, strlen(real) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	err = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? -errno : 0;
	if (!err)
		err = request(fd, text);
	/* It closes when it is done with the request, answer or not. */
	while (!err && len + 1 < size) {
		n = recv(fd, dst + len, size - len - 1, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += n;
	}
	if (!err && n < 0 && errno != ECONNRESET)
		err = errno == EAGAIN ? -ETIMEDOUT : -errno;
	dst[len] = '\0';
	close(fd);
	return err;
}

/**
 * irqbalance_parse() - find the banned CPUs in the answer to "setup"
 * @text: the answer
 * @cpus: the CPUs
 *
 * Return: false when they are not in there.
 */
bool irqbalance_parse(const char *text, struct cpuset *cpus)
{
	const char *p = NULL, *next;
	char mask[CPULIST_MAX / 32 * 9 + 1];
	size_t n;

	for (next = text; (next = strstr(next, "BANNED ")); next++)
		p = next;
	if (!p)
		return false;
	p += strlen("BANNED ");
	n = strspn(p, "0123456789abcdefABCDEF,");
	if (n >= sizeof(mask) || p[n + strspn(p + n, "\n ")])
		return false;
	snprintf(mask, sizeof(mask), "%.*s", (int)n, p);
	return hexmask_parse(mask, cpus);
}

/**
 * irqbalance_banned() - the CPUs that it leaves alone
 * @path: its socket
 * @cpus: the CPUs
 *
 * Return: 0 or a negative errno.
 */
int irqbalance_banned(const char *path, struct cpuset *cpus)
{
	char *answer = xcalloc(ANSWER_MAX, 1);
	int err;

	err = talk(path, "setup", answer, ANSWER_MAX);
	if (!err && !irqbalance_parse(answer, cpus))
		err = -EPROTO;
	free(answer);
	return err;
}

/**
 * irqbalance_ban() - tell it which CPUs to leave alone
 * @path: its socket
 * @cpus: the CPUs; none means those that it finds by itself
 *
 * Return: 0 or a negative errno.
 */
int irqbalance_ban(const char *path, const struct cpuset *cpus)
{
	char text[REQUEST_MAX] = "settings cpus NULL", answer[64];
	size_t n = strlen("settings cpus ");

	if (!cpuset_empty(cpus) &&
	    cpulist_format(text + n, sizeof(text) - n - 1, cpus) >= sizeof(text) - n - 1)
		return -E2BIG;
	return talk(path, text, answer, sizeof(answer));
}
