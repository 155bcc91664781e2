// SPDX-License-Identifier: GPL-2.0
/*
 * A harness without libFuzzer: each file in a directory once.
 *
 *   replay DIRECTORY       prints how many there were
 */
#include <dirent.h>
#include "fuzz.h"

static void feed(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *f = fopen(path, "rb");
	size_t n;

	MUST(f);
	n = fread(data, 1, sizeof(data), f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, n);
}

int main(int argc, char **argv)
{
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
	char path[4096];
	struct dirent *e;
	int n = 0;

	if (!d) {
		fprintf(stderr, "usage: replay DIRECTORY\n");
		return 2;
	}
	while ((e = readdir(d))) {
		if (*e->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name);
		feed(path);
		n++;
	}
	closedir(d);
	printf("%d inputs\n", n);
	return 0;
}
