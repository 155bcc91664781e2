// SPDX-License-Identifier: GPL-2.0
/*
 * The affinities of all tasks and interrupts, because most tools have no undo.
 *
 *   masks save FILE
 *   masks restore FILE    give back what is not any more what it was; what the kernel refuses is left
 *   masks left CPU        print how many tasks are there, how many that could be moved are still allowed on CPU, and
 *                         the same of interrupts in use
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PF_NO_SETAFFINITY 0x04000000

struct task {
	int tid;
	unsigned long long start;
	cpu_set_t mask;
};

struct irq {
	int number;
	char mask[256];
};

static struct task *tasks;
static struct irq irqs[4096];
static int n_tasks, n_irqs;

static ssize_t slurp(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return -1;
	len = read(fd, buf, size - 1);
	close(fd);
	buf[len > 0 ? len : 0] = '\0';
	return len;
}

/* The start time tells a task from a later one of the same number. */
static int identify(int tid, unsigned int *flags, unsigned long long *start)
{
	char path[64], buf[1024], *p;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	if (slurp(path, buf, sizeof(buf)) <= 0)
		return -1;
	p = strrchr(buf, ')');
	if (!p || sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
			 flags, start) != 2)
		return -1;
	return 0;
}

static int add_task(int tid)
{
	struct task *t;

	if (!(n_tasks & (n_tasks - 1))) {
		tasks = realloc(tasks, sizeof(*tasks) * (n_tasks ? 2 * n_tasks : 1));
		if (!tasks)
			return -1;
	}
	t = &tasks[n_tasks];
	t->tid = tid;
	if (!sched_getaffinity(tid, sizeof(t->mask), &t->mask))
		n_tasks++;
	return 0;
}

/* Calls back for every directory below dir whose name is a number. */
static void each(const char *dir, void (*fn)(int number))
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d && (entry = readdir(d)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			fn(atoi(entry->d_name));
	if (d)
		closedir(d);
}

static void scan_thread(int tid)
{
	if (add_task(tid)) {
		perror("masks");
		exit(1);
	}
}

static void scan_process(int pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	each(path, scan_thread);
}

static void scan_irq(int number)
{
	char path[64];
	struct irq *i = &irqs[n_irqs];

	if (n_irqs == sizeof(irqs) / sizeof(irqs[0]))
		return;
	snprintf(path, sizeof(path), "/proc/irq/%d/smp_affinity", number);
	i->number = number;
	if (slurp(path, i->mask, sizeof(i->mask)) > 0)
		n_irqs++;
}

static void scan(void)
{
	each("/proc", scan_process);
	each("/proc/irq", scan_irq);
}

static int save(const char *file)
{
	FILE *f = fopen(file, "we");
	unsigned int flags;
	int i;

	if (!f)
		return -1;
	for (i = 0; i < n_tasks; i++)
		if (identify(tasks[i].tid, &flags, &tasks[i].start))
			tasks[i].tid = 0;
	fwrite(&n_tasks, sizeof(n_tasks), 1, f);
	fwrite(tasks, sizeof(*tasks), n_tasks, f);
	fwrite(&n_irqs, sizeof(n_irqs), 1, f);
	fwrite(irqs, sizeof(*irqs), n_irqs, f);
	return fclose(f);
}

static int load(const char *file)
{
	FILE *f = fopen(file, "re");
	int ok;

	if (!f)
		return -1;
	ok = fread(&n_tasks, sizeof(n_tasks), 1, f) == 1;
	tasks = ok ? calloc(n_tasks, sizeof(*tasks)) : NULL;
	ok = tasks && fread(tasks, sizeof(*tasks), n_tasks, f) == (size_t)n_tasks &&
	     fread(&n_irqs, sizeof(n_irqs), 1, f) == 1 && fread(irqs, sizeof(*irqs), n_irqs, f) == (size_t)n_irqs;
	fclose(f);
	return ok ? 0 : -1;
}

static void restore(void)
{
	unsigned long long start;
	unsigned int flags;
	char path[64], buf[256];
	cpu_set_t now;
	int i, fd;

	for (i = 0; i < n_tasks; i++) {
		if (!tasks[i].tid || sched_getaffinity(tasks[i].tid, sizeof(now), &now) || CPU_EQUAL(&now, &tasks[i].mask))
			continue;
		if (!identify(tasks[i].tid, &flags, &start) && start == tasks[i].start)
			sched_setaffinity(tasks[i].tid, sizeof(now), &tasks[i].mask);
	}
	for (i = 0; i < n_irqs; i++) {
		snprintf(path, sizeof(path), "/proc/irq/%d/smp_affinity", irqs[i].number);
		if (slurp(path, buf, sizeof(buf)) <= 0 || !strcmp(buf, irqs[i].mask))
			continue;
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (write(fd, irqs[i].mask, strlen(irqs[i].mask)) < 0)
			fprintf(stderr, "masks: irq %d stays as it is\n", irqs[i].number);
		close(fd);
	}
}

static int hex_has(const char *mask, int cpu)
{
	size_t i = strcspn(mask, "\n");
	int digit = cpu / 4;

	while (i-- > 0) {
		if (mask[i] == ',')
			continue;
		if (!digit--)
			return strtol((char[]){ mask[i], 0 }, NULL, 16) >> (cpu % 4) & 1;
	}
	return 0;
}

static void left(int cpu)
{
	int i, all = 0, left_tasks = 0, left_irqs = 0;
	unsigned long long start;
	unsigned int flags;
	char path[64], actions[256];

	for (i = 0; i < n_tasks; i++) {
		if (identify(tasks[i].tid, &flags, &start))
			continue;
		all++;
		left_tasks += !(flags & PF_NO_SETAFFINITY) && CPU_ISSET(cpu, &tasks[i].mask);
	}
	for (i = 0; i < n_irqs; i++) {
		snprintf(path, sizeof(path), "/sys/kernel/irq/%d/actions", irqs[i].number);
		if (slurp(path, actions, sizeof(actions)) > 0 && actions[0] != '\n')
			left_irqs += hex_has(irqs[i].mask, cpu);
	}
	printf("%d %d %d\n", all, left_tasks, left_irqs);
}

int main(int argc, char **argv)
{
	int bad;

	if (argc != 3 || (strcmp(argv[1], "save") && strcmp(argv[1], "restore") && strcmp(argv[1], "left"))) {
		fprintf(stderr, "usage: masks save FILE | restore FILE | left CPU\n");
		return 2;
	}
	if (!strcmp(argv[1], "restore")) {
		bad = load(argv[2]);
		if (!bad)
			restore();
	} else {
		scan();
		bad = 0;
		if (!strcmp(argv[1], "save"))
			bad = save(argv[2]);
		else
			left(atoi(argv[2]));
	}
	if (bad)
		perror("masks");
	return bad ? 1 : 0;
}
