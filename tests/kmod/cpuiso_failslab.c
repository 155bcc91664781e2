// SPDX-License-Identifier: GPL-2.0
/*
 * Failing allocations for kernels without CONFIG_FAULT_INJECTION: what
 * /proc/TID/fail-nth does there, with a kprobe at should_failslab(), through
 * which each allocation of slab memory passes.
 *
 *   echo TID > /sys/module/cpuiso_failslab/parameters/tid
 *   echo N > /sys/module/cpuiso_failslab/parameters/nth
 *
 * makes the task's N-th allocation from now on fail; nth is 0 when it has.
 *
 *   echo N > /sys/module/cpuiso_failslab/parameters/each
 *
 * makes each N-th fail, until 0 is written; failed counts. Setting and removing
 * kprobes is spared: the kernel warns when it has no memory for that.
 */
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>

static int tid, nth, each, failed, seen, spared;
module_param(tid, int, 0600);
module_param(nth, int, 0600);
module_param(each, int, 0600);
module_param(failed, int, 0600);

/* Only the task itself changes the numbers, so nothing is locked. */
static bool is_due(void)
{
	int n = READ_ONCE(nth);

	if (n > 0) {
		WRITE_ONCE(nth, n - 1);
		return n == 1;
	}
	n = READ_ONCE(each);
	return n > 0 && ++seen % n == 0;
}

/* Where the probed function would be entered, its caller goes on instead. */
static noinline notrace void go_back(void)
{
	barrier();
}

static int pre(struct kprobe *p, struct pt_regs *regs)
{
	if (current->pid != READ_ONCE(tid) || in_interrupt())
		return 0;
	/* The second argument. */
	if (spared || regs->si & __GFP_NOFAIL || !is_due())
		return 0;
	WRITE_ONCE(failed, READ_ONCE(failed) + 1);
	regs_set_return_value(regs, -ENOMEM);
	instruction_pointer_set(regs, (unsigned long)go_back);
	return 1;
}
NOKPROBE_SYMBOL(pre);

static struct kprobe probe = {
	.symbol_name = "should_failslab",
	.pre_handler = pre,
};

static int spare(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	if (current->pid != READ_ONCE(tid))
		return 1;
	spared++;
	return 0;
}
NOKPROBE_SYMBOL(spare);

static int spare_end(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	spared--;
	return 0;
}
NOKPROBE_SYMBOL(spare_end);

static struct kretprobe spares[] = {
	{
		.kp.symbol_name = "register_kprobe",
		.entry_handler = spare,
		.handler = spare_end,
	},
	{
		.kp.symbol_name = "unregister_kprobes",
		.entry_handler = spare,
		.handler = spare_end,
	},
};

static int __init failslab_init(void)
{
	int err;

	err = register_kretprobe(&spares[0]);
	if (err)
		return err;
	err = register_kretprobe(&spares[1]);
	if (err)
		goto one;
	err = register_kprobe(&probe);
	if (!err)
		return 0;
	unregister_kretprobe(&spares[1]);
one:
	unregister_kretprobe(&spares[0]);
	return err;
}
module_init(failslab_init);

static void __exit failslab_exit(void)
{
	unregister_kprobe(&probe);
	unregister_kretprobe(&spares[1]);
	unregister_kretprobe(&spares[0]);
}
module_exit(failslab_exit);

MODULE_DESCRIPTION("Failing allocations, for tests");
MODULE_LICENSE("GPL");
