/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_PROC_H
#define CPUISO_PROC_H

int cpuiso_proc_init(void);
void cpuiso_proc_exit(void);

#endif
