// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <cpuiso.h>

#include "fakerows.h"

/* The value of a word of FAKE, "" without one, NULL when it is not there. */
const char *fake_word(const char *name)
{
	static char value[64];
	const char *p = getenv("FAKE");
	size_t len = strlen(name), n;

	while (p && *p) {
		p += strspn(p, " ");
		n = strcspn(p, " ");
		if (n >= len && !strncmp(p, name, len) && (n == len || p[len] == '=')) {
			snprintf(value, sizeof(value), "%.*s", (int)(n > len ? n - len - 1 : 0),
				 p + len + (n > len));
			return value;
		}
		p += n;
	}
	return NULL;
}

static void put_verdicts(struct nl_msg *msg, int kind, int verdict, int count)
{
	struct nlattr *nest = nla_nest_start(msg, CPUISO_A_ISOLATION_VERDICTS | NLA_F_NESTED);

	nla_put_u32(msg, CPUISO_A_VERDICTS_KIND, kind);
	nla_put_u32(msg, CPUISO_A_VERDICTS_VERDICT, verdict);
	nla_put_u32(msg, CPUISO_A_VERDICTS_COUNT, count);
	nla_nest_end(msg, nest);
}

void fake_isolation(struct nl_msg *msg, int i)
{
	char name[16];

	snprintf(name, sizeof(name), "cpu%d", i + 1);
	nla_put_string(msg, CPUISO_A_ISOLATION_NAME, name);
	nla_put_u32(msg, CPUISO_A_ISOLATION_ID, i + 1);
	nla_put_u32(msg, CPUISO_A_ISOLATION_STATE, CPUISO_STATE_ISOLATED);
	nla_put_string(msg, CPUISO_A_ISOLATION_CPUS, name + 3);
	nla_put_u64(msg, CPUISO_A_ISOLATION_SINCE, 1700000000123456789ULL);
	nla_put_u32(msg, CPUISO_A_ISOLATION_PID, 4242);
	nla_put_string(msg, CPUISO_A_ISOLATION_COMM, "light\033[31mtpd");
	nla_put_string(msg, CPUISO_A_ISOLATION_COMM, "zwei");
	nla_put_u32(msg, CPUISO_A_ISOLATION_SCHED_POLICY, CPUISO_SCHED_FIFO);
	nla_put_u32(msg, CPUISO_A_ISOLATION_SCHED_PRIO, 50);
	nla_put_u32(msg, CPUISO_A_ISOLATION_MEMBERS, 3);
	nla_put_u32(msg, CPUISO_A_ISOLATION_GUARD_TASKS, CPUISO_GUARD_EVICT);
	nla_put_u32(msg, CPUISO_A_ISOLATION_GUARD_KTHREADS, CPUISO_GUARD_EVICT);
	nla_put_u32(msg, CPUISO_A_ISOLATION_GUARD_IRQS,
		    fake_word("report") ? CPUISO_GUARD_REPORT : CPUISO_GUARD_EVICT);
	nla_put_u32(msg, CPUISO_A_ISOLATION_EXIT, CPUISO_EXIT_KEEP);
	nla_put_u32(msg, CPUISO_A_ISOLATION_EVICTED, 6);
	nla_put_u32(msg, CPUISO_A_ISOLATION_REPORTED, 5);
	nla_put_u32(msg, CPUISO_A_ISOLATION_FIGHTS, 4);
	put_verdicts(msg, CPUISO_KIND_TASK, CPUISO_VERDICT_MOVED, 57);
	put_verdicts(msg, CPUISO_KIND_TASK, CPUISO_VERDICT_PER_CPU_KTHREAD, 5);
	put_verdicts(msg, CPUISO_KIND_IRQ, CPUISO_VERDICT_MOVED, 12);
	put_verdicts(msg, CPUISO_KIND_IRQ, CPUISO_VERDICT_MANAGED_IRQ, 2);
}

void fake_task(struct nl_msg *msg, int i)
{
	static const char *const names[] = {
		"kworker/1:0", "tmux: server", "\033]0;owned\007x", "back\\slash", "\xff\xc3\xa4\xc2\x9bz", "",
	};
	static const int verdicts[] = {
		CPUISO_VERDICT_PER_CPU_KTHREAD, CPUISO_VERDICT_MOVED, CPUISO_VERDICT_REFUSED,
		CPUISO_VERDICT_ALREADY_CLEAR, CPUISO_VERDICT_WORKLOAD, 999,
	};

	nla_put_u32(msg, CPUISO_A_TASK_PID, 100 + i);
	nla_put_u32(msg, CPUISO_A_TASK_TGID, 100 + i);
	nla_put_string(msg, CPUISO_A_TASK_COMM, names[i % 6]);
	if (i % 6 == 0)
		nla_put_flag(msg, CPUISO_A_TASK_KTHREAD);
	nla_put_u32(msg, CPUISO_A_TASK_VERDICT, verdicts[i % 6]);
	nla_put_u32(msg, CPUISO_A_TASK_ERRNO, i % 6 == 2 ? EINVAL : 0);
	nla_put_string(msg, CPUISO_A_TASK_ORIGINAL, "0-1");
	nla_put_string(msg, CPUISO_A_TASK_PRESENT, "0");
}

void fake_irq(struct nl_msg *msg, int i)
{
	nla_put_u32(msg, CPUISO_A_IRQ_IRQ, 24 + i);
	nla_put_string(msg, CPUISO_A_IRQ_ACTION, i ? "nvme0q1" : "eth0 rx");
	nla_put_string(msg, CPUISO_A_IRQ_CHIP, "PCI-MSI");
	nla_put_u32(msg, CPUISO_A_IRQ_VERDICT,
		    i ? CPUISO_VERDICT_MANAGED_IRQ : CPUISO_VERDICT_MOVED);
	nla_put_string(msg, CPUISO_A_IRQ_ORIGINAL, "0-1");
	nla_put_string(msg, CPUISO_A_IRQ_PRESENT, i ? "1" : "0");
	nla_put_string(msg, CPUISO_A_IRQ_EFFECTIVE, "1");
	if (!i)
		nla_put_flag(msg, CPUISO_A_IRQ_PENDING);
}

static void source(struct nl_msg *msg, int i)
{
	static const struct {
		int cpu, kind;
		const char *name;
	} sources[] = {
		{ 1, CPUISO_STAT_TIME, "wall" }, { 1, CPUISO_STAT_TIME, "workload" },
		{ 1, CPUISO_STAT_TIME, "idle" }, { 1, CPUISO_STAT_TIME, "noise" },
		{ 1, CPUISO_STAT_TIME, "unexplained" }, { 1, CPUISO_STAT_SWITCH, "context" },
		{ 1, CPUISO_STAT_TIMER, "twice" }, { 1, CPUISO_STAT_IRQ, "24:eth0" },
		{ 1, CPUISO_STAT_TIMER, "twice" }, { 1, CPUISO_STAT_USER, "7:a\"b\\c\ng\xff" },
		{ 2, CPUISO_STAT_TIMER, "twice" }, { 1, CPUISO_STAT_IPI, "0:sh:reschedule" },
	};
	bool timed = sources[i].kind != CPUISO_STAT_IPI;
	uint32_t histogram[CPUISO_HISTOGRAM_LEN] = { [11] = 2, [31] = 1 };

	nla_put_u32(msg, CPUISO_A_STAT_CPU, sources[i].cpu);
	nla_put_u32(msg, CPUISO_A_STAT_KIND, sources[i].kind);
	nla_put_string(msg, CPUISO_A_STAT_NAME, sources[i].name);
	nla_put_u64(msg, CPUISO_A_STAT_COUNT, 3);
	if (timed) {
		nla_put_u64(msg, CPUISO_A_STAT_TOTAL_NS, 1500000000 + i);
		nla_put_u64(msg, CPUISO_A_STAT_MAX_NS, 1000 + i);
		nla_put(msg, CPUISO_A_STAT_HISTOGRAM, sizeof(histogram), histogram);
	}
}

static uint64_t dumps_of_stats;

static const struct {
	int kind;
	const char *name;
	uint64_t count, total, max;
} rows[] = {
	{ CPUISO_STAT_TIME, "wall", 0, 1000000000, 0 },
	{ CPUISO_STAT_TIME, "workload", 5, 899000000, 90000000 },
	{ CPUISO_STAT_TIME, "idle", 3, 90000000, 9000000 },
	{ CPUISO_STAT_TIME, "noise", 0, 10000000, 0 },
	{ CPUISO_STAT_TIME, "unexplained", 0, 1000000, 0 },
	{ CPUISO_STAT_SWITCH, "context", 100, 0, 0 },
	{ CPUISO_STAT_VECTOR, "local_timer", 250, 4000000, 70000 },
	{ CPUISO_STAT_SOFTIRQ, "TIMER", 40, 500000, 60000 },
	{ CPUISO_STAT_IRQ, "24:eth0 rx", 10, 1000000, 300000 },
	{ CPUISO_STAT_KTHREAD, "77:kworker/1:0", 2, 3000000, 2000000 },
	{ CPUISO_STAT_USER, "4242:evil \033[2J", 1, 400000, 400000 },
	{ CPUISO_STAT_HRTIMER, "tick_sched_timer", 250, 900000, 20000 },
	{ CPUISO_STAT_WORK, "vmstat_update", 1, 100000, 100000 },
	{ CPUISO_STAT_WORK, "nobody_knows[this]", 1, 100000, 100000 },
	{ CPUISO_STAT_IPI, "0:systemd:reschedule", 7, 0, 0 },
};

#define NR_SOURCES	(int)(sizeof(rows) / sizeof(rows[0]))

int fake_stats_begin(void)
{
	if (fake_word("ledger"))
		return 12;
	dumps_of_stats++;
	return NR_SOURCES * (fake_word("many") ? 7 : 1);
}

/* Of CPU 1, and with "many" of six more; each dump is a second later. */
void fake_stat(struct nl_msg *msg, int i)
{
	uint32_t histogram[CPUISO_HISTOGRAM_LEN] = { 0 };
	uint64_t n = dumps_of_stats + (fake_word("dumps") ? atoi(fake_word("dumps")) : 0), first = 5000000000ULL;
	int at = i % NR_SOURCES, kind = rows[at].kind;

	if (fake_word("ledger")) {
		source(msg, i);
		return;
	}
	if (fake_word("anew"))
		first += n;
	if (fake_word("huge"))
		n = 18446744073709551615ULL / (rows[at].count ? rows[at].count : 1);
	nla_put_u32(msg, CPUISO_A_STAT_CPU, 1 + i / NR_SOURCES);
	nla_put_u32(msg, CPUISO_A_STAT_KIND, kind);
	nla_put_string(msg, CPUISO_A_STAT_NAME, fake_word("renamed") && kind == CPUISO_STAT_KTHREAD ?
		       "77:new name" : rows[at].name);
	if (rows[at].count)
		nla_put_u64(msg, CPUISO_A_STAT_COUNT, n * rows[at].count);
	if (rows[at].total)
		nla_put_u64(msg, CPUISO_A_STAT_TOTAL_NS, n * rows[at].total);
	if (kind == CPUISO_STAT_TIME && at > 2)
		return;
	nla_put_u64(msg, CPUISO_A_STAT_LAST_NS, first + n * 1000000000);
	nla_put_u64(msg, CPUISO_A_STAT_FIRST_NS, first + at);
	if (!rows[at].max)
		return;
	nla_put_u64(msg, CPUISO_A_STAT_MAX_NS, rows[at].max);
	histogram[10] = n * rows[at].count;
	histogram[20] = 1;
	nla_put(msg, CPUISO_A_STAT_HISTOGRAM, sizeof(histogram), histogram);
}

void fake_knob(struct nl_msg *msg, int i)
{
	nla_put_string(msg, CPUISO_A_KNOB_NAME, i ? "net.xps_cpus" : "vm.stat_interval");
	nla_put_string(msg, CPUISO_A_KNOB_PATH, i ? "/sys/class/net/*/queues/tx-*/xps_cpus" :
		       "/proc/sys/vm/stat_interval");
	nla_put_u32(msg, CPUISO_A_KNOB_VERDICT, i ? CPUISO_VERDICT_ABSENT : CPUISO_VERDICT_SET);
	nla_put_u32(msg, CPUISO_A_KNOB_ERRNO, 0);
	nla_put_string(msg, CPUISO_A_KNOB_ORIGINAL, i ? "" : "1");
	nla_put_string(msg, CPUISO_A_KNOB_PRESENT, i ? "" : "1 \033[2J");
	nla_put_string(msg, CPUISO_A_KNOB_TARGET, i ? "" : "60");
}

void fake_undone(struct nl_msg *msg, int i)
{
	nla_put_u32(msg, CPUISO_A_UNDO_KIND, i ? CPUISO_KIND_KNOB : CPUISO_KIND_TASK);
	nla_put_u32(msg, CPUISO_A_UNDO_OBJECT, i ? 0 : 4242);
	nla_put_string(msg, CPUISO_A_UNDO_NAME, i ? "/proc/sys/vm/stat_interval" : "evil \033[2J");
	nla_put_u32(msg, CPUISO_A_UNDO_RESULT, i ? CPUISO_VERDICT_RESTORED : CPUISO_VERDICT_GONE);
	nla_put_u32(msg, CPUISO_A_UNDO_ERRNO, 0);
	nla_put_string(msg, CPUISO_A_UNDO_ORIGINAL, i ? "1" : "0-3");
	nla_put_string(msg, CPUISO_A_UNDO_FOUND, i ? "60" : "");
}
