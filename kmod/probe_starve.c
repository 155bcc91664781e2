// SPDX-License-Identifier: GPL-2.0
/*
 * Which bound kernel threads wait for an isolated CPU behind a realtime task:
 * the probes of sched_wakeup and sched_switch write it into a few slots of that
 * CPU, and the worker reads them (starve.c).
 */
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/sched/prio.h>
#include "compat/cpuiso_compat.h"
#include "notes.h"
#include "probe_starve.h"
#include "record.h"

#define SLOTS 4

/**
 * struct waiting - a bound kernel thread that is to run and does not
 * @task: no reference, and not to be looked into: it may be anything by now;
 *	NULL when the slot is free
 * @since: ktime_get_mono_fast_ns(); 0 when not written yet
 */
struct waiting {
	struct task_struct *task;
	u64 since;
};

/**
 * struct queue - what is known of a CPU
 * @curr: what runs there, or NULL when it has not switched since it is isolated;
 *	to be looked at with preemption off, so that it is not freed meanwhile
 * @noted: the worker knows that something waits, and comes to look
 * @unsaid: something may have begun to wait that it was not told of
 * @waiting: kernel threads that a real-time task keeps from running
 */
struct queue {
	struct task_struct *curr;
	atomic_t noted;
	atomic_t unsaid;
	struct waiting waiting[SLOTS];
};

static DEFINE_PER_CPU(struct queue, queues);

/* To be told of. pi_lock or the rq lock of @p is held. */
static void wait_begins(struct queue *q, struct task_struct *p)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		if (READ_ONCE(q->waiting[i].task) == p)
			return;
	for (i = 0; i < SLOTS; i++)
		if (!cmpxchg(&q->waiting[i].task, NULL, p))
			break;
	if (i == SLOTS)
		return;
	WRITE_ONCE(q->waiting[i].since, ktime_get_mono_fast_ns());
	atomic_set(&q->unsaid, 1);
}

/*
 * A real-time thread of the kernel's is soon done, and on PREEMPT_RT it is
 * softirqs and interrupts. What waits for such is told of when it then has to
 * wait for another.
 *
 * The worker is told of the first that waits and looks at all of them later,
 * so that many short waits cost one note. Preemption is off.
 */
static void tell_of_waits(struct queue *q, unsigned int cpu)
{
	const struct task_struct *curr;
	unsigned int i;

	/*
	 * Who has written unsaid reads curr now, and who has written curr reads
	 * unsaid: one of the two sees what the other wrote.
	 */
	smp_mb();
	curr = READ_ONCE(q->curr);
	if (curr && cpuiso_task_is(curr, PF_KTHREAD))
		return;
	if (!atomic_read(&q->unsaid) || !atomic_xchg(&q->unsaid, 0))
		return;
	for (i = 0; i < SLOTS; i++)
		if (READ_ONCE(q->waiting[i].task))
			break;
	if (i == SLOTS || atomic_xchg(&q->noted, 1))
		return;
	if (!cpuiso_note_put(CPUISO_NOTE_STARVE, NULL, NULL, cpu)) {
		atomic_set(&q->noted, 0);
		atomic_set(&q->unsaid, 1);
	}
}

static void wait_ends(struct queue *q, const struct task_struct *p)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++) {
		if (READ_ONCE(q->waiting[i].task) != p)
			continue;
		WRITE_ONCE(q->waiting[i].since, 0);
		/* Frees the slot after its time is gone; see cpuiso_waiting_next(). */
		smp_store_release(&q->waiting[i].task, NULL);
	}
}

static bool can_starve(const struct task_struct *p)
{
	return cpuiso_task_is(p, PF_KTHREAD) &&
	       cpuiso_task_is(p, PF_NO_SETAFFINITY) &&
	       p->nr_cpus_allowed == 1 && !is_idle_task(p);
}

/* The policy of what runs there may have changed since it was switched to. */
static bool is_kept_off(const struct queue *q, const struct task_struct *p)
{
	const struct task_struct *curr = READ_ONCE(q->curr);
	int prio = curr ? READ_ONCE(curr->prio) : 0;

	return curr != p && prio < MAX_RT_PRIO && prio <= p->prio;
}

/**
 * cpuiso_starve_wakeup - a kernel thread is woken for an isolated CPU
 * @p: the thread
 *
 * Context: the guard's probe of sched_wakeup, pi_lock or the rq lock of @p held.
 */
notrace void cpuiso_starve_wakeup(struct task_struct *p)
{
	unsigned int cpu = task_cpu(p);
	struct queue *q = &per_cpu(queues, cpu);

	if (!can_starve(p) || !is_kept_off(q, p))
		return;
	wait_begins(q, p);
	tell_of_waits(q, cpu);
}

/**
 * cpuiso_starve_switch - another task runs on this CPU, which is isolated
 * @preempt: @prev was preempted
 * @prev: what ran
 * @next: what runs
 *
 * Context: the ledger's probe of sched_switch, interrupts off.
 */
notrace void cpuiso_starve_switch(bool preempt, struct task_struct *prev,
				  struct task_struct *next)
{
	struct queue *q = this_cpu_ptr(&queues);

	WRITE_ONCE(q->curr, next);
	wait_ends(q, next);
	if (next->prio >= MAX_RT_PRIO)
		return;
	if (can_starve(prev) && (preempt || task_is_running(prev)))
		wait_begins(q, prev);
	/* It would say nothing, after a barrier at each such switch. */
	if (!cpuiso_task_is(next, PF_KTHREAD))
		tell_of_waits(q, smp_processor_id());
}

/**
 * cpuiso_starve_forget - nobody waits for a CPU, and nobody is known to run there
 * @cpu: which; no probe calls for it
 */
void cpuiso_starve_forget(unsigned int cpu)
{
	struct queue *q = &per_cpu(queues, cpu);
	unsigned int i;

	WRITE_ONCE(q->curr, NULL);
	for (i = 0; i < SLOTS; i++) {
		WRITE_ONCE(q->waiting[i].since, 0);
		WRITE_ONCE(q->waiting[i].task, NULL);
	}
	atomic_set(&q->noted, 0);
	atomic_set(&q->unsaid, 0);
}

/**
 * cpuiso_waiting_next - who waits for a CPU?
 * @cpu: which
 * @slot: from which slot on; becomes the slot after the one that was found
 * @since: since when, in ktime_get_mono_fast_ns()
 *
 * Return: a kernel thread to be looked for among the records, which hold what
 * they are of; NULL when there are no more.
 */
struct task_struct *cpuiso_waiting_next(unsigned int cpu, unsigned int *slot,
					u64 *since)
{
	struct queue *q = &per_cpu(queues, cpu);

	while (*slot < SLOTS) {
		struct waiting *w = &q->waiting[(*slot)++];
		/* The time is read after the task it belongs to. */
		struct task_struct *task = smp_load_acquire(&w->task);

		*since = READ_ONCE(w->since);
		if (task && *since)
			return task;
	}
	return NULL;
}

/**
 * cpuiso_waiting_rearm - note the next one that waits for a CPU
 * @cpu: which
 *
 * Whoever waits already is to be looked for afterwards.
 */
void cpuiso_waiting_rearm(unsigned int cpu)
{
	/* Ordered before the look at the slots. */
	atomic_xchg(&per_cpu(queues, cpu).noted, 0);
}
