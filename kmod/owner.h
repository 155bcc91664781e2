/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_OWNER_H
#define CPUISO_OWNER_H

#include <linux/types.h>

struct cpuiso_owner;

int cpuiso_owners_init(void (*wake)(void));
void cpuiso_owners_exit(void);
struct cpuiso_owner *cpuiso_owner_new(u32 portid);
void cpuiso_owner_free(struct cpuiso_owner *owner);
bool cpuiso_owner_is(const struct cpuiso_owner *owner, u32 portid);
bool cpuiso_owner_is_gone(const struct cpuiso_owner *owner);

#endif
