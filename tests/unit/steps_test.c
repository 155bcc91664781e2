// SPDX-License-Identifier: GPL-2.0
/* Steps on a tree of fixtures: isolations that share a setting, in every order of their ends. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hexmask.h"
#include "irqbalance.h"
#include "masks.h"
#include "rundir.h"
#include "steps/partition.h"
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
	put("/proc/sys/kernel/osrelease", "7.3.4+deb13-amd64\n");
	put(one, "50000000\n");
	put(two, "0\n");
	put(three, "40000000\n");
	j = begin("f", "1-2");
	ok(j->n == 1 && holds(one, "50000000"), "the deadline server is on until the module has isolated");
	steps_hold(&all, j, NULL, 0);
	ok(holds(one, "0") && holds(three, "40000000"), "and then off, where it is on");
	ok(finish(j) == OUT_RESTORED && holds(one, "50000000") && holds(two, "0"), "and on again");
	j = begin("f", "1");
	steps_hold(&all, j, NULL, 0);
	put(one, "7\n");
	steps_hold(&all, j, NULL, 0);
	ok(finish(j) == OUT_CHANGED && holds(one, "7"), "unless somebody set it");
	put("/proc/sys/kernel/osrelease", "6.12.117+deb12-amd64\n");
	j = begin("f", "1");
	ok(!j->n, "6.12 is left alone");
	finish(j);
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

#define CG	"/sys/fs/cgroup"

static int plan_of(const char *cpus, bool partition, struct journal **j)
{
	struct request req = { .partition = partition };

	strcpy(req.name, "t");
	strcpy(req.cpus, cpus);
	*j = journal_new("t", cpus);
	return steps_plan(&req, &all, *j);
}

static bool skips(const char *why)
{
	struct journal *j;
	bool good = !plan_of("1", true, &j) && !j->n && partition_skipped() &&
		    strstr(partition_skipped(), why);

	journal_free(j);
	return good;
}

/* What a plan says of the partition, and what it refuses. */
static void test_partition(void)
{
	struct journal *j;

	if (system("rm -r \"$CPUISO_SYSROOT\"/*"))
		exit(1);
	ok(skips("not mounted"), "no cgroup v2: no partition");
	put("/proc/self/mountinfo", "30 20 0:26 / /proc rw - proc none rw\n"
	    "31 20 0:27 / " CG " rw,nosuid - cgroup2 cgroup2 rw\n");
	put(CG "/cgroup.controllers", "cpu memory pids\n");
	ok(skips("no cpuset controller"), "no controller: none");
	put(CG "/cgroup.controllers", "cpuset cpu memory\n");
	put(CG "/cgroup.subtree_control", "cpu\n");
	put("/proc/sys/kernel/osrelease", "5.10.0-46-amd64\n");
	ok(skips("6.1"), "an old kernel: none");
	put("/proc/sys/kernel/osrelease", "6.1.0-56-amd64\n");
	ok(!plan_of("1", true, &j) && j->n == 2 && !partition_skipped() &&
	   !strcmp(j->record[0].new, "+cpuset") && !strcmp(j->record[0].old, "-cpuset") &&
	   !strcmp(j->record[1].object, CG "/cpuiso-t"), "controller and partition");
	journal_free(j);
	ok(!plan_of("1", false, &j) && !j->n && !partition_skipped(), "with --no-partition: none");
	journal_free(j);
	put(CG "/cgroup.subtree_control", "cpuset cpu\n");
	ok(!plan_of("1", true, &j) && j->n == 1, "a controller that is on is not ours");
	journal_free(j);
	put("/proc/cmdline", "quiet isolcpus=managed_irq,domain,1\n");
	put("/sys/devices/system/cpu/isolated", "1\n");
	ok(!plan_of("1", true, &j) && j->n == 1, "isolcpus=, whose masks are set again: a partition");
	journal_free(j);
	put("/proc/sys/kernel/osrelease", "6.12.117+deb12-amd64\n");
	ok(skips("with isolcpus=") && !partition_refused(), "not from 6.2 on, and these CPUs need none");
	put("/sys/devices/system/cpu/isolated", "0\n");
	ok(skips("with isolcpus=") && partition_refused(), "others would");
	put("/proc/cmdline", "isolcpus=nohz,1\n");
	ok(!plan_of("1", true, &j) && j->n == 1, "isolcpus= that leaves the domains alone is no matter");
	journal_free(j);
	put("/proc/cmdline", "\n");
	put("/proc/sys/kernel/osrelease", "6.1.0-56-amd64\n");
	put(CG "/foreign/cpuset.cpus", "0-1\n");
	put(CG "/foreign/cpuset.cpus.partition", "member\n");
	ok(skips("the cgroup /foreign has CPU 1"), "another cgroup names the CPU: none");
	put(CG "/foreign/cpuset.cpus.partition", "root\n");
	ok(plan_of("1", true, &j) == 1, "a partition of another has the CPU: refused");
	journal_free(j);
	ok(!plan_of("2", true, &j) && j->n == 1, "not for another CPU");
	journal_free(j);
	put(CG "/cpuiso-t/cpuset.cpus", "\n");
	ok(plan_of("2", true, &j) == 1, "a cgroup of that name: refused");
	journal_free(j);
}

#define STATUS	"Name:\tx\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\nCpus_allowed:\t%s\n"

static void put_task(int pid, int ppid, const char *mask)
{
	char file[64], text[128];

	snprintf(file, sizeof(file), "/proc/%d/task/%d/status", pid, pid);
	snprintf(text, sizeof(text), STATUS, pid, pid, ppid, mask);
	put(file, text);
}

/* The process and its child, to the kernel; what they were given, from fixtures. */
static void test_masks(void)
{
	cpu_set_t was, self, other;
	int child = fork(), gone = 0x3fffffff;
	struct masks m;

	if (!child)
		for (;;)
			pause();
	sched_getaffinity(0, sizeof(was), &was);
	put_task(getpid(), 1, "1");
	put_task(gone, 1, "1");
	(void)masks_take(&m);
	put_task(getpid(), 1, "3");
	put_task(child, getpid(), "3");
	masks_restore(&m);
	sched_getaffinity(0, sizeof(self), &self);
	sched_getaffinity(child, sizeof(other), &other);
	sched_setaffinity(0, sizeof(was), &was);
	kill(child, SIGKILL);
	ok(CPU_COUNT(&self) == 1 && CPU_ISSET(0, &self), "a mask that came out different is set again");
	ok(CPU_EQUAL(&self, &other), "a child that was born meanwhile gets its parent's");
}

static void put_record(const char *orig, const char *present)
{
	char text[128];

	snprintf(text, sizeof(text), "%d\t\t\t\t\t\t\t%s\t%s\n", getpid(), orig, present);
	put("/proc/cpuiso/tasks", text);
}

static void remove_records(void)
{
	char path[PATH_MAX];

	sys_path(path, "/proc/cpuiso/tasks");
	unlink(path);
}

/* Restores. Return: true when the kernel has this process where it was. */
static bool stays(struct masks *m)
{
	cpu_set_t was, self;

	sched_getaffinity(0, sizeof(was), &was);
	masks_restore(m);
	sched_getaffinity(0, sizeof(self), &self);
	sched_setaffinity(0, sizeof(was), &was);
	return CPU_EQUAL(&self, &was);
}

/* The module, which cannot be told, puts the process back when its status has just been read. */
static void test_masks_undone(void)
{
	char path[PATH_MAX];
	struct masks m;
	int fd, child;

	put_task(getpid(), 1, "1");
	sys_path(path, "/proc/%d/task/%d/status", getpid(), getpid());
	unlink(path);
	mkfifo(path, 0600);
	put_record("0-1", "0");
	child = fork();
	if (!child) {
		fd = open(path, O_WRONLY);
		put("/proc/cpuiso/tasks", "");
		dprintf(fd, STATUS, getppid(), getppid(), 1, "1");
		_exit(0);
	}
	(void)masks_take(&m);
	waitpid(child, NULL, 0);
	unlink(path);
	put_task(getpid(), 1, "3");
	ok(stays(&m), "what the module has put back meanwhile stays");
	remove_records();
}

/* So does what one holds that cannot be told, and would take anything else for a decision. */
static void test_masks_untold(void)
{
	struct masks m;

	put_task(getpid(), 1, "1");
	put_record("0-1", "0");
	(void)masks_take(&m);
	put_task(getpid(), 1, "3");
	ok(stays(&m), "what it holds is given its original");
	put_task(getpid(), 1, "2");
	put_record("0", "1");
	(void)masks_take(&m);
	ok(stays(&m), "but not where it still has it");
	put_task(getpid(), 1, "1");
	put_record("0-1", "0");
	(void)masks_take(&m);
	m.untold = false;
	put_task(getpid(), 1, "3");
	ok(stays(&m), "what one holds that was told it sets right itself");
	remove_records();
}

static void put_start(unsigned long long ticks)
{
	char file[64], text[128];

	snprintf(file, sizeof(file), "/proc/%d/stat", getpid());
	snprintf(text, sizeof(text), "%d (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %llu 0\n",
		 getpid(), ticks);
	put(file, text);
}

/* Somebody takes them and dies. Return: what he was told. */
static int take_and_die(void)
{
	struct masks m;
	int status, child = fork();

	if (!child)
		_exit(-masks_take(&m));
	waitpid(child, &status, 0);
	return -WEXITSTATUS(status);
}

static bool recovers(unsigned long long start, const char *boot)
{
	char path[PATH_MAX];
	cpu_set_t was, self;
	int dir;

	sched_getaffinity(0, sizeof(was), &was);
	put("/proc/sys/kernel/random/boot_id", "one\n");
	put_start(start);
	put_task(getpid(), 1, "1");
	if (take_and_die())
		return false;
	put("/proc/sys/kernel/random/boot_id", boot);
	put_task(getpid(), 1, "3");
	sys_path(path, RUNDIR);
	dir = rundir_open(path, false);
	masks_recover(dir);
	close(dir);
	sched_getaffinity(0, sizeof(self), &self);
	sched_setaffinity(0, sizeof(was), &was);
	return CPU_COUNT(&self) == 1 && !sys_exists(RUNDIR "/masks");
}

static void test_recover(void)
{
	char path[PATH_MAX];

	ok(take_and_die() == -ENOENT, "no directory to remember masks in");
	put(RUNDIR "/lock", "");
	sys_path(path, RUNDIR);
	chmod(path, 0700);
	ok(recovers(1, "one\n"), "masks are set again after one who was killed there");
	ok(!recovers(1ULL << 40, "one\n"), "not those of a later task of that number");
	ok(!recovers(1, "two\n"), "nor those of another boot");
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
	test_partition();
	test_masks();
	test_masks_undone();
	test_masks_untold();
	test_recover();
	if (chdir("/tmp") || system("rm -r \"$CPUISO_SYSROOT\""))
		return 1;
	free(all.v);
	return tap_end();
}
