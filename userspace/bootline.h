/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_BOOTLINE_H
#define CPUISO_BOOTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "cpulist.h"

/* What the kernel was told at boot. */
struct bootline {
	struct cpuset nohz_full;
	struct cpuset rcu_nocbs;	/* callbacks offloaded, also by nohz_full */
	struct cpuset isolated;		/* out of the scheduler's domains */
	struct cpuset managed;		/* managed interrupts kept off */
	bool domain;			/* tasks begin without the CPUs of isolcpus= */
	bool rcu_nocbs_bare;		/* offloading can be switched at runtime */
};

void bootline_read(struct bootline *b);
bool bootline_param(const char *cmdline, const char *name, char *value, size_t size);
size_t bootline_lacks(const struct bootline *b, const struct cpuset *cpus,
		      const char *lacks[3]);

#endif
