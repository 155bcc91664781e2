// SPDX-License-Identifier: GPL-2.0
/*
 * Noise of known kind, place, length and number, for the tests of the ledger.
 *
 *   echo "KIND CPU US COUNT" > /sys/module/cpuiso_noise/parameters/make
 *
 * makes COUNT times noise of US microseconds on CPU, one after the other, and
 * returns when it is over; parameters/spent then says how many nanoseconds it
 * took in all, by the CPU's clock with interrupts off.
 *
 *   echo "KIND COUNT" > /sys/module/cpuiso_noise/parameters/cost
 *
 * does it COUNT times on the CPU of the writer as fast as it can, without
 * spinning; spent then says how long all of that took.
 *
 *   echo 1 > /sys/module/cpuiso_noise/parameters/empty
 *
 * attaches a probe that does nothing to the tracepoints that these pass; 0
 * detaches it.
 *
 *   echo CPU > /sys/module/cpuiso_noise/parameters/witness
 *
 * looks at the clock of this CPU before and after all other probes of what the
 * ledger books; parameters/stopped then says how many nanoseconds lay in
 * between in all where it was more than 100 us, which is when the machine
 * under a guest stopped it. -1 ends that.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/clock.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <linux/tracepoint.h>
#include <linux/version.h>
#include <linux/workqueue.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define WQ_PERCPU 0
#endif

static unsigned long us;
static u64 spent;
static unsigned int noise_irq;
static struct workqueue_struct *wq;
/* Polled for: to wake somebody would be part of the noise. */
static bool made;

static noinline void spin(void)
{
	unsigned long flags;
	u64 start, now;

	local_irq_save(flags);
	start = local_clock();
	do {
		now = local_clock();
	} while (now - start < us * NSEC_PER_USEC);
	spent += now - start;
	local_irq_restore(flags);
}

static void was_made(void)
{
	/* Pairs with the acquire in wait_until_made(). */
	smp_store_release(&made, true);
}

static void wait_until_made(void)
{
	/* Pairs with the release in was_made(). */
	while (!smp_load_acquire(&made))
		usleep_range(200, 500);
}

static void noise_timer_fn(struct timer_list *t)
{
	spin();
	was_made();
}

static enum hrtimer_restart noise_hrtimer_fn(struct hrtimer *t)
{
	spin();
	was_made();
	return HRTIMER_NORESTART;
}

static void noise_work_fn(struct work_struct *work)
{
	spin();
	was_made();
}

static void noise_sleeping_work_fn(struct work_struct *work)
{
	spin();
	usleep_range(3000, 4000);
	spin();
	was_made();
}

static void noise_irq_work_fn(struct irq_work *work)
{
	spin();
	was_made();
}

static void noise_tasklet_fn(unsigned long data)
{
	spin();
	was_made();
}

static irqreturn_t noise_handler(int irq, void *data)
{
	spin();
	was_made();
	return IRQ_HANDLED;
}

static void noise_call_fn(void *data)
{
	spin();
	was_made();
}

static int noise_thread_fn(void *data)
{
	spin();
	was_made();
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static DEFINE_TIMER(timer, noise_timer_fn);
static struct hrtimer hrtimer;
static DECLARE_WORK(work, noise_work_fn);
static DECLARE_WORK(sleeping_work, noise_sleeping_work_fn);
static struct irq_work irq_work;
static struct irq_work tasklet_start;
static struct tasklet_struct tasklet;

static void start_hrtimer(void *data)
{
	hrtimer_start(&hrtimer, 0, HRTIMER_MODE_REL_PINNED_HARD);
}

static void start_irq_work(void *data)
{
	irq_work_queue(&irq_work);
}

static void start_irq(void *data)
{
	generic_handle_irq(noise_irq);
}

static void noise_tasklet_start_fn(struct irq_work *work)
{
	tasklet_schedule(&tasklet);
}

/* PREEMPT_RT warns of a softirq raised by a call that an idle CPU flushes. */
static void start_tasklet(void *data)
{
	irq_work_queue(&tasklet_start);
}

static int make_thread(unsigned int cpu)
{
	struct task_struct *t = kthread_create(noise_thread_fn, NULL,
					       "noise_thread");

	if (IS_ERR(t))
		return PTR_ERR(t);
	kthread_bind(t, cpu);
	wake_up_process(t);
	wait_until_made();
	kthread_stop(t);
	return 0;
}

static int make_one(const char *kind, unsigned int cpu)
{
	made = false;
	if (!strcmp(kind, "thread"))
		return make_thread(cpu);
	if (!strcmp(kind, "timer")) {
		timer.expires = jiffies + 1;
		add_timer_on(&timer, cpu);
	} else if (!strcmp(kind, "hrtimer")) {
		smp_call_function_single(cpu, start_hrtimer, NULL, 1);
	} else if (!strcmp(kind, "work")) {
		queue_work_on(cpu, wq, &work);
	} else if (!strcmp(kind, "sleeping-work")) {
		queue_work_on(cpu, wq, &sleeping_work);
	} else if (!strcmp(kind, "irq-work")) {
		smp_call_function_single(cpu, start_irq_work, NULL, 1);
	} else if (!strcmp(kind, "irq")) {
		smp_call_function_single(cpu, start_irq, NULL, 1);
	} else if (!strcmp(kind, "tasklet")) {
		smp_call_function_single(cpu, start_tasklet, NULL, 1);
	} else if (!strcmp(kind, "call")) {
		smp_call_function_single(cpu, noise_call_fn, NULL, 1);
	} else {
		return -EINVAL;
	}
	wait_until_made();
	return 0;
}

static int make_set(const char *val, const struct kernel_param *kp)
{
	unsigned int cpu, count, i;
	char kind[16];
	int err;

	if (sscanf(val, "%15s %u %lu %u", kind, &cpu, &us, &count) != 4 ||
	    cpu >= nr_cpu_ids || !cpu_online(cpu))
		return -EINVAL;
	spent = 0;
	for (i = 0; i < count; i++) {
		err = make_one(kind, cpu);
		if (err)
			return err;
		usleep_range(500, 1000);
	}
	flush_workqueue(wq);
	irq_work_sync(&irq_work);
	return 0;
}

static const struct kernel_param_ops make_ops = { .set = make_set };
module_param_cb(make, &make_ops, NULL, 0200);
MODULE_PARM_DESC(make, "KIND CPU US COUNT");

static void cost_softirq(void)
{
	local_bh_disable();
	tasklet_schedule(&tasklet);
	local_bh_enable();
}

static DECLARE_COMPLETION(ping);
static DECLARE_COMPLETION(pong);

static int cost_partner(void *data)
{
	unsigned long n = (unsigned long)data;

	while (n--) {
		wait_for_completion(&ping);
		complete(&pong);
	}
	while (!kthread_should_stop())
		usleep_range(1000, 2000);
	return 0;
}

static int cost_switches(unsigned int count)
{
	struct task_struct *t;
	u64 start;

	t = kthread_create(cost_partner, (void *)(unsigned long)count,
			   "noise_partner");
	if (IS_ERR(t))
		return PTR_ERR(t);
	kthread_bind(t, raw_smp_processor_id());
	wake_up_process(t);
	msleep(20);
	start = local_clock();
	while (count--) {
		complete(&ping);
		wait_for_completion(&pong);
	}
	spent = local_clock() - start;
	kthread_stop(t);
	return 0;
}

static int cost_set(const char *val, const struct kernel_param *kp)
{
	unsigned int count, i;
	char kind[16];
	u64 start;

	if (sscanf(val, "%15s %u", kind, &count) != 2)
		return -EINVAL;
	us = 0;
	if (!strcmp(kind, "switch"))
		return cost_switches(count);
	start = local_clock();
	if (!strcmp(kind, "softirq")) {
		for (i = 0; i < count; i++)
			cost_softirq();
	} else if (!strcmp(kind, "irq-work")) {
		for (i = 0; i < count; i++)
			irq_work_queue(&irq_work);
	} else if (!strcmp(kind, "irq")) {
		for (i = 0; i < count; i++) {
			local_irq_disable();
			generic_handle_irq(noise_irq);
			local_irq_enable();
		}
	} else {
		return -EINVAL;
	}
	spent = local_clock() - start;
	return 0;
}

static const struct kernel_param_ops cost_ops = { .set = cost_set };
module_param_cb(cost, &cost_ops, NULL, 0200);
MODULE_PARM_DESC(cost, "KIND COUNT");

/* @passed: on the way of what "cost" does */
struct watched {
	const char *name;
	bool passed;
	struct tracepoint *tp;
	u64 first;
};

static struct watched watched[] = {
	{ "sched_switch", true },
	{ "irq_handler_entry", true }, { "irq_handler_exit", true },
	{ "softirq_entry", true }, { "softirq_exit", true },
	{ "irq_work_entry", true }, { "irq_work_exit", true },
	{ "timer_expire_entry" }, { "timer_expire_exit" },
	{ "hrtimer_expire_entry" }, { "hrtimer_expire_exit" },
	{ "workqueue_execute_start" }, { "workqueue_execute_end" },
	{ "csd_function_entry" }, { "csd_function_exit" },
	{ "local_timer_entry" }, { "local_timer_exit" },
	{ "reschedule_entry" }, { "reschedule_exit" },
	{ "call_function_entry" }, { "call_function_exit" },
	{ "call_function_single_entry" }, { "call_function_single_exit" },
};

static bool empty;

static void find_watched(struct tracepoint *tp, void *priv)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(watched); i++)
		if (!strcmp(watched[i].name, tp->name))
			watched[i].tp = tp;
}

/* Of any prototype: it looks at no argument. */
static notrace void empty_probe(void *data)
{
}

static void empty_detach(void)
{
	struct watched *w;

	for (w = watched; w < &watched[ARRAY_SIZE(watched)]; w++)
		if (empty && w->passed && w->tp)
			tracepoint_probe_unregister(w->tp, empty_probe, NULL);
	tracepoint_synchronize_unregister();
	empty = false;
}

static int empty_set(const char *val, const struct kernel_param *kp)
{
	struct watched *w;
	bool on;
	int err;

	err = kstrtobool(val, &on);
	if (err)
		return err;
	empty_detach();
	for (w = watched; on && w < &watched[ARRAY_SIZE(watched)]; w++)
		if (w->passed && w->tp)
			tracepoint_probe_register(w->tp, empty_probe, NULL);
	empty = on;
	return 0;
}

static const struct kernel_param_ops empty_ops = { .set = empty_set };
module_param_cb(empty, &empty_ops, NULL, 0200);
MODULE_PARM_DESC(empty, "whether a probe that does nothing is attached");

static int witness = -1;
static u64 stopped;

/* Of any prototype, as empty_probe(). */
static notrace void first_probe(void *data)
{
	struct watched *w = data;

	if (raw_smp_processor_id() == witness)
		w->first = local_clock();
}

static notrace void last_probe(void *data)
{
	struct watched *w = data;
	u64 ns;

	if (raw_smp_processor_id() != witness || !w->first)
		return;
	ns = local_clock() - w->first;
	if (ns > 100 * NSEC_PER_USEC)
		stopped += ns;
}

static void witness_detach(void)
{
	struct watched *w;

	if (witness < 0)
		return;
	for (w = watched; w < &watched[ARRAY_SIZE(watched)]; w++) {
		if (!w->tp)
			continue;
		tracepoint_probe_unregister(w->tp, first_probe, w);
		tracepoint_probe_unregister(w->tp, last_probe, w);
		w->first = 0;
	}
	tracepoint_synchronize_unregister();
	witness = -1;
}

static int witness_set(const char *val, const struct kernel_param *kp)
{
	struct watched *w;
	int cpu, err;

	err = kstrtoint(val, 0, &cpu);
	if (err)
		return err;
	witness_detach();
	if (cpu < 0)
		return 0;
	stopped = 0;
	witness = cpu;
	for (w = watched; w < &watched[ARRAY_SIZE(watched)]; w++) {
		if (!w->tp)
			continue;
		tracepoint_probe_register_prio(w->tp, first_probe, w,
					       TRACEPOINT_DEFAULT_PRIO + 1);
		tracepoint_probe_register_prio(w->tp, last_probe, w,
					       TRACEPOINT_DEFAULT_PRIO - 1);
	}
	return 0;
}

static const struct kernel_param_ops witness_ops = { .set = witness_set };
module_param_cb(witness, &witness_ops, NULL, 0200);
MODULE_PARM_DESC(witness, "CPU on which the others' probes are timed, or -1");

module_param(stopped, ullong, 0444);
MODULE_PARM_DESC(stopped, "ns for which they were stopped");

module_param(spent, ullong, 0444);
MODULE_PARM_DESC(spent, "ns that the last make or cost took");

static int __init noise_init(void)
{
	int irq, err;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(&hrtimer, noise_hrtimer_fn, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
#else
	hrtimer_init(&hrtimer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	hrtimer.function = noise_hrtimer_fn;
#endif
	for_each_kernel_tracepoint(find_watched, NULL);
#ifdef IRQ_WORK_INIT_HARD
	/* Else PREEMPT_RT leaves it to a thread. */
	irq_work = IRQ_WORK_INIT_HARD(noise_irq_work_fn);
	tasklet_start = IRQ_WORK_INIT_HARD(noise_tasklet_start_fn);
#else
	init_irq_work(&irq_work, noise_irq_work_fn);
	init_irq_work(&tasklet_start, noise_tasklet_start_fn);
#endif
	tasklet_init(&tasklet, noise_tasklet_fn, 0);
	wq = alloc_workqueue("cpuiso_noise", WQ_PERCPU, 0);
	if (!wq)
		return -ENOMEM;
	/* Without an owner: a handler of its own would hold this module. */
	irq = __irq_alloc_descs(-1, 0, 1, NUMA_NO_NODE, NULL, NULL);
	if (irq < 0) {
		err = irq;
		goto no_irq;
	}
	noise_irq = irq;
	irq_set_chip_and_handler(irq, &dummy_irq_chip, handle_simple_irq);
	err = request_irq(irq, noise_handler, IRQF_NO_THREAD, "noise_irq",
			  &noise_irq);
	if (!err)
		return 0;
	irq_free_desc(irq);
no_irq:
	destroy_workqueue(wq);
	return err;
}

static void __exit noise_exit(void)
{
	empty_detach();
	witness_detach();
	free_irq(noise_irq, &noise_irq);
	irq_free_desc(noise_irq);
	hrtimer_cancel(&hrtimer);
	irq_work_sync(&irq_work);
	irq_work_sync(&tasklet_start);
	tasklet_kill(&tasklet);
	destroy_workqueue(wq);
}

module_init(noise_init);
module_exit(noise_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("noise of known length, to test cpuiso");
