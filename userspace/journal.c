// SPDX-License-Identifier: GPL-2.0
/*
 * A journal as text and back. The text is judged as if an enemy had written it,
 * because what it says is done by root: every member has a type and a length,
 * and what a step may write to is the step's to check again.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "cpulist.h"
#include "fail.h"
#include "journal.h"
#include "output.h"
#include "request.h"

#define JOURNAL_VERSION	1
#define MAX_TEXT	65536
#define MAX_DEPTH	8

/**
 * journal_new() - begin a journal
 * @name: the isolation
 * @cpus: its CPUs
 *
 * Return: journal for journal_free().
 */
struct journal *journal_new(const char *name, const char *cpus)
{
	struct journal *j = xcalloc(1, sizeof(*j));
	uint64_t random = 0;

	snprintf(j->name, sizeof(j->name), "%s", name);
	snprintf(j->cpus, sizeof(j->cpus), "%s", cpus);
	/* At boot there may be none yet; the isolation's id is there as well. */
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	snprintf(j->nonce, sizeof(j->nonce), "%016llx", (unsigned long long)random);
	return j;
}

static void free_record(struct record *r)
{
	free(r->step);
	free(r->object);
	free(r->old);
	free(r->new);
	free(r->mark);
}

/**
 * journal_free() - free a journal
 * @j: the journal or NULL
 */
void journal_free(struct journal *j)
{
	size_t i;

	for (i = 0; j && i < j->n; i++)
		free_record(&j->record[i]);
	if (j)
		free(j->record);
	free(j);
}

/**
 * journal_empty() - is there nothing in it to be remembered
 * @j: the journal
 */
bool journal_empty(const struct journal *j)
{
	return !j->n && !j->keep_irqbalance;
}

/**
 * journal_add() - add what a step found
 * @j: the journal
 * @step: name of the step
 * @object: what it is about
 * @old: value to put back
 * @new: value that takes its place
 * @mark: more to remember, or NULL
 */
void journal_add(struct journal *j, const char *step, const char *object,
		 const char *old, const char *new, const char *mark)
{
	j->record = xrealloc(j->record, j->n + 1, sizeof(*j->record));
	j->record[j->n++] = (struct record){
		xstrdup(step), xstrdup(object), xstrdup(old), xstrdup(new),
		mark ? xstrdup(mark) : NULL,
	};
}

/**
 * journal_drop() - take out a record that is about nothing any more
 * @j: the journal
 * @i: which record
 */
void journal_drop(struct journal *j, size_t i)
{
	free_record(&j->record[i]);
	j->n--;
	memmove(&j->record[i], &j->record[i + 1], (j->n - i) * sizeof(*j->record));
}

static void put_raw(json_object *obj, const char *key, const char *text)
{
	put(obj, key, text ? json_object_new_string(text) : NULL);
}

static json_object *records(const struct journal *j)
{
	json_object *list = json_object_new_array(), *obj;
	size_t i;

	for (i = 0; i < j->n; i++) {
		obj = json_object_new_object();
		put_raw(obj, "step", j->record[i].step);
		put_raw(obj, "object", j->record[i].object);
		put_raw(obj, "old", j->record[i].old);
		put_raw(obj, "new", j->record[i].new);
		if (j->record[i].mark)
			put_raw(obj, "mark", j->record[i].mark);
		json_object_array_add(list, obj);
	}
	return list;
}

/**
 * journal_text() - what is written to the file
 * @j: the journal
 * @boot_id: which boot this is
 *
 * Return: text for free().
 */
char *journal_text(const struct journal *j, const char *boot_id)
{
	json_object *doc = json_object_new_object();
	char *text;

	put_num(doc, "version", JOURNAL_VERSION);
	put_raw(doc, "boot_id", boot_id);
	put_raw(doc, "name", j->name);
	put_raw(doc, "cpus", j->cpus);
	put_raw(doc, "nonce", j->nonce);
	put_num(doc, "id", j->id);
	put_num(doc, "since", j->since);
	put_num(doc, "owner", j->owner);
	put_num(doc, "owner_start", j->owner_start);
	put(doc, "keep_irqbalance", json_object_new_boolean(j->keep_irqbalance));
	put(doc, "records", records(j));
	text = xstrdup(json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PRETTY));
	json_object_put(doc);
	return text;
}

static const char *text_of(json_object *obj, const char *key, size_t max)
{
	json_object *value = get_obj(obj, key);
	const char *text, *p;

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value) || strlen(text) > max)
		return NULL;
	for (p = text; *p; p++)
		if (iscntrl((unsigned char)*p) && *p != '\n')
			return NULL;
	return text;
}

static bool number_of(json_object *obj, const char *key, uint64_t max, uint64_t *n)
{
	json_object *value = get_obj(obj, key);

	if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0)
		return false;
	*n = json_object_get_uint64(value);
	return *n <= max;
}

static bool parse_record(json_object *obj, struct journal *j)
{
	const char *step, *object, *old, *new, *mark;

	if (!json_object_is_type(obj, json_type_object))
		return false;
	step = text_of(obj, "step", 31);
	object = text_of(obj, "object", 4095);
	old = text_of(obj, "old", MAX_TEXT);
	new = text_of(obj, "new", MAX_TEXT);
	mark = text_of(obj, "mark", MAX_TEXT);
	if (!step || !object || !old || !new || (!mark && get_obj(obj, "mark")))
		return false;
	journal_add(j, step, object, old, new, mark);
	return true;
}

static bool parse_records(json_object *list, struct journal *j)
{
	size_t i;

	if (!json_object_is_type(list, json_type_array) ||
	    json_object_array_length(list) > JOURNAL_RECORDS)
		return false;
	for (i = 0; i < json_object_array_length(list); i++)
		if (!parse_record(json_object_array_get_idx(list, i), j))
			return false;
	return true;
}

static bool parse_head(json_object *doc, const char *name, struct journal **j)
{
	const char *its = text_of(doc, "name", CPUISO_NAME_LEN);
	const char *cpus = text_of(doc, "cpus", CPUISO_CPULIST_LEN);
	const char *nonce = text_of(doc, "nonce", sizeof((*j)->nonce) - 1);
	uint64_t id, since, owner, start, version;
	json_object *keep = get_obj(doc, "keep_irqbalance");
	struct cpuset set;

	/* Journals from before there was such a member have none. */
	if (keep && !json_object_is_type(keep, json_type_boolean))
		return false;
	if (!its || !cpus || !nonce || strcmp(its, name) ||
	    cpulist_parse(cpus, CPULIST_MAX, &set) ||
	    !number_of(doc, "version", JOURNAL_VERSION, &version) ||
	    version != JOURNAL_VERSION ||
	    !number_of(doc, "id", UINT32_MAX, &id) ||
	    !number_of(doc, "since", INT64_MAX, &since) ||
	    !number_of(doc, "owner", INT32_MAX, &owner) ||
	    !number_of(doc, "owner_start", INT64_MAX, &start))
		return false;
	*j = journal_new(its, cpus);
	snprintf((*j)->nonce, sizeof((*j)->nonce), "%s", nonce);
	(*j)->id = id;
	(*j)->since = since;
	(*j)->owner = owner;
	(*j)->owner_start = start;
	(*j)->keep_irqbalance = json_object_get_boolean(keep);
	return true;
}

/**
 * journal_parse() - read what journal_text() wrote
 * @text: the text
 * @name: the isolation it has to be about
 * @boot_id: which boot this is
 * @j: the journal for journal_free(), NULL unless it is good
 *
 * Return: whether it is good, and if not, why.
 */
enum journal_error journal_parse(const char *text, const char *name,
				 const char *boot_id, struct journal **j)
{
	struct json_tokener *tok = json_tokener_new_ex(MAX_DEPTH);
	enum journal_error err = JOURNAL_DAMAGED;
	const char *boot;
	json_object *doc;

	*j = NULL;
	if (!tok)
		die(EXIT_REFUSED, "out of memory; free some and try again");
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	doc = json_tokener_parse_ex(tok, text, strlen(text) + 1);
	if (json_tokener_get_error(tok) == json_tokener_success &&
	    json_object_is_type(doc, json_type_object)) {
		boot = text_of(doc, "boot_id", 63);
		if (boot && strcmp(boot, boot_id))
			err = JOURNAL_OTHER_BOOT;
		else if (boot && parse_head(doc, name, j) &&
			 parse_records(get_obj(doc, "records"), *j))
			err = JOURNAL_GOOD;
	}
	if (err) {
		journal_free(*j);
		*j = NULL;
	}
	json_object_put(doc);
	json_tokener_free(tok);
	return err;
}

/**
 * journal_document() - a journal as status shows it
 * @j: the journal
 *
 * Return: object for json_object_put().
 */
json_object *journal_document(const struct journal *j)
{
	json_object *doc = json_object_new_object(), *list = json_object_new_array(), *obj;
	size_t i;

	put_str(doc, "name", j->name);
	put_str(doc, "cpus", j->cpus);
	for (i = 0; i < j->n; i++) {
		obj = json_object_new_object();
		put_str(obj, "step", j->record[i].step);
		put_str(obj, "object", j->record[i].object);
		put_str(obj, "old", j->record[i].old);
		put_str(obj, "new", j->record[i].new);
		json_object_array_add(list, obj);
	}
	put(doc, "records", list);
	return doc;
}
