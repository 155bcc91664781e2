/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_TOPGROUP_H
#define CPUISO_TOPGROUP_H

#include <stddef.h>

void topgroup_path(char *dst, size_t size, const char *mount, const char *name);
int topgroup_make(const char *dir, const char *name, const char *cpus);
int topgroup_remove(const char *dir, const char *name);

#endif
