// SPDX-License-Identifier: GPL-2.0
/*
 * The keeper of one isolation: sleeps until the isolation ends, or the module
 * goes, puts back what the journal says, and goes. It holds a lock on
 * NAME.keeper, by which others see that it is there.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fail.h"
#include "keeper.h"
#include "life.h"
#include "nl.h"
#include "output.h"
#include "shelf.h"

#define SUFFIX		".keeper"
#define FILE_LEN	(CPUISO_NAME_LEN + sizeof(SUFFIX))

struct keeper {
	const char *name;
	char nonce[sizeof(((struct journal *)0)->nonce)];
	struct conn *c;
	bool absent;		/* there is no module */
	bool look;		/* something happened */
	int owner;		/* pidfd of the command that sees to the journal */
};

/**
 * keeper_present() - is there a keeper
 * @dir: the directory of journals
 * @j: the journal
 */
bool keeper_present(int dir, const struct journal *j)
{
	char file[FILE_LEN];
	bool there;
	int fd;

	snprintf(file, sizeof(file), "%s" SUFFIX, j->name);
	fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	there = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	return there;
}

/* The file, created while there is a journal for it; -1 when there is none. */
static int open_place(struct keeper *k)
{
	char file[FILE_LEN];
	struct journal *j;
	struct shelf s;
	int fd = -1;

	if (shelf_open(&s, false))
		return -1;
	j = journal_find(&s.all, k->name);
	if (j) {
		snprintf(k->nonce, sizeof(k->nonce), "%s", j->nonce);
		snprintf(file, sizeof(file), "%s" SUFFIX, k->name);
		fd = openat(s.dir, file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	}
	shelf_close(&s);
	return fd;
}

/* Take the place of the keeper; another one's end is waited for. */
static bool take_place(struct keeper *k)
{
	struct stat st;
	int fd;

	for (;;) {
		fd = open_place(k);
		if (fd < 0)
			return false;
		while (flock(fd, LOCK_EX))
			if (errno != EINTR)
				return false;
		/* With its journal the file goes as well. */
		if (!fstat(fd, &st) && st.st_nlink)
			return true;
		close(fd);
	}
}

static int on_event(enum nl_watch what, json_object *event, void *arg)
{
	struct keeper *k = arg;
	const char *type = event ? get_str(event, "type") : NULL;

	if (what == NL_WATCH_OVERRUN || !type || !strcmp(type, "reverted") ||
	    !strcmp(type, "apply-failed"))
		k->look = true;
	return 0;
}

static void connect_module(struct keeper *k)
{
	enum nl_watch_end end;
	enum nl_state state = conn_try_open(&k->c);

	k->absent = state != NL_READY;
	if (!k->absent && conn_watch_begin(k->c, on_event, k, &end))
		return;
	/* One that cannot be talked to is on its way out, or is another one. */
	conn_await_undo();
	k->absent = true;
	conn_close(k->c);
	k->c = NULL;
}

/* Returns true when there is nothing left to keep. */
static bool look(struct keeper *k)
{
	unsigned int count[NR_OUTCOMES];
	struct journal *j;
	enum life life = LIFE_OVER;
	struct shelf s;

	k->look = false;
	if (shelf_open(&s, false))
		return true;
	j = journal_find(&s.all, k->name);
	if (j && strcmp(j->nonce, k->nonce))
		j = NULL;
	if (j)
		life = life_of(j, k->c, k->absent);
	if (j && life == LIFE_OVER)
		shelf_restore(&s, j, "keep", count, NULL);
	if (life == LIFE_OWNED) {
		k->owner = syscall(SYS_pidfd_open, j->owner, 0);
		if (k->owner < 0 || !journal_owned(j))
			life = LIFE_UNKNOWN;
	}
	shelf_close(&s);
	/* Module or owner may have gone between question and answer. */
	if (life == LIFE_UNKNOWN) {
		conn_close(k->c);
		k->c = NULL;
		k->look = true;
		poll(NULL, 0, 50);
	}
	return life == LIFE_OVER;
}

static void sleep_on(struct keeper *k)
{
	struct pollfd pfd[2] = {
		{ .fd = k->c ? conn_fd(k->c) : -1, .events = POLLIN },
		{ .fd = k->owner, .events = POLLIN },
	};
	/* With nothing to be woken by, look again in a while. */
	int timeout = k->c || k->owner >= 0 ? -1 : 200;

	if (poll(pfd, 2, timeout) < 0)
		return;
	if (pfd[0].revents && !conn_take(k->c)) {
		conn_await_undo();
		conn_close(k->c);
		k->c = NULL;
		k->look = true;
	}
	if (pfd[1].revents || (!k->c && k->owner < 0))
		k->look = true;
}

static void survive(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	/* Less likely to be killed for want of memory is all that is asked. */
	if (fd >= 0) {
		(void)!write(fd, "-900", 4);
		close(fd);
	}
}

/**
 * keeper_run() - keep a journal until its isolation ends
 * @name: the isolation
 *
 * Return: the exit code.
 */
int keeper_run(const char *name)
{
	struct keeper k = { .name = name, .owner = -1 };

	survive();
	if (!take_place(&k))
		return fail(EXIT_REFUSED, "there is nothing to keep for %s; \"cpuiso apply\" starts a keeper where there is",
			    name);
	connect_module(&k);
	while (!look(&k)) {
		while (!k.look)
			sleep_on(&k);
		if (k.owner >= 0)
			close(k.owner);
		k.owner = -1;
		if (!k.c)
			connect_module(&k);
	}
	conn_close(k.c);
	return 0;
}
