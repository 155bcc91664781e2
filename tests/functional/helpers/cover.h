/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which code of the module ran, from KCOV: what this thread made it do, and what the module's own thread did for it. A thread
 * can have only one of the two, so the first is that of the thread that called cover_start(), the second that of its caller.
 */
#ifndef COVER_H
#define COVER_H

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/kcov.h>

#define COVER_WORDS	0x40000
#define COVER_SEEN	0x10000

static unsigned long *cover_areas[2];
static unsigned long cover_seen[COVER_SEEN];
static int cover_count;

static unsigned long *cover_area(int *fd)
{
	void *area;

	*fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (*fd < 0)
		return NULL;
	if (ioctl(*fd, KCOV_INIT_TRACE, COVER_WORDS))
		return NULL;
	area = mmap(NULL, COVER_WORDS * sizeof(unsigned long), PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	return area == MAP_FAILED ? NULL : area;
}

static void *cover_run(void *run)
{
	int fd;

	cover_areas[1] = cover_area(&fd);
	if (!cover_areas[1] || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC)) {
		perror("kcov");
		exit(3);
	}
	((void (*)(void))run)();
	return NULL;
}

/* Calls @run in a thread that is covered. False without having called it when this kernel has no KCOV. */
static bool cover_start(void (*run)(void))
{
	struct kcov_remote_arg remote = {
		.trace_mode = KCOV_TRACE_PC,
		.area_size = COVER_WORDS,
		.common_handle = KCOV_SUBSYSTEM_COMMON | 1,
	};
	pthread_t thread;
	int fd;

	cover_areas[0] = cover_area(&fd);
	if (!cover_areas[0])
		return false;
	/* Threads that are made later inherit the handle. */
	if (ioctl(fd, KCOV_REMOTE_ENABLE, &remote) || pthread_create(&thread, NULL, cover_run, run) ||
	    pthread_join(thread, NULL)) {
		perror("kcov");
		exit(3);
	}
	return true;
}

static bool cover_see(unsigned long pc)
{
	unsigned int i = (pc * 0x9e3779b97f4a7c15ul) >> 48;

	for (; cover_seen[i % COVER_SEEN]; i++)
		if (cover_seen[i % COVER_SEEN] == pc)
			return false;
	if (cover_count < COVER_SEEN / 2) {
		cover_seen[i % COVER_SEEN] = pc;
		cover_count++;
	}
	return true;
}

/* How many places ran for the first time since the last call? */
static int cover_new(void)
{
	int before = cover_count;
	unsigned long n, i;
	unsigned int a;

	for (a = 0; a < 2; a++) {
		if (!cover_areas[a])
			continue;
		n = __atomic_load_n(&cover_areas[a][0], __ATOMIC_ACQUIRE);
		for (i = 1; i <= n && i < COVER_WORDS; i++)
			cover_see(cover_areas[a][i]);
		__atomic_store_n(&cover_areas[a][0], 0, __ATOMIC_RELEASE);
	}
	return cover_count - before;
}

static FILE *cover_file(const char *corpus, const char *mode)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s.seen", corpus);
	return fopen(path, mode);
}

/* What is known from before, as long as the module is the same and at the same place. */
static void cover_load(const char *corpus)
{
	FILE *f = cover_file(corpus, "re");
	size_t i;

	if (!f)
		return;
	if (fread(cover_seen, sizeof(*cover_seen), COVER_SEEN, f) != COVER_SEEN) {
		fprintf(stderr, "%s.seen is too short\n", corpus);
		exit(3);
	}
	for (i = 0; i < COVER_SEEN; i++)
		cover_count += cover_seen[i] != 0;
	fclose(f);
}

static void cover_save(const char *corpus)
{
	FILE *f = cover_file(corpus, "we");

	if (!f || fwrite(cover_seen, sizeof(*cover_seen), COVER_SEEN, f) != COVER_SEEN || fclose(f)) {
		perror(corpus);
		exit(3);
	}
}

#endif
