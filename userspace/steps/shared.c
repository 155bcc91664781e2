// SPDX-License-Identifier: GPL-2.0
/*
 * Settings that several isolations have a part in. Each journal holds the value
 * without any of them, so whichever ends first, what is to be there follows from
 * the journals that are left, and none of those has to be rewritten.
 */
#include <string.h>

#include "shared.h"

/**
 * shared_record() - what a journal says of a setting
 * @j: the journal
 * @step: name of the step
 * @object: the setting
 *
 * Return: the record, or NULL.
 */
const struct record *shared_record(const struct journal *j, const char *step,
				   const char *object)
{
	size_t i;

	for (i = 0; i < j->n; i++)
		if (!strcmp(j->record[i].step, step) && !strcmp(j->record[i].object, object))
			return &j->record[i];
	return NULL;
}

/**
 * shared_cpus() - CPUs of the isolations that have a part in a setting
 * @all: the journals
 * @but: one that does not count, or NULL
 * @step: name of the step
 * @object: the setting
 * @base: the value that they all began with
 * @cpus: the result
 *
 * Return: whether there is any.
 */
bool shared_cpus(const struct journals *all, const struct journal *but,
		 const char *step, const char *object, const char *base,
		 struct cpuset *cpus)
{
	const struct record *r;
	struct cpuset one;
	bool any = false;
	size_t i;
	int cpu;

	cpuset_clear(cpus);
	for (i = 0; i < all->n; i++) {
		r = all->v[i] == but ? NULL : shared_record(all->v[i], step, object);
		if (!r || strcmp(r->old, base) ||
		    cpulist_parse(all->v[i]->cpus, CPULIST_MAX, &one))
			continue;
		for (cpu = -1; (cpu = cpuset_next(&one, cpu)) >= 0; )
			cpuset_add(cpus, cpu);
		any = true;
	}
	return any;
}
