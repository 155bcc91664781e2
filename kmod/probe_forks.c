// SPDX-License-Identifier: GPL-2.0
/*
 * The forks that are under way.
 *
 * A fork copies the mask of its parent at its beginning and shows the child at
 * its end, which for a process of many gigabytes is seconds later. Until then
 * nobody else can know of the child, so an undo that has put the parents back
 * waits for the forks that had begun. They are counted in two phases, as SRCU
 * counts its readers, so those that begin meanwhile are not waited for.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include "compat/cpuiso_compat.h"
#include "probe_forks.h"
#include "probe_guard.h"

/* What blocks a fork for longer may block it for ever. */
#define LIMIT		(30 * HZ)

/* One of more than these at a time is not counted. */
#define MAX_UNDER_WAY	1024

static bool attached;

#ifdef CONFIG_KRETPROBES
static atomic_t under_way[2];
static unsigned int phase;
static bool awaited;
static DECLARE_COMPLETION(over);
static struct irq_work tell_over;

static void over_fn(struct irq_work *work)
{
	complete(&over);
}

static int fork_begins(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	unsigned int *began = (unsigned int *)ri->data;

	*began = READ_ONCE(phase);
	atomic_inc(&under_way[*began]);
	return 0;
}

static int fork_ends(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	unsigned int *began = (unsigned int *)ri->data;

	if (atomic_dec_and_test(&under_way[*began]) && READ_ONCE(awaited))
		irq_work_queue(&tell_over);
	return 0;
}

static struct kretprobe probe;

#ifdef CONFIG_KPROBES_ON_FTRACE
static int keep_breakpoint(void)
{
	return 0;
}

static void drop_breakpoint(void)
{
}
#else
/* A kretprobe has no second handler, so one that has stands at its place. */
static struct kprobe breakpoint;

static int keep_breakpoint(void)
{
	breakpoint = (struct kprobe) {
		.symbol_name = "copy_process",
		.post_handler = cpuiso_stay_breakpoint,
	};
	return register_kprobe(&breakpoint);
}

static void drop_breakpoint(void)
{
	unregister_kprobe(&breakpoint);
}
#endif

static int attach(void)
{
	int err = keep_breakpoint();

	if (err)
		return err;
	/* Anew, for it keeps what it found of the last registration. */
	probe = (struct kretprobe) {
		.kp.symbol_name = "copy_process",
		.entry_handler = fork_begins,
		.handler = fork_ends,
		.data_size = sizeof(unsigned int),
		.maxactive = MAX_UNDER_WAY,
	};
	/* Of a fork that outlasted that no end is told. */
	atomic_set(&under_way[0], 0);
	atomic_set(&under_way[1], 0);
	tell_over = IRQ_WORK_INIT_HARD(over_fn);
	err = register_kretprobe(&probe);
	if (err)
		drop_breakpoint();
	return err;
}

static void detach(void)
{
	unregister_kretprobe(&probe);
	drop_breakpoint();
	irq_work_sync(&tell_over);
}

static bool wait(void)
{
	unsigned int before = phase;
	unsigned long left = LIMIT;

	reinit_completion(&over);
	WRITE_ONCE(awaited, true);
	WRITE_ONCE(phase, !before);
	/* Who has read the phase counts itself before preemption is on again. */
	synchronize_rcu();
	while (left && atomic_read(&under_way[before]))
		left = wait_for_completion_timeout(&over, left);
	WRITE_ONCE(awaited, false);
	return left && !probe.nmissed;
}
#else
static int attach(void)
{
	return -EOPNOTSUPP;
}

static void detach(void)
{
}

static bool wait(void)
{
	return false;
}
#endif

/**
 * cpuiso_forks_attach - begin to count the forks
 *
 * A kernel on which that cannot be done costs the wait.
 *
 * Context: the worker, before the first mask is changed: a fork that is under
 * way already has copied an original.
 * Return: 0 or -ENOMEM.
 */
int cpuiso_forks_attach(void)
{
	int err = attach();

	attached = !err;
	if (err == -ENOMEM)
		return err;
	if (err)
		pr_notice_once("this kernel does not show when a fork begins (error %d); the child of one that lasts over a revert keeps the mask it had, give it another by hand\n",
			       -err);
	return 0;
}

/**
 * cpuiso_forks_detach - the mirror of cpuiso_forks_attach()
 */
void cpuiso_forks_detach(void)
{
	if (attached)
		detach();
	attached = false;
}

/**
 * cpuiso_forks_wait - wait until the forks are over that have begun
 *
 * Their children are in the list of tasks then, but may not have been noted.
 *
 * Context: the worker. Sleeps for at most half a minute.
 * Return: false when one may be under way still.
 */
bool cpuiso_forks_wait(void)
{
	return !attached || wait();
}
