/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_GRACE_H
#define CPUISO_GRACE_H

#include <stdbool.h>

bool grace_passes(void);

#endif
