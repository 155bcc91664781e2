// SPDX-License-Identifier: GPL-2.0
/* Journals: what is written is read again, and nothing else is believed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"
#include "rundir.h"
#include "tap.h"

#define BOOT	"11111111-2222-3333-4444-555555555555"

static struct journal *sample(void)
{
	struct journal *j = journal_new("web", "1-3");

	j->id = 7;
	j->since = 1700000000123456789ULL;
	j->owner = 4242;
	j->owner_start = 99;
	j->keep_irqbalance = true;
	journal_add(j, "step", "/a file", "f", "d", "12");
	journal_add(j, "other", "\"quoted\\", "", "x", NULL);
	return j;
}

static bool same(const struct journal *a, const struct journal *b)
{
	size_t i;

	if (strcmp(a->name, b->name) || strcmp(a->cpus, b->cpus) || strcmp(a->nonce, b->nonce) ||
	    a->id != b->id || a->since != b->since || a->owner != b->owner ||
	    a->owner_start != b->owner_start || a->n != b->n ||
	    a->keep_irqbalance != b->keep_irqbalance)
		return false;
	for (i = 0; i < a->n; i++)
		if (strcmp(a->record[i].step, b->record[i].step) ||
		    strcmp(a->record[i].object, b->record[i].object) ||
		    strcmp(a->record[i].old, b->record[i].old) ||
		    strcmp(a->record[i].new, b->record[i].new) ||
		    !a->record[i].mark != !b->record[i].mark)
			return false;
	return true;
}

static bool damaged(const char *text)
{
	struct journal *j = NULL;
	bool is = journal_parse(text, "web", BOOT, &j) == JOURNAL_DAMAGED && !j;

	journal_free(j);
	return is;
}

/* The good text with one place changed. */
static bool damaged_by(const char *good, const char *from, const char *to)
{
	const char *p = strstr(good, from);
	char *text;
	bool is;

	if (!p)
		return false;
	text = calloc(strlen(good) + strlen(to) + 1, 1);
	sprintf(text, "%.*s%s%s", (int)(p - good), good, to, p + strlen(from));
	is = damaged(text);
	free(text);
	return is;
}

static void test_parse(void)
{
	struct journal *j = sample(), *again;
	char *text = journal_text(j, BOOT), *cut, *flipped;
	size_t i, len = strlen(text), bad = 0;

	ok(journal_parse(text, "web", BOOT, &again) == JOURNAL_GOOD && same(j, again),
	   "what is written is read");
	journal_free(again);
	ok(journal_parse(text, "db", BOOT, &again) == JOURNAL_DAMAGED && !again, "of another name");
	ok(journal_parse(text, "web", "x", &again) == JOURNAL_OTHER_BOOT && !again, "of another boot");
	for (i = 0; i < len; i++) {
		cut = strndup(text, i);
		bad += !damaged(cut);
		free(cut);
	}
	ok(!bad, "cut off anywhere (%zu)", bad);
	/* Whatever a changed byte makes of it, it must be survived. */
	for (i = 0; i < len; i++) {
		flipped = strdup(text);
		flipped[i] ^= 1 << i % 7;
		if (flipped[i])
			(void)journal_parse(flipped, "web", BOOT, &again);
		else
			again = NULL;
		journal_free(again);
		free(flipped);
	}
	ok(true, "a bit flipped anywhere");
	ok(damaged("") && damaged("null") && damaged("[]") && damaged("{}") && damaged("1"), "no object");
	ok(damaged_by(text, "\"version\":1", "\"version\":2"), "a version of the future");
	ok(damaged_by(text, "\"cpus\":\"1-3\"", "\"cpus\":\"x\"") &&
	   damaged_by(text, "\"cpus\":\"1-3\"", "\"cpus\":[1]"), "no CPU list");
	ok(damaged_by(text, "\"id\":7", "\"id\":-7") && damaged_by(text, "\"id\":7", "\"id\":4294967296") &&
	   damaged_by(text, "\"id\":7", "\"id\":\"7\"") && damaged_by(text, "\"id\":7", "\"id\":7.5"), "no id");
	ok(damaged_by(text, "\"keep_irqbalance\":true", "\"keep_irqbalance\":1"), "no yes or no");
	ok(damaged_by(text, "\"step\":\"step\"", "\"step\":null") &&
	   damaged_by(text, "\"old\":\"f\"", "\"old\":1") &&
	   damaged_by(text, "\"mark\":\"12\"", "\"mark\":{}") &&
	   damaged_by(text, "\"old\":\"f\"", "\"old\":\"\\u0007\"") &&
	   damaged_by(text, "\"old\":\"f\"", "\"old\":\"f\\u0000\""), "records with wrong members");
	ok(damaged_by(text, "\"records\":[", "\"records\":[[[[[[[[[[[[[["), "too deep");
	ok(damaged_by(text, "\"records\":[", "\"records\":[1,"), "a record that is none");
	free(text);
	for (i = 0; i <= JOURNAL_RECORDS; i++)
		journal_add(j, "s", "o", "1", "2", NULL);
	text = journal_text(j, BOOT);
	ok(damaged(text), "too many records");
	free(text);
	journal_free(j);
}

static void test_dir(void)
{
	char path[] = "/tmp/cpuiso-journal.XXXXXX", sub[64], *text, *big;
	struct journals all;
	struct journal *j = sample();
	int dir, fd;

	if (!mkdtemp(path))
		return;
	snprintf(sub, sizeof(sub), "%s/run", path);
	ok(rundir_open(sub, false) == -ENOENT, "no directory");
	dir = rundir_open(sub, true);
	fd = rundir_lock(dir);
	ok(dir >= 0 && fd >= 0, "made and locked");
	ok(!journal_write(dir, j) && !journal_write(dir, j), "written, and written again");
	journal_read_all(dir, &all);
	ok(all.n == 1 && same(all.v[0], j) && journal_find(&all, "web") == all.v[0] &&
	   !journal_find(&all, "we"), "and read");
	journals_free(&all);
	journal_remove(dir, j);
	journal_read_all(dir, &all);
	ok(!all.n, "and removed");
	journals_free(&all);

	big = malloc(2 << 20);
	memset(big, ' ', 2 << 20);
	big[(2 << 20) - 1] = '\0';
	ok(!rundir_write(dir, "big.json", big) && !rundir_read(dir, "big.json", 1 << 20), "one that is too big is not read");
	free(big);
	unlinkat(dir, "big.json", 0);
	ok(!symlinkat("/etc/passwd", dir, "link.json") && !rundir_read(dir, "link.json", 1 << 20), "nor a symbolic link");
	unlinkat(dir, "link.json", 0);
	ok(!rundir_write(dir, "open.json", "{}"), "one that others may write");
	fchmodat(dir, "open.json", 0666, 0);
	text = rundir_read(dir, "open.json", 1 << 20);
	ok(!text && errno == EUSERS, "is not believed");
	unlinkat(dir, "open.json", 0);
	ok(!mkfifoat(dir, "fifo.json", 0600) && !rundir_read(dir, "fifo.json", 1 << 20), "nor a pipe, nor waited for");
	unlinkat(dir, "fifo.json", 0);
	unlinkat(dir, "lock", 0);
	close(fd);
	close(dir);
	chmod(sub, 0770);
	ok(rundir_open(sub, false) == -EUSERS, "a directory that others may write");
	rmdir(sub);
	ok(!symlink("/tmp", sub) && rundir_open(sub, true) < 0, "a directory that is a symbolic link");
	unlink(sub);
	rmdir(path);
	journal_free(j);
}

static void test_owner(void)
{
	struct journal *j = journal_new("a", "1");

	ok(!journal_owned(j), "nobody's");
	journal_own(j, true);
	ok(journal_owned(j), "this process's");
	j->owner_start++;
	ok(!journal_owned(j), "that of a process that had this number before");
	journal_own(j, false);
	ok(!journal_owned(j), "nobody's again");
	journal_free(j);
}

int main(void)
{
	test_parse();
	test_dir();
	test_owner();
	return tap_end();
}
