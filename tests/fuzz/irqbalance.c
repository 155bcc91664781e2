// SPDX-License-Identifier: GPL-2.0
/* What irqbalance, or whoever took the place of its socket, answers; and the names of sockets. */
#include "fuzz.h"
#include "irqbalance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct cpuset cpus;
	const char *banned = strstr(text, "BANNED ");

	if (irqbalance_parse(text, &cpus))
		MUST(banned);
	if (irqbalance_path_ok(text))
		MUST(!strncmp(text, IRQBALANCE_DIR "/irqbalance", 26) && !strstr(text, "..") && strlen(text) < 108);
	free(text);
	return 0;
}
