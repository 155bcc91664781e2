// SPDX-License-Identifier: GPL-2.0
/*
 * Does the kernel get through an RCU grace period? Where a realtime task owns a
 * CPU it may not, and what waits for one, as most that is done with cgroups does,
 * cannot be called off once it has begun.
 */
#include <linux/membarrier.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "grace.h"
#include "sysfs.h"

#define PATIENCE_MS	3000

/**
 * grace_passes() - wait for a grace period, but not for ever
 *
 * membarrier(2) waits for one. Where it refuses to, with nohz_full, a CPU that
 * runs user code is not waited for.
 *
 * Return: false when it takes more than three seconds.
 */
bool grace_passes(void)
{
	struct pollfd pfd = { .events = POLLIN };
	pid_t child;
	bool passed;

	if (*sys_root())
		return true;
	child = fork();
	if (!child) {
		/* It may outlive us, with no lock of ours. */
		close_range(0, ~0U, 0);
		syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
		_exit(0);
	}
	pfd.fd = child < 0 ? -1 : syscall(SYS_pidfd_open, child, 0);
	if (pfd.fd < 0) {
		if (child > 0)
			waitpid(child, NULL, 0);
		return true;
	}
	passed = poll(&pfd, 1, PATIENCE_MS);
	close(pfd.fd);
	if (passed)
		waitpid(child, NULL, 0);
	return passed;
}
