// SPDX-License-Identifier: GPL-2.0
/* Names of units and slices. The first byte is the room that there is for the result. */
#include "fuzz.h"
#include "unit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t room;
	char *text, *dst;

	if (size < 1)
		return 0;
	room = 1 + data[0] * 5;
	text = fuzz_text(data + 1, size - 1);
	dst = malloc(room);
	MUST(dst);
	if (unit_name(dst, room, text))
		MUST(!strchr(dst, '/') && strlen(dst) < 256 && strchr(dst, '.'));
	if (unit_escape(dst, room, text))
		MUST(*dst != '.' && strcmp(dst, "tasks") && strlen(dst) < room);
	if (unit_slice_path(dst, room, text))
		MUST(!*dst || (*dst == '/' && !strstr(dst, "/.")));
	free(dst);
	free(text);
	return 0;
}
