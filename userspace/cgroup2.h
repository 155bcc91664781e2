/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_CGROUP2_H
#define CPUISO_CGROUP2_H

#include <stdbool.h>
#include <stddef.h>

char *cgroup2_mount(void);
bool cgroup2_has_word(const char *words, const char *word);
bool cgroup2_at_root(unsigned int pid);

#endif
