// SPDX-License-Identifier: GPL-2.0
/*
 * A storm of tasks that are born, change their name, beget, and end.
 *
 *   storm RATE SECONDS COMM
 *
 * Up to RATE times in a second a process is forked, for at least SECONDS and until there is a line on stdin. Most
 * rename themselves (half of them to COMM, which may be a standing rule) and end at once; every 8th has a thread, every
 * 8th leaves a grandchild, some twelve in a second stay, under their own name and two others; when SECONDS are over one
 * in a second does, as thousands have no room in the guest. The last line on stdout, "done FORKED RENAMED SECONDS", comes
 * when the storm is over; those that stay end when stdin does. Ahead of it, "stays PID" for each of those.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "common.h"

static unsigned long *renamed;

static void *nothing(void *arg)
{
	prctl(PR_SET_NAME, "storm-thread");
	return arg;
}

static void be_named(const char *name)
{
	prctl(PR_SET_NAME, name);
	__atomic_add_fetch(renamed, 1, __ATOMIC_RELAXED);
}

static bool may_stay(unsigned long n)
{
	return n % 16 == 1 || n % 16 == 2 || n % 16 == 4;
}

static void child(unsigned long n, bool stays, const char *comm, pid_t parent)
{
	pthread_t thread;

	if (n % 4)
		be_named(n & 1 ? comm : "storm-other");
	if (stays) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* It may have ended before. */
		while (getppid() == parent)
			pause();
		_exit(0);
	}
	if (n % 8 == 2 && !pthread_create(&thread, NULL, nothing, NULL))
		pthread_join(thread, NULL);
	if (n % 8 == 3 && !fork()) {
		be_named("storm-orphan");
		_exit(0);
	}
	if (n % 8 == 5) {
		be_named("storm-twice");
		be_named(comm);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	struct pollfd in = { .events = POLLIN };
	unsigned long n = 0, staying = 0;
	pid_t parent = getpid();
	double begin, length, rate;
	char c;

	if (argc != 4)
		return 2;
	rate = atof(argv[1]);
	length = atof(argv[2]);
	renamed = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (renamed == MAP_FAILED)
		die("mmap");
	for (begin = now(); now() - begin < length || !poll(&in, 1, 0);) {
		double took = now() - begin;
		bool stays = may_stay(n) && staying < 12 + took + 11 * (took < length ? took : length);
		int pid;

		if (n > rate * took) {
			nap(0.001);
			continue;
		}
		pid = fork();
		if (!pid)
			child(n, stays, argv[3], parent);
		if (pid < 0)
			die("fork");
		if (stays) {
			char line[32];
			int len = snprintf(line, sizeof(line), "stays %d\n", pid);

			if (write(1, line, len) != len)
				die("stdout");
			staying++;
		}
		n++;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	printf("done %lu %lu %.1f\n", n, *renamed, now() - begin);
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	return 0;
}
