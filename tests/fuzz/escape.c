// SPDX-License-Identifier: GPL-2.0
/* Names of tasks and units on their way to a terminal. The first byte has the flags, the second the room. */
#include "escape.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int flags;
	char *text, *clean, *dst;
	size_t room, len, i;

	if (size < 2)
		return 0;
	flags = data[0] & (ESC_BLANK | ESC_UTF8 | ESC_ONCE);
	room = 1 + data[1];
	text = fuzz_text(data + 2, size - 2);
	clean = escape_dup(text, flags);
	for (i = 0; clean[i]; i++)
		MUST((unsigned char)clean[i] >= ' ' && clean[i] != 0x7f);
	dst = malloc(room);
	MUST(dst);
	len = escape(dst, room, text, flags);
	MUST(len < room && strlen(dst) == len && !strncmp(dst, clean, len));
	free(dst);
	free(clean);
	free(text);
	return 0;
}
