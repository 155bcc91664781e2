// SPDX-License-Identifier: GPL-2.0
/*
 * The CPUs that a new interrupt gets; the CPUs of all isolations are taken out.
 *
 * An interrupt that was born meanwhile keeps the mask that it was born with;
 * it is given what it would have had. Born meanwhile is what has a directory in
 * /sys/kernel/irq with a number above all that there were: kernfs counts up.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fail.h"
#include "../hexmask.h"
#include "../sysfs.h"
#include "shared.h"

#define NAME		"default-irq-affinity"
#define FILE_NAME	"/proc/irq/default_smp_affinity"
#define DIR_NAME	"/sys/kernel/irq"
#define MASK_LEN	(CPULIST_MAX / 32 * 9 + 1)

/* What is to be there for a given mask while some isolations hold. */
static void reduce(const struct cpuset *base, const struct cpuset *isolated,
		   struct cpuset *out)
{
	struct cpuset possible;

	*out = *base;
	cpuset_minus(out, isolated);
	if (!cpuset_empty(out) || !sys_cpus("/sys/devices/system/cpu/possible", &possible))
		return;
	/* No interrupt could be born at all with an empty mask. */
	*out = possible;
	cpuset_minus(out, isolated);
}

static unsigned long long newest_irq(void)
{
	unsigned long long newest = 0;
	char path[PATH_MAX];
	struct dirent *e;
	DIR *d;

	sys_path(path, DIR_NAME);
	d = opendir(path);
	while (d && (e = readdir(d)))
		if (e->d_ino > newest)
			newest = e->d_ino;
	if (d)
		closedir(d);
	return newest;
}

static bool exists(void)
{
	return sys_exists(FILE_NAME);
}

static int plan(const struct request *req, const struct cpuset *cpus,
		const struct journals *others, struct journal *j)
{
	char *now = sys_read(FILE_NAME), *old = now, new[MASK_LEN], mark[24];
	struct cpuset base, isolated, want, present;
	const struct record *r;
	size_t i;
	int cpu;

	(void)req;
	if (!now || !hexmask_parse(now, &present)) {
		free(now);
		return 0;
	}
	snprintf(mark, sizeof(mark), "%llu", newest_irq());
	base = present;
	cpuset_clear(&isolated);
	/* Others hold it: begin where they began, unless it was set since. */
	for (i = 0; i < others->n; i++) {
		r = shared_record(others->v[i], NAME, FILE_NAME);
		if (!r || !hexmask_parse(r->old, &base) ||
		    !shared_cpus(others, NULL, NAME, FILE_NAME, r->old, &isolated))
			continue;
		reduce(&base, &isolated, &want);
		if (!memcmp(&want, &present, sizeof(want))) {
			old = r->old;
			break;
		}
		base = present;
		cpuset_clear(&isolated);
	}
	for (cpu = -1; (cpu = cpuset_next(cpus, cpu)) >= 0; )
		cpuset_add(&isolated, cpu);
	reduce(&base, &isolated, &want);
	hexmask_format(new, sizeof(new), &want);
	if (memcmp(&want, &present, sizeof(want)))
		journal_add(j, NAME, FILE_NAME, old, new, mark);
	free(now);
	return 0;
}

static int apply(const struct journal *j, const struct record *r)
{
	int err = step_write(FILE_NAME, r->new);

	(void)j;
	if (err)
		return fail(EXIT_REFUSED, "the default affinity of interrupts cannot be set (%s); look at " FILE_NAME,
			    strerror(-err));
	return 0;
}

static void adopt_born(const struct record *r, const struct cpuset *born_with,
		       const char *old)
{
	unsigned long long mark = r->mark ? strtoull(r->mark, NULL, 10) : 0;
	char path[PATH_MAX], file[64], *text;
	struct cpuset present;
	struct dirent *e;
	DIR *d;

	sys_path(path, DIR_NAME);
	d = mark ? opendir(path) : NULL;
	while (d && (e = readdir(d))) {
		if (e->d_ino <= mark || *e->d_name < '0' || *e->d_name > '9')
			continue;
		snprintf(file, sizeof(file), "/proc/irq/%.10s/smp_affinity", e->d_name);
		text = sys_read("%s", file);
		/* One whose mask the kernel manages refuses, and that is right. */
		if (text && hexmask_parse(text, &present) &&
		    !memcmp(&present, born_with, sizeof(present)))
			(void)step_write(file, old);
		free(text);
	}
	if (d)
		closedir(d);
}

static enum outcome revert(const struct journals *all, const struct journal *j,
			   const struct record *r)
{
	struct cpuset base, isolated, want, ours, present;
	char text[MASK_LEN], *now;
	bool good;
	int err;

	now = sys_read(FILE_NAME);
	good = now && hexmask_parse(now, &present) && hexmask_parse(r->old, &base);
	free(now);
	if (!good)
		return OUT_GONE;
	shared_cpus(all, NULL, NAME, FILE_NAME, r->old, &isolated);
	reduce(&base, &isolated, &ours);
	shared_cpus(all, j, NAME, FILE_NAME, r->old, &isolated);
	reduce(&base, &isolated, &want);
	if (!memcmp(&present, &want, sizeof(want)))
		return OUT_RESTORED;
	if (memcmp(&present, &ours, sizeof(ours)))
		return OUT_CHANGED;
	hexmask_format(text, sizeof(text), &want);
	err = step_write(FILE_NAME, text);
	if (err) {
		warn("the default affinity of interrupts cannot be put back (%s); write %s to " FILE_NAME,
		     strerror(-err), text);
		return OUT_LOST;
	}
	adopt_born(r, &ours, text);
	return OUT_RESTORED;
}

const struct step step_irq_default = {
	.name = NAME,
	.about = "new interrupts stay off",
	.object = FILE_NAME,
	.exists = exists,
	.plan = plan,
	.apply = apply,
	.revert = revert,
};
