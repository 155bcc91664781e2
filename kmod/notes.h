/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_NOTES_H
#define CPUISO_NOTES_H

#include <linux/sched.h>

enum cpuiso_note_type {
	CPUISO_NOTE_FORK,
	CPUISO_NOTE_EXIT,
	CPUISO_NOTE_MATCH,
	CPUISO_NOTE_MASK,
	CPUISO_NOTE_NEWBORN,
	CPUISO_NOTE_WAKE,
	CPUISO_NOTE_INTRUDER,
	CPUISO_NOTE_IRQ,
	CPUISO_NOTE_STARVE,
};

/**
 * struct cpuiso_note - what a probe saw
 * @type: what
 * @task: whom; a reference that the reader drops; NULL with CPUISO_NOTE_IRQ
 *	and CPUISO_NOTE_STARVE
 * @by: who did it: who forked, or wrote the mask; a reference too; NULL when
 *	the kernel cannot say
 * @number: with CPUISO_NOTE_MATCH, the rule that it matched; with
 *	CPUISO_NOTE_IRQ, the IRQ; with CPUISO_NOTE_STARVE, the CPU
 */
struct cpuiso_note {
	enum cpuiso_note_type type;
	struct task_struct *task;
	struct task_struct *by;
	u32 number;
};

int cpuiso_notes_init(void (*wake)(void));
void cpuiso_notes_stop(void);
void cpuiso_notes_exit(void);
bool cpuiso_note_put(enum cpuiso_note_type type, struct task_struct *task,
		     struct task_struct *by, u32 number);
void cpuiso_notes_set_reader(struct task_struct *task);
struct task_struct *cpuiso_notes_reader(void);
unsigned int cpuiso_notes_waiting(unsigned int cpu);
bool cpuiso_note_get(unsigned int cpu, struct cpuiso_note *note);
void cpuiso_note_drop(struct cpuiso_note *note);
bool cpuiso_notes_unread(void);
u64 cpuiso_notes_lost(void);

#endif
