// SPDX-License-Identifier: GPL-2.0
/*
 * Sees irqbalance come. It makes a socket for each life of it, in a directory
 * that systemd takes away and makes anew with the service, so /run is watched
 * for the directory and the directory for the socket.
 */
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "irqbalance.h"
#include "irqwatch.h"
#include "sysfs.h"

#define WHAT	(IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)

static int add(const struct irqwatch *w, const char *dir)
{
	char path[PATH_MAX];

	sys_path(path, "%s", dir);
	return inotify_add_watch(w->fd, path, WHAT);
}

/**
 * irqwatch_open() - begin to watch
 * @w: for irqwatch_close() in any case
 *
 * Return: false (errno) when it cannot be.
 */
bool irqwatch_open(struct irqwatch *w)
{
	char parent[] = IRQBALANCE_DIR;

	w->run = w->dir = -1;
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd < 0)
		return false;
	w->run = add(w, dirname(parent));
	w->dir = add(w, IRQBALANCE_DIR);
	return w->run >= 0;
}

static bool judge(struct irqwatch *w, const struct inotify_event *e)
{
	char path[sizeof(IRQBALANCE_DIR) + NAME_MAX + 1];
	char own[] = IRQBALANCE_DIR;

	if (e->mask & IN_Q_OVERFLOW)
		return true;
	if (e->wd == w->dir && e->mask & IN_IGNORED) {
		w->dir = -1;
		return false;
	}
	if (!e->len)
		return false;
	if (e->wd == w->run)
		return !strcmp(e->name, basename(own));
	snprintf(path, sizeof(path), IRQBALANCE_DIR "/%s", e->name);
	return irqbalance_path_ok(path);
}

/**
 * irqwatch_take() - take in what came, after poll() told of it
 * @w: the watch
 *
 * Return: whether a socket may have appeared.
 */
bool irqwatch_take(struct irqwatch *w)
{
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *e;
	bool came = false;
	ssize_t n;
	char *p;

	while ((n = read(w->fd, buf, sizeof(buf))) > 0) {
		for (p = buf; p < buf + n; p += sizeof(*e) + e->len) {
			e = (const struct inotify_event *)p;
			came |= judge(w, e);
		}
	}
	/* The directory may be another one; the same one is watched once. */
	if (came)
		w->dir = add(w, IRQBALANCE_DIR);
	return came;
}

/**
 * irqwatch_close() - end it
 * @w: the watch
 */
void irqwatch_close(struct irqwatch *w)
{
	if (w->fd >= 0)
		close(w->fd);
}
