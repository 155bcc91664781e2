// SPDX-License-Identifier: GPL-2.0
/*
 * The workload options: what they name must exist, and is turned into what
 * the module knows (process ids, names, cgroup paths).
 */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "cgroup2.h"
#include "fail.h"
#include "opts.h"
#include "sysfs.h"
#include "unit.h"
#include "workload.h"

/* include/linux/sched.h; ninth field of /proc/PID/stat */
#define PF_KTHREAD	0x00200000

/* include/linux/proc_ns.h: the inode of the initial pid namespace */
#define INITIAL_PIDNS	"pid:[4026531836]"

static int check_pid(const char *text, unsigned long *pid)
{
	char *stat, *p, *status;
	unsigned long flags, tgid = 0;
	char *end;

	*pid = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || !*pid || *pid > INT_MAX)
		return fail(EXIT_USAGE, "--pid \"%s\" is no process id; write it like 123 or 123,456",
			    text);
	stat = sys_read("/proc/%lu/stat", *pid);
	if (!stat)
		return fail(EXIT_USAGE, "there is no process %lu; look with \"ps -e\"", *pid);
	flags = strtoul(sys_stat_field(stat, 9), NULL, 10);
	free(stat);
	if (flags & PF_KTHREAD)
		return fail(EXIT_USAGE, "%lu is a kernel thread, which cannot be a workload; name a user process",
			    *pid);
	status = sys_read("/proc/%lu/status", *pid);
	p = status ? strstr(status, "\nTgid:") : NULL;
	if (p && sscanf(p, "\nTgid: %lu", &tgid) == 1 && tgid != *pid) {
		free(status);
		return fail(EXIT_USAGE, "%lu is a thread of process %lu; all threads belong together, name the process",
			    *pid, tgid);
	}
	free(status);
	return 0;
}

/**
 * workload_add_pid() - add a process that is known to exist
 * @r: the request
 * @pid: its id
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int workload_add_pid(struct request *r, unsigned int pid)
{
	if (r->nr_pid == CPUISO_RULES_MAX)
		return fail(EXIT_USAGE, "there are more than %d processes; use --comm, --unit or --cgroup",
			    CPUISO_RULES_MAX);
	r->pid[r->nr_pid++] = pid;
	return 0;
}

/**
 * workload_pids() - read --pid
 * @r: the request
 * @s: the values
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int workload_pids(struct request *r, const struct strings *s)
{
	char *copy, *item, *rest;
	unsigned long pid;
	int code = 0;
	size_t i;

	for (i = 0; i < s->n && !code; i++) {
		copy = rest = xstrdup(s->v[i]);
		while (!code && (item = strsep(&rest, ","))) {
			code = check_pid(item, &pid);
			if (!code)
				code = workload_add_pid(r, pid);
		}
		free(copy);
	}
	return code;
}

/**
 * workload_pidns() - refuse process ids that mean something else to the module
 * @r: the request
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int workload_pidns(const struct request *r)
{
	char path[PATH_MAX], ns[64];
	ssize_t n;

	if (!r->nr_pid)
		return 0;
	sys_path(path, "/proc/self/ns/pid");
	n = readlink(path, ns, sizeof(ns) - 1);
	if (n < 0)
		return 0;
	ns[n] = '\0';
	if (strcmp(ns, INITIAL_PIDNS))
		return fail(EXIT_REFUSED, "process ids of this pid namespace are not those of the module; run this in the initial one or use --comm");
	return 0;
}

/**
 * workload_comms() - read --comm
 * @r: the request
 * @s: the values
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int workload_comms(struct request *r, const struct strings *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (!*s->v[i])
			return fail(EXIT_USAGE, "--comm is empty; give the name as in /proc/PID/comm");
		if (strlen(s->v[i]) > CPUISO_COMM_LEN)
			return fail(EXIT_USAGE, "the kernel keeps %d bytes of a process name; write --comm \"%.*s\"",
				    CPUISO_COMM_LEN, CPUISO_COMM_LEN, s->v[i]);
		if (r->nr_comm == CPUISO_RULES_MAX)
			return fail(EXIT_USAGE, "there are more than %d --comm; use --unit or --cgroup",
				    CPUISO_RULES_MAX);
		r->comm[r->nr_comm++] = xstrdup(s->v[i]);
	}
	return 0;
}

static int add_cgroup(struct request *r, char *path)
{
	if (r->nr_cgroup == CPUISO_RULES_MAX) {
		free(path);
		return fail(EXIT_USAGE, "there are more than %d cgroups; name one above them",
			    CPUISO_RULES_MAX);
	}
	if (strlen(path) > CPUISO_PATH_LEN) {
		free(path);
		return fail(EXIT_USAGE, "the path of the cgroup has more than %d bytes; name one above it",
			    CPUISO_PATH_LEN);
	}
	r->cgroup[r->nr_cgroup++] = path;
	return 0;
}

static int check_cgroup(struct request *r, const char *text)
{
	char *mount = cgroup2_mount(), *path, *to;
	size_t len = mount ? strlen(mount) : 0;
	const char *from = text;
	int code = 0;

	/* What completion of file names gives is meant as well. */
	if (len > 1 && !strncmp(text, mount, len) && (!text[len] || text[len] == '/'))
		from = text[len] ? text + len : "/";
	if (*from != '/') {
		free(mount);
		return fail(EXIT_USAGE, "--cgroup \"%s\" is no absolute path; write it as in /proc/PID/cgroup, like /system.slice/lighttpd.service",
			    text);
	}
	path = to = xstrdup(from);
	for (; *from; from++)
		if (*from != '/' || to == path || to[-1] != '/')
			*to++ = *from;
	if (to > path + 1 && to[-1] == '/')
		to--;
	*to = '\0';
	if (strstr(path, "/../") || strstr(path, "/./") ||
	    (to - path >= 3 && !strcmp(to - 3, "/..")) ||
	    (to - path >= 2 && !strcmp(to - 2, "/.")))
		code = fail(EXIT_USAGE, "--cgroup \"%s\" goes through . or ..; write the path as in /proc/PID/cgroup",
			    text);
	else if (mount && !sys_exists("%s%s", mount, path))
		code = fail(EXIT_USAGE, "there is no cgroup %s; create it first, or use --unit for a unit that is not running",
			    path);
	else if (!mount && !sys_exists("/proc/cgroups"))
		code = fail(EXIT_REFUSED, "this kernel has no cgroups; use --comm or --pid");
	free(mount);
	if (code) {
		free(path);
		return code;
	}
	return add_cgroup(r, path);
}

/**
 * workload_cgroups() - read --cgroup
 * @r: the request
 * @s: the values
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int workload_cgroups(struct request *r, const struct strings *s)
{
	int code = 0;
	size_t i;

	for (i = 0; i < s->n && !code; i++)
		code = check_cgroup(r, s->v[i]);
	return code;
}

/**
 * workload_units() - read --unit
 * @r: the request
 * @s: the values
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int workload_units(struct request *r, const struct strings *s)
{
	char *path;
	int code = 0;
	size_t i;

	for (i = 0; i < s->n && !code; i++) {
		code = unit_cgroup(s->v[i], &path);
		if (!code)
			code = add_cgroup(r, path);
	}
	return code;
}
