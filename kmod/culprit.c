// SPDX-License-Identifier: GPL-2.0
/*
 * Whose doing it is that a probe sees.
 */
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "culprit.h"
#include "notes.h"
#include "types.h"

/* It carries out what somebody else has asked for, whom the write has noted. */
static bool is_stopper(const struct task_struct *task)
{
	return cpuiso_task_is(task, PF_KTHREAD) &&
	       cpuiso_task_is(task, PF_NO_SETAFFINITY) &&
	       strstarts(task->comm, "migration/");
}

/*
 * A kprobe that is a breakpoint, as all are until they are jumps, has its handler
 * run as in an NMI, which counts as one hard interrupt more than there is.
 */
static bool in_interrupt_here(void)
{
	unsigned long hard = hardirq_count();

	if (in_nmi())
		hard -= HARDIRQ_OFFSET;
	return hard || in_serving_softirq();
}

/**
 * cpuiso_culprit - who is at it
 * @by: the task that runs, or NULL when it means nothing: in an interrupt, or for
 *	somebody else
 *
 * Context: a probe; any.
 * Return: false when it is ourselves.
 */
bool cpuiso_culprit(struct task_struct **by)
{
	*by = NULL;
	if (in_interrupt_here() || is_idle_task(current) || is_stopper(current))
		return true;
	if (current == cpuiso_notes_reader())
		return false;
	*by = current;
	return true;
}
