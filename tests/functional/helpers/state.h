/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The masks and schedules of all tasks, the masks of all interrupts, and some settings, from /proc and /sys.
 */
#ifndef STATE_H
#define STATE_H

#include <ctype.h>
#include <dirent.h>
#include <glob.h>
#include "common.h"

#define PF_EXITING		0x00000004
#define PF_WQ_WORKER		0x00000020
#define PF_KTHREAD		0x00200000
#define PF_NO_SETAFFINITY	0x04000000

struct task {
	int tgid, tid;
	unsigned long long start;
	unsigned int flags;
	int policy, prio, nice;
	char state;
	struct mask mask;
	char comm[64];
};

struct irq {
	int irq;
	char movable;
	struct mask mask;
	char chip[64], actions[256];
};

struct knob {
	char path[128], value[512];
};

struct state {
	struct task *task;
	struct irq *irq;
	struct knob *knob;
	int tasks, irqs, knobs;
};

static const char * const knobs[] = {
	"/proc/sys/kernel/timer_migration",
	"/proc/sys/kernel/sched_rt_runtime_us",
	"/proc/sys/kernel/numa_balancing",
	"/proc/sys/kernel/watchdog_cpumask",
	"/proc/sys/vm/stat_interval",
	"/proc/irq/default_smp_affinity",
	"/sys/devices/virtual/workqueue/cpumask",
	"/sys/devices/virtual/workqueue/*/cpumask",
	"/sys/devices/virtual/net/*/queues/*/[rx]ps_cpus",
	"/sys/devices/pci*/*/*/net/*/queues/*/[rx]ps_cpus",
	"/sys/devices/pci*/*/net/*/queues/*/[rx]ps_cpus",
	"/sys/devices/system/machinecheck/machinecheck*/check_interval",
	"/sys/kernel/mm/ksm/run",
	"/sys/devices/system/cpu/cpu*/power/pm_qos_resume_latency_us",
	"/sys/kernel/debug/sched/fair_server/cpu*/runtime",
	"/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
};

static inline void *grow(void *array, int n, size_t size)
{
	if (n & (n - 1))
		return array;
	array = realloc(array, size * (n ? 2 * n : 1));
	if (!array)
		die("realloc");
	return array;
}

static inline bool parse_stat(char *buf, struct task *t)
{
	char *open = strchr(buf, '('), *close = strrchr(buf, ')'), *p;
	int field;

	if (!open || !close)
		return false;
	*close = '\0';
	snprintf(t->comm, sizeof(t->comm), "%s", open + 1);
	p = close + 2;
	t->state = *p;
	for (field = 3; p; field++) {
		if (field == 9)
			t->flags = strtoul(p, NULL, 10);
		else if (field == 19)
			t->nice = atoi(p);
		else if (field == 22)
			t->start = strtoull(p, NULL, 10);
		else if (field == 40)
			t->prio = atoi(p);
		else if (field == 41)
			t->policy = atoi(p);
		p = strchr(p, ' ');
		if (p)
			p++;
	}
	return field > 41;
}

static inline void scan_process(struct state *s, int proc, const char *pid)
{
	char path[96], buf[2048];
	struct dirent *entry;
	int fd;
	DIR *dir;

	snprintf(path, sizeof(path), "%.20s/task", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		struct task t = { .tgid = atoi(pid), .tid = atoi(entry->d_name) };

		if (!t.tid)
			continue;
		snprintf(path, sizeof(path), "%.20s/stat", entry->d_name);
		if (read_at(fd, path, buf, sizeof(buf)) <= 0 || !parse_stat(buf, &t))
			continue;
		snprintf(path, sizeof(path), "%.20s/status", entry->d_name);
		if (!task_mask(fd, path, &t.mask))
			continue;
		s->task = grow(s->task, s->tasks, sizeof(t));
		s->task[s->tasks++] = t;
	}
	closedir(dir);
}

static inline int by_tid(const void *a, const void *b)
{
	const struct task *ta = a, *tb = b;

	return (ta->tid > tb->tid) - (ta->tid < tb->tid);
}

static inline void scan_tasks(struct state *s)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	if (!proc)
		die("/proc");
	while ((entry = readdir(proc)))
		if (isdigit(entry->d_name[0]))
			scan_process(s, dirfd(proc), entry->d_name);
	closedir(proc);
	qsort(s->task, s->tasks, sizeof(*s->task), by_tid);
}

/* The first line, or "-" when there is none. */
static inline void read_word(const char *path, char *buf, size_t size)
{
	if (read_at(AT_FDCWD, path, buf, size) < 0)
		buf[0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	if (!buf[0])
		strcpy(buf, "-");
}

static inline bool write_back(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = write(fd, text, strlen(text));
	close(fd);
	return n > 0;
}

static inline int by_irq(const void *a, const void *b)
{
	const struct irq *ia = a, *ib = b;

	return (ia->irq > ib->irq) - (ia->irq < ib->irq);
}

static inline void scan_irqs(struct state *s, bool probe)
{
	char path[96], mask[4096];
	struct dirent *entry;
	DIR *dir = opendir("/proc/irq");

	if (!dir)
		die("/proc/irq");
	while ((entry = readdir(dir))) {
		struct irq i = { .movable = '?' };

		if (!isdigit(entry->d_name[0]))
			continue;
		i.irq = atoi(entry->d_name);
		snprintf(path, sizeof(path), "/proc/irq/%d/smp_affinity", i.irq);
		read_word(path, mask, sizeof(mask));
		if (!mask_from_hex(&i.mask, mask))
			continue;
		if (probe)
			i.movable = write_back(path, mask) ? 'm' : 'u';
		snprintf(path, sizeof(path), "/sys/kernel/irq/%d/chip_name", i.irq);
		read_word(path, i.chip, sizeof(i.chip));
		snprintf(path, sizeof(path), "/sys/kernel/irq/%d/actions", i.irq);
		read_word(path, i.actions, sizeof(i.actions));
		s->irq = grow(s->irq, s->irqs, sizeof(i));
		s->irq[s->irqs++] = i;
	}
	closedir(dir);
	qsort(s->irq, s->irqs, sizeof(*s->irq), by_irq);
}

static inline void scan_knobs(struct state *s)
{
	size_t i, j;
	glob_t g;

	for (i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++) {
		if (glob(knobs[i], 0, NULL, &g))
			continue;
		for (j = 0; j < g.gl_pathc; j++) {
			struct knob k = { 0 };

			snprintf(k.path, sizeof(k.path), "%s", g.gl_pathv[j]);
			read_word(k.path, k.value, sizeof(k.value));
			s->knob = grow(s->knob, s->knobs, sizeof(k));
			s->knob[s->knobs++] = k;
		}
		globfree(&g);
	}
}

static inline void scan(struct state *s, bool probe)
{
	memset(s, 0, sizeof(*s));
	scan_tasks(s);
	scan_irqs(s, probe);
	scan_knobs(s);
}

static inline void drop(struct state *s)
{
	free(s->task);
	free(s->irq);
	free(s->knob);
}

static inline void save(const struct state *s, const char *path)
{
	FILE *f = fopen(path, "we");
	int i;

	if (!f)
		die(path);
	for (i = 0; i < s->tasks; i++) {
		const struct task *t = &s->task[i];

		fprintf(f, "task\t%d\t%d\t%llu\t%x\t%d\t%d\t%d\t%c\t%s\t%s\n", t->tgid, t->tid, t->start, t->flags,
			t->policy, t->prio, t->nice, t->state, mask_list(&t->mask), t->comm);
	}
	for (i = 0; i < s->irqs; i++) {
		const struct irq *q = &s->irq[i];

		fprintf(f, "irq\t%d\t%c\t%s\t%s\t%s\n", q->irq, q->movable, mask_list(&q->mask), q->chip, q->actions);
	}
	for (i = 0; i < s->knobs; i++)
		fprintf(f, "knob\t%s\t%s\n", s->knob[i].path, s->knob[i].value);
	if (fclose(f))
		die(path);
}

static inline void load(struct state *s, const char *path)
{
	char line[8192], list[4096];
	FILE *f = fopen(path, "re");

	if (!f)
		die(path);
	memset(s, 0, sizeof(*s));
	while (fgets(line, sizeof(line), f)) {
		struct task t = { 0 };
		struct knob k = { 0 };
		struct irq q = { 0 };

		/* A comm may hold a newline; the rest of such a line is nothing of ours. */
		if (sscanf(line, "task\t%d\t%d\t%llu\t%x\t%d\t%d\t%d\t%c\t%4095s\t%63[^\n]", &t.tgid, &t.tid, &t.start,
			   &t.flags, &t.policy, &t.prio, &t.nice, &t.state, list, t.comm) >= 9) {
			mask_from_list(&t.mask, list);
			s->task = grow(s->task, s->tasks, sizeof(t));
			s->task[s->tasks++] = t;
		} else if (sscanf(line, "irq\t%d\t%c\t%4095s\t%63[^\t]\t%255[^\n]", &q.irq, &q.movable, list, q.chip,
				  q.actions) == 5) {
			mask_from_list(&q.mask, list);
			s->irq = grow(s->irq, s->irqs, sizeof(q));
			s->irq[s->irqs++] = q;
		} else if (sscanf(line, "knob\t%127s\t%511[^\n]", k.path, k.value) == 2) {
			s->knob = grow(s->knob, s->knobs, sizeof(k));
			s->knob[s->knobs++] = k;
		}
	}
	fclose(f);
	if (!s->tasks || !s->irqs || !s->knobs) {
		fprintf(stderr, "%s: not a whole snapshot\n", path);
		exit(2);
	}
}

static inline const struct task *find_tid(const struct state *s, int tid)
{
	struct task key = { .tid = tid };

	return bsearch(&key, s->task, s->tasks, sizeof(key), by_tid);
}

static inline const struct task *find_task(const struct state *s, const struct task *t)
{
	const struct task *found = find_tid(s, t->tid);

	return found && found->start == t->start ? found : NULL;
}

static inline const struct knob *find_knob(const struct state *s, const struct knob *k)
{
	int i;

	for (i = 0; i < s->knobs; i++)
		if (!strcmp(s->knob[i].path, k->path))
			return &s->knob[i];
	return NULL;
}

static inline const struct irq *find_irq(const struct state *s, const struct irq *q)
{
	const struct irq *found = bsearch(q, s->irq, s->irqs, sizeof(*q), by_irq);

	return found && !strcmp(found->actions, q->actions) ? found : NULL;
}

#endif
