/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_CULPRIT_H
#define CPUISO_CULPRIT_H

#include <linux/types.h>

struct task_struct;

bool cpuiso_culprit(struct task_struct **by);

#endif
