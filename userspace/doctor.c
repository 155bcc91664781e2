// SPDX-License-Identifier: GPL-2.0
/*
 * The frame of the doctor: gather what the checks need, run them in order, and
 * keep what they say. Checks of kernel and boot line are in doctor_kernel.c,
 * those of the machine and what runs on it in doctor_machine.c.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "fail.h"
#include "kconfig.h"
#include "nl.h"
#include "output.h"

/**
 * doctor_say() - the finding of the check under way
 * @d: the doctor
 * @state: how good that is
 * @fmt: one sentence, with what to do
 */
void doctor_say(struct doctor *d, enum doctor_state state, const char *fmt, ...)
{
	static const char *const states[] = { "ok", "note", "missing" };
	json_object *obj = json_object_new_object();
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	put_str(obj, "check", d->check);
	put_str(obj, "state", states[state]);
	put_str(obj, "text", text);
	json_object_array_add(d->checks, obj);
}

/**
 * doctor_config() - is an option of the kernel's configuration on
 * @d: the doctor; its config is not NULL
 * @name: name of the option
 */
bool doctor_config(const struct doctor *d, const char *name)
{
	return kconfig_has(d->config, name);
}

static void ask_module(struct doctor *d)
{
	struct conn *c;
	enum nl_state state;

	/* A fixture has no module; what the running one says is not its. */
	if (*sys_root()) {
		d->absent = !sys_exists("/sys/module/cpuiso");
		return;
	}
	state = conn_try_open(&c);
	d->absent = state == NL_ABSENT ||
		    (state == NL_BROKEN && !sys_exists("/sys/module/cpuiso"));
	d->info = json_object_get(conn_info(c));
	conn_close(c);
	if (d->info && get_str(d->info, "isolated") &&
	    cpulist_parse(get_str(d->info, "isolated"), CPULIST_MAX, &d->isolated))
		cpuset_clear(&d->isolated);
}

static void gather(struct doctor *d)
{
	d->release = sys_read("/proc/sys/kernel/osrelease");
	d->config = kconfig_read(d->release);
	bootline_read(&d->boot);
	ask_module(d);
	if (d->asked)
		return;
	if (!cpuset_empty(&d->isolated))
		d->cpus = d->isolated;
	else if (!sys_cpus("/sys/devices/system/cpu/online", &d->cpus))
		cpuset_clear(&d->cpus);
}

/**
 * doctor_run() - run all checks
 * @d: the doctor, with the CPUs if some were named
 * @doc: gets "kernel", "cpus" and "checks"
 */
void doctor_run(struct doctor *d, json_object *doc)
{
	static const struct doctor_check *const groups[] = {
		doctor_kernel_checks, doctor_machine_checks
	};
	const struct doctor_check *check;
	char list[4096];
	size_t i;

	gather(d);
	d->checks = json_object_new_array();
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		for (check = groups[i]; check->name; check++) {
			d->check = check->name;
			check->run(d);
		}
	}
	cpulist_format(list, sizeof(list), &d->cpus);
	put_str(doc, "kernel", d->release);
	put_str(doc, "cpus", list);
	put(doc, "checks", d->checks);
	json_object_put(d->info);
	free(d->release);
	free(d->config);
}
