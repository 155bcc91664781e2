// SPDX-License-Identifier: GPL-2.0
/*
 * The deadline server that lets ordinary tasks run beside a FIFO loop (from
 * 6.8). On a CPU without a tick its timer is the noise. No CPU is in two
 * isolations, so no setting here is shared.
 *
 * Not on 6.12: it forgets the servers in the sum of the bandwidth of deadline
 * tasks whenever it rebuilds scheduling domains, and when a server is stopped
 * after that it warns (dl_rq->running_bw) or refuses (EBUSY); seen on 6.12.117.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fail.h"
#include "../sysfs.h"
#include "step.h"

#define NAME	"fair-server"
#define FILES	"/sys/kernel/debug/sched/fair_server/cpu%d/runtime"

static bool exists(void)
{
	return sys_kernel_version() != 612 && sys_exists("/sys/kernel/debug/sched/fair_server");
}

static int plan(const struct request *req, const struct cpuset *cpus,
		const struct journals *others, struct journal *j)
{
	char path[128], *now;
	int cpu;

	(void)req;
	(void)others;
	if (!exists())
		return 0;
	for (cpu = -1; (cpu = cpuset_next(cpus, cpu)) >= 0; ) {
		snprintf(path, sizeof(path), FILES, cpu);
		now = sys_read("%s", path);
		if (now && strcmp(now, "0") && j->n < JOURNAL_RECORDS)
			journal_add(j, NAME, path, now, "0", NULL);
		free(now);
	}
	return 0;
}

/* Of a CPU of the isolation, and nothing else. */
static bool is_ours(const struct journal *j, const char *object)
{
	struct cpuset cpus;
	char path[128];
	int cpu;

	if (cpulist_parse(j->cpus, CPULIST_MAX, &cpus))
		return false;
	for (cpu = -1; (cpu = cpuset_next(&cpus, cpu)) >= 0; ) {
		snprintf(path, sizeof(path), FILES, cpu);
		if (!strcmp(path, object))
			return true;
	}
	return false;
}

/*
 * When the module has lifted the limit of realtime tasks, because under one the
 * kernel may find that the sum of the bandwidths does not add up (EBUSY).
 */
static void hold(const struct journals *all, const struct journal *j,
		 const struct record *r, const unsigned int *pid, size_t n)
{
	char *now = is_ours(j, r->object) ? sys_read("%s", r->object) : NULL;
	static bool stays;
	int err = 0;

	(void)all;
	(void)pid;
	(void)n;
	if (now && !strcmp(now, r->old) && !stays)
		err = step_write(r->object, r->new);
	free(now);
	/* Said once, though this comes twice and for each CPU. */
	stays = stays || err;
	if (err)
		warn("the deadline server cannot be switched off (%s); look at %s",
		     strerror(-err), r->object);
}

static enum outcome revert(const struct journals *all, const struct journal *j,
			   const struct record *r)
{
	enum outcome out = OUT_RESTORED;
	char *now;
	int err;

	(void)all;
	now = is_ours(j, r->object) ? sys_read("%s", r->object) : NULL;
	if (!now) {
		out = OUT_GONE;
	} else if (!strcmp(now, r->new)) {
		err = step_write(r->object, r->old);
		if (err) {
			warn("the deadline server cannot be switched on again (%s); when its CPU is online, write %s to %s",
			     strerror(-err), r->old, r->object);
			out = OUT_LOST;
		}
	} else if (strcmp(now, r->old)) {
		out = OUT_CHANGED;
	}
	free(now);
	return out;
}

const struct step step_fair_server = {
	.name = NAME,
	.about = "no timer of the deadline server",
	.object = "/sys/kernel/debug/sched/fair_server/cpu*/runtime",
	.held = true,
	.exists = exists,
	.plan = plan,
	.hold = hold,
	.revert = revert,
};
