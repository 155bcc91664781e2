/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_WORKLOAD_H
#define CPUISO_WORKLOAD_H

struct request;
struct strings;

int workload_pids(struct request *r, const struct strings *s);
int workload_comms(struct request *r, const struct strings *s);
int workload_cgroups(struct request *r, const struct strings *s);
int workload_units(struct request *r, const struct strings *s);
int workload_add_pid(struct request *r, unsigned int pid);
int workload_pidns(const struct request *r);

#endif
