/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_REQUEST_H
#define CPUISO_REQUEST_H

#include "ask.h"

struct args;
struct conn;
struct cpuset;

int request_isolation(struct request *r, const struct args *args);
int request_workload(struct request *r, const struct args *args);
bool request_name_ok(const char *name);
int request_cpus(struct request *r, const char *text, struct cpuset *want);
int request_name(struct request *r, const char *name);
int request_choose(struct request *r, struct conn *c);
int request_sched(struct request *r, const char *text);
int request_guard(struct request *r, const char *text);
int request_exit(struct request *r, const char *text);

#endif
