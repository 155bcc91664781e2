/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_ASK_H
#define CPUISO_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cpuiso.h>

struct nl_msg;

/* One isolation as it is asked for; what is empty is not sent. */
struct request {
	char name[CPUISO_NAME_LEN + 1];
	char cpus[CPUISO_CPULIST_LEN + 1];
	uint32_t pid[CPUISO_RULES_MAX];
	size_t nr_pid;
	char *comm[CPUISO_RULES_MAX];
	size_t nr_comm;
	char *cgroup[CPUISO_RULES_MAX];
	size_t nr_cgroup;
	char *keep_irq[CPUISO_RULES_MAX];
	size_t nr_keep_irq;
	char *keep_knob[CPUISO_RULES_MAX];
	size_t nr_keep_knob;
	bool power, rcu, replug;
	bool has_sched;
	uint32_t policy, prio;
	bool partition;	/* not sent: it is the command's */
	bool owned;		/* undone when the connection ends */
	bool has_guard[__CPUISO_CLASS_MAX];
	uint32_t guard[__CPUISO_CLASS_MAX];
	bool has_exit;
	uint32_t exit;
};

extern const char *const request_steps[];

bool request_keeps(const struct request *r, const char *step);
void request_free(struct request *r);
int request_put(struct nl_msg *msg, const struct request *r, int cmd);

#endif
