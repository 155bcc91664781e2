/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_DURATION_H
#define CPUISO_DURATION_H

#include <stddef.h>
#include <stdint.h>

int duration_parse(const char *option, const char *text, uint64_t *ns);
uint64_t duration_now(void);
void duration_format(char *dst, size_t size, uint64_t ns);

#endif
