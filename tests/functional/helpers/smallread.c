// SPDX-License-Identifier: GPL-2.0
/*
 * Holds a file read in small pieces against the same file read in large ones, all by one process, because a second
 * reader would itself change what /proc/cpuiso/tasks says. The file may change in between, so large readings before
 * and after have to agree first.
 *
 *   smallread FILE SIZE...             exit 1 and the place when a reading in pieces of SIZE differs
 *   smallread -k FIELDS FILE SIZE...   compare the first FIELDS fields of each line only
 *   smallread -l FILE...               read them again and again, in pieces of 7 to 4096, until the first cannot be
 *                                      opened; prints how often
 *   smallread -c DIR                   copy status, tasks and irqs of one moment, by the generation number, to DIR
 */
#include "common.h"

static char *read_by(const char *path, size_t size)
{
	size_t room = 1 << 16, len = 0;
	char *buf = malloc(room);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0 || !buf)
		die(path);
	while ((n = read(fd, buf + len, size)) > 0) {
		len += n;
		if (len + size + 1 > room)
			buf = realloc(buf, room *= 2);
		if (!buf)
			die("realloc");
	}
	if (n < 0)
		die(path);
	close(fd);
	buf[len] = '\0';
	return buf;
}

/* Leaves the first n fields of each line, all of it when n is 0. */
static void keep_fields(char *s, int n)
{
	char *out = s;
	int field = 1;

	if (!n)
		return;
	for (; *s; s++) {
		if (*s == '\n')
			field = 1;
		else if (*s == '\t')
			field++;
		if (field <= n)
			*out++ = *s;
	}
	*out = '\0';
}

static int compare(const char *path, size_t size, int fields)
{
	int try;

	for (try = 0; try < 40; try++) {
		char *before = read_by(path, 1 << 15), *small = read_by(path, size), *after = read_by(path, 1 << 15);
		bool still, same;
		size_t at = 0;

		keep_fields(before, fields);
		keep_fields(small, fields);
		keep_fields(after, fields);
		still = !strcmp(before, after);
		same = !strcmp(before, small);
		while (small[at] && small[at] == before[at])
			at++;
		if (still && !same)
			printf("%s in pieces of %zu differs at byte %zu of %zu: \"%.60s\", not \"%.60s\"\n", path,
			       size, at, strlen(before), small + at, before + at);
		if (still && same && strlen(before) < 10)
			printf("%s is empty\n", path);
		same = same && strlen(before) >= 10;
		free(before);
		free(small);
		free(after);
		if (still)
			return !same;
		nap(0.01);
	}
	printf("%s never stayed the same for three readings\n", path);
	return 1;
}

static int loop(char **paths)
{
	unsigned long n = 0;
	char buf[4096];
	int i, fd;

	for (;; n++) {
		for (i = 0; paths[i]; i++) {
			fd = open(paths[i], O_RDONLY | O_CLOEXEC);
			if (fd < 0 && !i) {
				printf("%lu\n", n);
				return 0;
			}
			while (fd >= 0 && read(fd, buf, 7 + n % 4090) > 0)
				;
			close(fd);
		}
	}
}

static unsigned long long generation(const char *status)
{
	const char *p = strstr(status, "\ngeneration\t");

	return p ? strtoull(p + 12, NULL, 10) : 0;
}

static void copy_to(const char *dir, const char *name, const char *text)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	if (!f || fputs(text, f) == EOF || fclose(f))
		die(path);
}

static int copy(const char *dir)
{
	int try;

	for (try = 0; try < 100; try++) {
		char *status = read_by("/proc/cpuiso/status", 1 << 15), *tasks = read_by("/proc/cpuiso/tasks", 1 << 15);
		char *irqs = read_by("/proc/cpuiso/irqs", 1 << 15), *after = read_by("/proc/cpuiso/status", 1 << 15);
		bool same = generation(status) == generation(after);

		if (same) {
			copy_to(dir, "status", status);
			copy_to(dir, "tasks", tasks);
			copy_to(dir, "irqs", irqs);
		}
		free(status);
		free(tasks);
		free(irqs);
		free(after);
		if (same)
			return 0;
		nap(0.01);
	}
	printf("the generation never stood still\n");
	return 1;
}

int main(int argc, char **argv)
{
	int fields = 0, bad = 0, i;

	if (argc > 2 && !strcmp(argv[1], "-l"))
		return loop(argv + 2);
	if (argc == 3 && !strcmp(argv[1], "-c"))
		return copy(argv[2]);
	if (argc > 3 && !strcmp(argv[1], "-k")) {
		fields = atoi(argv[2]);
		argv += 2;
		argc -= 2;
	}
	if (argc < 3) {
		fprintf(stderr, "usage: see the head of smallread.c\n");
		return 2;
	}
	for (i = 2; i < argc; i++)
		bad |= compare(argv[1], atoi(argv[i]), fields);
	return bad;
}
