/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_NETLINK_H
#define CPUISO_NETLINK_H

int cpuiso_netlink_init(void);
void cpuiso_netlink_exit(void);

#endif
