// SPDX-License-Identifier: GPL-2.0
/*
 * A storm of tasks that are born, change their name, beget, and end.
 *
 *   storm RATE SECONDS COMM
 *
 * Up to RATE times in a second a process is forked. Most rename themselves (half of them to COMM, which may be a
 * standing rule) and end at once; every 8th has a thread, every 8th leaves a grandchild, three of 256 stay until the
 * end, one under each name. The last line on stdout, "done FORKED RENAMED SECONDS", comes when the storm is over; those that stay end when
 * stdin does. Ahead of it, "stays PID" for each of those.
 */
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

static bool stays(unsigned long n)
{
	return n % 256 == 1 || n % 256 == 34 || n % 256 == 100;
}

static void child(unsigned long n, const char *comm)
{
	pthread_t thread;

	if (n % 4)
		be_named(n & 1 ? comm : "storm-other");
	if (stays(n)) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
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
	unsigned long n = 0;
	double begin, length, rate;
	char c;

	if (argc != 4)
		return 2;
	rate = atof(argv[1]);
	length = atof(argv[2]);
	renamed = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (renamed == MAP_FAILED)
		die("mmap");
	for (begin = now(); now() - begin < length;) {
		int pid;

		if (n > rate * (now() - begin)) {
			nap(0.001);
			continue;
		}
		pid = fork();
		if (!pid)
			child(n, argv[3]);
		if (pid < 0)
			die("fork");
		if (stays(n)) {
			char line[32];
			int len = snprintf(line, sizeof(line), "stays %d\n", pid);

			if (write(1, line, len) != len)
				die("stdout");
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
