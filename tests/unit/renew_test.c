// SPDX-License-Identifier: GPL-2.0
/* An irqbalance that comes later: what goes into the journals, and what an undo gives back. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "hexmask.h"
#include "irqbalance.h"
#include "steps/irqbalance.h"
#include "steps/step.h"
#include "sysfs.h"
#include "tap.h"

static char root[] = "/tmp/cpuiso-renew.XXXXXX";

/* One that answers as irqbalance does, and obeys at once. */
static struct balance {
	pthread_t thread;
	int fd;
	char path[108];
	struct cpuset banned;
} balances[4];

static void serve(struct balance *b, int fd)
{
	char text[512], mask[64];
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return;
	text[n] = '\0';
	if (!strcmp(text, "setup")) {
		hexmask_format(mask, sizeof(mask), &b->banned);
		n = snprintf(text, sizeof(text), "SLEEP 10 BANNED %s", mask);
		send(fd, text, n, MSG_NOSIGNAL);
	} else if (!strcmp(text, "settings cpus NULL")) {
		cpuset_clear(&b->banned);
	} else if (!strncmp(text, "settings cpus ", 14)) {
		(void)cpulist_parse(text + 14, CPULIST_MAX, &b->banned);
	}
}

static void *run(void *arg)
{
	struct balance *b = arg;
	int fd;

	while ((fd = accept(b->fd, NULL, NULL)) >= 0) {
		serve(b, fd);
		close(fd);
	}
	return NULL;
}

static const char *path_of(int n)
{
	static char path[64];

	snprintf(path, sizeof(path), IRQBALANCE_DIR "/irqbalance%d.sock", n);
	return path;
}

static void start(int n, const char *banned)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct balance *b = &balances[n];

	snprintf(at.sun_path, sizeof(at.sun_path), "%s%s", root, path_of(n));
	strcpy(b->path, at.sun_path);
	cpuset_clear(&b->banned);
	if (*banned)
		(void)cpulist_parse(banned, CPULIST_MAX, &b->banned);
	b->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(b->fd, (struct sockaddr *)&at, sizeof(at)) || listen(b->fd, 4))
		exit(1);
	pthread_create(&b->thread, NULL, run, b);
}

static void stop(int n, bool unlinked)
{
	shutdown(balances[n].fd, SHUT_RDWR);
	pthread_join(balances[n].thread, NULL);
	close(balances[n].fd);
	if (unlinked)
		unlink(balances[n].path);
}

static bool has(int n, const char *list)
{
	char text[64] = "";

	cpulist_format(text, sizeof(text), &balances[n].banned);
	return !strcmp(text, list);
}

static struct journals holding;

static struct journal *hold(const char *name, const char *cpus)
{
	struct journal *j = journal_new(name, cpus);

	holding.v = realloc(holding.v, (holding.n + 1) * sizeof(*holding.v));
	holding.v[holding.n++] = j;
	return j;
}

static int renew(int n, bool fresh, bool *changed)
{
	struct cpuset want;
	int due;

	*changed = false;
	due = irqbalance_renew(&holding, path_of(n), fresh, &want, changed);
	if (due > 0)
		irqbalance_ban(path_of(n), &want);
	return due;
}

static unsigned int end(struct journal *j, enum outcome what)
{
	unsigned int count[NR_OUTCOMES] = { 0 };
	size_t i;

	for (i = j->n; i-- > 0; )
		count[step_irqbalance.revert(&holding, j, &j->record[i])]++;
	for (i = 0; holding.v[i] != j; i++)
		;
	holding.v[i] = holding.v[--holding.n];
	journal_free(j);
	return count[what];
}

int main(void)
{
	struct journal *a, *b;
	char dir[256];
	bool changed;

	if (!mkdtemp(root) || setenv("CPUISO_SYSROOT", root, 1))
		return 1;
	snprintf(dir, sizeof(dir), "%s/run", root);
	mkdir(dir, 0755);
	snprintf(dir, sizeof(dir), "%s" IRQBALANCE_DIR, root);
	mkdir(dir, 0755);

	a = hold("a", "1");
	b = hold("b", "3");
	start(0, "0");
	ok(renew(0, true, &changed) == 1 && changed && a->n == 1 && b->n == 1 && has(0, "0-1,3"),
	   "one that comes later is told of both isolations");
	ok(!strcmp(a->record[0].old, "0") && !strcmp(a->record[0].new, "0-1,3"),
	   "the journal has what it had by itself");
	ok(renew(0, false, &changed) == 0 && !changed, "and is told once");
	balances[0].banned.bit[0] = 1;
	ok(renew(0, true, &changed) == 1 && !changed && has(0, "0-1,3") && a->n == 1,
	   "another under the same name is told as well, and nothing is journalled twice");

	stop(0, true);
	start(1, "");
	ok(renew(1, true, &changed) == 1 && changed && a->n == 1 && has(1, "1,3") &&
	   strstr(a->record[0].object, "irqbalance1.sock"), "restarted: the record of the old one goes");
	ok(end(a, OUT_RESTORED) == 1 && has(1, "3"), "the first isolation ends");
	a = hold("c", "1");
	ok(renew(1, false, &changed) == 1 && changed && has(1, "1,3") && !strcmp(a->record[0].old, "-"),
	   "one more isolation: the base is that of the journals, not what is there");
	ok(end(b, OUT_RESTORED) == 1 && has(1, "1") && end(a, OUT_RESTORED) == 1 && has(1, ""),
	   "all have ended: the list that it had by itself");

	a = hold("a", "1");
	(void)cpulist_parse("0-1", CPULIST_MAX, &balances[1].banned);
	ok(renew(1, true, &changed) == 0 && !changed && a->n == 0, "one that leaves the CPU alone anyway");
	(void)cpulist_parse("0", CPULIST_MAX, &balances[1].banned);
	renew(1, true, &changed);
	(void)cpulist_parse("5", CPULIST_MAX, &balances[1].banned);
	ok(renew(1, true, &changed) == 0 && has(1, "5"), "what somebody else told it stays");
	ok(end(a, OUT_CHANGED) == 1 && has(1, "5"), "also at the end");

	a = hold("a", "1");
	stop(1, false);
	ok(renew(1, true, &changed) == -ECONNREFUSED && !changed && a->n == 0, "one that does not answer");
	ok(renew(2, true, &changed) == -ENOENT, "one that is not there");
	end(a, OUT_GONE);
	free(holding.v);
	unlink(balances[1].path);
	rmdir(dir);
	*strrchr(dir, '/') = '\0';
	rmdir(dir);
	rmdir(root);
	return tap_end();
}
