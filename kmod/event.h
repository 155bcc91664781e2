/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_EVENT_H
#define CPUISO_EVENT_H

#include "types.h"

#define CPUISO_EVENT_RING	1024
#define CPUISO_EVENT_TEXT	63
#define CPUISO_EVENT_MASK	31

/**
 * struct cpuiso_event_rec - one event
 * @seq: 1 for the first event since the module was loaded
 * @time: wall clock, ns
 * @type: enum cpuiso_event
 * @kind: enum cpuiso_kind, or -1 when it is about no task or IRQ
 * @object: pid, IRQ or CPU number, or -1
 * @err: positive errno, or 0
 * @isolation: its name, or ""
 * @name: comm or action, or ""
 * @text: key=value words, or ""
 * @from: CPU list that it was allowed on when it was found, or ""
 * @to: CPU list that it was moved to, or ""
 * @by_pid: who brought it there, or 0
 * @by_comm: its name
 * @ns: how long it ran there, or has waited
 */
struct cpuiso_event_rec {
	u64 seq;
	u64 time;
	u8 type;
	s8 kind;
	int object;
	u32 err;
	char isolation[CPUISO_NAME_LEN + 1];
	char name[sizeof_field(struct cpuiso_irq_rec, action)];
	char text[CPUISO_EVENT_TEXT + 1];
	char from[CPUISO_EVENT_MASK + 1];
	char to[CPUISO_EVENT_MASK + 1];
	pid_t by_pid;
	char by_comm[TASK_COMM_LEN];
	u64 ns;
};

int cpuiso_events_init(void);
void cpuiso_events_exit(void);
void cpuiso_events_set_sink(void (*sink)(const struct cpuiso_event_rec *e));
bool cpuiso_event_read(u64 *seq, struct cpuiso_event_rec *e);

void cpuiso_event_emit(struct cpuiso_event_rec *e);
__printf(4, 5)
void cpuiso_event(enum cpuiso_event type, const char *isolation, int object,
		  const char *fmt, ...);
void cpuiso_event_task(enum cpuiso_event type, struct task_struct *task,
		       u32 err);
void cpuiso_event_irq(enum cpuiso_event type, unsigned int irq,
		      const char *action, u32 err);

#endif
