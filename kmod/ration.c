// SPDX-License-Identifier: GPL-2.0
/*
 * How much of a housekeeping CPU the worker may use for what comes by itself.
 *
 * Each object that comes back is backed off (guard.c), but there may be any
 * number of objects. So there is an account of processor time that fills with
 * time and is charged with what the worker has used: over any stretch it uses
 * no more than that share of it and BURST. Commands are not charged.
 */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include "ration.h"

#define BURST	(500 * (s64)NSEC_PER_MSEC)
#define ENOUGH	(25 * (s64)NSEC_PER_MSEC)

static unsigned int guard_share = 25;
module_param(guard_share, uint, 0644);
MODULE_PARM_DESC(guard_share, "how much of one CPU the guard may use, in percent; 0: all of it");

static s64 left = BURST;
static u64 filled_at;
static u64 charged;
static bool resting;

/* The tick counts it on while this is read. */
static u64 used_so_far(void)
{
	return READ_ONCE(current->se.sum_exec_runtime);
}

/**
 * cpuiso_ration_rest - is the worker to rest?
 *
 * Once it is to rest it rests until there is ENOUGH to do something with.
 *
 * Context: the worker.
 * Return: for how many jiffies, or 0.
 */
unsigned long cpuiso_ration_rest(void)
{
	u64 share = READ_ONCE(guard_share), now = ktime_get_mono_fast_ns();
	u64 used = used_so_far();

	/* An hour fills it whatever the share, and cannot overflow. */
	left += min_t(u64, now - filled_at, 3600ULL * NSEC_PER_SEC) * share / 100;
	left = min(left - (s64)(used - charged), BURST);
	filled_at = now;
	charged = used;

	if (!share || share > 100)
		left = BURST;
	resting = left < (resting ? ENOUGH : 0);
	if (!resting)
		return 0;
	return nsecs_to_jiffies(div64_u64((ENOUGH - left) * 100, share)) + 1;
}

/**
 * cpuiso_ration_skip - what was used since the last look was for a command
 *
 * Context: the worker.
 */
void cpuiso_ration_skip(void)
{
	charged = used_so_far();
}
