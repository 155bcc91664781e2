// SPDX-License-Identifier: GPL-2.0
/*
 * Enum values as words, spelled as in Documentation/netlink/cpuiso.yaml; a
 * unit test holds the two together.
 */
#include <stddef.h>
#include <string.h>

#include <cpuiso.h>

#include "names.h"

static const char *const states[] = {
	[CPUISO_STATE_APPLYING] = "applying",
	[CPUISO_STATE_ISOLATED] = "isolated",
	[CPUISO_STATE_REVERTING] = "reverting",
};

static const char *const kinds[] = {
	[CPUISO_KIND_TASK] = "task",
	[CPUISO_KIND_IRQ] = "irq",
	[CPUISO_KIND_KNOB] = "knob",
	[CPUISO_KIND_CPU] = "cpu",
};

static const char *const verdicts[] = {
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

/* Why it could not be moved; NULL where it could, or need not be. */
static const char *const reasons[__CPUISO_VERDICT_MAX] = {
	[CPUISO_VERDICT_PER_CPU_KTHREAD] = "kernel thread bound to this CPU",
	[CPUISO_VERDICT_NO_SETAFFINITY] = "kernel thread whose mask the kernel keeps",
	[CPUISO_VERDICT_MANAGED_IRQ] = "the kernel manages its mask, see isolcpus=managed_irq",
	[CPUISO_VERDICT_PER_CPU_IRQ] = "exists once per CPU",
	[CPUISO_VERDICT_NO_VECTORS] = "housekeeping CPUs have no interrupt vector left",
	[CPUISO_VERDICT_REFUSED] = "the kernel refuses the change",
	[CPUISO_VERDICT_ABSENT] = "this kernel or machine does not have it",
	[CPUISO_VERDICT_BLOCKED] = "waits for a CPU that a realtime task owns",
};

static const char *const scheds[] = {
	[CPUISO_SCHED_OTHER] = "other",
	[CPUISO_SCHED_FIFO] = "fifo",
	[CPUISO_SCHED_RR] = "rr",
};

static const char *const events[] = {
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

static const char *const classes[] = {
	[CPUISO_CLASS_TASK] = "task",
	[CPUISO_CLASS_KTHREAD] = "kthread",
	[CPUISO_CLASS_IRQ] = "irq",
};

static const char *const guards[] = {
	[CPUISO_GUARD_EVICT] = "evict",
	[CPUISO_GUARD_REPORT] = "report",
	[CPUISO_GUARD_OFF] = "off",
};

static const char *const exits[] = {
	[CPUISO_EXIT_KEEP] = "keep",
	[CPUISO_EXIT_REVERT] = "revert",
};

static const char *const stats[] = {
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

static const char *const cmds[] = {
	[CPUISO_CMD_APPLY] = "apply",
	[CPUISO_CMD_REVERT] = "revert",
	[CPUISO_CMD_PIN] = "pin",
	[CPUISO_CMD_UNPIN] = "unpin",
	[CPUISO_CMD_DONE_NTF] = "done-ntf",
	[CPUISO_CMD_INFO_GET] = "info-get",
	[CPUISO_CMD_ISOLATION_GET] = "isolation-get",
	[CPUISO_CMD_TASK_GET] = "task-get",
	[CPUISO_CMD_IRQ_GET] = "irq-get",
	[CPUISO_CMD_STAT_GET] = "stat-get",
	[CPUISO_CMD_EVENT_NTF] = "event-ntf",
	[CPUISO_CMD_KNOB_GET] = "knob-get",
	[CPUISO_CMD_UNDO_GET] = "undo-get",
	[CPUISO_CMD_OBSERVE] = "observe",
	[CPUISO_CMD_UNOBSERVE] = "unobserve",
	[CPUISO_CMD_RESET] = "reset",
	[CPUISO_CMD_CPUSETS_BEGIN] = "cpusets-begin",
	[CPUISO_CMD_CPUSETS_END] = "cpusets-end",
};

#define TABLE(var, label, array, max)					\
	const struct name_table var = { label, array, max };		\
	_Static_assert(sizeof(array) / sizeof((array)[0]) == (max),	\
		       "a value of " label " has no name")

TABLE(state_names, "state", states, __CPUISO_STATE_MAX);
TABLE(kind_names, "kind", kinds, __CPUISO_KIND_MAX);
TABLE(verdict_names, "verdict", verdicts, __CPUISO_VERDICT_MAX);
TABLE(sched_names, "sched", scheds, __CPUISO_SCHED_MAX);
TABLE(event_names, "event", events, __CPUISO_EVENT_MAX);
static TABLE(class_names, "class", classes, __CPUISO_CLASS_MAX);
TABLE(guard_names, "guard", guards, __CPUISO_GUARD_MAX);
TABLE(exit_names, "exit", exits, __CPUISO_EXIT_MAX);
TABLE(stat_names, "stat-kind", stats, __CPUISO_STAT_MAX);
TABLE(cmd_names, "operation", cmds, __CPUISO_CMD_MAX);

const struct name_table *const all_names[] = {
	&state_names, &kind_names, &verdict_names, &sched_names,
	&event_names, &class_names, &guard_names, &exit_names, &stat_names,
	&cmd_names, NULL
};

/**
 * name_of() - the word for an enum value
 * @t: the enum's table
 * @value: value, which may come from a newer kernel module
 *
 * Return: the word, "unknown" for a value without one.
 */
const char *name_of(const struct name_table *t, unsigned int value)
{
	if (value >= t->count || !t->name[value])
		return "unknown";
	return t->name[value];
}

/**
 * value_of() - the enum value of a word
 * @t: the enum's table
 * @name: the word
 *
 * Return: the value, or -1.
 */
int value_of(const struct name_table *t, const char *name)
{
	unsigned int i;

	for (i = 0; i < t->count; i++)
		if (t->name[i] && !strcmp(t->name[i], name))
			return i;
	return -1;
}

/**
 * verdict_reason() - why an object stays on the isolated CPUs
 * @verdict: its verdict
 *
 * Return: half a sentence, or NULL if the object does not stay.
 */
const char *verdict_reason(unsigned int verdict)
{
	return verdict < __CPUISO_VERDICT_MAX ? reasons[verdict] : NULL;
}
