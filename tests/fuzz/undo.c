// SPDX-License-Identifier: GPL-2.0
/*
 * A journal as a file, up to what the steps make of it: they write nowhere but to their own files, whatever it says. Cut
 * at NUL bytes: the default mask of interrupts, /proc/1/stat, the journal.
 */
#include <fcntl.h>
#include "journal.h"
#include "root.h"
#include "rundir.h"
#include "steps/step.h"

#define DEFAULT "/proc/irq/default_smp_affinity"

static int dir;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int count[NR_OUTCOMES];
	struct parts parts = { data, size };
	struct journals all;
	const uint8_t *part;
	char path[128], *text;
	struct stat st;
	size_t i, n;

	if (root_begin()) {
		root_file("/proc/sys/kernel/random/boot_id", "boot\n", 5);
		root_file("/sys/devices/system/cpu/possible", "0-7\n", 4);
		root_file("/secret", "kept", 4);
		root_file("/run/cpuiso/lock", "", 0);
		snprintf(path, sizeof(path), "%s/run/cpuiso", root);
		dir = rundir_open(path, false);
		MUST(dir >= 0);
	}
	part = parts_next(&parts, &n);
	root_file(DEFAULT, part, n);
	part = parts_next(&parts, &n);
	root_file("/proc/1/stat", part, n);
	text = fuzz_text(parts.data, parts.left);
	MUST(!rundir_write(dir, "one.json", text));
	free(text);
	journal_read_all(dir, &all);
	for (i = 0; i < all.n; i++) {
		journal_owned(all.v[i]);
		memset(count, 0, sizeof(count));
		steps_revert(&all, all.v[i], count, NULL);
		journal_remove(dir, all.v[i]);
	}
	journals_free(&all);
	unlinkat(dir, "one.json.aside", 0);
	snprintf(path, sizeof(path), "%s/secret", root);
	MUST(!stat(path, &st) && st.st_size == 4);
	return 0;
}
