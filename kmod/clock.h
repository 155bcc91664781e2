/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_CLOCK_H
#define CPUISO_CLOCK_H

#include <linux/math64.h>
#include <linux/sched/clock.h>
#ifdef CONFIG_X86
#include <asm/tsc.h>
#endif

#define CPUISO_CLOCK_SHIFT 31

/**
 * struct cpuiso_clock - how the time of the ledgers follows from the TSC
 * @mult: ns per cycle, shifted; 0 where the TSC is not to be relied on
 * @cycles: the TSC at @ns
 * @ns: local_clock() when the first ledger began
 */
struct cpuiso_clock {
	u32 mult;
	u64 cycles;
	u64 ns;
};

extern struct cpuiso_clock cpuiso_clock;

void cpuiso_clock_set(void);

/* Of the CPU itself; any context. */
static __always_inline u64 cpuiso_now(void)
{
#ifdef CONFIG_X86
	if (likely(cpuiso_clock.mult))
		return cpuiso_clock.ns +
		       mul_u64_u32_shr(rdtsc() - cpuiso_clock.cycles,
				       cpuiso_clock.mult, CPUISO_CLOCK_SHIFT);
#endif
	return local_clock();
}

/* Of another CPU. */
static inline u64 cpuiso_now_of(unsigned int cpu)
{
	return cpuiso_clock.mult ? cpuiso_now() : cpu_clock(cpu);
}

#endif
