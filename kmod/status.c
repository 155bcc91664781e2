// SPDX-License-Identifier: GPL-2.0
/*
 * What /proc and netlink both say: the counts, and the words for the enums.
 */
#include "busy.h"
#include "isolation.h"
#include "notes.h"
#include "record.h"
#include "status.h"

const char * const cpuiso_state_names[] = {
	[CPUISO_STATE_APPLYING] = "applying",
	[CPUISO_STATE_ISOLATED] = "isolated",
	[CPUISO_STATE_REVERTING] = "reverting",
};

const char * const cpuiso_kind_names[] = {
	[CPUISO_KIND_TASK] = "task",
	[CPUISO_KIND_IRQ] = "irq",
	[CPUISO_KIND_KNOB] = "knob",
	[CPUISO_KIND_CPU] = "cpu",
};

const char * const cpuiso_verdict_names[] = {
	[CPUISO_VERDICT_MOVED] = "moved",
	[CPUISO_VERDICT_ALREADY_CLEAR] = "already-clear",
	[CPUISO_VERDICT_WORKLOAD] = "workload",
	[CPUISO_VERDICT_PER_CPU_KTHREAD] = "per-cpu-kthread",
	[CPUISO_VERDICT_NO_SETAFFINITY] = "no-setaffinity",
	[CPUISO_VERDICT_MANAGED_IRQ] = "managed-irq",
	[CPUISO_VERDICT_PER_CPU_IRQ] = "per-cpu-irq",
	[CPUISO_VERDICT_NO_VECTORS] = "no-vectors",
	[CPUISO_VERDICT_REFUSED] = "refused",
	[CPUISO_VERDICT_EXITED] = "exited",
	[CPUISO_VERDICT_RESTORED] = "restored",
	[CPUISO_VERDICT_GONE] = "gone",
	[CPUISO_VERDICT_CHANGED_SINCE] = "changed-since",
	[CPUISO_VERDICT_SET] = "set",
	[CPUISO_VERDICT_KEPT] = "kept",
	[CPUISO_VERDICT_ABSENT] = "absent",
	[CPUISO_VERDICT_BLOCKED] = "blocked",
};

const char * const cpuiso_sched_names[] = {
	[CPUISO_SCHED_OTHER] = "other",
	[CPUISO_SCHED_FIFO] = "fifo",
	[CPUISO_SCHED_RR] = "rr",
};

const char * const cpuiso_event_names[] = {
	[CPUISO_EVENT_APPLIED] = "applied",
	[CPUISO_EVENT_APPLY_FAILED] = "apply-failed",
	[CPUISO_EVENT_REVERTED] = "reverted",
	[CPUISO_EVENT_PINNED] = "pinned",
	[CPUISO_EVENT_UNPINNED] = "unpinned",
	[CPUISO_EVENT_CHANGED_SINCE] = "changed-since",
	[CPUISO_EVENT_CPU_OFFLINE] = "cpu-offline",
	[CPUISO_EVENT_CPU_ONLINE] = "cpu-online",
	[CPUISO_EVENT_OFFLINE_REFUSED] = "offline-refused",
	[CPUISO_EVENT_RESCANNED] = "rescanned",
	[CPUISO_EVENT_EVICTED] = "evicted",
	[CPUISO_EVENT_INTRUDER] = "intruder",
	[CPUISO_EVENT_FIGHT] = "fight",
	[CPUISO_EVENT_STARVING] = "starving",
	[CPUISO_EVENT_WORKLOAD_GONE] = "workload-gone",
};

const char * const cpuiso_stat_names[] = {
	[CPUISO_STAT_TIME] = "time",
	[CPUISO_STAT_SWITCH] = "switch",
	[CPUISO_STAT_IRQ] = "irq",
	[CPUISO_STAT_VECTOR] = "vector",
	[CPUISO_STAT_SOFTIRQ] = "softirq",
	[CPUISO_STAT_KTHREAD] = "kthread",
	[CPUISO_STAT_USER] = "user",
	[CPUISO_STAT_TIMER] = "timer",
	[CPUISO_STAT_HRTIMER] = "hrtimer",
	[CPUISO_STAT_WORK] = "work",
	[CPUISO_STAT_CALL] = "call",
	[CPUISO_STAT_NMI] = "nmi",
	[CPUISO_STAT_IPI] = "ipi",
};

const char * const cpuiso_class_names[] = {
	[CPUISO_CLASS_TASK] = "task",
	[CPUISO_CLASS_KTHREAD] = "kthread",
	[CPUISO_CLASS_IRQ] = "irq",
};

const char * const cpuiso_guard_names[] = {
	[CPUISO_GUARD_EVICT] = "evict",
	[CPUISO_GUARD_REPORT] = "report",
	[CPUISO_GUARD_OFF] = "off",
};

const char * const cpuiso_exit_names[] = {
	[CPUISO_EXIT_KEEP] = "keep",
	[CPUISO_EXIT_REVERT] = "revert",
};

const char * const cpuiso_rule_names[] = {
	[CPUISO_RULE_PID] = "pid",
	[CPUISO_RULE_COMM] = "comm",
	[CPUISO_RULE_CGROUP] = "cgroup",
};

static void count(const struct cpuiso_rec *rec,
		  const struct cpuiso_isolation *iso, enum cpuiso_kind kind,
		  struct cpuiso_counts *counts)
{
	u8 verdict;

	spin_lock(&cpuiso_rec_lock);
	if (cpuiso_rec_owner(rec) == iso)
		verdict = rec->verdict;
	else if (cpuiso_rec_owner(rec) ||
		 !cpumask_intersects(rec->orig, iso->cpus))
		verdict = CPUISO_VERDICT_ALREADY_CLEAR;
	else
		verdict = rec->verdict;
	spin_unlock(&cpuiso_rec_lock);
	counts->verdicts[kind][verdict]++;
}

/**
 * cpuiso_count_verdicts - what became of everything, towards one isolation
 * @store: the records
 * @iso: the isolation
 * @counts: the answer
 *
 * An object that could never run on these CPUs is already clear of them,
 * whatever another isolation did to it. Knobs are everybody's.
 *
 * Context: process, rcu_read_lock() held for @iso.
 */
void cpuiso_count_verdicts(struct cpuiso_store *store,
			   const struct cpuiso_isolation *iso,
			   struct cpuiso_counts *counts)
{
	struct cpuiso_knob_rec *knob;
	struct cpuiso_task_rec *task;
	struct cpuiso_irq_rec *irq;
	unsigned long i;

	memset(counts, 0, sizeof(*counts));
	xa_for_each(&store->tasks, i, task) {
		count(&task->rec, iso, CPUISO_KIND_TASK, counts);
		if (cpuiso_rec_owner(&task->rec) == iso)
			counts->members++;
	}
	xa_for_each(&store->irqs, i, irq)
		count(&irq->rec, iso, CPUISO_KIND_IRQ, counts);
	xa_for_each(&store->knobs, i, knob)
		counts->verdicts[CPUISO_KIND_KNOB][READ_ONCE(knob->verdict)]++;
}

/**
 * cpuiso_status_busy - what is being done now, or waits to be done?
 * @buf: room for the answer
 * @size: its size, CPUISO_BUSY_LEN at most
 *
 * Context: process.
 * Return: false when there is nothing.
 */
bool cpuiso_status_busy(char *buf, size_t size)
{
	/* Looked at first: the worker says that it is busy, then takes a note. */
	bool unread = cpuiso_notes_unread();

	if (cpuiso_busy_with(buf, size))
		return true;
	/* Without an isolation nobody reads them any more. */
	if (!unread || list_empty(&cpuiso_isolations))
		return false;
	strscpy(buf, "notes", size);
	return true;
}
