/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_LAUNCH_H
#define CPUISO_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

struct launch {
	pid_t pid;
	int go;		/* a byte lets it run, closing ends it */
	bool leave;	/* a hangup ends the waiting for it */
	int error;	/* errno of a failed exec */
};

int launch_check(char *const *argv);
int launch_prepare(struct launch *l, char *const *argv);
void launch_cancel(struct launch *l);
int launch_run(struct launch *l, const char *what);

#endif
