// SPDX-License-Identifier: GPL-2.0
/*
 * threads N: N threads that sleep, a hundred in each process. Says "up" when all are there, and ends with all of them
 * when stdin does.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PER_PROCESS 100

static void *idle(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void child(int threads, int ready)
{
	pthread_attr_t attr;
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	while (--threads)
		if (pthread_create(&thread, &attr, idle, NULL))
			_exit(1);
	if (write(ready, "", 1) != 1)
		_exit(1);
	close(ready);
	idle(NULL);
}

int main(int argc, char **argv)
{
	int n = argc == 2 ? atoi(argv[1]) : 0, processes = 0, pipes[2], left;
	char byte;

	if (n < 1 || pipe(pipes)) {
		fprintf(stderr, "usage: threads N\n");
		return 2;
	}
	/* A group of its own, to be ended as a whole. */
	setpgid(0, 0);
	for (left = n; left > 0; left -= PER_PROCESS, processes++) {
		switch (fork()) {
		case -1:
			perror("threads: fork");
			return 1;
		case 0:
			close(pipes[0]);
			/* The end of the parent's stdin must be the parent's to see. */
			close(0);
			child(left < PER_PROCESS ? left : PER_PROCESS, pipes[1]);
		}
	}
	close(pipes[1]);
	while (processes && read(pipes[0], &byte, 1) == 1)
		processes--;
	if (processes) {
		fprintf(stderr, "threads: no room for %d threads\n", n);
		return 1;
	}
	puts("up");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	/* Gone when this has returned, or the next measurement would find them dying. */
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (wait(NULL) > 0)
		;
	return 0;
}
