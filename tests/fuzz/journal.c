// SPDX-License-Identifier: GPL-2.0
/* Journals, as if an enemy had written them. What is good is written and read again. */
#include "fuzz.h"
#include "journal.h"

#define BOOT_ID "boot"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *again;
	struct journal *j, *k;

	if (journal_parse(text, "one", BOOT_ID, &j) == JOURNAL_GOOD) {
		MUST(j && j->n <= JOURNAL_RECORDS && !strcmp(j->name, "one"));
		again = journal_text(j, BOOT_ID);
		MUST(journal_parse(again, "one", BOOT_ID, &k) == JOURNAL_GOOD);
		MUST(k->n == j->n && k->since == j->since && k->owner_start == j->owner_start);
		free(again);
		journal_free(k);
		json_object_put(journal_document(j));
	} else {
		MUST(!j);
	}
	journal_free(j);
	free(text);
	return 0;
}
