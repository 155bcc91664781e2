/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_GRUB_H
#define CPUISO_GRUB_H

int grub_install(const char *line);
int grub_remove(void);

#endif
