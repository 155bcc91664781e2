// SPDX-License-Identifier: GPL-2.0
/*
 * Steps that wait for work on a CPU, and so for ever while a realtime task
 * that never sleeps owns it.
 *
 * Two things keep such a step from taking the worker, and rmmod, with it.
 * First each CPU is asked whether it still runs work at all. The question is
 * a work item of our own, which can be cancelled as long as nobody answers:
 * so it may stay there, and its answer, whenever it comes, wakes the worker.
 * Only when all have answered is the step begun. Second, a write is done by a
 * thread of its own and waited for so long and no longer. It can hang only if
 * the CPU is taken in between, and then it cannot be cancelled: the kernel
 * returns into this module. For that one write, and for nothing else, the end
 * of the module has to wait.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "compat/cpuiso_compat.h"
#include "apart.h"
#include "files.h"

#define ANSWER_WITHIN	(3 * HZ)
#define WRITE_WITHIN	(5 * HZ)

static DEFINE_PER_CPU(struct work_struct, questions);
static cpumask_var_t unanswered;
static DECLARE_COMPLETION(answered);

/* What is written; left alone while writing is set. */
static char *write_path, *write_text;
static int write_err;
static DECLARE_COMPLETION(written);
static bool writing;
static struct kthread_worker *writer;
static struct kthread_work write_work;

static DEFINE_SPINLOCK(lock);
static bool late, news;
static void (*wake_worker)(void);

static void tell(void)
{
	bool wake;

	spin_lock(&lock);
	wake = late;
	news |= late;
	spin_unlock(&lock);
	if (wake)
		wake_worker();
}

static void answer_fn(struct work_struct *work)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (work == per_cpu_ptr(&questions, cpu))
			break;
	spin_lock(&lock);
	cpumask_clear_cpu(cpu, unanswered);
	if (cpumask_empty(unanswered))
		complete(&answered);
	spin_unlock(&lock);
	tell();
}

static void write_fn(struct kthread_work *work)
{
	int err = cpuiso_file_write(write_path, write_text);

	spin_lock(&lock);
	kfree(write_path);
	kfree(write_text);
	write_err = err;
	writing = false;
	complete(&written);
	spin_unlock(&lock);
	tell();
}

/**
 * cpuiso_apart_init - start the thread
 * @wake: called when something that was given up on happens after all
 *
 * Return: 0 or a negative errno.
 */
int cpuiso_apart_init(void (*wake)(void))
{
	unsigned int cpu;

	wake_worker = wake;
	if (!zalloc_cpumask_var(&unanswered, GFP_KERNEL))
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		INIT_WORK(per_cpu_ptr(&questions, cpu), answer_fn);
	kthread_init_work(&write_work, write_fn);
	writer = kthread_run_worker(0, "cpuiso-apart");
	if (!IS_ERR(writer))
		return 0;
	free_cpumask_var(unanswered);
	return PTR_ERR(writer);
}

/**
 * cpuiso_apart_wait - wait for the write that hangs, and say so
 *
 * Context: process; nothing is written any more.
 */
void cpuiso_apart_wait(void)
{
	char path[64] = "";

	spin_lock(&lock);
	if (writing)
		strscpy(path, write_path, sizeof(path));
	spin_unlock(&lock);
	if (path[0])
		pr_warn("waiting for a write to %s, which waits for a CPU that a realtime task owns; all else is undone\n",
			path);
	kthread_flush_worker(writer);
}

/**
 * cpuiso_apart_exit - the mirror of cpuiso_apart_init()
 */
void cpuiso_apart_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		cancel_work_sync(per_cpu_ptr(&questions, cpu));
	kthread_destroy_worker(writer);
	free_cpumask_var(unanswered);
}

/**
 * cpuiso_apart_answer - do these CPUs still run what is queued for them?
 * @cpus: which; those that are offline are passed over
 * @silent: when not, one that does not
 *
 * Context: the worker; sleeps for a few seconds at most.
 * Return: false when one does not. When the last has answered after all, the
 * worker is woken and cpuiso_apart_news() says so.
 */
bool cpuiso_apart_answer(const struct cpumask *cpus, unsigned int *silent)
{
	unsigned int cpu;
	bool done;

	spin_lock(&lock);
	late = false;
	reinit_completion(&answered);
	cpumask_and(unanswered, cpus, cpu_online_mask);
	done = cpumask_empty(unanswered);
	spin_unlock(&lock);
	if (done)
		return true;
	for_each_cpu_and(cpu, cpus, cpu_online_mask)
		schedule_work_on(cpu, per_cpu_ptr(&questions, cpu));
	if (wait_for_completion_timeout(&answered, ANSWER_WITHIN))
		return true;
	spin_lock(&lock);
	done = cpumask_empty(unanswered);
	*silent = cpumask_first(unanswered);
	late = !done;
	spin_unlock(&lock);
	return done;
}

/**
 * cpuiso_apart_write - write a file, but do not wait for ever
 * @path: the file
 * @text: what to write
 *
 * Context: the worker.
 * Return: 0, a negative errno, or -EINPROGRESS when the write hangs; the
 * worker is woken when it ends, and until then nothing else can be written.
 */
int cpuiso_apart_write(const char *path, const char *text)
{
	int err;

	if (cpuiso_apart_writing())
		return -EINPROGRESS;
	/* What is put back may not depend on there being memory. */
	write_path = kstrdup(path, GFP_KERNEL | __GFP_NOFAIL);
	write_text = kstrdup(text, GFP_KERNEL | __GFP_NOFAIL);
	spin_lock(&lock);
	late = false;
	writing = true;
	reinit_completion(&written);
	spin_unlock(&lock);
	kthread_queue_work(writer, &write_work);
	wait_for_completion_timeout(&written, WRITE_WITHIN);
	spin_lock(&lock);
	late = writing;
	err = writing ? -EINPROGRESS : write_err;
	spin_unlock(&lock);
	return err;
}

/**
 * cpuiso_apart_writing - does a write hang?
 */
bool cpuiso_apart_writing(void)
{
	bool ret;

	spin_lock(&lock);
	ret = writing;
	spin_unlock(&lock);
	return ret;
}

/**
 * cpuiso_apart_news - did something happen that was given up on?
 *
 * Context: the worker.
 * Return: true once each time.
 */
bool cpuiso_apart_news(void)
{
	bool ret;

	spin_lock(&lock);
	ret = news;
	news = false;
	spin_unlock(&lock);
	return ret;
}
