/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_HEXMASK_H
#define CPUISO_HEXMASK_H

#include <stdbool.h>
#include <stddef.h>

#include "cpulist.h"

bool hexmask_parse(const char *text, struct cpuset *out);
void hexmask_format(char *dst, size_t size, const struct cpuset *s);

#endif
