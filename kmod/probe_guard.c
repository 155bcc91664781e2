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
#include <linux/ptrace.h>
#include <linux/sched/rt.h>
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
#include "probe_starve.h"
#include "record.h"

/* The isolated CPUs. */
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
	return cpumask_test_cpu(cpu, &watched);
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
	struct task_struct *by;

	if (!cpuiso_task_is(p, PF_KTHREAD))
		return;
	/* Its maker may have bound it by now, so bound threads are noted, too. */
	if (atomic_read(&cpuiso_newborns) > 0 && is_newborn(p) && cpuiso_culprit(&by))
		cpuiso_note_put(CPUISO_NOTE_WAKE, p, by, 0);
	if (is_watched(task_cpu(p)))
		cpuiso_starve_wakeup(p);
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
	if (!is_watched(smp_processor_id()))
		return;
	cpuiso_starve_switch(preempt, prev, next);
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
	if (!is_watched(smp_processor_id()) || irq >= nr_handled ||
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

#ifndef CONFIG_KPROBES_ON_FTRACE
/**
 * cpuiso_stay_breakpoint - the second handler of a kprobe, which does nothing
 * @kp: the kprobe
 * @regs: not used
 * @flags: not used
 *
 * A kprobe with one stays a breakpoint. To make it a jump the kernel waits,
 * with the lock of its text, until each task that could run has slept once: for
 * ever, if a realtime task owns a CPU, and so does whoever attaches a tracepoint.
 */
void cpuiso_stay_breakpoint(struct kprobe *kp, struct pt_regs *regs,
			    unsigned long flags)
{
}
#endif

static struct kprobe kprobes[NR_KPROBES] = {
	[MASK_PROBE] = {
		.symbol_name = "set_cpus_allowed_common",
		.pre_handler = mask_written,
		.post_handler = cpuiso_stay_breakpoint,
	},
	[IRQ_MASK_PROBE] = {
		.symbol_name = "irq_set_affinity_locked",
		.pre_handler = irq_mask_written,
		.post_handler = cpuiso_stay_breakpoint,
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
	if (on) {
		cpuiso_starve_forget(cpu);
		cpumask_set_cpu(cpu, &watched);
	} else {
		cpumask_clear_cpu(cpu, &watched);
	}
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
