/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_HOTPLUG_H
#define CPUISO_HOTPLUG_H

int cpuiso_hotplug_init(void);
void cpuiso_hotplug_exit(void);
int cpuiso_hotplug_start(void);
void cpuiso_hotplug_stop(void);
void cpuiso_hotplug_work(void);
bool cpuiso_hotplug_pending(void);

#endif
