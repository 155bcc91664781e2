/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_GUARD_H
#define CPUISO_GUARD_H

#include "notes.h"
#include "types.h"

void cpuiso_guard_note(struct cpuiso_world *w, struct cpuiso_note *note);
void cpuiso_guard_look(struct cpuiso_world *w, struct cpuiso_task_rec *r,
		       struct task_struct *by);
void cpuiso_guard_look_all(struct cpuiso_world *w);
bool cpuiso_guard_admit(struct cpuiso_world *w, struct cpuiso_task_rec *r,
			const struct cpuiso_task_rec *parent);
unsigned long cpuiso_guard_due(struct cpuiso_world *w);
void cpuiso_guard_forget(struct cpuiso_task_rec *r);
void cpuiso_guard_stop(void);

#endif
