// SPDX-License-Identifier: GPL-2.0
/*
 * irqbalance that was started after the isolations is told of them: it reads
 * only what the boot line isolated. What it would have without us goes into the
 * journals first, so each isolation ends as if it had been there from the
 * beginning.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "fail.h"
#include "irqbalance.h"
#include "isolations.h"
#include "keeper.h"
#include "life.h"
#include "log.h"
#include "output.h"
#include "retell.h"
#include "shelf.h"
#include "steps/irqbalance.h"

struct telling {
	struct shelf *s;
	struct journals holding;	/* pointers to those on the shelf that count */
	bool fresh;
	bool again;			/* one did not answer yet */
	unsigned int told;
};

static int any(const char *path, void *arg)
{
	(void)path;
	(void)arg;
	return 1;
}

static void hold(struct telling *t, struct journal *j)
{
	t->holding.v = xrealloc(t->holding.v, t->holding.n + 1, sizeof(*t->holding.v));
	t->holding.v[t->holding.n++] = j;
}

/* Those of a command at work count too: whatever comes of it undoes all of its journal. */
static void gather(struct telling *t, struct conn *c, json_object *isolations)
{
	struct shelf *s = t->s;
	json_object *iso;
	struct journal *j;
	enum life life;
	size_t i;

	for (i = 0; i < s->all.n; i++) {
		if (s->all.v[i]->keep_irqbalance)
			continue;
		life = life_of(s->all.v[i], c, false);
		if (life == LIFE_HOLDS || life == LIFE_OWNED)
			hold(t, s->all.v[i]);
	}
	for (i = 0; i < json_object_array_length(isolations); i++) {
		iso = json_object_array_get_idx(isolations, i);
		if (!strcmp(get_str(iso, "state"), "reverting") ||
		    journal_find(&s->all, get_str(iso, "name")))
			continue;
		j = journal_new(get_str(iso, "name"), get_str(iso, "cpus"));
		j->id = get_num(iso, "id");
		j->since = get_num(iso, "since");
		s->all.v = xrealloc(s->all.v, s->all.n + 1, sizeof(*s->all.v));
		s->all.v[s->all.n++] = j;
		hold(t, j);
	}
}

static int write_all(struct telling *t)
{
	struct journal *j;
	int err = 0;
	size_t i;

	for (i = 0; i < t->holding.n && !err; i++) {
		j = t->holding.v[i];
		if (j->n)
			err = journal_write(t->s->dir, j);
		if (!err && j->n && !journal_owned(j) && !keeper_present(t->s->dir, j))
			keeper_start(j);
	}
	return err;
}

static bool tell(const char *path, const struct cpuset *want, int err)
{
	char list[CPUISO_CPULIST_LEN + 1];
	struct log_field fields[] = {
		{ "event", "irqbalance-told" }, { "object", path }, { "cpus", list },
		{ "result", NULL }, { "reason", NULL }, { NULL, NULL }
	};

	cpulist_format(list, sizeof(list), want);
	if (!err)
		err = irqbalance_ban(path, want);
	fields[3].value = err ? "refused" : "done";
	fields[4].value = err ? strerror(-err) : NULL;
	log_report(err ? LOG_WARNING : LOG_NOTICE, fields);
	return !err;
}

static int tell_one(const char *path, void *arg)
{
	struct telling *t = arg;
	bool changed = false;
	struct cpuset want;
	int due;

	due = irqbalance_renew(&t->holding, path, t->fresh, &want, &changed);
	if (due < 0)
		t->again = true;
	if ((due > 0 || changed) && tell(path, &want, changed ? write_all(t) : 0))
		t->told++;
	return 0;
}

/**
 * retell() - tell every irqbalance that does not know of the isolations
 * @c: connection to the module
 * @fresh: a socket has just appeared
 * @told: how many were told
 *
 * Return: whether one of them did not answer, as one that is just being started.
 */
bool retell(struct conn *c, bool fresh, unsigned int *told)
{
	json_object *isolations;
	struct shelf s;
	struct telling t = { .s = &s, .fresh = fresh };
	bool some;

	*told = 0;
	if (geteuid() || !irqbalance_each(any, NULL) || isolation_list(c, &isolations))
		return false;
	some = json_object_array_length(isolations);
	if ((some || shelf_any()) && !shelf_open(&s, some)) {
		gather(&t, c, isolations);
		if (t.holding.n)
			irqbalance_each(tell_one, &t);
		free(t.holding.v);
		shelf_close(&s);
	}
	json_object_put(isolations);
	*told = t.told;
	return t.again;
}
