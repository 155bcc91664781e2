/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_UNDO_H
#define CPUISO_UNDO_H

#include "types.h"

/**
 * struct cpuiso_undo_view - what became of one object in the last undo
 * @kind: enum cpuiso_kind
 * @result: CPUISO_VERDICT_RESTORED, _GONE, _CHANGED_SINCE, _BLOCKED or _REFUSED
 * @err: positive errno of CPUISO_VERDICT_REFUSED, else 0
 * @object: pid or IRQ number
 * @name: comm, names of actions, or path
 * @orig: what it was before
 * @found: what it was when the undo came to it
 */
struct cpuiso_undo_view {
	u8 kind;
	u8 result;
	u8 err;
	u32 object;
	char name[CPUISO_KNOB_PATH];
	char *orig;
	char *found;
};

void cpuiso_undo_exit(void);
void cpuiso_undo_begin(void);

void cpuiso_undone(struct cpuiso_world *w, enum cpuiso_verdict result, int err,
		   enum cpuiso_kind kind, u32 object, const char *name,
		   const char *orig, const char *found);
void cpuiso_undone_mask(struct cpuiso_world *w, enum cpuiso_verdict result,
			int err, enum cpuiso_kind kind, u32 object,
			const char *name, const struct cpumask *orig,
			const struct cpumask *found);

int cpuiso_undo_view_alloc(struct cpuiso_undo_view *v);
void cpuiso_undo_view_free(struct cpuiso_undo_view *v);
bool cpuiso_undo_view_next(unsigned long *id, struct cpuiso_undo_view *v);

#endif
