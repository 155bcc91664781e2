/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_KCONFIG_H
#define CPUISO_KCONFIG_H

#include <stdbool.h>

char *kconfig_read(const char *release);
bool kconfig_has(const char *config, const char *name);

#endif
