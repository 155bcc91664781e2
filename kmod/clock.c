// SPDX-License-Identifier: GPL-2.0
/*
 * The clock of the ledgers: that of local_clock(), which dmesg shows. Where the
 * TSC is sound it is read at the source, in a quarter of the
 * instructions; else local_clock() is, which never goes back on its CPU, may
 * be read in NMI and costs no shared cache line.
 */
#include <linux/timex.h>
#include "clock.h"

struct cpuiso_clock cpuiso_clock __read_mostly;

/**
 * cpuiso_clock_set - before the first ledger
 *
 * Context: process; nobody reads the clock.
 */
void cpuiso_clock_set(void)
{
#ifdef CONFIG_X86
	unsigned long flags;

	cpuiso_clock.mult = 0;
	if (!boot_cpu_has(X86_FEATURE_TSC) || !tsc_khz || check_tsc_unstable())
		return;
	local_irq_save(flags);
	cpuiso_clock.cycles = rdtsc();
	cpuiso_clock.ns = local_clock();
	local_irq_restore(flags);
	cpuiso_clock.mult = div_u64((u64)NSEC_PER_MSEC << CPUISO_CLOCK_SHIFT,
				    tsc_khz);
#endif
}
