// SPDX-License-Identifier: GPL-2.0
/*
 * What comes to an isolated CPU, to order: kernel threads of several habits,
 * interrupts, work. An order is a line written to /proc/cpuiso_gauntlet:
 *
 *   plain N         N kernel threads as most are made, awake 50 times a second
 *   widen N MS      N that every MS ms allow themselves every CPU again
 *   calm            those do not any more; they stay
 *   bind CPU MS     one that is bound to a CPU MS ms after it was made
 *   make            one that is not woken yet
 *   wake [CPU]      bind that to a CPU, or not, and wake it
 *   irq N           request the unused interrupt N
 *   free N          free it
 *   work CPU N      N items on a CPU's own workqueue, and N unbound ones
 *   stop            end all threads
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/workqueue.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define WQ_PERCPU 0
#endif

#define MAX_THREADS	64
#define MAX_IRQ		64

static DEFINE_MUTEX(lock);
static struct task_struct *threads[MAX_THREADS];
static unsigned int n_threads;
static struct task_struct *unborn;
static bool calm;
static DECLARE_BITMAP(requested, MAX_IRQ);
static struct workqueue_struct *bound, *unbound;
static struct proc_dir_entry *file;

struct item {
	struct work_struct work;
};

static int plain_fn(void *data)
{
	while (!kthread_should_stop())
		msleep_interruptible(20);
	return 0;
}

static int widen_fn(void *data)
{
	unsigned int ms = (unsigned long)data;

	while (!kthread_should_stop()) {
		msleep_interruptible(ms);
		if (!READ_ONCE(calm))
			set_cpus_allowed_ptr(current, cpu_possible_mask);
	}
	return 0;
}

static void item_fn(struct work_struct *work)
{
	udelay(100);
	kfree(container_of(work, struct item, work));
}

static irqreturn_t irq_fn(int irq, void *data)
{
	return IRQ_NONE;
}

static int keep(struct task_struct *task)
{
	if (IS_ERR(task))
		return PTR_ERR(task);
	get_task_struct(task);
	threads[n_threads++] = task;
	return 0;
}

static int start(int (*fn)(void *data), unsigned int n, unsigned long ms,
		 const char *name)
{
	int err = 0;

	for (; n && !err; n--)
		err = n_threads < MAX_THREADS ?
			keep(kthread_run(fn, (void *)ms, "%s", name)) : -ENOSPC;
	return err;
}

static int make(const char *name)
{
	struct task_struct *task;

	if (unborn)
		return -EINVAL;
	task = kthread_create(plain_fn, NULL, "%s", name);
	if (IS_ERR(task))
		return PTR_ERR(task);
	unborn = task;
	return 0;
}

static int wake(int cpu)
{
	struct task_struct *task = unborn;

	if (!task || n_threads == MAX_THREADS || cpu >= (int)nr_cpu_ids)
		return -EINVAL;
	unborn = NULL;
	if (cpu >= 0)
		kthread_bind(task, cpu);
	wake_up_process(task);
	return keep(task);
}

static int bind(unsigned int cpu, unsigned int ms)
{
	int err = cpu < nr_cpu_ids ? make("gnt-bind") : -EINVAL;

	if (err)
		return err;
	msleep(ms);
	return wake(cpu);
}

static int queue(unsigned int cpu, unsigned int n)
{
	struct item *item;

	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	for (n *= 2; n; n--) {
		item = kzalloc(sizeof(*item), GFP_KERNEL);
		if (!item)
			return -ENOMEM;
		INIT_WORK(&item->work, item_fn);
		if (n & 1)
			queue_work_on(cpu, bound, &item->work);
		else
			queue_work(unbound, &item->work);
	}
	return 0;
}

static int request(unsigned int irq)
{
	int err;

	if (irq >= MAX_IRQ || test_bit(irq, requested))
		return -EINVAL;
	err = request_irq(irq, irq_fn, IRQF_SHARED, "gauntlet", &requested);
	if (!err)
		__set_bit(irq, requested);
	return err;
}

static int release(unsigned int irq)
{
	if (irq >= MAX_IRQ || !__test_and_clear_bit(irq, requested))
		return -EINVAL;
	free_irq(irq, &requested);
	return 0;
}

static void stop_all(void)
{
	if (unborn)
		kthread_stop(unborn);
	unborn = NULL;
	while (n_threads) {
		kthread_stop(threads[--n_threads]);
		put_task_struct(threads[n_threads]);
	}
}

static int obey(const char *order)
{
	unsigned int a = 0, b = 0;
	int cpu = -1;

	if (sscanf(order, "plain %u", &a) == 1)
		return start(plain_fn, a, 0, "gnt-plain");
	if (sscanf(order, "widen %u %u", &a, &b) == 2) {
		WRITE_ONCE(calm, false);
		return start(widen_fn, a, b, "gnt-widen");
	}
	if (!strncmp(order, "calm", 4)) {
		WRITE_ONCE(calm, true);
		return 0;
	}
	if (sscanf(order, "bind %u %u", &a, &b) == 2)
		return bind(a, b);
	if (!strncmp(order, "make", 4))
		return make("gnt-make");
	if (sscanf(order, "wake %d", &cpu) == 1 || !strncmp(order, "wake", 4))
		return wake(cpu);
	if (sscanf(order, "irq %u", &a) == 1)
		return request(a);
	if (sscanf(order, "free %u", &a) == 1)
		return release(a);
	if (sscanf(order, "work %u %u", &a, &b) == 2)
		return queue(a, b);
	if (!strncmp(order, "stop", 4)) {
		stop_all();
		return 0;
	}
	return -EINVAL;
}

static ssize_t gauntlet_write(struct file *f, const char __user *buf,
			      size_t len, loff_t *pos)
{
	char order[64];
	int err;

	if (len >= sizeof(order) || copy_from_user(order, buf, len))
		return -EINVAL;
	order[len] = '\0';
	mutex_lock(&lock);
	err = obey(order);
	mutex_unlock(&lock);
	return err ? err : len;
}

static const struct proc_ops gauntlet_ops = {
	.proc_write = gauntlet_write,
	.proc_lseek = default_llseek,
};

static int __init gauntlet_init(void)
{
	bound = alloc_workqueue("gauntlet", WQ_HIGHPRI | WQ_PERCPU, 0);
	unbound = alloc_workqueue("gauntlet_u", WQ_UNBOUND, 0);
	if (bound && unbound)
		file = proc_create("cpuiso_gauntlet", 0200, NULL, &gauntlet_ops);
	if (file)
		return 0;
	if (bound)
		destroy_workqueue(bound);
	if (unbound)
		destroy_workqueue(unbound);
	return -ENOMEM;
}

static void __exit gauntlet_exit(void)
{
	unsigned int irq;

	proc_remove(file);
	stop_all();
	for_each_set_bit(irq, requested, MAX_IRQ)
		free_irq(irq, &requested);
	destroy_workqueue(bound);
	destroy_workqueue(unbound);
}

module_init(gauntlet_init);
module_exit(gauntlet_exit);

MODULE_DESCRIPTION("What comes to an isolated CPU, to order");
MODULE_LICENSE("GPL");
