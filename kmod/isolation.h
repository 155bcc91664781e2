/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_ISOLATION_H
#define CPUISO_ISOLATION_H

#include "types.h"

extern struct list_head cpuiso_isolations;

int cpuiso_isolations_init(void);
void cpuiso_isolations_exit(void);

struct cpuiso_isolation *cpuiso_isolation_new(const char *name);
void cpuiso_isolation_free(struct cpuiso_isolation *iso);
struct cpuiso_isolation *cpuiso_isolation_find(const char *name);
struct cpuiso_isolation *cpuiso_isolation_of(const struct cpumask *mask);
int cpuiso_isolation_check(const struct cpuiso_isolation *iso, char *message,
			   unsigned int *attr);
int cpuiso_isolation_publish(struct cpuiso_isolation *iso, char *message,
			     unsigned int *attr);
void cpuiso_isolation_remove(struct cpuiso_isolation *iso);
void cpuiso_isolation_set_state(struct cpuiso_isolation *iso,
				enum cpuiso_state state, bool active);

bool cpuiso_is_isolated(unsigned int cpu);
bool cpuiso_is_last_housekeeping(unsigned int cpu);

struct cpuiso_world *cpuiso_world_new(struct cpuiso_store *store);
void cpuiso_world_look(struct cpuiso_world *w);
void cpuiso_world_free(struct cpuiso_world *w);

#endif
