/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_ALLOC_H
#define CPUISO_ALLOC_H

#include <stddef.h>

void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);

#endif
