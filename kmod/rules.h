/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_RULES_H
#define CPUISO_RULES_H

#include "types.h"

struct cpuiso_rule *cpuiso_rule_new(enum cpuiso_rule_kind kind,
				    const char *text, struct task_struct *task);
void cpuiso_rule_free(struct cpuiso_rule *rule);
void cpuiso_rule_list_free(struct list_head *rules);

#endif
