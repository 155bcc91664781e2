// SPDX-License-Identifier: GPL-2.0
/* Masks in hexadecimal, as in /proc/irq. */
#include "fuzz.h"
#include "hexmask.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char mask[CPULIST_MAX / 32 * 9 + 1];
	char *text = fuzz_text(data, size);
	struct cpuset set, again;

	if (hexmask_parse(text, &set)) {
		hexmask_format(mask, sizeof(mask), &set);
		MUST(hexmask_parse(mask, &again));
		MUST(!memcmp(&set, &again, sizeof(set)));
	}
	free(text);
	return 0;
}
