// SPDX-License-Identifier: GPL-2.0
/*
 * Everything that an isolation may change, seen from /proc and /sys alone and never from what cpuiso says.
 *
 *   snapshot take [-p] FILE          write it down; -p also finds out which interrupts can be moved, by writing to each
 *                                    the mask that it has, and so belongs before the module is loaded
 *   snapshot diff A B                print what is in both and is not the same; exit 1 when there is something
 *   snapshot same A                  the same, with what is now
 *   snapshot clear [-t SECONDS] [-w PID[:LIST]]... [-k IRQ]... [-s POLICY:PRIO] LIST A
 *                                    print every task and interrupt that could be off the CPUs in LIST and is allowed
 *                                    there, and every thread of a workload process PID that is not on exactly LIST,
 *                                    or not scheduled like that
 *   snapshot verdicts [-w ...] [-k ...] LIST A
 *                                    hold /proc/cpuiso/tasks and irqs against A and against what is now
 *   snapshot show PID                tid, CPUs, policy, priority and nice value of each thread
 *
 * A task is the same one when number and start time are; an interrupt, when number and actions are.
 */
#include <stdarg.h>
#include "state.h"

static int complaints;
static bool quiet;

static void __attribute__((format(printf, 1, 2))) complain(const char *fmt, ...)
{
	va_list ap;

	complaints++;
	if (quiet)
		return;
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* The kernel gives a worker of a workqueue, its rescuer most of all, the mask of the pool that it works for just then. */
static bool wanders(const struct task *t)
{
	return t->flags & PF_WQ_WORKER && t->flags & PF_NO_SETAFFINITY;
}

/* Whose thread it is stands in its name. */
static bool is_irq_thread(const struct task *t, int *irq)
{
	return t->flags & PF_KTHREAD && sscanf(t->comm, "irq/%d-", irq) == 1;
}

/*
 * The thread of an interrupt goes to the one CPU that this is delivered to, of all that it is allowed on, before 6.9 when
 * the next one comes. And one that cannot be moved before the next one comes is delivered to where it was until then.
 */
static bool follows_irq(const struct task *t, const struct state *s)
{
	char path[64], text[4096];
	struct irq key = { 0 };
	struct mask effective;
	const struct irq *q;

	if (!is_irq_thread(t, &key.irq))
		return false;
	q = bsearch(&key, s->irq, s->irqs, sizeof(key), by_irq);
	if (!q || mask_meets(&t->mask, &q->mask))
		return q;
	snprintf(path, sizeof(path), "/proc/irq/%d/effective_affinity", q->irq);
	read_word(path, text, sizeof(text));
	return mask_from_hex(&effective, text) && mask_meets(&t->mask, &effective);
}

static void diff(const struct state *a, const struct state *b)
{
	int i, common = 0;

	for (i = 0; i < a->tasks; i++) {
		const struct task *t = &a->task[i], *u = find_task(b, t);

		if (!u)
			continue;
		common++;
		if (!mask_equal(&t->mask, &u->mask) && !wanders(u) && !follows_irq(u, b))
			complain("task %d (%s) flags %x: CPUs %s -> %s", t->tid, t->comm, u->flags,
				 mask_list(&t->mask), mask_list(&u->mask));
		if (t->policy != u->policy || t->prio != u->prio || t->nice != u->nice)
			complain("task %d (%s): policy/prio/nice %d/%d/%d -> %d/%d/%d", t->tid, t->comm, t->policy,
				 t->prio, t->nice, u->policy, u->prio, u->nice);
	}
	for (i = 0; i < a->irqs; i++) {
		const struct irq *q = &a->irq[i], *r = find_irq(b, q);

		if (!r)
			continue;
		common++;
		if (!mask_equal(&q->mask, &r->mask))
			complain("irq %d (%s, %s): CPUs %s -> %s", q->irq, q->chip, q->actions, mask_list(&q->mask),
				 mask_list(&r->mask));
	}
	for (i = 0; i < a->knobs; i++) {
		const struct knob *k = &a->knob[i], *l = find_knob(b, k);

		/* The devices of some go. */
		if (l && strcmp(k->value, l->value))
			complain("%s: %s -> %s", k->path, k->value, l->value);
	}
	if (common < 10)
		complain("only %d objects are in both snapshots", common);
}

/* What the caller says of the workload. */
static struct {
	int pid;
	struct mask cpus;
} workload[1024];
static int workloads, kept[64], n_kept;
static double patience;
static int want_policy = -1, want_prio;

static void parse_options(int argc, char **argv, struct mask *cpus)
{
	char *colon;
	int c;

	while ((c = getopt(argc, argv, "t:w:k:s:")) != -1) {
		switch (c) {
		case 't':
			patience = atof(optarg);
			break;
		case 'w':
			if (workloads == 1024)
				exit(2);
			workload[workloads].pid = atoi(optarg);
			colon = strchr(optarg, ':');
			if (colon && !mask_from_list(&workload[workloads].cpus, colon + 1))
				exit(2);
			workloads++;
			break;
		case 'k':
			if (n_kept == 64)
				exit(2);
			kept[n_kept++] = atoi(optarg);
			break;
		case 's':
			if (sscanf(optarg, "%d:%d", &want_policy, &want_prio) != 2)
				exit(2);
			break;
		default:
			exit(2);
		}
	}
	if (optind != argc - 2 || !mask_from_list(cpus, argv[optind])) {
		fprintf(stderr, "what is wanted is LIST and the snapshot from before\n");
		exit(2);
	}
	for (c = 0; c < workloads; c++)
		if (!mask_weight(&workload[c].cpus))
			workload[c].cpus = *cpus;
}

static const struct mask *workload_cpus(const struct task *t)
{
	int i;

	for (i = 0; i < workloads; i++)
		if (workload[i].pid == t->tgid)
			return &workload[i].cpus;
	return NULL;
}

static bool is_kept(const struct irq *q)
{
	int i;

	for (i = 0; i < n_kept; i++)
		if (kept[i] == q->irq)
			return true;
	return false;
}

static bool ending(const struct task *t)
{
	return t->flags & PF_EXITING || t->state == 'Z' || t->state == 'X';
}

/* An interrupt that nobody has requested is delivered nowhere. */
static bool in_use(const struct irq *q)
{
	return strcmp(q->actions, "-");
}

static void clear(const struct mask *cpus, const struct state *before, const struct state *s)
{
	int i, j;

	for (i = 0; i < workloads; i++) {
		for (j = 0; j < s->tasks && s->task[j].tgid != workload[i].pid; j++)
			;
		if (j == s->tasks)
			complain("workload process %d is not there", workload[i].pid);
	}
	for (i = 0; i < s->tasks; i++) {
		const struct task *t = &s->task[i];
		const struct mask *want = workload_cpus(t);

		if (ending(t) || t->flags & PF_NO_SETAFFINITY)
			continue;
		if (want && !mask_equal(&t->mask, want))
			complain("workload task %d (%s) of %d is on CPUs %s, not %s", t->tid, t->comm, t->tgid,
				 mask_list(&t->mask), mask_list(want));
		if (want && want_policy >= 0 && (t->policy != want_policy || t->prio != want_prio))
			complain("workload task %d (%s) of %d has policy and priority %d:%d", t->tid, t->comm, t->tgid,
				 t->policy, t->prio);
		if (!want && mask_meets(&t->mask, cpus))
			complain("%s %d (%s) is allowed on CPUs %s", t->flags & PF_KTHREAD ? "kthread" : "task",
				 t->tid, t->comm, mask_list(&t->mask));
	}
	for (i = 0; i < s->irqs; i++) {
		const struct irq *q = &s->irq[i], *was = find_irq(before, q);

		if (!in_use(q))
			continue;
		if (is_kept(q)) {
			struct mask outside = q->mask;

			for (j = 0; j < MASK_WORDS; j++)
				outside.w[j] &= ~cpus->w[j];
			if (mask_weight(&outside))
				complain("irq %d (%s) is to be kept and is allowed on CPUs %s", q->irq, q->actions,
					 mask_list(&q->mask));
		} else if ((!was || was->movable != 'u') && mask_meets(&q->mask, cpus)) {
			complain("irq %d (%s) is allowed on CPUs %s", q->irq, q->actions, mask_list(&q->mask));
		}
	}
}

/* A kthread that is born while we look starts on all CPUs, so an offender gets some time to be moved. */
static void clear_within(const struct mask *cpus, const struct state *before)
{
	double end = now() + patience;
	struct state s;

	for (;;) {
		quiet = now() < end;
		complaints = 0;
		scan(&s, false);
		clear(cpus, before, &s);
		drop(&s);
		if (!complaints || !quiet)
			return;
		nap(0.02);
	}
}

#define COLUMNS 10

/* Fills col with the fields of the line; returns the start of the next line, NULL at the end. */
static char *split(char *line, char *col[COLUMNS], int *n)
{
	char *end = strchr(line, '\n');

	if (end)
		*end = '\0';
	for (*n = 0; *n < COLUMNS && line; (*n)++) {
		col[*n] = line;
		line = strchr(line, '\t');
		if (line)
			*line++ = '\0';
	}
	return end && end[1] ? end + 1 : NULL;
}

static char *open_table(const char *path, char **buf)
{
	char *p;

	*buf = read_all(path, NULL);
	if (!*buf)
		die(path);
	if (strncmp(*buf, "version 1\n", 10)) {
		complain("%s does not start with version 1", path);
		return NULL;
	}
	p = strchr(*buf + 10, '\n');
	return p && p[1] ? p + 1 : NULL;
}

static bool same_list(const char *text, const struct mask *m)
{
	struct mask given;

	return mask_from_list(&given, text) && mask_equal(&given, m);
}

static const char *task_verdict(const struct mask *cpus, const struct task *was, const struct task *t)
{
	const struct mask *mask = was ? &was->mask : &t->mask;

	if (workload_cpus(t))
		return "workload";
	if (t->flags & PF_NO_SETAFFINITY && mask_meets(mask, cpus))
		return mask_weight(mask) == 1 ? "per-cpu-kthread" : "no-setaffinity";
	return mask_meets(mask, cpus) ? "moved" : "already-clear";
}

static void check_task(const struct mask *cpus, const struct task *was, const struct task *t, char *col[COLUMNS])
{
	const char *want = task_verdict(cpus, was, t);
	bool kthread = t->flags & PF_KTHREAD, mine = workload_cpus(t);
	int irq;
	bool wanderer = wanders(t) || is_irq_thread(t, &irq);

	if (atoi(col[1]) != t->tgid)
		complain("task %d (%s): tgid %s, not %d", t->tid, t->comm, col[1], t->tgid);
	if (strcmp(col[3], kthread ? "kthread" : "user"))
		complain("task %d (%s): type %s", t->tid, t->comm, col[3]);
	if (mine == !strcmp(col[4], "-"))
		complain("task %d (%s): isolation %s", t->tid, t->comm, col[4]);
	/* What was born since the snapshot may have been moved or born on housekeeping CPUs. */
	if (strcmp(col[5], want) && !wanderer && (was || strcmp(want, "already-clear") || strcmp(col[5], "moved")))
		complain("task %d (%s) flags %x: verdict %s, not %s (before %s, now %s)", t->tid, t->comm, t->flags,
			 col[5], want, was ? mask_list(&was->mask) : "unborn", mask_list(&t->mask));
	if (strcmp(col[6], "0"))
		complain("task %d (%s): errno %s", t->tid, t->comm, col[6]);
	if (was && !same_list(col[7], &was->mask) && !wanderer)
		complain("task %d (%s): original %s, was %s", t->tid, t->comm, col[7], mask_list(&was->mask));
	if (!same_list(col[8], &t->mask))
		complain("task %d (%s): present %s, is %s", t->tid, t->comm, col[8], mask_list(&t->mask));
}

static void check_tasks(const struct mask *cpus, const struct state *before)
{
	struct state first = { 0 }, last = { 0 };
	char *buf, *p, *col[COLUMNS];
	bool *seen;
	int n, i;

	scan_tasks(&first);
	p = open_table("/proc/cpuiso/tasks", &buf);
	scan_tasks(&last);
	seen = calloc(last.tasks, sizeof(*seen));
	while (p) {
		const struct task *t;
		char *line = p;

		p = split(line, col, &n);
		if (n != 9) {
			complain("/proc/cpuiso/tasks: %d fields in the line of %s", n, line);
			continue;
		}
		t = find_tid(&last, atoi(col[0]));
		if (!t || !find_task(&first, t))
			continue;
		if (seen[t - last.task])
			complain("task %d (%s): two lines", t->tid, t->comm);
		seen[t - last.task] = true;
		if (!ending(t))
			check_task(cpus, find_task(before, t), t, col);
	}
	for (i = 0; i < last.tasks; i++)
		if (!seen[i] && find_task(&first, &last.task[i]) && !ending(&last.task[i]))
			complain("task %d (%s): no line", last.task[i].tid, last.task[i].comm);
	free(seen);
	free(buf);
	drop(&first);
	drop(&last);
}

static bool irq_verdict_fits(const struct mask *cpus, const struct irq *was, const char *verdict)
{
	if (is_kept(was))
		return !strcmp(verdict, "workload");
	if (!mask_meets(&was->mask, cpus))
		return !strcmp(verdict, "already-clear");
	if (was->movable == 'm')
		return !strcmp(verdict, "moved");
	return !strcmp(verdict, "managed-irq") || !strcmp(verdict, "per-cpu-irq") || !strcmp(verdict, "refused");
}

static void check_irqs(const struct mask *cpus, const struct state *before)
{
	struct state s = { 0 };
	char *buf, *p, *col[COLUMNS];
	int n, i, lines = 0;

	p = open_table("/proc/cpuiso/irqs", &buf);
	scan_irqs(&s, false);
	while (p) {
		const struct irq *was, *is;
		struct irq key = { 0 };
		char *line = p;

		p = split(line, col, &n);
		if (n != 10) {
			complain("/proc/cpuiso/irqs: %d fields in the line of %s", n, line);
			continue;
		}
		key.irq = atoi(col[0]);
		is = bsearch(&key, s.irq, s.irqs, sizeof(key), by_irq);
		if (!is || !in_use(is)) {
			complain("irq %d: a line, and no action", key.irq);
			continue;
		}
		lines++;
		was = find_irq(before, is);
		if (!was)
			continue;
		/* A pattern may also match what cannot be moved. */
		if (was->movable != 'u' && is_kept(was) == !strcmp(col[3], "-"))
			complain("irq %d (%s): isolation %s", is->irq, is->actions, col[3]);
		if (!irq_verdict_fits(cpus, was, col[4]))
			complain("irq %d (%s): verdict %s (movable %c, was on %s)", is->irq, is->actions, col[4],
				 was->movable, mask_list(&was->mask));
		if (strcmp(col[4], "refused") ? strcmp(col[5], "0") : !strcmp(col[5], "0"))
			complain("irq %d (%s): verdict %s, errno %s", is->irq, is->actions, col[4], col[5]);
		if (!same_list(col[6], &was->mask))
			complain("irq %d (%s): original %s, was %s", is->irq, is->actions, col[6],
				 mask_list(&was->mask));
		if (!same_list(col[7], &is->mask))
			complain("irq %d (%s): present %s, is %s", is->irq, is->actions, col[7], mask_list(&is->mask));
		if (strcmp(col[9], "-") && strcmp(col[9], "pending"))
			complain("irq %d (%s): pending column %s", is->irq, is->actions, col[9]);
	}
	for (i = n = 0; i < s.irqs; i++)
		n += in_use(&s.irq[i]);
	if (n != lines)
		complain("/proc/cpuiso/irqs: %d lines for %d interrupts", lines, n);
	free(buf);
	drop(&s);
}

static void show(const char *pid)
{
	struct state s = { 0 };
	int proc = open("/proc", O_RDONLY | O_DIRECTORY), i;

	scan_process(&s, proc, pid);
	qsort(s.task, s.tasks, sizeof(*s.task), by_tid);
	for (i = 0; i < s.tasks; i++)
		printf("%d %s %d %d %d\n", s.task[i].tid, mask_list(&s.task[i].mask), s.task[i].policy, s.task[i].prio,
		       s.task[i].nice);
	if (!s.tasks)
		complaints++;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	struct state a, b;
	struct mask cpus;

	argc--;
	argv++;
	if (!strcmp(verb, "take") && (argc == 2 || (argc == 3 && !strcmp(argv[1], "-p")))) {
		scan(&a, argc == 3);
		save(&a, argv[argc - 1]);
	} else if (!strcmp(verb, "diff") && argc == 3) {
		load(&a, argv[1]);
		load(&b, argv[2]);
		diff(&a, &b);
	} else if (!strcmp(verb, "same") && argc == 2) {
		load(&a, argv[1]);
		scan(&b, false);
		diff(&a, &b);
	} else if (!strcmp(verb, "clear")) {
		parse_options(argc, argv, &cpus);
		load(&a, argv[argc - 1]);
		clear_within(&cpus, &a);
	} else if (!strcmp(verb, "verdicts")) {
		parse_options(argc, argv, &cpus);
		load(&a, argv[argc - 1]);
		check_tasks(&cpus, &a);
		check_irqs(&cpus, &a);
	} else if (!strcmp(verb, "show") && argc == 2) {
		show(argv[1]);
	} else {
		fprintf(stderr, "usage: see the head of snapshot.c\n");
		return 2;
	}
	return complaints ? 1 : 0;
}
