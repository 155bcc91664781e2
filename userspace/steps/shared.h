/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_STEP_SHARED_H
#define CPUISO_STEP_SHARED_H

#include "step.h"

const struct record *shared_record(const struct journal *j, const char *step,
				   const char *object);
bool shared_cpus(const struct journals *all, const struct journal *but,
		 const char *step, const char *object, const char *base,
		 struct cpuset *cpus);

#endif
