// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /proc and /sys. CPUISO_SYSROOT puts another tree in their place, and
 * in that of /run/cpuiso, for tests with fixtures.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "sysfs.h"

/**
 * sys_root() - where /proc and /sys are looked for
 *
 * Return: a prefix, "" for the machine itself.
 */
const char *sys_root(void)
{
	const char *root = secure_getenv("CPUISO_SYSROOT");

	return root ? root : "";
}

static void __attribute__((format(printf, 2, 0)))
vpath(char path[PATH_MAX], const char *fmt, va_list ap)
{
	int n = snprintf(path, PATH_MAX, "%s", sys_root());

	if (n < 0 || n >= PATH_MAX ||
	    vsnprintf(path + n, PATH_MAX - n, fmt, ap) >= PATH_MAX - n)
		die(EXIT_USAGE, "a path is too long; use a shorter one");
}

/**
 * sys_path() - a path below sys_root()
 * @path: the result
 * @fmt: path as the machine itself has it
 */
void sys_path(char path[PATH_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vpath(path, fmt, ap);
	va_end(ap);
}

static char *read_all(int fd)
{
	size_t len = 0, size = 4096;
	char *buf = xcalloc(size, 1);
	ssize_t n;

	for (;;) {
		n = read(fd, buf + len, size - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += n;
		if (size - len < 2) {
			size *= 2;
			buf = xrealloc(buf, size, 1);
		}
	}
	if (n < 0) {
		free(buf);
		return NULL;
	}
	/* Files of /sys end with one newline that no caller wants. */
	if (len && buf[len - 1] == '\n')
		len--;
	buf[len] = '\0';
	return buf;
}

/**
 * sys_read() - read a whole file
 * @fmt: path as the machine itself has it
 *
 * Return: its text without the last newline, for free(), or NULL (errno).
 */
char *sys_read(const char *fmt, ...)
{
	char path[PATH_MAX], *text;
	va_list ap;
	int fd;

	va_start(ap, fmt);
	vpath(path, fmt, ap);
	va_end(ap);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	text = read_all(fd);
	close(fd);
	return text;
}

/**
 * sys_read_gz() - read a whole compressed file, with the help of gzip
 * @file: path as the machine itself has it
 *
 * Return: its text for free(), or NULL when there is no file or no gzip.
 */
char *sys_read_gz(const char *file)
{
	char path[PATH_MAX], *text;
	int fd, null, out[2], status = -1;
	pid_t pid;

	sys_path(path, "%s", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (pipe2(out, O_CLOEXEC)) {
		close(fd);
		return NULL;
	}
	pid = fork();
	if (!pid) {
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		if (dup2(fd, 0) == 0 && dup2(out[1], 1) == 1 &&
		    dup2(null, 2) == 2)
			execl("/bin/gzip", "gzip", "-dc", (char *)NULL);
		_exit(127);
	}
	close(fd);
	close(out[1]);
	text = pid > 0 ? read_all(out[0]) : NULL;
	close(out[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (text && (!WIFEXITED(status) || WEXITSTATUS(status))) {
		free(text);
		text = NULL;
	}
	return text;
}

/**
 * sys_exists() - is there a file or directory
 * @fmt: path as the machine itself has it
 */
bool sys_exists(const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	vpath(path, fmt, ap);
	va_end(ap);
	return !access(path, F_OK);
}

/**
 * sys_boot_id() - what tells this boot from others
 *
 * Return: "none" when it cannot be read; good until the next call.
 */
const char *sys_boot_id(void)
{
	char *text = sys_read("/proc/sys/kernel/random/boot_id");
	static char id[64];

	snprintf(id, sizeof(id), "%s", text ? text : "none");
	free(text);
	return id;
}

/**
 * sys_kernel_version() - which kernel this is
 *
 * Return: 601 for 6.1; 0 when it cannot be read.
 */
unsigned int sys_kernel_version(void)
{
	char *text = sys_read("/proc/sys/kernel/osrelease");
	unsigned int major = 0, minor = 0;

	if (!text || sscanf(text, "%u.%u", &major, &minor) != 2)
		major = 0;
	free(text);
	return 100 * major + minor;
}

/**
 * sys_stat_field() - a field of /proc/PID/stat
 * @stat: the text of it, or NULL
 * @n: its number in proc(5), 3 or more: the name before may hold anything
 *
 * Return: where it begins in @stat; "" when it is not there.
 */
const char *sys_stat_field(const char *stat, int n)
{
	const char *p = stat ? strrchr(stat, ')') : NULL;

	for (; p && n > 2; n--)
		p = strchr(p + 1, ' ');
	return p ? p + 1 : "";
}

/**
 * sys_task_start() - when a task began
 * @tid: the task
 *
 * Return: in clock ticks since the boot; 0 when there is none or it has ended.
 */
unsigned long long sys_task_start(unsigned int tid)
{
	char *stat = sys_read("/proc/%u/stat", tid);
	unsigned long long start = strtoull(sys_stat_field(stat, 22), NULL, 10);
	char state = *sys_stat_field(stat, 3);

	free(stat);
	return state == 'Z' || state == 'X' ? 0 : start;
}

/**
 * sys_cpus() - read a CPU list from a file
 * @file: path as the machine itself has it
 * @out: the set, empty when the file says so
 *
 * Return: false when the file cannot be read.
 */
bool sys_cpus(const char *file, struct cpuset *out)
{
	char *text = sys_read("%s", file);

	cpuset_clear(out);
	if (!text)
		return false;
	/* An unset nohz_full reads as "(null)" on some kernels. */
	if (cpulist_parse(text, CPULIST_MAX, out))
		cpuset_clear(out);
	free(text);
	return true;
}
