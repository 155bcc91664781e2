/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_SETTINGS_H
#define CPUISO_SETTINGS_H

#include "types.h"

/**
 * struct cpuiso_knob_view - one consistent look at a knob's record
 * @name: of the knob
 * @path: its file, or the pattern of it when there is none
 * @verdict: enum cpuiso_verdict
 * @err: positive errno of CPUISO_VERDICT_REFUSED, else 0
 * @orig: what it would hold without any isolation
 * @present: what it held when last written or looked at
 * @target: what it is to hold
 * @texts: storage of the three
 */
struct cpuiso_knob_view {
	const char *name;
	char path[CPUISO_KNOB_PATH];
	u8 verdict;
	u8 err;
	char *orig;
	char *present;
	char *target;
	char *texts;
};

int cpuiso_knob_view_alloc(struct cpuiso_knob_view *v);
void cpuiso_knob_view_free(struct cpuiso_knob_view *v);
bool cpuiso_knob_view_next(struct cpuiso_store *store, unsigned long *id,
			   struct cpuiso_knob_view *v);

int cpuiso_settings_scan(struct cpuiso_world *w);
int cpuiso_settings_apply(struct cpuiso_world *w);
void cpuiso_settings_undo(struct cpuiso_world *w);
bool cpuiso_settings_blocked(struct cpuiso_store *store);
void cpuiso_settings_give_up(struct cpuiso_store *store);
void cpuiso_settings_clear(struct cpuiso_store *store);

#endif
