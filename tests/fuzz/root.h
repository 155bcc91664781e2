/* SPDX-License-Identifier: GPL-2.0 */
/* A tree in the place of /proc and /sys, in memory, that goes with the process. */
#ifndef FUZZ_ROOT_H
#define FUZZ_ROOT_H

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fuzz.h"

static char root[64];

static int root_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void root_end(void)
{
	nftw(root, root_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* Returns true the first time. */
static inline int root_begin(void)
{
	if (*root)
		return 0;
	strcpy(root, access("/dev/shm", W_OK) ? "/tmp/fuzz.XXXXXX" : "/dev/shm/fuzz.XXXXXX");
	MUST(mkdtemp(root));
	atexit(root_end);
	setenv("CPUISO_SYSROOT", root, 1);
	return 1;
}

/* Makes the directories above it too. */
static inline void root_file(const char *name, const void *data, size_t size)
{
	char path[512], *slash;
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, name);
	f = fopen(path, "wb");
	if (!f) {
		for (slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
			*slash = '\0';
			mkdir(path, 0700);
			*slash = '/';
		}
		f = fopen(path, "wb");
	}
	MUST(f);
	MUST(fwrite(data, 1, size, f) == size);
	fclose(f);
}

/* The next of the parts that an input is cut into, at NUL bytes. */
struct parts {
	const uint8_t *data;
	size_t left;
};

static inline const uint8_t *parts_next(struct parts *p, size_t *size)
{
	const uint8_t *part = p->data, *end = p->left ? memchr(part, 0, p->left) : NULL;

	*size = end ? (size_t)(end - part) : p->left;
	p->data += *size + (end != NULL);
	p->left -= *size + (end != NULL);
	return part;
}

#endif
