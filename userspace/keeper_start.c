// SPDX-License-Identifier: GPL-2.0
/*
 * Leaving a keeper behind: a transient unit where there is systemd, so that it
 * outlives the session it was started from, a daemon elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "journal.h"
#include "keeper.h"
#include "sysfs.h"
#include "unit.h"

static void unit_of(char *dst, size_t size, const struct journal *j)
{
	size_t n = unit_part(dst, size, "cpuiso-keep-", j->name);

	/* One of that name may be on its way out. */
	snprintf(dst + n, size - n, "-%.8s.service", j->nonce);
}

static bool start_unit(const struct journal *j)
{
	char unit[256], exe[PATH_MAX], about[128];
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus *bus = NULL;
	ssize_t len;
	int err;

	len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (len < 0)
		return false;
	exe[len] = '\0';
	/* Replaced by a newer one meanwhile. */
	if (access(exe, X_OK) || unit_bus(&bus) < 0)
		return false;
	unit_of(unit, sizeof(unit), j);
	snprintf(about, sizeof(about), "Keeper of the CPU isolation %s", j->name);
	err = sd_bus_call_method(bus, UNIT_MANAGER, "StartTransientUnit",
				 &error, NULL, "ssa(sv)a(sa(sv))", unit, "fail", 3,
				 "Description", "s", about,
				 "CollectMode", "s", "inactive-or-failed",
				 "ExecStart", "a(sasb)", 1, exe, 3, "cpuiso", "keep", j->name, 0,
				 0);
	sd_bus_error_free(&error);
	sd_bus_flush_close_unref(bus);
	return err >= 0;
}

static _Noreturn void daemon_child(const char *name)
{
	sigset_t none;
	int fd, sig;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (sig = 1; sig < 32; sig++)
		signal(sig, SIG_DFL);
	fd = open("/dev/null", O_RDWR);
	if (chdir("/") || fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(1);
#ifdef SYS_close_range
	fd = syscall(SYS_close_range, 3, ~0U, 0) ? 3 : sysconf(_SC_OPEN_MAX);
#else
	fd = 3;
#endif
	for (; fd < sysconf(_SC_OPEN_MAX); fd++)
		close(fd);
	execl("/proc/self/exe", "cpuiso", "keep", name, (char *)NULL);
	_exit(1);
}

/* Without a parent of ours it is nobody's workload. */
static bool start_daemon(const char *name)
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		setsid();
		pid = fork();
		if (!pid)
			daemon_child(name);
		_exit(pid < 0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && !status;
}

/**
 * keeper_start() - have a journal kept
 * @j: the journal, on disk
 *
 * Return: false when there is no keeper; the next command then does its work.
 */
bool keeper_start(const struct journal *j)
{
	if (sd_booted() > 0 && !*sys_root() && start_unit(j))
		return true;
	return start_daemon(j->name);
}
