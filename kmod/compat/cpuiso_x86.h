/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the architecture counts an interrupt: named fields up to 7.1, an array
 * from 7.2 on.
 */
#ifndef CPUISO_COMPAT_X86_H
#define CPUISO_COMPAT_X86_H

#include <linux/version.h>
#include <asm/hardirq.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 2, 0)
#define CPUISO_IRQ_STAT(field, index) offsetof(irq_cpustat_t, field)
#else
#define CPUISO_IRQ_STAT(field, index) \
	(offsetof(irq_cpustat_t, counts) + \
	 sizeof(unsigned int) * (IRQ_COUNT_##index))
#endif

#endif
