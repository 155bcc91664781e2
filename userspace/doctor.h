/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_DOCTOR_H
#define CPUISO_DOCTOR_H

#include <stdbool.h>
#include <json-c/json.h>

#include "bootline.h"
#include "sysfs.h"

enum doctor_state {
	DOCTOR_OK,
	DOCTOR_NOTE,
	DOCTOR_MISSING,
};

/* What the checks have in common. */
struct doctor {
	struct cpuset cpus;	/* the CPUs in question */
	bool asked;		/* they were named, not assumed */
	struct cpuset isolated;	/* by the module, now */
	struct bootline boot;
	char *release;		/* of the kernel */
	char *config;		/* of the kernel, or NULL */
	json_object *info;	/* of the module, or NULL */
	bool absent;		/* the module is not loaded */
	json_object *checks;
	const char *check;	/* under way */
};

struct doctor_check {
	const char *name;
	void (*run)(struct doctor *d);
};

extern const struct doctor_check doctor_kernel_checks[], doctor_machine_checks[];

void doctor_run(struct doctor *d, json_object *doc);
void doctor_say(struct doctor *d, enum doctor_state state, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool doctor_config(const struct doctor *d, const char *name);

#endif
