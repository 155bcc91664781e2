/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_IRQBALANCE_H
#define CPUISO_IRQBALANCE_H

#include <stdbool.h>

#include "cpulist.h"

#define IRQBALANCE_DIR	"/run/irqbalance"

/* Called with the path of each socket; not 0 ends it. */
typedef int (*irqbalance_fn)(const char *path, void *arg);

int irqbalance_each(irqbalance_fn fn, void *arg);
int irqbalance_banned(const char *path, struct cpuset *cpus);
int irqbalance_ban(const char *path, const struct cpuset *cpus);
bool irqbalance_parse(const char *text, struct cpuset *cpus);
bool irqbalance_path_ok(const char *path);

#endif
