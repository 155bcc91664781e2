// SPDX-License-Identifier: GPL-2.0
/*
 * The clock of the ledgers. Where the TSC is sound it is read at the source, in
 * a quarter of the instructions, and readers make ns of it; else local_clock()
 * is, which never goes back on its CPU, may be read in NMI and costs no shared
 * cache line. Either way what is shown is local_clock(), as in dmesg.
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
	struct cpuiso_clock *c = &cpuiso_clock;
	unsigned long flags;

	c->is_tsc = false;
	c->mult = BIT(CPUISO_CLOCK_SHIFT);
	c->back = BIT(CPUISO_CLOCK_BACK_SHIFT);
#ifdef CONFIG_X86
	if (boot_cpu_has(X86_FEATURE_TSC) && tsc_khz && !check_tsc_unstable()) {
		c->is_tsc = true;
		c->mult = div_u64((u64)NSEC_PER_MSEC << CPUISO_CLOCK_SHIFT,
				  tsc_khz);
		c->back = div_u64((u64)tsc_khz << CPUISO_CLOCK_BACK_SHIFT,
				  NSEC_PER_MSEC);
	}
#endif
	local_irq_save(flags);
	c->ticks = cpuiso_ticks();
	c->ns = local_clock();
	local_irq_restore(flags);
}
