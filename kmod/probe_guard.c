// SPDX-License-Identifier: GPL-2.0
/*
 * The guard's probes: something is on its way to an isolated CPU, has been
 * given a mask that allows it, or runs there.
 *
 * On the way: sched_migrate_task and sched_wakeup_new, before it runs. Masks:
 * there is no tracepoint for a task's mask, nor for an IRQ's mask that takes
 * effect later, so two kprobes say it; without them the same thing is found
 * when the task is sent to the CPU or the interrupt is handled there. Running:
 * the ledger's probes of sched_switch and irq_handler_entry tell, which every
 * isolated CPU has: two probes at one tracepoint cost all CPUs more than one.
 *
 * A task is noted once until the worker has looked at it. On a housekeeping
 * CPU a probe costs one test. None allocates, sleeps or takes a lock.
 */
#include <linux/bitmap.h>
#include <linux/interrupt.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/ptrace.h>
#include <linux/sched/prio.h>
#include <linux/sched/task.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>
#include <trace/events/sched.h>
#ifdef CONFIG_X86
#include <asm/trace/irq_vectors.h>
#endif
#include "compat/cpuiso_compat.h"
#include "cpusets.h"
#include "culprit.h"
#include "notes.h"
#include "probe.h"
#include "probe_guard.h"
#include "record.h"

#define STARVE_SLOTS 4

/**
 * struct waiting - a bound kernel thread that is to run and does not
 * @task: no reference: it is taken out before it runs, so it cannot have ended;
 *	NULL when the slot is free
 * @since: ktime_get_mono_fast_ns(); 0 when not written yet
 */
struct waiting {
	struct task_struct *task;
	u64 since;
};

/**
 * struct watch - what the guard knows of a CPU
 * @on: it is isolated
 * @curr: what runs there, or NULL when it has not switched since it is isolated;
 *	to be looked at with preemption off, so that it is not freed meanwhile
 * @noted: the worker knows that something waits, and comes to look
 * @unsaid: something may have begun to wait that it was not told of
 * @waiting: kernel threads that a real-time task keeps from running
 */
struct watch {
	bool on;
	struct task_struct *curr;
	atomic_t noted;
	atomic_t unsaid;
	struct waiting waiting[STARVE_SLOTS];
};

static DEFINE_PER_CPU(struct watch, watches);
static struct cpumask watched;
static struct cpuiso_store *store;
static unsigned long *handled;
static unsigned int nr_handled;

static void intruder(struct task_struct *task, struct task_struct *by, bool ran)
{
	struct cpuiso_task_rec *r;

	if (cpuiso_task_is(task, PF_NO_SETAFFINITY | PF_EXITING) ||
	    is_idle_task(task))
		return;
	r = cpuiso_task_rec_find(store, task);
	if (r) {
		if (cpuiso_rec_owner(&r->rec) ||
		    READ_ONCE(r->irq) ||
		    READ_ONCE(r->rec.tolerated) ||
		    READ_ONCE(r->rec.fight.quiet))
			return;
		if (ran && !READ_ONCE(r->ran_at))
			WRITE_ONCE(r->ran_at, ktime_get_mono_fast_ns());
		if (atomic_xchg(&r->noted, 1))
			return;
	}
	cpuiso_note_put(CPUISO_NOTE_INTRUDER, task, by, 0);
}

static notrace bool is_watched(unsigned int cpu)
{
	return READ_ONCE(per_cpu(watches, cpu).on);
}

static notrace void probe_migrate(void *data, struct task_struct *p, int cpu)
{
	struct task_struct *by;

	if (is_watched(cpu) && cpuiso_culprit(&by))
		intruder(p, by, false);
}

static notrace void probe_wakeup_new(void *data, struct task_struct *p)
{
	struct task_struct *by;

	if (is_watched(task_cpu(p)) && cpuiso_culprit(&by))
		intruder(p, by, false);
}

/* To be told of. pi_lock or the rq lock of @p is held. */
static void wait_begins(struct watch *watch, struct task_struct *p)
{
	unsigned int i;

	for (i = 0; i < STARVE_SLOTS; i++)
		if (READ_ONCE(watch->waiting[i].task) == p)
			return;
	for (i = 0; i < STARVE_SLOTS; i++)
		if (!cmpxchg(&watch->waiting[i].task, NULL, p))
			break;
	if (i == STARVE_SLOTS)
		return;
	WRITE_ONCE(watch->waiting[i].since, ktime_get_mono_fast_ns());
	atomic_set(&watch->unsaid, 1);
}

/*
 * A real-time thread of the kernel's is soon done, and on PREEMPT_RT it is
 * softirqs and interrupts. What waits for such is told of when it then has to
 * wait for another.
 *
 * The worker is told of the first that waits and looks at all of them later,
 * so that many short waits cost one note. Preemption is off.
 */
static void tell_of_waits(struct watch *watch, unsigned int cpu)
{
	const struct task_struct *curr;
	unsigned int i;

	/*
	 * Who has written unsaid reads curr now, and who has written curr reads
	 * unsaid: one of the two sees what the other wrote.
	 */
	smp_mb();
	curr = READ_ONCE(watch->curr);
	if (curr && cpuiso_task_is(curr, PF_KTHREAD))
		return;
	if (!atomic_read(&watch->unsaid) || !atomic_xchg(&watch->unsaid, 0))
		return;
	for (i = 0; i < STARVE_SLOTS; i++)
		if (READ_ONCE(watch->waiting[i].task))
			break;
	if (i == STARVE_SLOTS || atomic_xchg(&watch->noted, 1))
		return;
	if (!cpuiso_note_put(CPUISO_NOTE_STARVE, NULL, NULL, cpu)) {
		atomic_set(&watch->noted, 0);
		atomic_set(&watch->unsaid, 1);
	}
}

static void wait_ends(struct watch *watch, const struct task_struct *p)
{
	unsigned int i;

	for (i = 0; i < STARVE_SLOTS; i++) {
		if (READ_ONCE(watch->waiting[i].task) != p)
			continue;
		WRITE_ONCE(watch->waiting[i].since, 0);
		/* Frees the slot after its time is gone; see cpuiso_waiting(). */
		smp_store_release(&watch->waiting[i].task, NULL);
	}
}

static bool can_starve(const struct task_struct *p)
{
	return cpuiso_task_is(p, PF_KTHREAD) &&
	       cpuiso_task_is(p, PF_NO_SETAFFINITY) &&
	       p->nr_cpus_allowed == 1 && !is_idle_task(p);
}

/* The policy of what runs there may have changed since it was switched to. */
static bool is_kept_off(const struct watch *watch, const struct task_struct *p)
{
	const struct task_struct *curr = READ_ONCE(watch->curr);
	int prio = curr ? READ_ONCE(curr->prio) : 0;

	return curr != p && prio < MAX_RT_PRIO && prio <= p->prio;
}

/*
 * A kernel thread gets its mask, from itself or (5.10) from its maker, before
 * its maker wakes it. Until then its maker may bind it. That it was preempted
 * meanwhile tells nothing.
 */
static bool is_newborn(const struct task_struct *p)
{
	return cpuiso_task_is(p, PF_KTHREAD) &&
	       p->nvcsw <= (p == current ? 0 : 1);
}

static notrace void probe_wakeup(void *data, struct task_struct *p)
{
	struct watch *watch = &per_cpu(watches, task_cpu(p));
	struct task_struct *by;

	if (!cpuiso_task_is(p, PF_KTHREAD))
		return;
	/* Its maker may have bound it by now, so bound threads are noted, too. */
	if (atomic_read(&cpuiso_newborns) > 0 && is_newborn(p) && cpuiso_culprit(&by))
		cpuiso_note_put(CPUISO_NOTE_WAKE, p, by, 0);
	if (READ_ONCE(watch->on) && can_starve(p) && is_kept_off(watch, p)) {
		wait_begins(watch, p);
		tell_of_waits(watch, task_cpu(p));
	}
}

/**
 * cpuiso_guard_switch - another task runs on an isolated CPU
 * @preempt: @prev was preempted
 * @prev: what ran
 * @next: what runs
 *
 * Context: the ledger's probe of sched_switch, interrupts off.
 */
notrace void cpuiso_guard_switch(bool preempt, struct task_struct *prev,
				 struct task_struct *next)
{
	struct watch *watch = this_cpu_ptr(&watches);

	if (!READ_ONCE(watch->on))
		return;
	WRITE_ONCE(watch->curr, next);
	wait_ends(watch, next);
	if (next->prio < MAX_RT_PRIO) {
		if (can_starve(prev) && (preempt || task_is_running(prev)))
			wait_begins(watch, prev);
		/* It would say nothing, after a barrier at each such switch. */
		if (!cpuiso_task_is(next, PF_KTHREAD))
			tell_of_waits(watch, smp_processor_id());
	}
	intruder(next, NULL, true);
}

/**
 * cpuiso_guard_irq - an interrupt is handled on an isolated CPU
 * @irq: its number
 *
 * Context: the ledger's probe of irq_handler_entry, interrupts off.
 */
notrace void cpuiso_guard_irq(unsigned int irq)
{
	if (!__this_cpu_read(watches.on) || irq >= nr_handled ||
	    test_and_set_bit(irq, handled))
		return;
	cpuiso_note_put(CPUISO_NOTE_IRQ, NULL, NULL, irq);
}

static void irq_written(unsigned int irq)
{
	struct cpuiso_irq_rec *r = xa_load(&store->irqs, irq);
	struct task_struct *by;

	if (r && READ_ONCE(r->rec.fight.quiet))
		return;
	if (cpuiso_culprit(&by))
		cpuiso_note_put(CPUISO_NOTE_IRQ, NULL, by, irq);
}

#ifdef CONFIG_X86
static notrace void probe_vector_config(void *data, unsigned int irq,
					unsigned int vector, unsigned int cpu,
					unsigned int apicdest)
{
	if (cpu < nr_cpu_ids && is_watched(cpu))
		irq_written(irq);
}

static notrace void probe_vector_activate(void *data, unsigned int irq,
					  bool is_managed, bool can_reserve,
					  bool reserve)
{
	irq_written(irq);
}
#endif

static void __maybe_unused check_prototypes(void)
{
	check_trace_callback_type_sched_migrate_task(probe_migrate);
	check_trace_callback_type_sched_wakeup_new(probe_wakeup_new);
	check_trace_callback_type_sched_wakeup(probe_wakeup);
#ifdef CONFIG_X86
	check_trace_callback_type_vector_config(probe_vector_config);
	check_trace_callback_type_vector_activate(probe_vector_activate);
#endif
}

struct cpuiso_probe cpuiso_guard_probes[] = {
	{ "sched_migrate_task", probe_migrate },
	{ "sched_wakeup_new", probe_wakeup_new },
	{ "sched_wakeup", probe_wakeup },
#ifdef CONFIG_X86
	{ "vector_config", probe_vector_config },
	{ "vector_activate", probe_vector_activate },
#endif
	{ }
};

enum {
	MASK_PROBE,
	IRQ_MASK_PROBE,
	NR_KPROBES
};

static bool registered[NR_KPROBES];

#ifdef CONFIG_KPROBES
/* Then the mask stays, and only where the task may run just now changes. */
static bool switches_migration(const struct task_struct *p,
			       const struct cpumask *mask)
{
	return mask == &p->cpus_mask ||
	       (cpuiso_migration_disabled(p) && mask == cpumask_of(task_cpu(p)));
}

/* Nobody else gives exactly those CPUs that partitions leave. */
static bool is_what_partitions_leave(const struct cpumask *mask)
{
	unsigned int cpu;

	if (cpumask_intersects(mask, &watched))
		return false;
	for_each_cpu(cpu, cpu_active_mask)
		if (!cpumask_test_cpu(cpu, mask) && !is_watched(cpu))
			return false;
	return true;
}

/*
 * When a CPU has gone or come, the kernel gives some of its threads other masks,
 * and a work item or (6.12) the thread of hotplug those in a cpuset. What the
 * stopper does, which is a realtime thread, is for good: it gives CPUs to a task
 * that has none left. When cpusets are written, whoever writes does it.
 */
static enum cpuiso_writer writer_of(const struct task_struct *p,
				    struct task_struct *by,
				    const struct cpumask *mask,
				    struct pt_regs *regs)
{
	if (!by || cpuiso_mask_is_wanted(regs))
		return CPUISO_WRITER_DECIDED;
	if (!cpuiso_task_is(by, PF_KTHREAD))
		return READ_ONCE(cpuiso_cpusets_changing) ?
		       CPUISO_WRITER_CPUSETS : CPUISO_WRITER_DECIDED;
	if (by == p || rt_task(by))
		return CPUISO_WRITER_DECIDED;
	if (!cpuiso_task_is(p, PF_KTHREAD) || is_what_partitions_leave(mask))
		return CPUISO_WRITER_CPUSETS;
	return strstarts(by->comm, "cpuhp/") ?
	       CPUISO_WRITER_HOTPLUG : CPUISO_WRITER_DECIDED;
}

static int mask_written(struct kprobe *kp, struct pt_regs *regs)
{
	const struct cpumask *mask = cpuiso_new_mask(regs);
	enum cpuiso_writer writer;
	struct task_struct *p, *by;
	struct cpuiso_task_rec *r;
	bool by_cpusets;

	p = (struct task_struct *)regs_get_kernel_argument(regs, 0);
	if (cpuiso_task_is(p, PF_NO_SETAFFINITY) ||
	    switches_migration(p, mask) || !cpuiso_culprit(&by))
		return 0;
	r = cpuiso_task_rec_find(store, p);
	writer = writer_of(p, by, mask, regs);
	by_cpusets = writer == CPUISO_WRITER_CPUSETS;
	if (r)
		WRITE_ONCE(r->writer, writer);
	if (r && READ_ONCE(r->rec.fight.quiet))
		return 0;
	/* All of what is written so is looked at when it is over. */
	if (by_cpusets && READ_ONCE(cpuiso_cpusets_changing))
		return 0;
	/* What somebody decides meanwhile may be written over in a moment. */
	if (!by_cpusets && !READ_ONCE(cpuiso_cpusets_changing) &&
	    !cpumask_intersects(mask, &watched) &&
	    !(r && (cpuiso_rec_owner(&r->rec) || READ_ONCE(r->rec.tolerated))))
		return 0;
	if (is_newborn(p)) {
		atomic_inc(&cpuiso_newborns);
		if (!cpuiso_note_put(CPUISO_NOTE_NEWBORN, p, by, 0))
			atomic_dec_if_positive(&cpuiso_newborns);
	} else {
		if (r && by) {
			/* Evidence only: the worker may read it torn. */
			data_race(memcpy(r->by_comm, by->comm, TASK_COMM_LEN));
			WRITE_ONCE(r->by_pid, task_pid_nr(by));
		}
		cpuiso_note_put(CPUISO_NOTE_MASK, p, by, 0);
	}
	return 0;
}

static int irq_mask_written(struct kprobe *kp, struct pt_regs *regs)
{
	struct irq_data *data;

	data = (struct irq_data *)regs_get_kernel_argument(regs, 0);
	irq_written(data->irq);
	return 0;
}

static struct kprobe kprobes[NR_KPROBES] = {
	[MASK_PROBE] = {
		.symbol_name = "set_cpus_allowed_common",
		.pre_handler = mask_written,
	},
	[IRQ_MASK_PROBE] = {
		.symbol_name = "irq_set_affinity_locked",
		.pre_handler = irq_mask_written,
	},
};

static void attach_kprobes(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kprobes); i++) {
		/* A kprobe keeps what it found of the last registration. */
		kprobes[i].addr = NULL;
		kprobes[i].flags = 0;
		registered[i] = !register_kprobe(&kprobes[i]);
	}
}

static void detach_kprobes(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kprobes); i++)
		if (registered[i])
			unregister_kprobe(&kprobes[i]);
}
#else
static void attach_kprobes(void)
{
}

static void detach_kprobes(void)
{
}
#endif

/**
 * cpuiso_guard_attach - before the tracepoints are attached
 * @records: the real store, which the probes look into
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_guard_attach(struct cpuiso_store *records)
{
	store = records;
	/* The numbers may grow. */
	nr_handled = 2 * irq_get_nr_irqs() + 1024;
	handled = kvcalloc(BITS_TO_LONGS(nr_handled), sizeof(long), GFP_KERNEL);
	if (!handled)
		return -ENOMEM;
	attach_kprobes();
	return 0;
}

/**
 * cpuiso_guard_detach - after the tracepoints are detached
 */
void cpuiso_guard_detach(void)
{
	detach_kprobes();
	kvfree(handled);
	handled = NULL;
}

/**
 * cpuiso_guard_sees_masks - does a probe see who writes the mask of a task?
 *
 * Context: the worker.
 */
bool cpuiso_guard_sees_masks(void)
{
	return registered[MASK_PROBE];
}

/**
 * cpuiso_guard_watch - look after a CPU, or stop
 * @cpu: which
 * @on: whether
 */
void cpuiso_guard_watch(unsigned int cpu, bool on)
{
	struct watch *watch = &per_cpu(watches, cpu);
	unsigned int i;

	WRITE_ONCE(watch->curr, NULL);
	if (on)
		cpumask_set_cpu(cpu, &watched);
	else
		cpumask_clear_cpu(cpu, &watched);
	WRITE_ONCE(watch->on, on);
	if (on)
		return;
	for (i = 0; i < STARVE_SLOTS; i++) {
		WRITE_ONCE(watch->waiting[i].since, 0);
		WRITE_ONCE(watch->waiting[i].task, NULL);
	}
	atomic_set(&watch->noted, 0);
	atomic_set(&watch->unsaid, 0);
}

/**
 * cpuiso_guard_rearm_irq - note it again when this IRQ is handled there
 * @irq: its number
 */
void cpuiso_guard_rearm_irq(unsigned int irq)
{
	if (handled && irq < nr_handled)
		clear_bit(irq, handled);
}

/**
 * cpuiso_waiting_get - who waits for a CPU?
 * @cpu: which
 * @slot: from which slot on; becomes the slot after the one that was found
 * @since: since when, in ktime_get_mono_fast_ns()
 *
 * Return: a reference to a kernel thread, or NULL when there are no more.
 */
struct task_struct *cpuiso_waiting_get(unsigned int cpu, unsigned int *slot,
				       u64 *since)
{
	struct watch *watch = &per_cpu(watches, cpu);
	struct task_struct *task = NULL;

	/* It has not run since, so its end is not a grace period ago. */
	rcu_read_lock();
	while (!task && *slot < STARVE_SLOTS) {
		struct waiting *w = &watch->waiting[(*slot)++];

		/* The time is read after the task it belongs to. */
		task = smp_load_acquire(&w->task);
		*since = READ_ONCE(w->since);
		if (task && !*since)
			task = NULL;
		if (task)
			get_task_struct(task);
	}
	rcu_read_unlock();
	return task;
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
	atomic_xchg(&per_cpu(watches, cpu).noted, 0);
}
