/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_BUSY_H
#define CPUISO_BUSY_H

#include <linux/types.h>

#define CPUISO_BUSY_LEN 96

__printf(1, 2) void cpuiso_busy(const char *fmt, ...);
void cpuiso_idle(void);
void cpuiso_busy_step(const char *step);
bool cpuiso_busy_with(char *buf, size_t size);

#endif
