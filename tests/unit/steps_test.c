// SPDX-License-Identifier: GPL-2.0
/* Steps on a tree of fixtures: isolations that share a setting, in every order of their ends. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hexmask.h"
#include "irqbalance.h"
#include "steps/step.h"
#include "sysfs.h"
#include "tap.h"

#define MASK	"/proc/irq/default_smp_affinity"

static char root[] = "/tmp/cpuiso-steps.XXXXXX";

static void put(const char *file, const char *text)
{
	char path[256], *slash;
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", root, file);
	for (slash = path + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
}

static bool holds(const char *file, const char *text)
{
	char *now = sys_read("%s", file);
	bool is = now && !strcmp(now, text);

	free(now);
	return is;
}

static struct journals all;

static struct journal *begin(const char *name, const char *cpus)
{
	struct journal *j = journal_new(name, cpus);
	struct request req = { 0 };

	strcpy(req.cpus, cpus);
	if (steps_plan(&req, &all, j) || steps_apply(j))
		return NULL;
	all.v = realloc(all.v, (all.n + 1) * sizeof(*all.v));
	all.v[all.n++] = j;
	return j;
}

static enum outcome finish(struct journal *j)
{
	unsigned int count[NR_OUTCOMES];
	size_t i;
	int out;

	steps_revert(&all, j, count, NULL);
	for (i = 0; all.v[i] != j; i++)
		;
	all.v[i] = all.v[--all.n];
	journal_free(j);
	for (out = 0; out < NR_OUTCOMES - 1 && !count[out]; out++)
		;
	return out;
}

static void test_keep(void)
{
	struct journal *j = journal_new("k", "1");
	struct request req = { .cpus = "1", .nr_keep_knob = 1 };
	size_t i;

	put(MASK, "f\n");
	for (i = 0; steps[i]; i++)
		ok(request_steps[i] && !strcmp(request_steps[i], steps[i]->name),
		   "--keep knows the step %s", steps[i]->name);
	ok(!request_steps[i], "and no other");
	req.keep_knob[0] = "default-irq-affinity";
	ok(!steps_plan(&req, &all, j) && !j->n, "what is kept is not planned");
	req.keep_knob[0] = "irqbalance";
	ok(!steps_plan(&req, &all, j) && j->n == 1, "what is not is");
	journal_free(j);
}

static void test_shared(void)
{
	static const int orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	static const char *const cpus[] = { "1", "2", "4-5" };
	static const int bits[] = { 2, 4, 0x30 };
	struct journal *j[3];
	unsigned int mask;
	char text[16];
	size_t o, i;
	bool good;

	for (o = 0; o < 6; o++) {
		put(MASK, "ff\n");
		for (i = 0; i < 3; i++)
			j[i] = begin(cpus[i], cpus[i]);
		good = holds(MASK, "c9");
		mask = 0xc9;
		for (i = 0; i < 3; i++) {
			good = good && finish(j[orders[o][i]]) == OUT_RESTORED;
			mask |= bits[orders[o][i]];
			snprintf(text, sizeof(text), "%x", mask);
			good = good && holds(MASK, text);
		}
		ok(good, "three isolations, ended in order %d %d %d", orders[o][0], orders[o][1], orders[o][2]);
	}
}

static void test_changed(void)
{
	struct journal *a, *b;

	put(MASK, "ff\n");
	a = begin("a", "1");
	put(MASK, "7f\n");
	ok(finish(a) == OUT_CHANGED && holds(MASK, "7f"), "somebody else set it: left alone");

	put(MASK, "ff\n");
	a = begin("a", "1");
	put(MASK, "ff\n");
	ok(finish(a) == OUT_RESTORED && holds(MASK, "ff"), "somebody put it back: nothing to do");

	put(MASK, "ff\n");
	a = begin("a", "1");
	put(MASK, "7d\n");
	b = begin("b", "2");
	ok(holds(MASK, "79") && finish(b) == OUT_RESTORED && holds(MASK, "7d") &&
	   finish(a) == OUT_CHANGED && holds(MASK, "7d"), "set between two isolations");

	put(MASK, "2\n");
	a = begin("a", "1");
	ok(holds(MASK, "fd") && finish(a) == OUT_RESTORED && holds(MASK, "2"),
	   "never an empty mask");

	put(MASK, "fd\n");
	a = begin("a", "1");
	ok(!a->n && holds(MASK, "fd"), "nothing to do, nothing done");
	finish(a);

	put(MASK, "ff\n");
	a = begin("a", "1");
	{
		char path[PATH_MAX];

		sys_path(path, MASK);
		unlink(path);
	}
	ok(finish(a) == OUT_GONE, "the file is gone");
}

static void test_fair_server(void)
{
	static const char one[] = "/sys/kernel/debug/sched/fair_server/cpu1/runtime";
	static const char two[] = "/sys/kernel/debug/sched/fair_server/cpu2/runtime";
	static const char three[] = "/sys/kernel/debug/sched/fair_server/cpu3/runtime";
	struct journal *j;

	put(MASK, "f1\n");
	put(one, "50000000\n");
	put(two, "0\n");
	put(three, "40000000\n");
	j = begin("f", "1-2");
	ok(j->n == 1 && holds(one, "0") && holds(three, "40000000"), "deadline server off, where it is on");
	ok(finish(j) == OUT_RESTORED && holds(one, "50000000") && holds(two, "0"), "and on again");
	j = begin("f", "1");
	put(one, "7\n");
	ok(finish(j) == OUT_CHANGED && holds(one, "7"), "unless somebody set it");
	j = journal_new("x", "1");
	put(three, "0\n");
	journal_add(j, "fair-server", three, "99", "0", NULL);
	all.v = realloc(all.v, (all.n + 1) * sizeof(*all.v));
	all.v[all.n++] = j;
	ok(finish(j) == OUT_GONE && holds(three, "0"), "that of another CPU is not ours");
}

static void test_hostile(void)
{
	struct journal *j = journal_new("x", "1");

	put("/etc/victim", "safe\n");
	put(MASK, "fd\n");
	journal_add(j, "default-irq-affinity", "/etc/victim", "ff", "fd", NULL);
	journal_add(j, "irqbalance", "/etc/victim", "1", "2", NULL);
	journal_add(j, "irqbalance", "/run/irqbalance/irqbalance1/../x.sock", "1", "2", NULL);
	journal_add(j, "no-such-step", "/etc/victim", "ff", "fd", NULL);
	all.v = realloc(all.v, (all.n + 1) * sizeof(*all.v));
	all.v[all.n++] = j;
	finish(j);
	ok(holds("/etc/victim", "safe"), "a journal cannot name the file to be written");
}

static void test_parsers(void)
{
	struct cpuset s;
	char text[128];

	ok(hexmask_parse("1,00000000,80000001", &s) && cpuset_has(&s, 0) && cpuset_has(&s, 31) &&
	   cpuset_has(&s, 64) && !cpuset_has(&s, 32), "a mask of three groups");
	hexmask_format(text, sizeof(text), &s);
	ok(!strcmp(text, "1,00000000,80000001"), "written as it was read");
	ok(hexmask_parse("f,f", &s) && cpuset_has(&s, 35) && !cpuset_has(&s, 4), "short groups");
	ok(!hexmask_parse("", &s) && !hexmask_parse("g", &s) && !hexmask_parse(",1", &s) &&
	   !hexmask_parse("1,", &s) && !hexmask_parse("123456789", &s) && !hexmask_parse("1 ", &s),
	   "what is no mask");
	ok(irqbalance_parse("SLEEP 10 IRQ 1 LOAD 5 BANNED 0000000a", &s) && cpuset_has(&s, 1) &&
	   cpuset_has(&s, 3) && !cpuset_has(&s, 0), "irqbalance's answer");
	ok(irqbalance_parse("SLEEP 10 BANNED 1,00000000\n", &s) && cpuset_has(&s, 32), "of two groups");
	ok(!irqbalance_parse("", &s) && !irqbalance_parse("SLEEP 10 ", &s) &&
	   !irqbalance_parse("BANNED ", &s) && !irqbalance_parse("BANNED x", &s) &&
	   !irqbalance_parse("BANNED 1 more", &s), "what is none");
	ok(irqbalance_path_ok("/run/irqbalance/irqbalance12.sock") &&
	   !irqbalance_path_ok("/run/irqbalance/irqbalancex.sock") &&
	   !irqbalance_path_ok("/run/irqbalance/irqbalance1/../../x.sock") &&
	   !irqbalance_path_ok("/tmp/irqbalance12.sock"), "paths of its socket");
}

int main(void)
{
	if (!mkdtemp(root))
		return 1;
	setenv("CPUISO_SYSROOT", root, 1);
	put("/sys/devices/system/cpu/possible", "0-7\n");
	test_keep();
	test_shared();
	test_changed();
	test_fair_server();
	test_hostile();
	test_parsers();
	if (chdir("/tmp") || system("rm -r \"$CPUISO_SYSROOT\""))
		return 1;
	free(all.v);
	return tap_end();
}
