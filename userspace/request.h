/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_REQUEST_H
#define CPUISO_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cpuiso.h>

struct args;
struct conn;
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
	bool has_sched;
	uint32_t policy, prio;
	bool has_guard[__CPUISO_CLASS_MAX];
	uint32_t guard[__CPUISO_CLASS_MAX];
	bool has_exit;
	uint32_t exit;
};

int request_isolation(struct request *r, const struct args *args);
int request_workload(struct request *r, const struct args *args);
int request_name(struct request *r, const char *name);
int request_choose(struct request *r, struct conn *c);
int request_sched(struct request *r, const char *text);
int request_guard(struct request *r, const char *text);
int request_exit(struct request *r, const char *text);
void request_free(struct request *r);
int request_put(struct nl_msg *msg, const struct request *r, int cmd);

#endif
