/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_MEMBERS_H
#define CPUISO_MEMBERS_H

#include "types.h"

void cpuiso_member_add(struct cpuiso_task_rec *r);
void cpuiso_member_drop(struct cpuiso_task_rec *r);
const struct cpuiso_isolation *cpuiso_member_of(const struct task_struct *task);

#endif
