// SPDX-License-Identifier: GPL-2.0
/*
 * The one way to stdout. Whatever a command reads becomes JSON objects first;
 * --json prints them, and a text table is another view of the same objects, so
 * the two cannot disagree. Strings are escaped when they enter an object (see
 * put_str()), and once more, for blanks, when they enter a table.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "fail.h"
#include "output.h"

/* Raised when a member changes its meaning, not when one is added. */
#define SCHEMA_VERSION	1

#define JSON_FLAGS	(JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)
#define MAX_COLS	12

/**
 * put() - set a member of an object
 * @obj: the object
 * @key: name of the member
 * @value: its value, which the object owns from now on; NULL is JSON's null
 */
void put(json_object *obj, const char *key, json_object *value)
{
	if (json_object_object_add(obj, key, value))
		die(EXIT_REFUSED, "out of memory; free some and try again");
}

/**
 * put_str() - set a member to a string from outside
 * @obj: the object
 * @key: name of the member
 * @raw: the string, NULL for JSON's null
 */
void put_str(json_object *obj, const char *key, const char *raw)
{
	char *clean;

	if (!raw) {
		put(obj, key, NULL);
		return;
	}
	clean = escape_dup(raw, ESC_UTF8);
	put(obj, key, json_object_new_string(clean));
	free(clean);
}

/**
 * put_num() - set a member to a number
 * @obj: the object
 * @key: name of the member
 * @value: the number
 */
void put_num(json_object *obj, const char *key, uint64_t value)
{
	put(obj, key, json_object_new_uint64(value));
}

/**
 * get_obj() - a member of an object
 * @obj: the object
 * @key: name of the member
 *
 * Return: the member, still owned by @obj, or NULL.
 */
json_object *get_obj(json_object *obj, const char *key)
{
	json_object *value = NULL;

	json_object_object_get_ex(obj, key, &value);
	return value;
}

/**
 * get_str() - a string member of an object
 * @obj: the object
 * @key: name of the member
 *
 * Return: the string (escaped already), or NULL.
 */
const char *get_str(json_object *obj, const char *key)
{
	json_object *value = get_obj(obj, key);

	return value ? json_object_get_string(value) : NULL;
}

/**
 * get_num() - a number member of an object
 * @obj: the object
 * @key: name of the member
 *
 * Return: the number, 0 when there is none.
 */
uint64_t get_num(json_object *obj, const char *key)
{
	json_object *value = get_obj(obj, key);

	return value ? json_object_get_uint64(value) : 0;
}

/**
 * out_document() - begin the one object that --json prints
 *
 * Return: an object for json_object_put().
 */
json_object *out_document(void)
{
	json_object *doc = json_object_new_object();

	put_num(doc, "version", SCHEMA_VERSION);
	return doc;
}

/**
 * out_json() - print an object for people and programs
 * @doc: the object
 */
void out_json(json_object *doc)
{
	puts(json_object_to_json_string_ext(doc, JSON_FLAGS | JSON_C_TO_STRING_PRETTY));
}

/**
 * out_json_line() - print an object on a line of its own, now
 * @doc: the object
 */
void out_json_line(json_object *doc)
{
	puts(json_object_to_json_string_ext(doc, JSON_FLAGS));
	fflush(stdout);
}

static bool colour(void)
{
	static int known = -1;
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (known < 0)
		known = isatty(STDOUT_FILENO) && !(no && *no) && term &&
			strcmp(term, "dumb");
	return known;
}

static const char *verdict_colour(const char *word)
{
	static const struct {
		const char *word, *colour;
	} map[] = {
		{ "moved", "\033[32m" }, { "restored", "\033[32m" },
		{ "ok", "\033[32m" }, { "workload", "\033[36m" },
		{ "refused", "\033[31m" }, { "no-vectors", "\033[31m" },
		{ "missing", "\033[31m" }, { "changed-since", "\033[31m" },
		{ "note", "\033[33m" }, { "managed-irq", "\033[33m" },
		{ "per-cpu-kthread", "\033[33m" }, { "per-cpu-irq", "\033[33m" },
		{ "no-setaffinity", "\033[33m" },
	};
	size_t i;

	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (!strcmp(map[i].word, word))
			return map[i].colour;
	return NULL;
}

static char *errno_cell(json_object *value)
{
	const char *name = NULL;
	int err = value ? json_object_get_int(value) : 0;

#if __GLIBC_PREREQ(2, 32)
	name = strerrorname_np(err);
#endif
	if (!err)
		return xstrdup("-");
	return xstrdup(name ? name : json_object_get_string(value));
}

static char *cell(json_object *row, const struct column *col)
{
	json_object *value = get_obj(row, col->key), *item;
	char *joined, *text;
	size_t i, n, len = 0, at;

	if (col->flags & COL_ERRNO)
		return errno_cell(value);
	if (json_object_is_type(value, json_type_boolean))
		return xstrdup(json_object_get_boolean(value) ? "yes" : "-");
	if (!json_object_is_type(value, json_type_array)) {
		const char *s = value ? json_object_get_string(value) : "";

		return *s ? escape_dup(s, ESC_ONCE |
				       (col->flags & COL_FREE ? ESC_UTF8 : ESC_BLANK))
			  : xstrdup("-");
	}
	n = json_object_array_length(value);
	for (i = 0; i < n; i++)
		len += json_object_get_string_len(json_object_array_get_idx(value, i)) + 32;
	joined = xcalloc(len + 1, 1);
	at = 0;
	for (i = 0; i < n; i++) {
		item = json_object_array_get_idx(value, i);
		at += snprintf(joined + at, len + 1 - at, "%s%s", i ? "," : "",
			       json_object_get_string(item));
	}
	text = *joined ? escape_dup(joined, ESC_ONCE | ESC_BLANK) : xstrdup("-");
	free(joined);
	return text;
}

static void print_cell(const char *text, const struct column *col, size_t width,
		       bool last)
{
	const char *on = NULL;
	int pad = width > strlen(text) ? width - strlen(text) : 0;

	if (col->flags & COL_VERDICT && colour())
		on = verdict_colour(text);
	if (col->flags & COL_RIGHT)
		printf("%*s", pad, "");
	printf("%s%s%s", on ? on : "", text, on ? "\033[0m" : "");
	if (!last)
		printf("%*s", col->flags & COL_RIGHT ? 2 : pad + 2, "");
	else
		putchar('\n');
}

/**
 * out_table() - print an array of objects as aligned columns
 * @rows: array of objects
 * @cols: the columns, up to one without a key
 * @indent: blanks before each line
 *
 * No field but a COL_FREE one holds a blank, so that awk can read the table.
 */
void out_table(json_object *rows, const struct column *cols, int indent)
{
	size_t n = json_object_array_length(rows), width[MAX_COLS], nr, i, c, len;
	char **text;

	for (nr = 0; cols[nr].key; nr++)
		width[nr] = strlen(cols[nr].head);
	text = xcalloc(n * nr, sizeof(*text));
	for (i = 0; i < n; i++) {
		for (c = 0; c < nr; c++) {
			text[i * nr + c] = cell(json_object_array_get_idx(rows, i), &cols[c]);
			len = strlen(text[i * nr + c]);
			if (len > width[c])
				width[c] = len;
		}
	}
	printf("%*s", indent, "");
	for (c = 0; c < nr; c++) {
		struct column head = { .flags = cols[c].flags & COL_RIGHT };

		print_cell(cols[c].head, &head, width[c], c == nr - 1);
	}
	for (i = 0; i < n; i++) {
		printf("%*s", indent, "");
		for (c = 0; c < nr; c++) {
			print_cell(text[i * nr + c], &cols[c], width[c], c == nr - 1);
			free(text[i * nr + c]);
		}
	}
	free(text);
}

/**
 * out_finish() - the last thing a command does
 * @code: exit code so far
 *
 * Return: @code, or 1 when something that was printed did not arrive.
 */
int out_finish(int code)
{
	int err = 0;

	if (ferror(stdout) || fflush(stdout))
		err = errno;
	if (fclose(stdout) && !err)
		err = errno;
	if (!err)
		return code;
	/* Who closed the pipe has what it wanted and no wish for a sentence. */
	if (err == EPIPE)
		return code ? code : EXIT_REFUSED;
	fail(EXIT_REFUSED, "the output was lost (%s); give it a place to go",
	     strerror(err));
	return code ? code : EXIT_REFUSED;
}
