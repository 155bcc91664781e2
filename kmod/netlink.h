/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_NETLINK_H
#define CPUISO_NETLINK_H

#include <net/genetlink.h>

extern struct genl_family cpuiso_family;

int cpuiso_netlink_init(void);
void cpuiso_netlink_exit(void);

#endif
