// SPDX-License-Identifier: GPL-2.0
/* Checks of the machine and of what runs on it. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

/* Pid of the first process of that name, 0 when there is none. */
static long find_process(const char *name)
{
	char path[PATH_MAX], *comm;
	struct dirent *e;
	long found = 0;
	DIR *proc;

	sys_path(path, "/proc");
	proc = opendir(path);
	while (proc && !found && (e = readdir(proc))) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		comm = sys_read("/proc/%s/comm", e->d_name);
		if (comm && !strcmp(comm, name))
			found = atol(e->d_name);
		free(comm);
	}
	if (proc)
		closedir(proc);
	return found;
}

static void check_irqbalance(struct doctor *d)
{
	char *conf = sys_read("/etc/default/irqbalance"), *p = conf, *line;
	const char *banned = NULL;
	long pid = find_process("irqbalance");

	while (p && (line = strsep(&p, "\n")))
		if (!strncmp(line, "IRQBALANCE_BANNED_CPULIST=", 26) && line[26])
			banned = line + 26;
	if (!pid)
		doctor_say(d, DOCTOR_OK, "not running, so nobody moves interrupts back");
	else if (banned)
		doctor_say(d, DOCTOR_NOTE, "running (pid %ld) with banned CPUs %s; see that they cover the isolated ones, or it moves interrupts back",
			   pid, banned);
	else
		doctor_say(d, DOCTOR_NOTE, "running (pid %ld): apply tells it of isolated CPUs, and when it restarts only \"cpuiso monitor\" tells it again; start that, or set IRQBALANCE_BANNED_CPULIST in /etc/default/irqbalance",
			   pid);
	free(conf);
}

static void check_smt(struct doctor *d)
{
	struct cpuset siblings, others;
	char list[4096], path[PATH_MAX], pairs[1024] = "";
	int cpu, n = 0, add;
	bool any = false;

	for (cpu = cpuset_next(&d->cpus, -1); cpu >= 0; cpu = cpuset_next(&d->cpus, cpu)) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list",
			 cpu);
		if (!sys_cpus(path, &siblings))
			continue;
		others = siblings;
		cpuset_del(&others, cpu);
		if (!cpuset_empty(&others))
			any = true;
		/* A sibling that is isolated as well shares with the workload only. */
		if (d->asked || !cpuset_empty(&d->isolated)) {
			cpuset_minus(&others, &d->cpus);
			cpuset_minus(&others, &d->isolated);
		}
		if (cpuset_empty(&others))
			continue;
		cpulist_format(list, sizeof(list), &others);
		add = snprintf(pairs + n, sizeof(pairs) - n, "%s%d with %.64s", n ? ", " : "",
			       cpu, list);
		if (add > 0 && (size_t)add < sizeof(pairs) - n)
			n += add;
	}
	if (!any)
		doctor_say(d, DOCTOR_OK, "no CPU in question shares its core with another");
	else if (!n)
		doctor_say(d, DOCTOR_OK, "the siblings are isolated as well");
	else if (!d->asked && cpuset_empty(&d->isolated))
		doctor_say(d, DOCTOR_NOTE, "CPUs share cores (%s); isolate siblings together, or take one of each pair offline",
			   pairs);
	else
		doctor_say(d, DOCTOR_NOTE, "shared cores: %s, not isolated; isolate the sibling too, or take it offline",
			   pairs);
}

static void check_cpuset(struct doctor *d)
{
	char *list = sys_read("/sys/fs/cgroup/cgroup.controllers");
	const char *p = list;

	for (; p && (p = strstr(p, "cpuset")); p += 6)
		if ((p == list || p[-1] == ' ') && (!p[6] || p[6] == ' '))
			break;
	if (p)
		doctor_say(d, DOCTOR_OK, "cgroup v2 has the cpuset controller");
	else if (list)
		doctor_say(d, DOCTOR_NOTE, "cgroup v2 has no cpuset controller here; an isolated partition is not possible, and isolation works without");
	else
		doctor_say(d, DOCTOR_NOTE, "there is no cgroup v2 at /sys/fs/cgroup; an isolated partition and --cgroup are not possible, the rest works");
	free(list);
}

static void check_clock(struct doctor *d)
{
	char *now = sys_read("/sys/devices/system/clocksource/clocksource0/current_clocksource");
	char *all = sys_read("/sys/devices/system/clocksource/clocksource0/available_clocksource");

	if (!now)
		doctor_say(d, DOCTOR_NOTE, "the clocksource cannot be read; mount /sys");
	else if (!strcmp(now, "tsc") || !strcmp(now, "arch_sys_counter"))
		doctor_say(d, DOCTOR_OK, "%s, read without leaving the CPU", now);
	else if (all && strstr(all, "tsc"))
		doctor_say(d, DOCTOR_NOTE, "%s, slower than the tsc that is there too; the kernel log says why it is not used",
			   now);
	else
		doctor_say(d, DOCTOR_NOTE, "%s; time is slower to read than from a tsc, and in a guest the host decides that",
			   now);
	free(now);
	free(all);
}

static void check_tick(struct doctor *d)
{
	const char *hz = d->config ? strstr(d->config, "\nCONFIG_HZ=") : NULL;

	if (!hz)
		doctor_say(d, DOCTOR_NOTE, "the tick rate is not readable without the configuration of the kernel");
	else if (cpuset_empty(&d->boot.nohz_full))
		doctor_say(d, DOCTOR_NOTE, "%d a second on every busy CPU; only nohz_full stops it",
			   atoi(hz + 11));
	else if (sys_kernel_version() == 612)
		doctor_say(d, DOCTOR_NOTE, "%d a second; on nohz_full CPUs while one task runs only once a second, for the deadline server of kernel 6.12; to have none, boot another version",
			   atoi(hz + 11));
	else
		doctor_say(d, DOCTOR_OK, "%d a second, stopped on nohz_full CPUs while one task runs",
			   atoi(hz + 11));
}

static void check_rcu(struct doctor *d)
{
	long pid = find_process("rcuc/0");
	char *stat = pid ? sys_read("/proc/%ld/stat", pid) : NULL;

	if (!pid)
		doctor_say(d, DOCTOR_OK, "works in softirqs, so no realtime workload keeps it waiting");
	else
		doctor_say(d, DOCTOR_NOTE, "works in threads of realtime priority %d (rcuc): a workload of that or more that never sleeps stops it, and with it the machine; boot with a higher rcutree.kthread_prio",
			   atoi(sys_stat_field(stat, 40)));
	free(stat);
}

const struct doctor_check doctor_machine_checks[] = {
	{ "irqbalance", check_irqbalance },
	{ "smt", check_smt },
	{ "cgroup", check_cpuset },
	{ "clocksource", check_clock },
	{ "tick", check_tick },
	{ "rcu", check_rcu },
	{ NULL, NULL }
};
