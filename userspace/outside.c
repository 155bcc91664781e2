// SPDX-License-Identifier: GPL-2.0
/*
 * What a change means outside the module, around what it means inside: first
 * the journal and its keeper, then the steps, then the module, then the steps
 * that want its isolation; and at the end of it the same in reverse. Where the
 * isolation ends by itself, or with the module, all steps follow that.
 *
 * While a command is at it the journal is its own, and the keeper waits for
 * the end of the command rather than for that of the isolation.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode.h"
#include "fail.h"
#include "journal.h"
#include "keeper.h"
#include "life.h"
#include "nl.h"
#include "outside.h"
#include "output.h"
#include "request.h"
#include "rundir.h"
#include "shelf.h"
#include "steps/partition.h"

#define KEEPER_MS	5000

static int apply(struct shelf *s, struct journal *j)
{
	unsigned int count[NR_OUTCOMES];
	int code = 0, err;

	journal_own(j, true);
	err = journal_write(s->dir, j);
	if (err)
		return rundir_fail(err);
	j->kept = keeper_start(j);
	code = steps_apply(j);
	if (code) {
		journals_free(&s->all);
		journal_read_all(s->dir, &s->all);
		j = journal_find(&s->all, j->name);
		if (j)
			shelf_restore(s, j, NULL, count, NULL);
	}
	return code;
}

static int begin_on(struct shelf *s, struct conn *c, const struct request *req,
		    struct journal **j)
{
	struct journal *mine = journal_find(&s->all, req->name);
	unsigned int count[NR_OUTCOMES];
	enum life life = mine ? life_of(mine, c, false) : LIFE_OVER;
	int code;

	if (life == LIFE_OWNED)
		return fail(EXIT_REFUSED, "another cpuiso is busy with the isolation %s (process %u); wait for it and try again",
			    req->name, mine->owner);
	/* There is one of that name, which is the module's to say. */
	if (life != LIFE_OVER)
		return 0;
	/* Its keeper has not come to it yet. */
	if (mine)
		shelf_restore(s, mine, "recover", count, NULL);
	*j = journal_new(req->name, req->cpus);
	code = steps_plan(req, &s->all, *j);
	if (!code && !journal_empty(*j))
		code = apply(s, *j);
	if (!code && !journal_empty(*j))
		return 0;
	journal_free(*j);
	*j = NULL;
	return code;
}

/**
 * outside_begin() - before the module isolates
 * @c: the connection
 * @req: the isolation
 * @j: its journal, for outside_hold() or outside_cancel(); NULL when nothing
 *	had to be done or it failed
 *
 * Return: 0, or the exit code after saying why; then nothing is changed.
 */
int outside_begin(struct conn *c, const struct request *req, struct journal **j)
{
	const struct journals none = { 0 };
	struct shelf s;
	int code, err;

	*j = NULL;
	/* The module refuses whoever is not root, with a sentence of its own. */
	if (geteuid())
		return 0;
	err = shelf_open(&s, false);
	if (err == -ENOENT) {
		*j = journal_new(req->name, req->cpus);
		code = steps_plan(req, &none, *j);
		err = !code && !journal_empty(*j) ? shelf_open(&s, true) : -ENOENT;
		journal_free(*j);
		*j = NULL;
		if (err == -ENOENT)
			return code;
	}
	if (err)
		return rundir_fail(err);
	code = begin_on(&s, c, req, j);
	shelf_close(&s);
	return code;
}

static void await_keeper(const struct journal *j)
{
	struct shelf s;
	bool there = false;
	int ms;

	for (ms = 0; j->kept && ms < KEEPER_MS && !there; ms += 10) {
		if (shelf_open(&s, false))
			return;
		there = keeper_present(s.dir, j);
		shelf_close(&s);
		if (!there)
			poll(NULL, 0, 10);
	}
	if (!there)
		warn("no keeper could be started; should the module be unloaded, call cpuiso once to put back what is left");
}

/* The processes that are workload now; for free(). */
static unsigned int *members(struct conn *c, const char *name, size_t *n)
{
	unsigned int *pid = NULL;
	json_object *rows, *row;
	const char *its;
	size_t i;

	*n = 0;
	if (conn_dump(c, CPUISO_CMD_TASK_GET, NULL, &rows))
		return NULL;
	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		its = get_str(row, "isolation");
		if (!its || strcmp(its, name) ||
		    get_num(row, "pid") != get_num(row, "tgid"))
			continue;
		pid = xrealloc(pid, *n + 1, sizeof(*pid));
		pid[(*n)++] = get_num(row, "pid");
	}
	json_object_put(rows);
	return pid;
}

static struct journal *still_there(struct shelf *s, const struct journal *j)
{
	struct journal *now = journal_find(&s->all, j->name);

	return now && !strcmp(now->nonce, j->nonce) ? now : NULL;
}

/* Twice, because a fork may have passed by the first time. */
static void hold(const struct journal *j, struct conn *c)
{
	unsigned int *pid;
	struct journal *now;
	struct shelf s;
	int round;
	size_t n;

	for (round = 0; round < 2; round++) {
		pid = members(c, j->name, &n);
		if (!shelf_open(&s, false)) {
			now = still_there(&s, j);
			if (now)
				steps_hold(&s.all, now, pid, n);
			shelf_close(&s);
		}
		free(pid);
	}
}

/**
 * outside_hold() - the module has isolated
 * @j: what outside_begin() gave, freed here; or NULL
 * @c: the connection
 * @iso: the isolation, or NULL when it is not known
 */
void outside_hold(struct journal *j, struct conn *c, json_object *iso)
{
	struct journal *now;
	struct shelf s;

	if (j && iso && steps_to_hold(j))
		hold(j, c);
	if (partition_refused())
		warn("the CPUs stay in the scheduler's domains: %s", partition_refused());
	if (!j)
		return;
	if (!shelf_open(&s, false)) {
		now = still_there(&s, j);
		if (now) {
			now->id = iso ? get_num(iso, "id") : 0;
			now->since = iso ? get_num(iso, "since") : 0;
			journal_own(now, false);
			/* Without room, name and CPUs must do, when we have ended. */
			(void)journal_write(s.dir, now);
		}
		shelf_close(&s);
		await_keeper(j);
	}
	journal_free(j);
}

/**
 * outside_cancel() - the module has not isolated
 * @j: what outside_begin() gave, freed here; or NULL
 */
void outside_cancel(struct journal *j)
{
	unsigned int count[NR_OUTCOMES];
	struct journal *now;
	struct shelf s;

	if (!j)
		return;
	if (!shelf_open(&s, false)) {
		now = journal_find(&s.all, j->name);
		if (now && !strcmp(now->nonce, j->nonce))
			shelf_restore(&s, now, NULL, count, NULL);
		shelf_close(&s);
	}
	journal_free(j);
}

static bool is_mine(const struct journal *j, const char *name)
{
	return j->owner == (uint32_t)getpid() && (!*name || !strcmp(name, j->name));
}

/**
 * outside_revert_begin() - before the module is asked to revert
 * @name: the isolation, or "" for all
 * @rows: array to which is added what came of each step
 *
 * Keeps the keepers from it, so that this command can say what came of it, and
 * puts back what is to be before the module reverts.
 */
void outside_revert_begin(const char *name, json_object *rows)
{
	struct journal *j;
	struct shelf s;
	size_t i, n;

	if (!shelf_any() || shelf_open(&s, false))
		return;
	for (i = s.all.n; i-- > 0; ) {
		j = s.all.v[i];
		if ((*name && strcmp(name, j->name)) || journal_owned(j))
			continue;
		journal_own(j, true);
		/* Without room the keeper may be first, and only the counts are its. */
		(void)journal_write(s.dir, j);
		n = j->n;
		steps_release(&s.all, j, rows);
		if (j->n != n)
			(void)journal_write(s.dir, j);
	}
	shelf_close(&s);
}

/**
 * outside_revert_cancel() - the module has not reverted
 * @name: the isolation, or "" for all
 */
void outside_revert_cancel(const char *name)
{
	struct journal *j;
	struct shelf s;
	size_t i;

	if (!shelf_any() || shelf_open(&s, false))
		return;
	for (i = 0; i < s.all.n; i++) {
		j = s.all.v[i];
		if (!is_mine(j, name))
			continue;
		journal_own(j, false);
		(void)journal_write(s.dir, j);
	}
	shelf_close(&s);
}

static void count_rows(json_object *rows, struct done *done)
{
	const char *result;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		result = get_str(json_object_array_get_idx(rows, i), "result");
		done->restored += !strcmp(result, "restored");
		done->gone += !strcmp(result, "gone");
		done->changed += !strcmp(result, "changed-since");
		done->failed += !strcmp(result, "refused");
	}
}

/**
 * outside_revert_end() - after the module has reverted
 * @name: the isolation, or "" for all
 * @done: what came of its records, to which those of the steps are added
 * @rows: what outside_revert_begin() said of the first steps; that of the others
 *	is added
 */
void outside_revert_end(const char *name, struct done *done, json_object *rows)
{
	unsigned int count[NR_OUTCOMES];
	struct journal *j;
	struct shelf s;
	size_t i;

	if (shelf_any() && !shelf_open(&s, false)) {
		for (i = s.all.n; i-- > 0; ) {
			j = s.all.v[i];
			if (is_mine(j, name))
				shelf_restore(&s, j, NULL, count, rows);
		}
		shelf_close(&s);
	}
	count_rows(rows, done);
}

static void add_idle_steps(json_object *list, const struct request *req,
			   const struct journal *j)
{
	const char *verdict;
	json_object *row;
	size_t s, i;

	for (s = 0; steps[s]; s++) {
		for (i = 0; i < j->n && strcmp(j->record[i].step, steps[s]->name); i++)
			;
		if (i < j->n)
			continue;
		verdict = "already-clear";
		if (request_keeps(req, steps[s]->name))
			verdict = "kept";
		else if (!steps[s]->exists())
			verdict = "absent";
		row = json_object_new_object();
		put_str(row, "step", steps[s]->name);
		put_str(row, "object", steps[s]->object);
		put(row, "old", NULL);
		put(row, "new", NULL);
		put_str(row, "verdict", verdict);
		put_str(row, "why", steps[s]->about);
		json_object_array_add(list, row);
	}
}

/**
 * outside_plan() - the steps that apply would take
 * @req: the isolation
 * @records: array for json_object_put(), set when 0 is returned
 * @skipped: why there is no partition, or NULL
 *
 * Return: 0, or the exit code after saying why apply would refuse.
 */
int outside_plan(const struct request *req, json_object **records, const char **skipped)
{
	struct journal *j = journal_new(req->name, req->cpus);
	const struct step *step;
	json_object *doc, *row;
	struct shelf s = { 0 };
	bool shelf = shelf_any() && !shelf_open(&s, false);
	int code;
	size_t i;

	code = steps_plan(req, &s.all, j);
	*skipped = partition_skipped();
	doc = journal_document(j);
	if (!code)
		*records = json_object_get(get_obj(doc, "records"));
	for (i = 0; !code && i < json_object_array_length(*records); i++) {
		row = json_object_array_get_idx(*records, i);
		step = step_of(get_str(row, "step"));
		put_str(row, "verdict", "set");
		put_str(row, "why", step ? step->about : NULL);
	}
	if (!code)
		add_idle_steps(*records, req, j);
	json_object_put(doc);
	if (shelf)
		shelf_close(&s);
	journal_free(j);
	return code;
}

/**
 * outside_pending() - the journals that there are
 *
 * Return: array for json_object_put(), NULL when it cannot be seen.
 */
json_object *outside_pending(void)
{
	json_object *list, *doc;
	struct shelf s;
	size_t i;
	int err = shelf_open(&s, false);

	if (err && err != -ENOENT)
		return NULL;
	list = json_object_new_array();
	for (i = 0; !err && i < s.all.n; i++) {
		doc = journal_document(s.all.v[i]);
		put(doc, "keeper", json_object_new_boolean(keeper_present(s.dir, s.all.v[i])));
		json_object_array_add(list, doc);
	}
	if (!err)
		shelf_close(&s);
	return list;
}
