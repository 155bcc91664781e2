/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_STEP_IRQBALANCE_H
#define CPUISO_STEP_IRQBALANCE_H

#include <stdbool.h>

#include "../cpulist.h"
#include "../journal.h"

int irqbalance_renew(struct journals *holding, const char *path, bool fresh,
		     struct cpuset *want, bool *changed);

#endif
