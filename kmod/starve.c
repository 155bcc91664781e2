// SPDX-License-Identifier: GPL-2.0
/*
 * Which kernel threads wait too long for an isolated CPU, because a realtime
 * task has it. Nothing is done about it but to say so: it is for the
 * administrator to choose between the two.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include "event.h"
#include "isolation.h"
#include "probe_starve.h"
#include "record.h"
#include "starve.h"

static unsigned int starve_ms = 1000;

/* While it was 0 nobody came to look, and so nothing more was noted. */
static int starve_ms_set(const char *val, const struct kernel_param *kp)
{
	int err = param_set_uint(val, kp);
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		cpuiso_waiting_rearm(cpu);
	return err;
}

static const struct kernel_param_ops starve_ms_ops = {
	.set = starve_ms_set,
	.get = param_get_uint,
};
module_param_cb(starve_ms, &starve_ms_ops, &starve_ms, 0644);
MODULE_PARM_DESC(starve_ms, "report a kernel thread that waits this long for an isolated CPU, in ms; 0: never");

/**
 * struct starve - when to look who waits for a CPU
 * @due: jiffies
 * @pending: somebody waited when we looked last
 * @told: the latest beginning of a wait that was told
 */
struct starve {
	unsigned long due;
	bool pending;
	u64 told;
};

static DEFINE_PER_CPU(struct starve, starve);
static unsigned int n_pending;

/**
 * cpuiso_starve_note - somebody waits for a CPU
 * @cpu: which
 *
 * Context: the worker.
 */
void cpuiso_starve_note(unsigned int cpu)
{
	struct starve *s = &per_cpu(starve, cpu);
	unsigned int limit = READ_ONCE(starve_ms);

	if (!limit || s->pending)
		return;
	s->pending = true;
	s->due = jiffies + msecs_to_jiffies(limit);
	n_pending++;
}

static void tell(struct task_struct *task, unsigned int cpu, u64 ns)
{
	const struct cpuiso_isolation *iso = cpuiso_isolation_of(cpumask_of(cpu));
	struct cpuiso_event_rec e = {
		.type = CPUISO_EVENT_STARVING,
		.kind = CPUISO_KIND_TASK,
		.object = task_pid_nr(task),
		.ns = ns,
	};

	if (!iso)
		return;
	strscpy(e.isolation, iso->name, sizeof(e.isolation));
	strscpy(e.name, task->comm, TASK_COMM_LEN);
	scnprintf(e.text, sizeof(e.text), "cpu=%u", cpu);
	cpuiso_event_emit(&e);
}

/* Each wait is told once. Return: false when nobody waits any more. */
static bool judge(struct cpuiso_store *store, struct starve *s, unsigned int cpu)
{
	u64 limit = (u64)READ_ONCE(starve_ms) * NSEC_PER_MSEC;
	u64 last = s->told, since, age;
	struct cpuiso_task_rec *r;
	struct task_struct *task;
	unsigned int slot = 0;
	unsigned long in;

	s->pending = false;
	if (!limit)
		return false;
	cpuiso_waiting_rearm(cpu);
	while ((task = cpuiso_waiting_next(cpu, &slot, &since))) {
		age = ktime_get_mono_fast_ns() - since;
		if (age >= limit && since > s->told) {
			r = cpuiso_task_rec_find(store, task);
			if (r)
				tell(r->task, cpu, age);
			last = max(last, since);
		} else if (age < limit) {
			in = jiffies + 1 + nsecs_to_jiffies(limit - age);
			if (!s->pending || time_before(in, s->due))
				s->due = in;
			s->pending = true;
		}
	}
	s->told = last;
	return s->pending;
}

/**
 * cpuiso_starve_judge - look who has waited too long by now
 * @store: the real store
 * @next: when to look again, in jiffies
 *
 * Context: the worker.
 * Return: false when nobody waits, and there is no next time.
 */
bool cpuiso_starve_judge(struct cpuiso_store *store, unsigned long *next)
{
	unsigned int cpu, still = 0;

	if (!n_pending)
		return false;
	for_each_possible_cpu(cpu) {
		struct starve *s = &per_cpu(starve, cpu);

		if (!s->pending ||
		    (!time_before(jiffies, s->due) && !judge(store, s, cpu)))
			continue;
		if (!still++ || time_before(s->due, *next))
			*next = s->due;
	}
	n_pending = still;
	return still;
}

/**
 * cpuiso_starve_stop - forget who waits
 *
 * Context: the worker, probes detached.
 */
void cpuiso_starve_stop(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		memset(&per_cpu(starve, cpu), 0, sizeof(struct starve));
	n_pending = 0;
}
