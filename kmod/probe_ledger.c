// SPDX-License-Identifier: GPL-2.0
/*
 * The probes of the ledger. On a CPU without one they cost one test and
 * return. On an isolated CPU the guard is told by them as well.
 */
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/timer.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include <trace/events/irq.h>
#include <trace/events/nmi.h>
#include <trace/events/sched.h>
#include <trace/events/timer.h>
#include <trace/events/workqueue.h>
#include "compat/cpuiso_compat.h"
#include "book.h"
#include "probe.h"
#include "probe_guard.h"

static notrace noinline void tell_switch(struct cpuiso_ledger *l, bool preempt,
					 struct task_struct *prev,
					 struct task_struct *next)
{
	cpuiso_book_switch(l, prev, next);
	cpuiso_guard_switch(preempt, prev, next);
}

static notrace void probe_switch(CPUISO_PROTO_SCHED_SWITCH)
{
	struct cpuiso_ledger *l = cpuiso_ledger_here();

	if (!l)
		return;
	if (READ_ONCE(l->isolation))
		tell_switch(l, preempt, prev, next);
	else
		cpuiso_book_switch(l, prev, next);
}

static notrace noinline void tell_irq(struct cpuiso_ledger *l, int irq,
				      struct irqaction *action)
{
	cpuiso_book_irq(l, irq, action);
	cpuiso_guard_irq(irq);
}

static notrace void probe_irq_entry(void *data, int irq,
				    struct irqaction *action)
{
	struct cpuiso_ledger *l = cpuiso_ledger_here();

	if (!l)
		return;
	if (READ_ONCE(l->isolation))
		tell_irq(l, irq, action);
	else
		cpuiso_book_irq(l, irq, action);
}

static notrace void probe_irq_exit(void *data, int irq,
				   struct irqaction *action, int ret)
{
	struct cpuiso_ledger *l = cpuiso_ledger_here();

	if (l)
		cpuiso_book_end_hard(l, CPUISO_STAT_IRQ);
}

static notrace void probe_softirq_entry(void *data, unsigned int nr)
{
	if (cpuiso_ledger_here())
		cpuiso_book_softirq(nr);
}

static notrace void probe_softirq_exit(void *data, unsigned int nr)
{
	if (cpuiso_ledger_here())
		cpuiso_book_softirq_end();
}

static notrace void probe_timer_entry(void *data, struct timer_list *timer,
				      unsigned long baseclk)
{
	if (cpuiso_ledger_here())
		cpuiso_book_function(CPUISO_STAT_TIMER, timer->function);
}

static notrace void probe_timer_exit(void *data, struct timer_list *timer)
{
	if (cpuiso_ledger_here())
		cpuiso_book_end(CPUISO_STAT_TIMER);
}

static notrace void probe_hrtimer_entry(CPUISO_PROTO_HRTIMER_EXPIRE_ENTRY)
{
	if (cpuiso_ledger_here())
		cpuiso_book_function(CPUISO_STAT_HRTIMER,
				     ACCESS_PRIVATE(hrtimer, function));
}

static notrace void probe_hrtimer_exit(void *data, struct hrtimer *hrtimer)
{
	if (cpuiso_ledger_here())
		cpuiso_book_end(CPUISO_STAT_HRTIMER);
}

static notrace void probe_work_entry(void *data, struct work_struct *work)
{
	if (cpuiso_ledger_here())
		cpuiso_book_function(CPUISO_STAT_WORK, work->func);
}

static notrace void probe_work_exit(void *data, struct work_struct *work,
				    work_func_t fn)
{
	if (cpuiso_ledger_here())
		cpuiso_book_end(CPUISO_STAT_WORK);
}

static notrace void probe_nmi(void *data, void *handler, s64 ns, int handled)
{
	struct cpuiso_ledger *l = cpuiso_ledger_here();

	if (l)
		cpuiso_book_nmi(l, handler, ns);
}

static void __maybe_unused check_prototypes(void)
{
	check_trace_callback_type_sched_switch(probe_switch);
	check_trace_callback_type_irq_handler_entry(probe_irq_entry);
	check_trace_callback_type_irq_handler_exit(probe_irq_exit);
	check_trace_callback_type_softirq_entry(probe_softirq_entry);
	check_trace_callback_type_softirq_exit(probe_softirq_exit);
	check_trace_callback_type_timer_expire_entry(probe_timer_entry);
	check_trace_callback_type_timer_expire_exit(probe_timer_exit);
	check_trace_callback_type_hrtimer_expire_entry(probe_hrtimer_entry);
	check_trace_callback_type_hrtimer_expire_exit(probe_hrtimer_exit);
	check_trace_callback_type_workqueue_execute_start(probe_work_entry);
	check_trace_callback_type_workqueue_execute_end(probe_work_exit);
	check_trace_callback_type_nmi_handler(probe_nmi);
}

struct cpuiso_probe cpuiso_ledger_cpu_probes[] = {
	{ "sched_switch", probe_switch },
	{ "irq_handler_entry", probe_irq_entry },
	{ "irq_handler_exit", probe_irq_exit },
	{ "softirq_entry", probe_softirq_entry },
	{ "softirq_exit", probe_softirq_exit },
	{ "timer_expire_entry", probe_timer_entry },
	{ "timer_expire_exit", probe_timer_exit },
	{ "hrtimer_expire_entry", probe_hrtimer_entry },
	{ "hrtimer_expire_exit", probe_hrtimer_exit },
	{ "workqueue_execute_start", probe_work_entry },
	{ "workqueue_execute_end", probe_work_exit },
	{ "nmi_handler", probe_nmi },
	{ }
};
