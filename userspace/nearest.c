// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "nearest.h"

#define WORD_MAX	16

/* Levenshtein's distance of two words of up to WORD_MAX characters. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[WORD_MAX + 1], la = strlen(a), lb = strlen(b), i, j, diag, next;

	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		diag = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			next = diag + (a[i - 1] != b[j - 1]);
			if (row[j] + 1 < next)
				next = row[j] + 1;
			if (row[j - 1] + 1 < next)
				next = row[j - 1] + 1;
			diag = row[j];
			row[j] = next;
		}
	}
	return row[lb];
}

/**
 * nearest() - what was probably meant
 * @word: what was typed
 * @names: what there is, up to NULL
 *
 * Return: a name that is at most two slips away or that @word begins, or NULL.
 */
const char *nearest(const char *word, const char *const *names)
{
	unsigned int best = 3, d;
	const char *found = NULL;

	if (strlen(word) > WORD_MAX || !*word)
		return NULL;
	for (; *names; names++) {
		if (strlen(word) >= 2 && !strncmp(word, *names, strlen(word)))
			return *names;
		d = distance(word, *names);
		if (d < best && d < strlen(*names)) {
			best = d;
			found = *names;
		}
	}
	return found;
}
