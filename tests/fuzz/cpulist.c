// SPDX-License-Identifier: GPL-2.0
/* CPU lists, from the command line and from files of the kernel. The first two bytes say how many CPUs there are. */
#include "cpulist.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char list[CPULIST_MAX * 5 + 1];
	struct cpuset set, again;
	unsigned int nr;
	size_t len;
	char *text;

	if (size < 2)
		return 0;
	nr = 1 + (data[0] | data[1] << 8) % CPULIST_MAX;
	text = fuzz_text(data + 2, size - 2);
	if (!cpulist_parse(text, nr, &set)) {
		MUST(!cpuset_empty(&set));
		MUST(cpuset_next(&set, nr - 1) < 0);
		len = cpulist_format(list, sizeof(list), &set);
		MUST(len < sizeof(list) && strlen(list) == len);
		MUST(!cpulist_parse(list, nr, &again));
		MUST(!memcmp(&set, &again, sizeof(set)));
		/* Cut anywhere it is the beginning of the whole. */
		MUST(cpulist_format(text, size - 1, &set) == len);
		MUST(strlen(text) < size - 1 && !strncmp(text, list, strlen(text)));
	}
	free(text);
	return 0;
}
