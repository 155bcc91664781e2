/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_WINDOW_H
#define CPUISO_WINDOW_H

#include <stdint.h>
#include <json-c/json.h>

struct conn;
struct cpuset;
struct request;

int window_observe(struct conn *c, const struct request *req);
int window_run(struct conn *c, const struct cpuset *cpus, uint64_t ns,
	       const char *ready, json_object **rows, int *sig);

#endif
