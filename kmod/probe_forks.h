/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_PROBE_FORKS_H
#define CPUISO_PROBE_FORKS_H

#include <linux/types.h>

int cpuiso_forks_attach(void);
void cpuiso_forks_detach(void);
bool cpuiso_forks_wait(void);

#endif
