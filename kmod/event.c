// SPDX-License-Identifier: GPL-2.0
/*
 * The last events, for /proc/cpuiso/events, and each of them to whoever
 * listens (the sink, set by the netlink family).
 */
#include <linux/mm.h>
#include <linux/sched/task.h>
#include <linux/timekeeping.h>
#include "event.h"

static DEFINE_SPINLOCK(lock);
static struct cpuiso_event_rec *ring;
static u64 last_seq;
static void (*event_sink)(const struct cpuiso_event_rec *e);

/**
 * cpuiso_events_init - before any event
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_events_init(void)
{
	ring = kvcalloc(CPUISO_EVENT_RING, sizeof(*ring), GFP_KERNEL);
	return ring ? 0 : -ENOMEM;
}

/**
 * cpuiso_events_exit - after the last event and the last reader
 */
void cpuiso_events_exit(void)
{
	kvfree(ring);
}

/**
 * cpuiso_events_set_sink - who is to be told of each event
 * @sink: called in process context, without a lock; NULL for nobody
 *
 * Whoever takes the sink away waits for the worker before the sink goes.
 */
void cpuiso_events_set_sink(void (*sink)(const struct cpuiso_event_rec *e))
{
	WRITE_ONCE(event_sink, sink);
}

/**
 * cpuiso_event_read - copy an event
 * @seq: from which number on; becomes the number of the event read
 * @e: the copy
 *
 * Context: process.
 * Return: false when there is none any more.
 */
bool cpuiso_event_read(u64 *seq, struct cpuiso_event_rec *e)
{
	bool found;

	spin_lock(&lock);
	if (last_seq > CPUISO_EVENT_RING && *seq <= last_seq - CPUISO_EVENT_RING)
		*seq = last_seq - CPUISO_EVENT_RING + 1;
	if (!*seq)
		*seq = 1;
	found = *seq <= last_seq;
	if (found)
		*e = ring[*seq % CPUISO_EVENT_RING];
	spin_unlock(&lock);
	return found;
}

/**
 * cpuiso_event_emit - an event, complete but for its number and time
 * @e: the event
 *
 * Context: process, may sleep.
 */
void cpuiso_event_emit(struct cpuiso_event_rec *e)
{
	void (*sink)(const struct cpuiso_event_rec *e);

	e->time = ktime_get_real_ns();
	spin_lock(&lock);
	e->seq = ++last_seq;
	ring[e->seq % CPUISO_EVENT_RING] = *e;
	spin_unlock(&lock);
	sink = READ_ONCE(event_sink);
	if (sink)
		sink(e);
}

/**
 * cpuiso_event - something happened to an isolation or a CPU
 * @type: what
 * @isolation: name of the isolation, or ""
 * @object: CPU number, or -1 when it is about none
 * @fmt: key=value words, as for printf
 *
 * Context: process, may sleep.
 */
void cpuiso_event(enum cpuiso_event type, const char *isolation, int object,
		  const char *fmt, ...)
{
	struct cpuiso_event_rec e = {
		.type = type,
		.kind = -1,
		.object = object,
	};
	va_list args;

	strscpy(e.isolation, isolation, sizeof(e.isolation));
	va_start(args, fmt);
	vscnprintf(e.text, sizeof(e.text), fmt, args);
	va_end(args);
	cpuiso_event_emit(&e);
}

/**
 * cpuiso_event_task - something happened to a task
 * @type: what
 * @task: a reference is held
 * @err: positive errno, or 0
 *
 * Context: process, may sleep.
 */
void cpuiso_event_task(enum cpuiso_event type, struct task_struct *task,
		       u32 err)
{
	struct cpuiso_event_rec e = {
		.type = type,
		.kind = CPUISO_KIND_TASK,
		.object = task_pid_nr(task),
		.err = err,
	};

	strscpy(e.name, task->comm, TASK_COMM_LEN);
	cpuiso_event_emit(&e);
}

/**
 * cpuiso_event_irq - something happened to an IRQ
 * @type: what
 * @irq: its number
 * @action: names of its actions
 * @err: positive errno, or 0
 *
 * Context: process, may sleep.
 */
void cpuiso_event_irq(enum cpuiso_event type, unsigned int irq,
		      const char *action, u32 err)
{
	struct cpuiso_event_rec e = {
		.type = type,
		.kind = CPUISO_KIND_IRQ,
		.object = irq,
		.err = err,
	};

	strscpy(e.name, action, sizeof(e.name));
	cpuiso_event_emit(&e);
}
