/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_RUNDIR_H
#define CPUISO_RUNDIR_H

#include <stdbool.h>
#include <stddef.h>

#define RUNDIR	"/run/cpuiso"

int rundir_open(const char *path, bool create);
int rundir_here(bool create);
int rundir_fail(int err);
int rundir_lock(int dir);
char *rundir_read(int dir, const char *file, size_t max);
int rundir_write(int dir, const char *file, const char *text);

#endif
