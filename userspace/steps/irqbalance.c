// SPDX-License-Identifier: GPL-2.0
/*
 * irqbalance is told to leave the CPUs alone, and told what it had at the end.
 *
 * It obeys with its next look around and answers with what it obeyed last, so
 * after two changes in a row the answer may be any of the values in between:
 * what it had and CPUs of isolations, and nothing else. Only more or less than
 * that is somebody else's doing. A new irqbalance has a new socket.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../fail.h"
#include "../irqbalance.h"
#include "irqbalance.h"
#include "shared.h"

#define NAME	"irqbalance"

static void join(struct cpuset *to, const struct cpuset *more)
{
	int cpu;

	for (cpu = -1; (cpu = cpuset_next(more, cpu)) >= 0; )
		cpuset_add(to, cpu);
}

/* "-" is none, because an empty value does not show in a table. */
static bool parse(const char *text, struct cpuset *out)
{
	cpuset_clear(out);
	return !strcmp(text, "-") || !cpulist_parse(text, CPULIST_MAX, out);
}

static void format(char *dst, size_t size, const struct cpuset *cpus)
{
	if (!cpulist_format(dst, size, cpus))
		snprintf(dst, size, "-");
}

/* Is what it answers made of a base and CPUs of isolations? */
static bool is_ours(const struct cpuset *present, const struct cpuset *base,
		    const struct cpuset *isolated)
{
	struct cpuset all = *base;

	join(&all, isolated);
	return cpuset_subset(base, present) && cpuset_subset(present, &all);
}

static int found(const char *path, void *arg)
{
	struct cpuset present;

	if (!irqbalance_banned(path, &present))
		*(bool *)arg = true;
	return 0;
}

static bool exists(void)
{
	bool any = false;

	irqbalance_each(found, &any);
	return any;
}

struct planning {
	const struct cpuset *cpus;
	const struct journals *others;
	struct journal *j;
};

static int plan_one(const char *path, void *arg)
{
	const struct planning *p = arg;
	char old[CPUISO_CPULIST_LEN + 1], new[CPUISO_CPULIST_LEN + 1];
	struct cpuset present, base, isolated, want;
	const struct record *r;
	size_t i;

	/* One that does not answer is not there, or does nothing. */
	if (irqbalance_banned(path, &present))
		return 0;
	format(old, sizeof(old), &present);
	want = present;
	for (i = 0; i < p->others->n; i++) {
		r = shared_record(p->others->v[i], NAME, path);
		if (!r || !parse(r->old, &base) ||
		    !shared_cpus(p->others, NULL, NAME, path, r->old, &isolated) ||
		    !is_ours(&present, &base, &isolated))
			continue;
		format(old, sizeof(old), &base);
		want = base;
		join(&want, &isolated);
		break;
	}
	join(&want, p->cpus);
	format(new, sizeof(new), &want);
	if (strcmp(old, new))
		journal_add(p->j, NAME, path, old, new, NULL);
	return 0;
}

static int plan(const struct request *req, const struct cpuset *cpus,
		const struct journals *others, struct journal *j)
{
	struct planning p = { cpus, others, j };

	(void)req;
	return irqbalance_each(plan_one, &p);
}

static int apply(const struct journal *j, const struct record *r)
{
	struct cpuset want;
	int err = parse(r->new, &want) ? irqbalance_ban(r->object, &want) : -EINVAL;

	/* The interrupts it brings there can be moved off again. */
	if (err)
		warn("irqbalance cannot be told to leave CPU %s alone (%s); restart it with IRQBALANCE_BANNED_CPULIST=%s",
		     j->cpus, strerror(-err), r->new);
	return 0;
}

static enum outcome revert(const struct journals *all, const struct journal *j,
			   const struct record *r)
{
	struct cpuset present, want, isolated;
	int err;

	if (!irqbalance_path_ok(r->object) || !parse(r->old, &want))
		return OUT_GONE;
	err = irqbalance_banned(r->object, &present);
	if (err == -ECONNREFUSED || err == -ENOENT)
		return OUT_GONE;
	shared_cpus(all, NULL, NAME, r->object, r->old, &isolated);
	if (!err && !is_ours(&present, &want, &isolated))
		return OUT_CHANGED;
	shared_cpus(all, j, NAME, r->object, r->old, &isolated);
	join(&want, &isolated);
	if (!err)
		err = irqbalance_ban(r->object, &want);
	if (!err)
		return OUT_RESTORED;
	warn("irqbalance cannot be told to use CPU %s again (%s); restart it", j->cpus,
	     strerror(-err));
	return OUT_LOST;
}

/* Of one that has gone there is nothing to put back. */
static void drop_gone(struct journals *holding)
{
	struct cpuset unused;
	struct journal *j;
	size_t i, k;
	int err;

	for (i = 0; i < holding->n; i++) {
		j = holding->v[i];
		for (k = j->n; k-- > 0; ) {
			if (strcmp(j->record[k].step, NAME))
				continue;
			err = irqbalance_path_ok(j->record[k].object) ?
			      irqbalance_banned(j->record[k].object, &unused) : 0;
			if (err == -ENOENT || err == -ECONNREFUSED)
				journal_drop(j, k);
		}
	}
}

/* What it had before any isolation; false when somebody else set it since. */
static bool find_base(const struct journals *holding, const char *path,
		      const struct cpuset *present, struct cpuset *base, bool *known)
{
	const struct record *r;
	struct cpuset isolated;
	size_t i;

	*known = false;
	*base = *present;
	for (i = 0; i < holding->n && !*known; i++) {
		r = shared_record(holding->v[i], NAME, path);
		if (!r || !parse(r->old, base))
			continue;
		*known = true;
		shared_cpus(holding, NULL, NAME, path, r->old, &isolated);
		if (!is_ours(present, base, &isolated))
			return false;
	}
	return true;
}

/**
 * irqbalance_renew() - what an irqbalance that came after the isolations is to be told
 * @holding: the journals of the isolations that hold; get their records
 * @path: its socket
 * @fresh: the socket has just appeared; whoever had one of that name is gone
 * @want: the CPUs to leave alone
 * @changed: set when a journal has to be written first
 *
 * Return: 1 if it is to be told, 0 if there is nothing to tell, or a negative
 * errno when it does not answer.
 */
int irqbalance_renew(struct journals *holding, const char *path, bool fresh,
		     struct cpuset *want, bool *changed)
{
	char old[CPUISO_CPULIST_LEN + 1], new[CPUISO_CPULIST_LEN + 1];
	struct cpuset present, base, cpus;
	bool known, added = false;
	struct journal *j;
	size_t i;
	int err;

	err = irqbalance_banned(path, &present);
	if (err)
		return err;
	if (!find_base(holding, path, &present, &base, &known))
		return 0;
	*want = base;
	for (i = 0; i < holding->n; i++)
		if (!cpulist_parse(holding->v[i]->cpus, CPULIST_MAX, &cpus))
			join(want, &cpus);
	format(old, sizeof(old), &base);
	format(new, sizeof(new), want);
	for (i = 0; i < holding->n; i++) {
		j = holding->v[i];
		if (shared_record(j, NAME, path) ||
		    cpulist_parse(j->cpus, CPULIST_MAX, &cpus) ||
		    cpuset_subset(&cpus, &base))
			continue;
		journal_add(j, NAME, path, old, new, NULL);
		added = true;
	}
	if (added)
		drop_gone(holding);
	*changed |= added;
	if (!added && !(known && fresh))
		return 0;
	return !cpuset_subset(want, &present);
}

const struct step step_irqbalance = {
	.name = NAME,
	.about = "irqbalance leaves the CPUs alone",
	.object = "irqbalance",
	.exists = exists,
	.plan = plan,
	.apply = apply,
	.revert = revert,
};
