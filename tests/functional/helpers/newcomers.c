// SPDX-License-Identifier: GPL-2.0
/*
 * newcomers SECONDS CPU: for so long and as fast as it can, processes that allow themselves one CPU, each for the first
 * time. Prints how many there were, and the nanoseconds that it took.
 */
#include <sched.h>
#include <sys/wait.h>
#include "common.h"

int main(int argc, char **argv)
{
	unsigned long n = 0;
	double from, end;
	cpu_set_t cpu;
	pid_t pid;

	if (argc != 3)
		return 2;
	CPU_ZERO(&cpu);
	CPU_SET(atoi(argv[2]), &cpu);
	from = now();
	end = from + atof(argv[1]);
	while (now() < end) {
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid) {
			sched_setaffinity(0, sizeof(cpu), &cpu);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		n++;
	}
	printf("%lu %.0f\n", n, (now() - from) * 1e9);
	return 0;
}
