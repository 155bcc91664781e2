// SPDX-License-Identifier: GPL-2.0
/*
 * The socket of irqbalance itself: it is asked, and what it answers is the input, in as many pieces as there are NUL bytes.
 * Slower than irqbalance.c, and through all of the talk.
 */
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "irqbalance.h"
#include "root.h"

#define NAME IRQBALANCE_DIR "/irqbalance1.sock"

static int listener;
static struct parts answer;

static void *serve(void *arg)
{
	const uint8_t *part;
	struct parts rest;
	size_t size;
	char ask[64];
	int fd;

	(void)arg;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (recv(fd, ask, sizeof(ask), 0) > 0) {
			for (rest = answer; rest.left;) {
				part = parts_next(&rest, &size);
				if (size && send(fd, part, size, MSG_NOSIGNAL) < 0)
					break;
			}
		}
		close(fd);
	}
	return NULL;
}

static void begin(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	pthread_t thread;

	/* For the directories. */
	root_file(NAME, "", 0);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s" NAME, root);
	unlink(at.sun_path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	MUST(!bind(listener, (void *)&at, sizeof(at)) && !listen(listener, 8));
	MUST(!pthread_create(&thread, NULL, serve, NULL));
}

static int ask(const char *path, void *arg)
{
	struct cpuset cpus;
	int err = irqbalance_banned(path, &cpus);

	(void)arg;
	MUST(err <= 0);
	MUST(irqbalance_ban(path, &cpus) <= 0 || err);
	return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (root_begin())
		begin();
	answer = (struct parts){ data, size };
	MUST(irqbalance_each(ask, NULL) == 1);
	return 0;
}
