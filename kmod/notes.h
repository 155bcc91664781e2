/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_NOTES_H
#define CPUISO_NOTES_H

#include <linux/sched.h>

enum cpuiso_note_type {
	CPUISO_NOTE_FORK,
	CPUISO_NOTE_EXIT,
	CPUISO_NOTE_MATCH,
};

/**
 * struct cpuiso_note - what a probe saw
 * @type: what
 * @task: whom; a reference that the reader drops
 * @parent: with CPUISO_NOTE_FORK, who forked; a reference too
 * @rule: with CPUISO_NOTE_MATCH, the rule that it matched
 */
struct cpuiso_note {
	enum cpuiso_note_type type;
	struct task_struct *task;
	struct task_struct *parent;
	u32 rule;
};

int cpuiso_notes_init(void (*wake)(void));
void cpuiso_notes_stop(void);
void cpuiso_notes_exit(void);
void cpuiso_note_put(enum cpuiso_note_type type, struct task_struct *task,
		     struct task_struct *parent, u32 rule);
bool cpuiso_note_get(unsigned int cpu, struct cpuiso_note *note);
void cpuiso_note_drop(struct cpuiso_note *note);
u64 cpuiso_notes_lost(void);

#endif
