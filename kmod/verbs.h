/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_VERBS_H
#define CPUISO_VERBS_H

#include "op.h"

struct cpuiso_store *cpuiso_verbs_store(void);
int cpuiso_verbs_init(void);
void cpuiso_verbs_exit(void);
void cpuiso_verbs_run(struct cpuiso_op *op);
void cpuiso_verbs_owners(void);
bool cpuiso_verbs_notes(void);
unsigned long cpuiso_verbs_due(void);
void cpuiso_verbs_hotplug(void);
void cpuiso_verbs_news(void);
void cpuiso_verbs_end(struct cpuiso_outcome *outcome);

#endif
