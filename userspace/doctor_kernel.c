// SPDX-License-Identifier: GPL-2.0
/* Checks of the kernel, its boot line and the module. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "output.h"

static void check_kernel(struct doctor *d)
{
	char *version = sys_read("/proc/version"), *rt = sys_read("/sys/kernel/realtime");
	bool realtime = (rt && *rt == '1') || (version && strstr(version, "PREEMPT_RT"));

	if (!d->release)
		doctor_say(d, DOCTOR_NOTE, "the release of the kernel cannot be read; mount /proc");
	else if (realtime)
		doctor_say(d, DOCTOR_OK, "%s, PREEMPT_RT: interrupt handlers are threads, which move like any task",
			   d->release);
	else
		doctor_say(d, DOCTOR_OK, "%s, not PREEMPT_RT: for bounded latency as well, boot an -rt kernel",
			   d->release);
	free(version);
	free(rt);
}

static void check_config(struct doctor *d)
{
	static const struct {
		const char *name, *what;
	} wanted[] = {
		{ "CONFIG_MODULES", "no modules" },
		{ "CONFIG_NO_HZ_FULL", "the tick stays" },
		{ "CONFIG_RCU_NOCB_CPU", "RCU callbacks stay" },
		{ "CONFIG_CPU_ISOLATION", "no isolcpus" },
		{ "CONFIG_CPUSETS", "no partitions" },
		{ "CONFIG_TRACEPOINTS", "no sensors" },
	};
	char lacks[512] = "";
	size_t i, n = 0;

	if (!d->config) {
		doctor_say(d, DOCTOR_NOTE, "the configuration of the kernel is not readable; install /boot/config-%s to have it checked",
			   d->release ? d->release : "$(uname -r)");
		return;
	}
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!doctor_config(d, wanted[i].name))
			n += snprintf(lacks + n, sizeof(lacks) - n, "%s%s (%s)",
				      n ? ", " : "", wanted[i].name, wanted[i].what);
	if (n)
		doctor_say(d, DOCTOR_MISSING, "this kernel was built without %s; boot one that has it",
			   lacks);
	else
		doctor_say(d, DOCTOR_OK, "everything that isolation can use is built in");
}

static void check_module(struct doctor *d)
{
	char *version = NULL;
	const char *loaded;

	if (d->absent) {
		doctor_say(d, DOCTOR_MISSING, "the module is not loaded; load it with \"modprobe cpuiso\"");
		return;
	}
	if (!d->info)
		version = sys_read("/sys/module/cpuiso/version");
	loaded = d->info ? get_str(d->info, "module") : version;
	if (!loaded)
		doctor_say(d, DOCTOR_NOTE, "the module is loaded but does not answer here; run this in the initial network namespace");
	else if (strcmp(loaded, CPUISO_VERSION))
		doctor_say(d, DOCTOR_MISSING, "the module has version %s and this tool %s; install both of one version and reload the module",
			   loaded, CPUISO_VERSION);
	else
		doctor_say(d, DOCTOR_OK, "loaded, version %s like this tool", loaded);
	free(version);
}

/* Where "make install" and DKMS put it; of a compressed one nothing is said. */
static bool find_module(const struct doctor *d, char *file, size_t size)
{
	static const char *const dirs[] = { "updates", "updates/dkms", "extra", "extra/dkms" };
	size_t i;

	for (i = 0; d->release && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(file, size, "/lib/modules/%s/%s/cpuiso.ko", d->release, dirs[i]);
		if (sys_exists("%s", file))
			return true;
	}
	return false;
}

static bool is_signed(const char *file)
{
	static const char magic[] = "~Module signature appended~\n";
	char path[PATH_MAX], end[sizeof(magic)] = "";
	FILE *f;

	sys_path(path, "%s", file);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fseek(f, -(long)strlen(magic), SEEK_END) || fread(end, strlen(magic), 1, f) != 1)
		end[0] = '\0';
	fclose(f);
	return !strcmp(end, magic);
}

static void needs_signature(struct doctor *d, const char *why)
{
	static const char sign[] = "sign it (make sign KEY=... CERT=...; DKMS does by itself) with a key that the machine trusts (mokutil --import CERT)";
	char file[256];

	if (!d->absent)
		doctor_say(d, DOCTOR_OK, "%s; cpuiso is loaded", why);
	else if (!find_module(d, file, sizeof(file)))
		doctor_say(d, DOCTOR_NOTE, "%s; when cpuiso.ko is built, %s", why, sign);
	else if (!is_signed(file))
		doctor_say(d, DOCTOR_MISSING, "%s, and %s is not signed; %s", why, file, sign);
	else
		doctor_say(d, DOCTOR_NOTE, "%s, and %s is signed; if modprobe says that the key was rejected, have the machine trust its certificate (mokutil --import CERT, then reboot)",
			   why, file);
}

static void check_signature(struct doctor *d)
{
	char *enforce = sys_read("/sys/module/module/parameters/sig_enforce");
	char *lockdown = sys_read("/sys/kernel/security/lockdown");
	bool locked = lockdown && !strstr(lockdown, "[none]");

	if (locked || (enforce && *enforce == 'Y'))
		needs_signature(d, locked ? "lockdown is on, so only signed modules load" :
				"only signed modules load");
	else if (!enforce && !lockdown)
		doctor_say(d, DOCTOR_NOTE, "neither sig_enforce nor lockdown is readable; if modprobe says \"Key was rejected\", sign cpuiso.ko");
	else
		doctor_say(d, DOCTOR_OK, "modules load without a signature");
	free(enforce);
	free(lockdown);
}

/* A boot parameter that is to cover the CPUs in question. */
static void covers(struct doctor *d, const char *param, const struct cpuset *have,
		   const char *gain)
{
	struct cpuset rest = d->cpus;
	char have_list[4096], list[4096];

	cpulist_format(have_list, sizeof(have_list), have);
	cpuset_minus(&rest, have);
	cpulist_format(list, sizeof(list), &rest);
	if (!d->asked && cpuset_empty(&d->isolated)) {
		if (cpuset_empty(have))
			doctor_say(d, DOCTOR_MISSING, "not on the boot line; add %sLIST, which %s", param, gain);
		else
			doctor_say(d, DOCTOR_OK, "on the boot line for CPU %.1500s", have_list);
	} else if (cpuset_empty(&rest)) {
		doctor_say(d, DOCTOR_OK, "on the boot line for CPU %.1500s", have_list);
	} else {
		doctor_say(d, DOCTOR_MISSING, "not on the boot line for CPU %.1000s; add %s%.500s, which %s",
			   list, param, list, gain);
	}
}

static void check_nohz_full(struct doctor *d)
{
	covers(d, "nohz_full=", &d->boot.nohz_full,
	       "stops the tick while one task runs; nothing can do that after boot");
}

static void check_rcu_nocbs(struct doctor *d)
{
	if (d->boot.rcu_nocbs_bare && cpuset_empty(&d->boot.rcu_nocbs))
		doctor_say(d, DOCTOR_NOTE, "on the boot line without CPUs: callbacks can be offloaded at runtime, and none are now");
	else
		covers(d, "rcu_nocbs=", &d->boot.rcu_nocbs,
		       "takes RCU callbacks off these CPUs");
}

static void check_isolcpus(struct doctor *d)
{
	char list[4096];

	if (cpuset_empty(&d->boot.isolated)) {
		doctor_say(d, DOCTOR_OK, "no CPU is isolated by the boot line; cpuiso isolates at runtime");
		return;
	}
	cpulist_format(list, sizeof(list), &d->boot.isolated);
	doctor_say(d, DOCTOR_NOTE, "CPU %.1500s is out of the scheduler's domains since boot: tasks there are not balanced, give each a CPU of its own",
		   list);
}

static void check_managed(struct doctor *d)
{
	covers(d, "isolcpus=managed_irq,", &d->boot.managed,
	       "keeps interrupts away whose CPUs the kernel manages (NVMe, virtio); no tool can move them");
}

/* What a tracepoint tells; the first that fits counts. */
static const struct {
	const char *names, *told;
} sensors[] = {
	{ "sched_switch", "the lines of threads and the context switches" },
	{ "irq_handler_*", "the irq lines" },
	{ "softirq_*", "the softirq lines" },
	{ "timer_expire_*", "the timer lines" },
	{ "hrtimer_expire_*", "the hrtimer lines" },
	{ "workqueue_execute_*", "the work lines" },
	{ "nmi_handler", "the nmi lines" },
	{ "csd_function_*", "the call lines" },
	{ "ipi_send_*", "the ipi lines" },
	{ "sched_migrate_task", "who sends a task" },
	{ "sched_wakeup*", "who wakes a task" },
	{ "vector_*", "who sends an interrupt" },
	{ "sched_process_*", "processes that come and go" },
	{ "task_rename", "processes that change their name" },
	{ "cgroup_attach_task", "processes that change their cgroup" },
	{ "*", "the vector line of that name" },
};

static const char *told_by(const char *tracepoint)
{
	size_t i = 0;

	while (fnmatch(sensors[i].names, tracepoint, 0))
		i++;
	return sensors[i].told;
}

static void check_tracepoints(struct doctor *d)
{
	json_object *missing = d->info ? get_obj(d->info, "missing_tracepoints") : NULL;
	size_t i, n = missing ? json_object_array_length(missing) : 0;
	char lacks[2048] = "";

	for (i = 0; i < n; i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(missing, i));
		const char *next = i + 1 < n ?
			json_object_get_string(json_object_array_get_idx(missing, i + 1)) : "";
		bool last = !*next || told_by(next) != told_by(name);
		size_t len = strlen(lacks);

		snprintf(lacks + len, sizeof(lacks) - len, "%s%s", i ? ", " : "", name);
		len = strlen(lacks);
		if (last)
			snprintf(lacks + len, sizeof(lacks) - len, " (%s)", told_by(name));
	}
	if (!d->info)
		doctor_say(d, DOCTOR_NOTE, "only the module can tell which it finds; load it with \"modprobe cpuiso\"");
	else if (n)
		doctor_say(d, DOCTOR_MISSING, "this kernel lacks %s, which would tell what is in brackets; all else is seen, and another kernel may have them",
			   lacks);
	else
		doctor_say(d, DOCTOR_OK, "the module found all that it uses");
}

const struct doctor_check doctor_kernel_checks[] = {
	{ "kernel", check_kernel },
	{ "config", check_config },
	{ "module", check_module },
	{ "signature", check_signature },
	{ "nohz_full", check_nohz_full },
	{ "rcu_nocbs", check_rcu_nocbs },
	{ "isolcpus", check_isolcpus },
	{ "managed-irqs", check_managed },
	{ "tracepoints", check_tracepoints },
	{ NULL, NULL }
};
