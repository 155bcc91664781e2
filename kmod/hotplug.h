/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_HOTPLUG_H
#define CPUISO_HOTPLUG_H

#include <linux/cpumask.h>

int cpuiso_hotplug_init(void (*wake)(void));
void cpuiso_hotplug_exit(void);
int cpuiso_hotplug_start(void);
void cpuiso_hotplug_stop(void);
bool cpuiso_hotplug_fetch(struct cpumask *away);
bool cpuiso_hotplug_pending(void);

#endif
