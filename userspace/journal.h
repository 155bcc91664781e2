/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_JOURNAL_H
#define CPUISO_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <json-c/json.h>

#include <cpuiso.h>

#define JOURNAL_RECORDS	1024

/* What one step found and what it made of it; text, as the step has it. */
struct record {
	char *step;		/* name in the table of steps */
	char *object;		/* file or other thing that it is about */
	char *old, *new;
	char *mark;		/* more that the step wants to remember, or NULL */
};

/* What is to be put back when one isolation ends. */
struct journal {
	char name[CPUISO_NAME_LEN + 1];
	char cpus[CPUISO_CPULIST_LEN + 1];
	char nonce[17];		/* tells two journals of one name apart */
	uint32_t id;		/* the isolation's, 0 until it is known */
	uint64_t since;
	uint32_t owner;		/* process that sees to it now, or 0 */
	uint64_t owner_start;	/* tells two processes of one pid apart */
	struct record *record;
	size_t n;
	bool keep_irqbalance;	/* one that comes later is not told, either */
	bool kept;		/* a keeper was started; not in the file */
};

struct journals {
	struct journal **v;
	size_t n;
};

enum journal_error {
	JOURNAL_GOOD,
	JOURNAL_DAMAGED,
	JOURNAL_OTHER_BOOT,
};

struct journal *journal_new(const char *name, const char *cpus);
void journal_free(struct journal *j);
bool journal_empty(const struct journal *j);
void journal_add(struct journal *j, const char *step, const char *object,
		 const char *old, const char *new, const char *mark);
void journal_drop(struct journal *j, size_t i);
char *journal_text(const struct journal *j, const char *boot_id);
enum journal_error journal_parse(const char *text, const char *name,
				 const char *boot_id, struct journal **j);

int journal_write(int dir, const struct journal *j);
void journal_remove(int dir, const struct journal *j);
void journal_read_all(int dir, struct journals *all);
struct journal *journal_find(const struct journals *all, const char *name);
void journals_free(struct journals *all);

void journal_own(struct journal *j, bool mine);
bool journal_owned(const struct journal *j);
json_object *journal_document(const struct journal *j);

#endif
