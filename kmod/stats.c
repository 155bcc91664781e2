// SPDX-License-Identifier: GPL-2.0
/*
 * From a snapshot to the lines that /proc and netlink show.
 *
 * A line that is found by its key again is of the same snapshot, until the
 * reader goes on to another CPU.
 */
#include <linux/kernel.h>
#include "snapshot.h"
#include "stats.h"

/* The lines about time come first, then the sources. */
enum {
	LINE_WALL,
	LINE_WORKLOAD,
	LINE_IDLE,
	LINE_NOISE,
	LINE_UNEXPLAINED,
	LINE_SWITCHES,
	LINE_SOURCES,
};

static const char * const softirq_names[CPUISO_LEDGER_SOFTIRQS] = {
	"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET",
	"SCHED", "HRTIMER", "RCU",
};

static const char * const vector_names[__CPUISO_VECTOR_MAX] = {
	[CPUISO_VECTOR_LOCAL_TIMER] = "local_timer",
	[CPUISO_VECTOR_RESCHEDULE] = "reschedule",
	[CPUISO_VECTOR_CALL_FUNCTION] = "call_function",
	[CPUISO_VECTOR_CALL_FUNCTION_SINGLE] = "call_function_single",
	[CPUISO_VECTOR_IRQ_WORK] = "irq_work",
	[CPUISO_VECTOR_PLATFORM_IPI] = "x86_platform_ipi",
	[CPUISO_VECTOR_THERMAL] = "thermal_apic",
	[CPUISO_VECTOR_THRESHOLD] = "threshold_apic",
	[CPUISO_VECTOR_DEFERRED_ERROR] = "deferred_error_apic",
	[CPUISO_VECTOR_SPURIOUS] = "spurious_apic",
	[CPUISO_VECTOR_ERROR] = "error_apic",
};

static u64 noise(const struct cpuiso_snapshot *s)
{
	unsigned int i;
	u64 sum = 0;

	for (i = CPUISO_SOURCE_UNEXPLAINED + 1; i < s->n; i++)
		sum += s->sources[i].total;
	return sum;
}

/* What nothing was booked to, and what was booked to something that has no end. */
static u64 unexplained(const struct cpuiso_snapshot *s)
{
	u64 wall = s->now - s->start;
	u64 booked = noise(s) + s->sources[CPUISO_SOURCE_WORKLOAD].total +
		     s->sources[CPUISO_SOURCE_IDLE].total;

	return wall > booked ? wall - booked : 0;
}

static void timed(struct cpuiso_stat *st, const char *name, u64 total)
{
	st->kind = CPUISO_STAT_TIME;
	st->has = CPUISO_STAT_HAS_TIME;
	st->total = total;
	strscpy(st->name, name, sizeof(st->name));
}

static void numbers(struct cpuiso_stat *st, const struct cpuiso_source *src)
{
	st->has = CPUISO_STAT_HAS_COUNT | CPUISO_STAT_HAS_RANGE;
	if (src->kind != CPUISO_STAT_IPI)
		st->has |= CPUISO_STAT_HAS_TIME | CPUISO_STAT_HAS_SPREAD;
	st->count = src->count;
	st->total = src->total;
	st->first = src->first;
	st->last = src->last;
	st->max = src->max;
	st->histogram = src->histogram;
}

static bool time_line(const struct cpuiso_snapshot *s, struct cpuiso_stat *st,
		      u32 n)
{
	switch (n) {
	case LINE_WALL:
		timed(st, "wall", s->now - s->start);
		st->has |= CPUISO_STAT_HAS_RANGE;
		st->first = s->start;
		st->last = s->now;
		return true;
	case LINE_WORKLOAD:
		timed(st, "workload", 0);
		numbers(st, &s->sources[CPUISO_SOURCE_WORKLOAD]);
		return true;
	case LINE_IDLE:
		timed(st, "idle", 0);
		numbers(st, &s->sources[CPUISO_SOURCE_IDLE]);
		return true;
	case LINE_NOISE:
		timed(st, "noise", noise(s));
		return true;
	case LINE_UNEXPLAINED:
		timed(st, "unexplained", unexplained(s));
		return true;
	default:
		st->kind = CPUISO_STAT_SWITCH;
		st->has = CPUISO_STAT_HAS_COUNT;
		st->count = s->switches;
		strscpy(st->name, "context", sizeof(st->name));
		return true;
	}
}

static void name_source(struct cpuiso_stat *st, const struct cpuiso_source *src,
			unsigned int place)
{
	if (place < CPUISO_SOURCE_VECTOR)
		strscpy(st->name, softirq_names[place - CPUISO_SOURCE_SOFTIRQ],
			sizeof(st->name));
	else if (place < CPUISO_SOURCE_OVERFLOW)
		strscpy(st->name, vector_names[place - CPUISO_SOURCE_VECTOR],
			sizeof(st->name));
	else if (place < CPUISO_SOURCE_FIRST_FOUND)
		strscpy(st->name, "overflow", sizeof(st->name));
	else if (src->kind == CPUISO_STAT_IRQ || src->kind == CPUISO_STAT_IPI ||
		 src->kind == CPUISO_STAT_KTHREAD ||
		 src->kind == CPUISO_STAT_USER)
		snprintf(st->name, sizeof(st->name), "%u:%s", src->number,
			 src->name);
	else if (src->id)
		strscpy(st->name, src->name, sizeof(st->name));
	else
		strscpy(st->name, "overflow", sizeof(st->name));
}

static bool source_line(const struct cpuiso_snapshot *s, struct cpuiso_stat *st,
			u32 place)
{
	const struct cpuiso_source *src = &s->sources[place];

	if (place <= CPUISO_SOURCE_UNEXPLAINED || !(src->count || src->total))
		return false;
	st->kind = src->kind;
	numbers(st, src);
	name_source(st, src, place);
	return true;
}

static bool look_at(struct cpuiso_stats *st, u32 cpu, u32 n)
{
	if (st->snapshot && st->snapshot->cpu == cpu && n)
		return true;
	cpuiso_snapshot_free(st->snapshot);
	st->snapshot = cpuiso_snapshot_take(cpu);
	return st->snapshot;
}

/**
 * cpuiso_stats_next - read the next line
 * @st: zeroed at first
 * @cursor: 0 at first; CPU in the upper half, number in the lower; becomes
 *	that of the line read
 *
 * Context: process.
 * Return: false when there is none any more.
 */
bool cpuiso_stats_next(struct cpuiso_stats *st, u64 *cursor)
{
	u32 cpu = *cursor >> 32, n = *cursor;

	for (; cpu < nr_cpu_ids; cpu++, n = 0) {
		if (!cpu_possible(cpu) || !look_at(st, cpu, n))
			continue;
		st->stat.cpu = cpu;
		for (; n < LINE_SOURCES + st->snapshot->n; n++) {
			if (n < LINE_SOURCES ?
			    time_line(st->snapshot, &st->stat, n) :
			    source_line(st->snapshot, &st->stat,
					n - LINE_SOURCES)) {
				*cursor = (u64)cpu << 32 | n;
				return true;
			}
		}
	}
	return false;
}

/**
 * cpuiso_stats_free - drop what cpuiso_stats_next() keeps
 * @st: after the last line that is read of it
 */
void cpuiso_stats_free(struct cpuiso_stats *st)
{
	cpuiso_snapshot_free(st->snapshot);
	st->snapshot = NULL;
}
