/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_NAMES_H
#define CPUISO_NAMES_H

struct name_table {
	const char *what;		/* name of the enum in the YAML spec */
	const char *const *name;
	unsigned int count;
};

extern const struct name_table state_names, kind_names, verdict_names,
	sched_names, event_names, class_names, guard_names, exit_names,
	stat_names, cmd_names;
extern const struct name_table *const all_names[];

const char *name_of(const struct name_table *t, unsigned int value);
int value_of(const struct name_table *t, const char *name);
const char *verdict_reason(unsigned int verdict);

#endif
