// SPDX-License-Identifier: GPL-2.0
/*
 * Boot parameters by way of GRUB, as Debian has it: one file of ours that adds
 * to what the administrator's own say, and update-grub, which makes the menu.
 * If that fails, the file is as it was before.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "grub.h"
#include "sysfs.h"

#define DIR_NAME	"/etc/default/grub.d"
#define FILE_NAME	DIR_NAME "/cpuiso.cfg"
#define TMP_NAME	DIR_NAME "/cpuiso.cfg.new"
#define TOOL		"update-grub"

static bool in_path(const char *tool)
{
	const char *path = getenv("PATH"), *colon;
	char file[PATH_MAX];

	for (; path; path = *colon ? colon + 1 : NULL) {
		colon = strchrnul(path, ':');
		if (snprintf(file, sizeof(file), "%.*s/%s", (int)(colon - path), path, tool) <
		    (int)sizeof(file) && !access(file, X_OK))
			return true;
	}
	return false;
}

/* Its words go where ours do not: stdout is for the line. */
static bool update_grub(void)
{
	int status = -1;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execlp(TOOL, TOOL, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && !status;
}

static int put_file(const char *text)
{
	char tmp[PATH_MAX], file[PATH_MAX];
	FILE *f;
	int err = 0;

	sys_path(tmp, TMP_NAME);
	sys_path(file, FILE_NAME);
	if (!text)
		return unlink(file) ? -errno : 0;
	f = fopen(tmp, "we");
	if (!f)
		return -errno;
	if (fputs(text, f) < 0 || fflush(f) || fsync(fileno(f)))
		err = -errno;
	if (fclose(f) && !err)
		err = -errno;
	if (!err && (chmod(tmp, 0644) || rename(tmp, file)))
		err = -errno;
	if (err)
		unlink(tmp);
	return err;
}

static int change(const char *text)
{
	char *before = sys_read(FILE_NAME), *old = NULL;
	int err, code = 0;

	if (before) {
		old = xcalloc(strlen(before) + 2, 1);
		sprintf(old, "%s\n", before);
		free(before);
	}
	if (!in_path(TOOL))
		code = fail(EXIT_REFUSED, "there is no " TOOL " in PATH, so nothing is changed; put the line where your boot loader wants it");
	else if (!sys_exists(DIR_NAME))
		code = fail(EXIT_REFUSED, "there is no " DIR_NAME ", so nothing is changed; put the line where your boot loader wants it");
	else if (!text && !old)
		code = fail(EXIT_REFUSED, "there is no " FILE_NAME " to remove; \"cpuiso boot --install\" writes it");
	if (!code) {
		err = put_file(text);
		if (err)
			code = fail(EXIT_REFUSED, FILE_NAME " cannot be %s (%s); try again as root",
				    text ? "written" : "removed", strerror(-err));
		else if (!update_grub())
			code = fail(EXIT_REFUSED, TOOL " failed%s; see what it says, and try again",
				    put_file(old) ? "" : ", and " FILE_NAME " is as it was");
	}
	free(old);
	return code;
}

/**
 * grub_install() - have a line added to the boot line from the next boot on
 * @line: the parameters
 *
 * Return: 0, or the exit code after saying why not.
 */
int grub_install(const char *line)
{
	char *text = xcalloc(strlen(line) + 512, 1);
	int code;

	sprintf(text, "# Written by \"cpuiso boot --install\"; \"cpuiso boot --remove\" takes it away.\n"
		"GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT %s\"\n", line);
	code = change(text);
	free(text);
	return code;
}

/**
 * grub_remove() - the mirror of grub_install()
 *
 * Return: 0, or the exit code after saying why not.
 */
int grub_remove(void)
{
	return change(NULL);
}
