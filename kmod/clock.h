/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_CLOCK_H
#define CPUISO_CLOCK_H

#include <linux/math64.h>
#include <linux/sched/clock.h>
#ifdef CONFIG_X86
#include <asm/tsc.h>
#endif

#define CPUISO_CLOCK_SHIFT 31
#define CPUISO_CLOCK_BACK_SHIFT 24

/**
 * struct cpuiso_clock - what a tick of the ledgers is
 * @is_tsc: a cycle of the TSC; else a ns of local_clock()
 * @mult: ns per tick, shifted by CPUISO_CLOCK_SHIFT
 * @back: ticks per ns, shifted by CPUISO_CLOCK_BACK_SHIFT
 * @ticks: the clock of the ledgers at @ns
 * @ns: local_clock() when the first ledger began
 */
struct cpuiso_clock {
	bool is_tsc;
	u32 mult;
	u32 back;
	u64 ticks;
	u64 ns;
};

extern struct cpuiso_clock cpuiso_clock;

void cpuiso_clock_set(void);

/* Of the CPU itself; any context. */
static __always_inline u64 cpuiso_ticks(void)
{
#ifdef CONFIG_X86
	if (likely(cpuiso_clock.is_tsc))
		return rdtsc();
#endif
	return local_clock();
}

/* Of another CPU. */
static inline u64 cpuiso_ticks_of(unsigned int cpu)
{
	return cpuiso_clock.is_tsc ? cpuiso_ticks() : cpu_clock(cpu);
}

/* How many ns they take. */
static __always_inline u64 cpuiso_ticks_to_ns(u64 ticks)
{
	return mul_u64_u32_shr(ticks, cpuiso_clock.mult, CPUISO_CLOCK_SHIFT);
}

static __always_inline u64 cpuiso_ns_to_ticks(u64 ns)
{
	return mul_u64_u32_shr(ns, cpuiso_clock.back, CPUISO_CLOCK_BACK_SHIFT);
}

/* When it was, on the clock that dmesg shows. */
static inline u64 cpuiso_ticks_when(u64 ticks)
{
	/* Another CPU's TSC may be some cycles behind. */
	if (ticks < cpuiso_clock.ticks)
		return cpuiso_clock.ns;
	return cpuiso_clock.ns +
	       cpuiso_ticks_to_ns(ticks - cpuiso_clock.ticks);
}

#endif
