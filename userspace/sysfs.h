/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_SYSFS_H
#define CPUISO_SYSFS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "cpulist.h"

const char *sys_root(void);
void sys_path(char path[PATH_MAX], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
char *sys_read(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *sys_read_gz(const char *file);
bool sys_exists(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *sys_boot_id(void);
unsigned int sys_kernel_version(void);
const char *sys_stat_field(const char *stat, int n);
unsigned long long sys_task_start(unsigned int tid);
bool sys_cpus(const char *file, struct cpuset *out);

#endif
