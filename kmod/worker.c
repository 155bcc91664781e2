// SPDX-License-Identifier: GPL-2.0
/*
 * The worker: the one thread that changes anything.
 *
 * Operations are queued and carried out one after the other; in between it
 * works off notes and hotplug. It is a kernel thread of its own and not a
 * workqueue's, because its mask is then ours to set: it leaves the isolated
 * CPUs like any other kernel thread.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/prio.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "compat/cpuiso_compat.h"
#include "busy.h"
#include "isolation.h"
#include "notes.h"
#include "observe.h"
#include "ration.h"
#include "verbs.h"
#include "worker.h"

#define MAX_QUEUED 256

static struct kthread_worker *worker;
static struct kthread_work work;
static struct kthread_delayed_work alarm;
static DEFINE_SPINLOCK(queue_lock);
static LIST_HEAD(queue);
static unsigned int queued;
static bool closed;
static bool resting;

static const char *verb_name(u8 verb)
{
	switch (verb) {
	case CPUISO_CMD_APPLY:
		return "apply";
	case CPUISO_CMD_REVERT:
		return "revert";
	case CPUISO_CMD_PIN:
		return "pin";
	case CPUISO_CMD_UNPIN:
		return "unpin";
	case CPUISO_CMD_OBSERVE:
		return "observe";
	case CPUISO_CMD_UNOBSERVE:
		return "unobserve";
	case CPUISO_CMD_RESET:
		return "reset";
	case CPUISO_CMD_CPUSETS_BEGIN:
		return "cpusets-begin";
	default:
		return "cpusets-end";
	}
}

static struct cpuiso_op *next_op(bool *run)
{
	struct cpuiso_op *op;

	spin_lock(&queue_lock);
	op = list_first_entry_or_null(&queue, struct cpuiso_op, node);
	*run = !closed;
	if (op) {
		list_del_init(&op->node);
		queued--;
	}
	spin_unlock(&queue_lock);
	if (op)
		cpuiso_busy("%s%s%s", verb_name(op->verb),
			    op->name[0] ? " " : "", op->name);
	else
		cpuiso_idle();
	return op;
}

static void cancel(struct cpuiso_op *op)
{
	op->err = -ESHUTDOWN;
	strscpy(op->message,
		"the module is being removed; load it again and repeat the command",
		sizeof(op->message));
}

static bool is_waited_for(void)
{
	bool waited_for;

	spin_lock(&queue_lock);
	waited_for = closed || !list_empty(&queue);
	spin_unlock(&queue_lock);
	return waited_for;
}

static void work_fn(struct kthread_work *w)
{
	unsigned long due, rest;
	struct cpuiso_op *op;
	bool more, run;

	WRITE_ONCE(resting, false);
	do {
		cpuiso_verbs_hotplug();
		cpuiso_observers_work();
		cpuiso_verbs_owners();
		/* A command builds on what was noted before it. */
		rest = is_waited_for() ? 0 : cpuiso_ration_rest();
		cpuiso_busy("notes");
		more = !rest && cpuiso_verbs_notes();
		cpuiso_verbs_news();
		op = next_op(&run);
		if (op) {
			if (run)
				cpuiso_verbs_run(op);
			else
				cancel(op);
			if (op->done)
				op->done(op);
			cpuiso_op_free(op);
			cpuiso_ration_skip();
		}
		cond_resched();
		/* Notes may come for ever, and rmmod waits; the undo takes its own. */
	} while (op || (more && run));

	if (rest) {
		cpuiso_busy("rest");
		/* What was noted before this is found when the alarm rings. */
		WRITE_ONCE(resting, true);
	}
	due = rest ?: cpuiso_verbs_due();
	if (due)
		kthread_mod_delayed_work(worker, &alarm, due);
}

/**
 * cpuiso_worker_wake - there is something to do
 *
 * Context: any but NMI, hard interrupts of PREEMPT_RT included.
 */
void cpuiso_worker_wake(void)
{
	kthread_queue_work(worker, &work);
}

/**
 * cpuiso_worker_noted - there is a note
 *
 * Context: any but NMI, hard interrupts of PREEMPT_RT included.
 */
void cpuiso_worker_noted(void)
{
	if (!READ_ONCE(resting))
		cpuiso_worker_wake();
}

/**
 * cpuiso_worker_queue - have an operation carried out
 * @op: owned by the worker when 0 is returned
 *
 * Context: process.
 * Return: 0, -EBUSY when too much is waiting, -ESHUTDOWN when the module goes.
 */
int cpuiso_worker_queue(struct cpuiso_op *op)
{
	int err = 0;

	spin_lock(&queue_lock);
	if (closed)
		err = -ESHUTDOWN;
	else if (queued >= MAX_QUEUED)
		err = -EBUSY;
	if (!err) {
		list_add_tail(&op->node, &queue);
		queued++;
	}
	spin_unlock(&queue_lock);
	if (!err)
		cpuiso_worker_wake();
	return err;
}

/**
 * cpuiso_worker_init - start the worker
 *
 * Return: 0 or a negative errno.
 */
int cpuiso_worker_init(void)
{
	kthread_init_work(&work, work_fn);
	kthread_init_delayed_work(&alarm, work_fn);
	worker = kthread_run_worker(0, "cpuiso");
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	/* What it is woken for is urgent; see ration.c for what it may take. */
	set_user_nice(worker->task, MIN_NICE);
	cpuiso_notes_set_reader(worker->task);
	return 0;
}

/**
 * cpuiso_worker_close - take no more operations, and refuse those that wait
 *
 * The one that is being carried out is waited for.
 *
 * Context: process.
 */
void cpuiso_worker_close(void)
{
	spin_lock(&queue_lock);
	closed = true;
	spin_unlock(&queue_lock);
	cpuiso_worker_wake();
	cpuiso_worker_flush();
}

/**
 * cpuiso_worker_flush - wait until the worker has done what it was woken for
 *
 * Context: process, not the worker.
 */
void cpuiso_worker_flush(void)
{
	kthread_flush_worker(worker);
}

struct call {
	struct kthread_work work;
	int (*fn)(void);
	int ret;
};

static void call_fn(struct kthread_work *w)
{
	struct call *call = container_of(w, struct call, work);

	call->ret = call->fn();
}

/**
 * cpuiso_worker_call - have something done by the worker, and wait for it
 * @fn: what
 *
 * Context: process, not the worker.
 * Return: what @fn returned.
 */
int cpuiso_worker_call(int (*fn)(void))
{
	struct call call = { .fn = fn };

	kthread_init_work(&call.work, call_fn);
	kthread_queue_work(worker, &call.work);
	kthread_flush_work(&call.work);
	return call.ret;
}

static int revert(void)
{
	struct cpuiso_outcome outcome = {};

	cpuiso_busy("rmmod");
	cpuiso_verbs_end(&outcome);
	if (outcome.restored || outcome.gone || outcome.changed ||
	    outcome.failed)
		pr_info("undone at rmmod: %u restored, %u gone, %u changed since, %u not put back\n",
			outcome.restored, outcome.gone, outcome.changed,
			outcome.failed);
	return 0;
}

/**
 * cpuiso_worker_revert - undo everything
 *
 * Context: process; the worker is closed.
 */
void cpuiso_worker_revert(void)
{
	cpuiso_worker_call(revert);
}

/**
 * cpuiso_worker_exit - the mirror of cpuiso_worker_init()
 *
 * Context: process; nothing can wake the worker any more.
 */
void cpuiso_worker_exit(void)
{
	kthread_cancel_delayed_work_sync(&alarm);
	kthread_destroy_worker(worker);
}
