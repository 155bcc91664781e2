// SPDX-License-Identifier: GPL-2.0
/*
 * The CPUs out of the scheduler's domains: an isolated partition of cgroup v2,
 * in a cgroup of its own below the root, where every kernel that has them allows
 * one.
 *
 * There are two steps, the controller and the partition. Both are in place only
 * while the module isolates, because it is the module that holds the masks
 * against what the kernel makes of them; masks.c tells it, and takes its place
 * when the module was unloaded first.
 *
 * Processes of the workload that are in the root move into the partition. Those
 * in another cgroup stay there: systemd finds a unit's processes by it, and
 * limits hang on it. The module binds them to the CPUs all the same.
 */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bootline.h"
#include "../cgroup2.h"
#include "../fail.h"
#include "../masks.h"
#include "../rundir.h"
#include "../sysfs.h"
#include "../topgroup.h"
#include "partition.h"
#include "shared.h"

#define CONTROLLER	"cpuset-controller"
#define PARTITION	"partition"
#define CONTROL		"cgroup.subtree_control"
#define ON		"+cpuset"
#define OFF		"-cpuset"
#define KIND		"cpuset.cpus.partition"
#define ISOLATED	"isolated"
#define MEMBER		"member"

#define MAX_ROUNDS	100

static char skipped[512];
static bool lacking;

/**
 * partition_skipped() - why the last plan has no partition
 *
 * Return: a sentence, or NULL when there is one or none was wanted.
 */
const char *partition_skipped(void)
{
	return *skipped ? skipped : NULL;
}

/**
 * partition_refused() - the same, where this machine could make one
 */
const char *partition_refused(void)
{
	return lacking ? NULL : partition_skipped();
}

static bool __attribute__((format(printf, 1, 2))) skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(skipped, sizeof(skipped), fmt, ap);
	va_end(ap);
	return false;
}

static bool is_on(const char *mount)
{
	char *words = sys_read("%s/" CONTROL, mount);
	bool on = cgroup2_has_word(words, "cpuset");

	free(words);
	return on;
}

static bool names_cpus(const char *mount, const char *child, const struct cpuset *cpus)
{
	char *text = sys_read("%s/%s/cpuset.cpus", mount, child);
	struct cpuset its, rest = *cpus;
	bool any = false;

	if (text && *text && !cpulist_parse(text, CPULIST_MAX, &its)) {
		cpuset_minus(&rest, &its);
		any = memcmp(&rest, cpus, sizeof(rest));
	}
	free(text);
	return any;
}

/* Of an isolation that there is; whose CPUs these are is the module's to say. */
static bool of_isolation(const struct journals *others, const char *mount, const char *child)
{
	char dir[PATH_MAX];
	bool its = false;
	size_t i;

	snprintf(dir, sizeof(dir), "%s/%s", mount, child);
	for (i = 0; i < others->n && !its; i++)
		its = shared_record(others->v[i], PARTITION, dir);
	return its;
}

/* Does another cgroup want these CPUs? Return: 0, or the exit code. */
static int check_others(const char *mount, const char *list, const struct cpuset *cpus,
			const struct journals *others, bool *may)
{
	char path[PATH_MAX], *kind;
	struct dirent *e;
	int code = 0;
	DIR *d;

	sys_path(path, "%s", mount);
	d = opendir(path);
	while (d && !code && (e = readdir(d))) {
		if (*e->d_name == '.' || !names_cpus(mount, e->d_name, cpus) ||
		    of_isolation(others, mount, e->d_name))
			continue;
		kind = sys_read("%s/%s/" KIND, mount, e->d_name);
		if (kind && strncmp(kind, MEMBER, strlen(MEMBER)))
			code = fail(EXIT_REFUSED, "CPU %s belongs to the partition of the cgroup /%s; end that (echo member to its cpuset.cpus.partition) or take other CPUs",
				    list, e->d_name);
		else
			*may = skip("the cgroup /%s has CPU %s in its cpuset.cpus",
				    e->d_name, list);
		free(kind);
	}
	if (d)
		closedir(d);
	return code;
}

/* Does an isolation besides this one, or NULL, need the controller? */
static bool needed(const struct journals *all, const struct journal *j, const char *file)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		if (all->v[i] != j && shared_record(all->v[i], CONTROLLER, file))
			return true;
	return false;
}

/* Why this machine has no isolated partitions, or NULL. */
static const char *lacks(const char *mount)
{
	char *words = sys_read("%s/cgroup.controllers", mount);
	bool has = cgroup2_has_word(words, "cpuset");

	free(words);
	if (!has)
		return "cgroup v2 has no cpuset controller here";
	return sys_kernel_version() < 601 ? "isolated partitions came with kernel 6.1" : NULL;
}

/*
 * Tasks have the mask of isolcpus= from their birth, and nobody has chosen it: from
 * 6.2 on they get all CPUs when a partition ends. Before, masks.c sets all again.
 */
static bool forgets_isolcpus(const struct cpuset *cpus)
{
	struct bootline b;

	if (sys_kernel_version() < 602)
		return false;
	bootline_read(&b);
	if (!b.domain)
		return false;
	skip("with isolcpus= on the boot line the kernel would give every task all CPUs when a partition ends");
	/* Those need none. */
	lacking = cpuset_subset(cpus, &b.isolated);
	return true;
}

/* Return: 0, or the exit code; then nothing may be changed. */
static int check(const struct request *req, const struct cpuset *cpus,
		 const struct journals *others, const char *mount, bool *may)
{
	char dir[PATH_MAX];

	*may = !forgets_isolcpus(cpus);
	topgroup_path(dir, sizeof(dir), mount, req->name);
	if (sys_exists("%s", dir))
		return fail(EXIT_REFUSED, "there is a cgroup %s already; remove it (rmdir), take another --name, or give --no-partition",
			    dir);
	return check_others(mount, req->cpus, cpus, others, may);
}

static int prepare(const struct request *req, const struct cpuset *cpus,
		   const struct journals *others, char **mount)
{
	bool may = false;
	const char *why;
	int code = 0;

	*skipped = '\0';
	*mount = cgroup2_mount();
	why = *mount ? lacks(*mount) : "cgroup v2 is not mounted";
	lacking = why;
	if (why)
		skip("%s", why);
	else
		code = check(req, cpus, others, *mount, &may);
	if (!code && may)
		return 0;
	free(*mount);
	*mount = NULL;
	return code;
}

static int plan_controller(const struct request *req, const struct cpuset *cpus,
			   const struct journals *others, struct journal *j)
{
	char *mount, file[PATH_MAX];
	int code;

	code = prepare(req, cpus, others, &mount);
	if (!mount)
		return code;
	snprintf(file, sizeof(file), "%s/" CONTROL, mount);
	/* Whichever of ours ends last switches it off. */
	if (needed(others, NULL, file) || !is_on(mount))
		journal_add(j, CONTROLLER, file, OFF, ON, NULL);
	free(mount);
	return code;
}

static int plan_partition(const struct request *req, const struct cpuset *cpus,
			  const struct journals *others, struct journal *j)
{
	char *mount, dir[PATH_MAX];
	int code;

	code = prepare(req, cpus, others, &mount);
	if (!mount)
		return code;
	topgroup_path(dir, sizeof(dir), mount, req->name);
	journal_add(j, PARTITION, dir, "none", ISOLATED, NULL);
	free(mount);
	return code;
}

static bool exists(void)
{
	char *mount = cgroup2_mount();
	bool has = mount && !lacks(mount);

	free(mount);
	return has;
}

/* A step's object may have been written by an enemy. */
static bool is_ours(const struct journal *j, const struct record *r, char **mount)
{
	char path[PATH_MAX];

	*mount = cgroup2_mount();
	if (!*mount)
		return false;
	if (!strcmp(r->step, CONTROLLER))
		snprintf(path, sizeof(path), "%s/" CONTROL, *mount);
	else
		topgroup_path(path, sizeof(path), *mount, j->name);
	if (!strcmp(path, r->object))
		return true;
	free(*mount);
	*mount = NULL;
	return false;
}

static int write_in(const char *dir, const char *file, const char *text)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", dir, file) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return step_write(path, text);
}

static void move_in(const char *dir, const unsigned int *pid, size_t n)
{
	char text[16];
	size_t i;

	for (i = 0; i < n; i++) {
		if (!cgroup2_at_root(pid[i]))
			continue;
		snprintf(text, sizeof(text), "%u", pid[i]);
		(void)write_in(dir, "cgroup.procs", text);
	}
}

static bool any_at_root(const unsigned int *pid, size_t n)
{
	while (n)
		if (cgroup2_at_root(pid[--n]))
			return true;
	return false;
}

static bool move_out(const char *dir, const char *mount)
{
	char *text, *rest, *line;
	unsigned int round;
	bool empty = false;

	for (round = 0; round < MAX_ROUNDS && !empty; round++) {
		text = rest = sys_read("%s/cgroup.procs", dir);
		empty = !text || !*text;
		while (rest && (line = strsep(&rest, "\n")))
			if (*line)
				(void)write_in(mount, "cgroup.procs", line);
		free(text);
	}
	return empty;
}

/* Has anybody else come to use the controller? */
static bool in_use(const char *mount)
{
	char path[PATH_MAX], *cpus, *mems, *below;
	struct dirent *e;
	bool used = false;
	DIR *d;

	sys_path(path, "%s", mount);
	d = opendir(path);
	while (d && !used && (e = readdir(d))) {
		if (*e->d_name == '.' || e->d_type != DT_DIR)
			continue;
		cpus = sys_read("%s/%s/cpuset.cpus", mount, e->d_name);
		mems = sys_read("%s/%s/cpuset.mems", mount, e->d_name);
		below = sys_read("%s/%s/" CONTROL, mount, e->d_name);
		used = (cpus && *cpus) || (mems && *mems) || cgroup2_has_word(below, "cpuset");
		free(cpus);
		free(mems);
		free(below);
	}
	if (d)
		closedir(d);
	return used;
}

static void end_partition(const char *dir, const char *mount)
{
	move_out(dir, mount);
	(void)write_in(dir, KIND, MEMBER);
}

/*
 * The cpusets are as they are to be. When the module holds no masks any more all
 * isolations are over, and while there is a partition left nobody can be given its
 * CPUs, nor others who is in it, so all of them end before masks are set again.
 */
static void set_again(struct masks *masks, const struct journals *all, const char *mount)
{
	char dir[PATH_MAX];
	size_t i;

	if (!masks_settle(masks) && !masks_held()) {
		for (i = 0; i < all->n; i++) {
			topgroup_path(dir, sizeof(dir), mount, all->v[i]->name);
			if (shared_record(all->v[i], PARTITION, dir))
				end_partition(dir, mount);
		}
	}
	masks_restore(masks);
}

static enum outcome revert_partition(const struct journals *all, const struct journal *j,
				     const struct record *r)
{
	char *mount, control[PATH_MAX];
	struct masks masks;
	int err;

	if (!is_ours(j, r, &mount))
		return OUT_GONE;
	if (!sys_exists("%s", r->object)) {
		free(mount);
		return OUT_GONE;
	}
	(void)masks_take(&masks);
	end_partition(r->object, mount);
	err = topgroup_remove(r->object, j->name);
	/* systemd would do it as soon as the slice has gone, and nobody would keep the masks. */
	snprintf(control, sizeof(control), "%s/" CONTROL, mount);
	if (shared_record(j, CONTROLLER, control) && !needed(all, j, control) && !in_use(mount))
		(void)step_write(control, OFF);
	set_again(&masks, all, mount);
	free(mount);
	if (!err)
		return OUT_RESTORED;
	warn("the cgroup %s cannot be removed (%s); move what is in it elsewhere and rmdir it",
	     r->object, strerror(-err));
	return OUT_LOST;
}

static bool make(const char *mount, const struct journal *j, const struct record *r,
		 const unsigned int *pid, size_t n)
{
	char *kind;
	int err;

	/* If it cannot be, then neither can the partition, which says so. */
	(void)write_in(mount, CONTROL, ON);
	err = topgroup_make(r->object, j->name, j->cpus);
	if (!err)
		err = write_in(r->object, "cpuset.cpus", j->cpus);
	if (!err) {
		move_in(r->object, pid, n);
		err = write_in(r->object, KIND, ISOLATED);
	}
	if (err)
		return skip("the kernel refuses it (%s)", strerror(-err));
	/* What is written may be taken and yet not hold. */
	kind = sys_read("%s/" KIND, r->object);
	if (!kind || strcmp(kind, ISOLATED))
		skip("the kernel says \"%s\" of it", kind ? kind : "");
	free(kind);
	return !*skipped;
}

static void hold_partition(const struct journals *all, const struct journal *j,
			   const struct record *r, const unsigned int *pid, size_t n)
{
	bool made, good = true;
	struct masks masks;
	char *mount;
	int err;

	if (*skipped || !is_ours(j, r, &mount))
		return;
	made = sys_exists("%s", r->object);
	if (made && !any_at_root(pid, n)) {
		free(mount);
		return;
	}
	err = masks_take(&masks);
	if (made)
		move_in(r->object, pid, n);
	else if (err)
		good = skip("there is no room in " RUNDIR " (%s)", strerror(-err));
	else if (masks.untold)
		good = skip("the module does not hold the masks");
	else
		good = make(mount, j, r, pid, n);
	set_again(&masks, all, mount);
	free(mount);
	if (!good)
		(void)revert_partition(all, j, r);
}

static enum outcome switch_off(const struct journals *all, const char *mount,
			       const char *file)
{
	struct masks masks;
	int err;

	if (in_use(mount))
		return OUT_CHANGED;
	(void)masks_take(&masks);
	err = step_write(file, OFF);
	set_again(&masks, all, mount);
	if (!err)
		return OUT_RESTORED;
	warn("the cpuset controller cannot be switched off (%s); write " OFF " to %s",
	     strerror(-err), file);
	return OUT_LOST;
}

static enum outcome revert_controller(const struct journals *all, const struct journal *j,
				      const struct record *r)
{
	enum outcome out = OUT_RESTORED;
	char *mount;

	if (!is_ours(j, r, &mount))
		return OUT_GONE;
	if (!needed(all, j, r->object) && is_on(mount))
		out = switch_off(all, mount, r->object);
	free(mount);
	return out;
}

const struct step step_controller = {
	.name = CONTROLLER,
	.about = "needed for the partition",
	.object = CONTROL,
	.held = true,
	.exists = exists,
	.plan = plan_controller,
	.revert = revert_controller,
};

const struct step step_partition = {
	.name = PARTITION,
	.about = "the scheduler does not balance there",
	.object = KIND,
	.held = true,
	.exists = exists,
	.plan = plan_partition,
	.hold = hold_partition,
	.revert = revert_partition,
};
