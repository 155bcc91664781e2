// SPDX-License-Identifier: GPL-2.0
/*
 * Waits until something is so, without starting a process for each look.
 *
 *   wait-for SECONDS mask TID LIST        the task is allowed on exactly these CPUs
 *   wait-for SECONDS gone PID...          none of these processes is there, or they are zombies
 *   wait-for SECONDS exists PATH          wait-for SECONDS absent PATH
 *   wait-for SECONDS line FILE REGEX      a line of the file matches
 *   wait-for SECONDS no-line FILE REGEX   none does
 *
 * Exit 0 when it is so, 1 when it was not in time: then what it was instead is printed.
 */
#include <regex.h>
#include "common.h"

static char seen[512];

static bool mask_is(const char *tid, const char *list)
{
	struct mask want, have;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.20s/status", tid);
	if (!mask_from_list(&want, list))
		exit(2);
	if (!task_mask(AT_FDCWD, path, &have)) {
		snprintf(seen, sizeof(seen), "task %s is gone", tid);
		return false;
	}
	snprintf(seen, sizeof(seen), "task %s is allowed on %.400s", tid, mask_list(&have));
	return mask_equal(&want, &have);
}

static bool is_gone(const char *pid)
{
	char path[64], buf[1024], *p;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	if (read_at(AT_FDCWD, path, buf, sizeof(buf)) <= 0)
		return true;
	snprintf(seen, sizeof(seen), "there: %.400s", buf);
	p = strrchr(buf, ')');
	return p && (p[2] == 'Z' || p[2] == 'X');
}

static bool has_line(const char *path, const regex_t *re)
{
	char *buf = read_all(path, NULL), *line, *next;
	bool found = false;

	snprintf(seen, sizeof(seen), "%s cannot be read", path);
	if (!buf)
		return false;
	snprintf(seen, sizeof(seen), "no such line in %s", path);
	for (line = buf; line && *line && !found; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		found = !regexec(re, line, 0, NULL, 0);
		if (found)
			snprintf(seen, sizeof(seen), "there: %.400s", line);
	}
	free(buf);
	return found;
}

int main(int argc, char **argv)
{
	double end;
	regex_t re;
	int i;

	if (argc < 4) {
		fprintf(stderr, "usage: see the head of wait-for.c\n");
		return 2;
	}
	if (strstr(argv[2], "line") && (argc != 5 || regcomp(&re, argv[4], REG_EXTENDED | REG_NOSUB)))
		return 2;
	for (end = now() + atof(argv[1]);;) {
		bool last = now() >= end, so;

		if (!strcmp(argv[2], "mask") && argc == 5) {
			so = mask_is(argv[3], argv[4]);
		} else if (!strcmp(argv[2], "gone")) {
			for (i = 3, so = true; so && i < argc; i++)
				so = is_gone(argv[i]);
		} else if (!strcmp(argv[2], "exists")) {
			so = !access(argv[3], F_OK);
		} else if (!strcmp(argv[2], "absent")) {
			so = access(argv[3], F_OK);
		} else if (!strcmp(argv[2], "line")) {
			so = has_line(argv[3], &re);
		} else if (!strcmp(argv[2], "no-line")) {
			so = !has_line(argv[3], &re);
		} else {
			return 2;
		}
		if (so)
			return 0;
		if (last) {
			printf("after %s s: %s\n", argv[1], seen);
			return 1;
		}
		nap(0.005);
	}
}
