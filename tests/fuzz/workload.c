// SPDX-License-Identifier: GPL-2.0
/*
 * What --pid and --cgroup name is looked up in /proc: the option, mountinfo, and stat and status of process 1, cut at
 * NUL bytes. The first byte says which option.
 */
#include "opts.h"
#include "request.h"
#include "root.h"
#include "workload.h"

static const char * const files[] = { "/proc/self/mountinfo", "/proc/1/stat", "/proc/1/status" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request *r = calloc(1, sizeof(*r));
	struct strings values = { 0 };
	struct parts parts;
	const uint8_t *part;
	char *text;
	size_t i, n;

	if (root_begin())
		root_file("/proc/cgroups", "", 0);
	MUST(r);
	if (!size)
		goto out;
	parts = (struct parts){ data + 1, size - 1 };
	part = parts_next(&parts, &n);
	text = fuzz_text(part, n);
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		part = parts_next(&parts, &n);
		root_file(files[i], part, n);
	}
	values.v = (const char **)&text;
	values.n = 1;
	if (*data & 1)
		workload_pids(r, &values);
	else if (!workload_cgroups(r, &values))
		MUST(r->nr_cgroup == 1 && *r->cgroup[0] == '/' && !strstr(r->cgroup[0], "/../") &&
		     !strstr(r->cgroup[0], "//") && strlen(r->cgroup[0]) <= CPUISO_PATH_LEN);
	for (i = 0; i < r->nr_cgroup; i++)
		free(r->cgroup[i]);
	free(text);
out:
	free(r);
	return 0;
}
