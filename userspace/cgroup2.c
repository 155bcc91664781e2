// SPDX-License-Identifier: GPL-2.0
/* Where cgroup v2 is, and a little of what its files say. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cgroup2.h"
#include "sysfs.h"

/**
 * cgroup2_mount() - where the whole of cgroup v2 is mounted
 *
 * Return: the path for free(), or NULL.
 */
char *cgroup2_mount(void)
{
	char *info = sys_read("/proc/self/mountinfo"), *line, *rest = info, *sep;
	char point[PATH_MAX], *found = NULL;

	while (!found && rest && (line = strsep(&rest, "\n"))) {
		sep = strstr(line, " - cgroup2 ");
		if (sep && sscanf(line, "%*s %*s %*s %*s %4095s", point) == 1)
			found = xstrdup(point);
	}
	free(info);
	return found;
}

/**
 * cgroup2_has_word() - is one of the words of a file this one
 * @words: what the file holds, or NULL
 * @word: the word
 */
bool cgroup2_has_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	const char *p = words;

	while (p && (p = strstr(p, word))) {
		if ((p == words || p[-1] == ' ') && (!p[len] || p[len] == ' '))
			return true;
		p += len;
	}
	return false;
}

/**
 * cgroup2_at_root() - is a process in no cgroup but the root
 * @pid: the process
 */
bool cgroup2_at_root(unsigned int pid)
{
	char *text = sys_read("/proc/%u/cgroup", pid), *line = NULL;
	bool root;

	/* With controllers of cgroup v1 there are more lines. */
	if (text)
		line = !strncmp(text, "0::", 3) ? text : strstr(text, "\n0::");
	if (line && *line == '\n')
		line++;
	root = line && !strcmp(strsep(&line, "\n"), "0::/");
	free(text);
	return root;
}
