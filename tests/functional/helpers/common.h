/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the helper programs share: CPU masks, and reading /proc without stdio.
 */
#ifndef COMMON_H
#define COMMON_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MASK_CPUS	1024
#define MASK_WORDS	(MASK_CPUS / 64)

struct mask {
	uint64_t w[MASK_WORDS];
};

static inline void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}

static inline void mask_set(struct mask *m, unsigned int cpu)
{
	if (cpu < MASK_CPUS)
		m->w[cpu / 64] |= 1ULL << (cpu % 64);
}

static inline bool mask_has(const struct mask *m, unsigned int cpu)
{
	return cpu < MASK_CPUS && m->w[cpu / 64] >> (cpu % 64) & 1;
}

static inline bool mask_equal(const struct mask *a, const struct mask *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline bool mask_meets(const struct mask *a, const struct mask *b)
{
	int i;

	for (i = 0; i < MASK_WORDS; i++)
		if (a->w[i] & b->w[i])
			return true;
	return false;
}

static inline unsigned int mask_weight(const struct mask *m)
{
	unsigned int n = 0;
	int i;

	for (i = 0; i < MASK_WORDS; i++)
		n += __builtin_popcountll(m->w[i]);
	return n;
}

/* "1-3,5"; "-" and "" are the empty list. */
static inline bool mask_from_list(struct mask *m, const char *s)
{
	memset(m, 0, sizeof(*m));
	if (!strcmp(s, "-"))
		return true;
	while (*s && *s != '\n') {
		char *end;
		unsigned long a = strtoul(s, &end, 10), b = a;

		if (end == s)
			return false;
		if (*end == '-') {
			s = end + 1;
			b = strtoul(s, &end, 10);
			if (end == s)
				return false;
		}
		for (; a <= b; a++)
			mask_set(m, a);
		s = *end == ',' ? end + 1 : end;
		if (*end && *end != ',' && *end != '\n')
			return false;
	}
	return true;
}

/* "ff,ffffffff", the last digit holds the first CPUs. */
static inline bool mask_from_hex(struct mask *m, const char *s)
{
	size_t len = strcspn(s, "\n\t "), i;
	unsigned int bit = 0;

	memset(m, 0, sizeof(*m));
	for (i = len; i-- > 0;) {
		unsigned int digit, j;

		if (s[i] == ',')
			continue;
		if (sscanf((char[]){ s[i], 0 }, "%x", &digit) != 1)
			return false;
		for (j = 0; j < 4; j++)
			if (digit >> j & 1)
				mask_set(m, bit + j);
		bit += 4;
	}
	return len;
}

/* Returns one of four buffers in turn. */
static inline const char *mask_list(const struct mask *m)
{
	static char bufs[4][4096];
	static int turn;
	char *buf = bufs[turn++ % 4], *p = buf;
	unsigned int a, b;

	for (a = 0; a < MASK_CPUS; a = b + 1) {
		b = a;
		if (!mask_has(m, a))
			continue;
		while (mask_has(m, b + 1))
			b++;
		p += sprintf(p, "%s%u", p == buf ? "" : ",", a);
		if (b > a)
			p += sprintf(p, "-%u", b);
	}
	if (p == buf)
		strcpy(buf, "-");
	return buf;
}

/* Returns the length, or -1; what is read is terminated. */
static inline ssize_t read_at(int dir, const char *path, char *buf, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return -1;
	while (len < size - 1 && (n = read(fd, buf + len, size - 1 - len)) > 0)
		len += n;
	if (len < size - 1 && n < 0) {
		close(fd);
		return -1;
	}
	close(fd);
	buf[len] = '\0';
	return len;
}

/* The whole file, however long, in memory that the caller frees; NULL with errno when it cannot be read. */
static inline char *read_all(const char *path, size_t *len_out)
{
	size_t size = 65536, len = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *buf = malloc(size);
	ssize_t n;

	if (fd < 0 || !buf) {
		free(buf);
		return NULL;
	}
	while ((n = read(fd, buf + len, size - 1 - len)) > 0) {
		len += n;
		if (len > size / 2)
			buf = realloc(buf, size *= 2);
		if (!buf)
			die("realloc");
	}
	close(fd);
	if (n < 0) {
		free(buf);
		return NULL;
	}
	buf[len] = '\0';
	if (len_out)
		*len_out = len;
	return buf;
}

/* Cpus_allowed of a task, as text in buf after it. */
static inline bool task_mask(int dir, const char *status_path, struct mask *m)
{
	char buf[8192], *p;

	if (read_at(dir, status_path, buf, sizeof(buf)) < 0)
		return false;
	p = strstr(buf, "\nCpus_allowed:\t");
	return p && mask_from_hex(m, p + strlen("\nCpus_allowed:\t"));
}

static inline double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static inline void nap(double seconds)
{
	struct timespec ts = { seconds, (seconds - (long)seconds) * 1e9 };

	nanosleep(&ts, NULL);
}

#endif
