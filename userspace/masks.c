// SPDX-License-Identifier: GPL-2.0
/*
 * The masks of all tasks, kept across a change of the cpusets.
 *
 * Before 6.2 the kernel gives every task of a cpuset all of its CPUs when the
 * controller is switched on or off or a partition is made or ended, and what
 * anybody had chosen is forgotten. Here it is remembered, and what came out
 * different is set again. Later kernels remember what sched_setaffinity() was
 * told, which is more than the mask shows, so there only kernel threads are
 * looked after: theirs the kernel has set itself, and forgets.
 *
 * While something is isolated the module holds the masks, so it is told that it is
 * the cpusets that change them, and sets them again in the moment they have
 * changed. Only what it left behind, when it was unloaded, is set from here.
 *
 * The masks are in a file before the change, so that whoever takes the lock of
 * the journals after one who was killed there can go on. The caller holds that
 * lock from the one to the other. The module may have been unloaded by then, and
 * have put back what it could; so beside the mask is what the module says the
 * task had before it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "hexmask.h"
#include "masks.h"
#include "nl.h"
#include "rundir.h"
#include "sysfs.h"

#define FILE_NAME	"masks"
#define MAX_SIZE	(64 * 1024 * 1024)
#define MAX_PASSES	8
#define MAX_TRIES	100
#define KTHREADD	2
/* Columns of /proc/cpuiso/tasks: the mask that a task would have without us, that it has. */
#define ORIGINAL	7
#define PRESENT		8
#define NR_COLUMNS	9

struct mask_of {
	unsigned int tid, parent;	/* @parent: of a thread, its process */
	char *mask;			/* as in /proc/TID/status */
	char *orig;			/* a list, or NULL when the module has none */
};

static bool field(const char *status, const char *key, unsigned int *n)
{
	const char *at = strstr(status, key);

	return at && sscanf(at + strlen(key), "%u", n) == 1;
}

static struct mask_of *append(struct masks *m, unsigned int tid)
{
	if (!(m->n & (m->n - 1)))
		m->v = xrealloc(m->v, m->n ? 2 * m->n : 1, sizeof(*m->v));
	m->v[m->n] = (struct mask_of){ .tid = tid };
	return &m->v[m->n++];
}

static void add(struct masks *m, int dir, unsigned int tid)
{
	char file[32], text[8192], *mask;
	unsigned int tgid, ppid;
	struct mask_of *task;
	ssize_t n;
	int fd;

	snprintf(file, sizeof(file), "%u/status", tid);
	fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	mask = strstr(text, "\nCpus_allowed:\t");
	if (!mask || !field(text, "\nTgid:", &tgid) || !field(text, "\nPPid:", &ppid))
		return;
	mask = strchr(mask, '\t') + 1;
	mask[strcspn(mask, "\n")] = '\0';
	task = append(m, tid);
	task->parent = tgid == tid ? ppid : tgid;
	task->mask = xstrdup(mask);
}

static void each(const char *path, void (*fn)(struct masks *m, int dir, unsigned int id),
		 struct masks *m)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (*e->d_name >= '1' && *e->d_name <= '9')
			fn(m, dirfd(d), strtoul(e->d_name, NULL, 10));
	if (d)
		closedir(d);
}

static void add_process(struct masks *m, int dir, unsigned int pid)
{
	char path[PATH_MAX];

	(void)dir;
	sys_path(path, "/proc/%u/task", pid);
	each(path, add, m);
}

static int by_tid(const void *a, const void *b)
{
	const struct mask_of *x = a, *y = b;

	return x->tid < y->tid ? -1 : x->tid > y->tid;
}

static void sort(struct masks *m)
{
	if (m->n)
		qsort(m->v, m->n, sizeof(*m->v), by_tid);
}

static void take(struct masks *m)
{
	char path[PATH_MAX];

	sys_path(path, "/proc");
	each(path, add_process, m);
	sort(m);
}

static struct mask_of *find(const struct masks *m, unsigned int tid)
{
	struct mask_of key = { .tid = tid };

	return m->n ? bsearch(&key, m->v, m->n, sizeof(*m->v), by_tid) : NULL;
}

/* What the module says of all tasks, while something is isolated. */
static void each_record(void (*fn)(struct masks *m, unsigned int tid, char *const column[]),
			struct masks *m)
{
	char *text = sys_read("/proc/cpuiso/tasks"), *rest = text, *line, *column[NR_COLUMNS];
	unsigned int n, tid;

	while (rest && (line = strsep(&rest, "\n"))) {
		for (n = 0; n < NR_COLUMNS && line; n++)
			column[n] = strsep(&line, "\t");
		tid = strtoul(column[0], NULL, 10);
		if (n == NR_COLUMNS && tid)
			fn(m, tid, column);
	}
	free(text);
}

static void add_record(struct masks *m, unsigned int tid, char *const column[])
{
	char mask[CPULIST_MAX];
	struct cpuset present;
	struct mask_of *task;

	if (cpulist_parse(column[PRESENT], CPULIST_MAX, &present))
		return;
	hexmask_format(mask, sizeof(mask), &present);
	task = append(m, tid);
	task->mask = xstrdup(mask);
	task->orig = xstrdup(column[ORIGINAL]);
}

static void add_original(struct masks *m, unsigned int tid, char *const column[])
{
	struct mask_of *task = find(m, tid);

	if (task)
		task->orig = xstrdup(column[ORIGINAL]);
}

static void forget(struct masks *m)
{
	while (m->n) {
		free(m->v[--m->n].mask);
		free(m->v[m->n].orig);
	}
	free(m->v);
	conn_close(m->c);
}

/*
 * The masks, and what the module says of them. It may be undoing an isolation
 * just then: what it had a record of before is asked first, so that a mask which
 * was read before it was put back is not taken for what somebody had chosen.
 */
static void take_beside_module(struct masks *m)
{
	struct masks held = { 0 };
	struct mask_of *task;
	size_t i;

	each_record(add_record, &held);
	take(m);
	each_record(add_original, m);
	for (i = 0; i < held.n; i++) {
		task = find(m, held.v[i].tid);
		if (task && !task->orig) {
			task->orig = held.v[i].orig;
			held.v[i].orig = NULL;
		}
	}
	forget(&held);
}

static unsigned long long now_in_ticks(void)
{
	struct timespec now;
	long hz = sysconf(_SC_CLK_TCK);

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (unsigned long long)now.tv_sec * hz + now.tv_nsec / (1000000000 / hz);
}

/* Tells one load of the module from another; 0 when it is not loaded. */
static unsigned long long module_load(void)
{
	char path[PATH_MAX];
	struct stat st;

	sys_path(path, "/sys/module/cpuiso");
	return stat(path, &st) ? 0 : st.st_ino;
}

/* Return: 0 or a negative errno. */
static int keep(const struct masks *m)
{
	int dir = rundir_here(false), err = -ENOMEM;
	size_t size, i;
	char *text;
	FILE *f;

	f = dir < 0 ? NULL : open_memstream(&text, &size);
	if (f) {
		fprintf(f, "%s %llu %llu\n", sys_boot_id(), now_in_ticks(),
			m->c ? module_load() : 0);
		for (i = 0; i < m->n; i++)
			fprintf(f, "%u %s %s\n", m->v[i].tid, m->v[i].mask,
				m->v[i].orig ? m->v[i].orig : "-");
		if (!fclose(f))
			err = rundir_write(dir, FILE_NAME, text);
		free(text);
	}
	if (dir < 0)
		return dir;
	close(dir);
	return err;
}

/* What it is not told of, it would take for what somebody has decided. */
static void tell_module(struct masks *m)
{
	unsigned int tries = 0;
	int err = ENOENT;

	if (conn_try_open(&m->c) == NL_READY)
		do
			err = conn_cpusets(m->c, CPUISO_CMD_CPUSETS_BEGIN);
		while (err == ENOMEM && ++tries < MAX_TRIES && !poll(NULL, 0, 10));
	if (err) {
		conn_close(m->c);
		m->c = NULL;
	}
}

/**
 * masks_take() - remember the masks
 * @m: for masks_restore(), whatever is returned
 *
 * Return: 0, or a negative errno when they would be lost with this process.
 */
int masks_take(struct masks *m)
{
	*m = (struct masks){ 0 };
	tell_module(m);
	m->untold = !m->c;
	if (m->c) {
		/* One file, and not one of each task. */
		each_record(add_record, m);
		sort(m);
	} else {
		take_beside_module(m);
	}
	return keep(m);
}

/*
 * What the module still holds it sets right itself if it knows of the change, when
 * our connection is closed at the latest, and would take what is set for a decision.
 * If it does not know, what it has where it was need not go by way of its original.
 */
static bool is_held(const struct masks *before, const struct mask_of *was,
		    const struct mask_of *task)
{
	if (!task->orig)
		return false;
	if (before->untold)
		return !strcmp(task->mask, was->mask);
	return was->orig && !strcmp(task->orig, was->orig);
}

/*
 * What a task is to have. One that was born meanwhile and has what its parent
 * was given gets what its parent had. Return: false when it keeps what it has.
 */
static bool wanted(const struct masks *before, const struct masks *now,
		   const struct mask_of *task, bool kthreads_only, char *mask, size_t size)
{
	const struct mask_of *was = find(before, task->tid), *parent;
	bool kthread = task->parent == KTHREADD || task->tid == KTHREADD;
	struct cpuset cpus;

	if (!kthread && kthreads_only)
		return false;
	if (!was && !kthread) {
		was = find(before, task->parent);
		parent = find(now, task->parent);
		if (!parent || strcmp(parent->mask, task->mask))
			was = NULL;
	}
	if (!was || is_held(before, was, task))
		return false;
	/* What the module had a record of it has put back, or takes for its original. */
	if (was->orig && !cpulist_parse(was->orig, CPULIST_MAX, &cpus))
		hexmask_format(mask, size, &cpus);
	else
		snprintf(mask, size, "%s", was->mask);
	return true;
}

/*
 * Those whose masks the kernel keeps refuse, and have not been changed.
 * Return: true when it had another one and was given this one.
 */
static bool set(const struct mask_of *task, const char *mask)
{
	struct cpuset want, has;

	return hexmask_parse(mask, &want) &&
	       !(hexmask_parse(task->mask, &has) && !memcmp(&want, &has, sizeof(want))) &&
	       !syscall(SYS_sched_setaffinity, task->tid, sizeof(want.bit), want.bit);
}

static void remove_file(void)
{
	int dir = rundir_here(false);

	if (dir < 0)
		return;
	unlinkat(dir, FILE_NAME, 0);
	close(dir);
}

static void count(struct masks *m, unsigned int tid, char *const column[])
{
	(void)tid;
	(void)column;
	m->n++;
}

/**
 * masks_held() - does a module hold masks
 */
bool masks_held(void)
{
	struct masks m = { 0 };

	each_record(count, &m);
	return m.n;
}

/**
 * masks_settle() - the cpusets are changed; have the module put masks right
 * @m: what masks_take() remembered, still for masks_restore()
 *
 * Return: false when no module holds them (any more).
 */
bool masks_settle(struct masks *m)
{
	m->settled = m->c && !conn_cpusets(m->c, CPUISO_CMD_CPUSETS_END);
	return m->settled;
}

/**
 * masks_restore() - set again what came out different
 * @m: what masks_take() remembered, unless the module has settled it; freed
 *
 * Until nothing is left to set: tasks are born meanwhile, and the module may be
 * unloaded. A task that may not be where it was any more keeps what the kernel
 * gave it.
 */
void masks_restore(struct masks *m)
{
	bool more = !m->settled;
	bool kthreads_only = sys_kernel_version() >= 602;
	char mask[CPULIST_MAX];
	struct masks now;
	unsigned int pass;
	size_t i;

	for (pass = 0; pass < MAX_PASSES && more; pass++) {
		now = (struct masks){ 0 };
		take(&now);
		each_record(add_original, &now);
		more = false;
		for (i = 0; i < now.n; i++)
			if (wanted(m, &now, &now.v[i], kthreads_only, mask, sizeof(mask)))
				/* A guard may have moved it on again. */
				more |= set(&now.v[i], mask) && !now.v[i].orig;
		forget(&now);
	}
	forget(m);
	remove_file();
}

/* Of this boot, and of tasks that are no later ones of the same number. */
static void load(struct masks *m, char *text)
{
	const char *boot = sys_boot_id();
	unsigned long long taken = 0, holder = 0, start;
	char *line, *mask, *orig;
	struct mask_of *task;
	unsigned int tid;
	int len = 0;

	*m = (struct masks){ 0 };
	line = strsep(&text, "\n");
	if (sscanf(line, "%*s%n %llu %llu", &len, &taken, &holder) != 2 ||
	    len != (int)strlen(boot) || strncmp(line, boot, len))
		taken = 0;
	m->untold = !holder;
	/* Who was told of it has put it right when that command ended. */
	if (holder && holder == module_load())
		taken = 0;
	while (taken && text && (line = strsep(&text, "\n"))) {
		tid = strtoul(line, &mask, 10);
		if (!tid || *mask++ != ' ')
			continue;
		start = sys_task_start(tid);
		if (!start || start > taken)
			continue;
		orig = mask + strcspn(mask, " ");
		if (*orig)
			*orig++ = '\0';
		task = append(m, tid);
		task->mask = xstrdup(mask);
		task->orig = *orig && *orig != '-' ? xstrdup(orig) : NULL;
	}
	sort(m);
}

/**
 * masks_recover() - go on where somebody was killed between take and restore
 * @dir: the directory of journals; its lock is held
 */
void masks_recover(int dir)
{
	char *text = rundir_read(dir, FILE_NAME, MAX_SIZE);
	struct masks m;

	if (!text) {
		/* One that is no good would else be looked at for ever. */
		if (errno != ENOENT)
			unlinkat(dir, FILE_NAME, 0);
		return;
	}
	load(&m, text);
	free(text);
	masks_restore(&m);
}
