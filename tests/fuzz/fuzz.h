/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the harnesses share. A harness is one LLVMFuzzerTestOneInput(), which libFuzzer calls with whatever it makes up, and
 * replay.c with what is in the corpus. Beside what the sanitizers see, a harness says what must hold of any input.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition) do {									\
	if (!(condition)) {									\
		fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);	\
		abort();									\
	}											\
} while (0)

/* A copy without a byte to spare, so that a read beyond its end is seen. */
static inline void *fuzz_copy(const void *data, size_t size)
{
	void *copy = malloc(size ? size : 1);

	MUST(copy);
	if (size)
		memcpy(copy, data, size);
	return copy;
}

static inline char *fuzz_text(const void *data, size_t size)
{
	char *text = malloc(size + 1);

	MUST(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

#endif
