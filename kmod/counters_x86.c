// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts of the CPU itself, under the names of /proc/interrupts.
 */
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <asm/hardirq.h>
#include "compat/cpuiso_x86.h"
#include "counters.h"

static const struct {
	const char *name;
	size_t offset;
} vectors[] = {
	{ "NMI", CPUISO_IRQ_STAT(__nmi_count, NMI) },
#ifdef CONFIG_X86_LOCAL_APIC
	{ "LOC", CPUISO_IRQ_STAT(apic_timer_irqs, APIC_TIMER) },
	{ "SPU", CPUISO_IRQ_STAT(irq_spurious_count, SPURIOUS) },
	{ "PMI", CPUISO_IRQ_STAT(apic_perf_irqs, APIC_PERF) },
	{ "IWI", CPUISO_IRQ_STAT(apic_irq_work_irqs, IRQ_WORK) },
	{ "RTR", CPUISO_IRQ_STAT(icr_read_retry_count, ICR_READ_RETRY) },
#endif
#ifdef CONFIG_SMP
	{ "RES", CPUISO_IRQ_STAT(irq_resched_count, RESCHEDULE) },
	{ "CAL", CPUISO_IRQ_STAT(irq_call_count, CALL_FUNCTION) },
#endif
	{ "TLB", CPUISO_IRQ_STAT(irq_tlb_count, TLB) },
#ifdef CONFIG_X86_THERMAL_VECTOR
	{ "TRM", CPUISO_IRQ_STAT(irq_thermal_count, THERMAL_APIC) },
#endif
};

/**
 * cpuiso_vector_name - name of the i-th vector
 * @i: from 0 on
 *
 * Return: the name, or NULL when there are no more.
 */
const char *cpuiso_vector_name(unsigned int i)
{
	return i < ARRAY_SIZE(vectors) ? vectors[i].name : NULL;
}

/**
 * cpuiso_vector_count - how often the i-th vector came since boot
 * @i: as for cpuiso_vector_name()
 * @cpu: where
 */
unsigned int cpuiso_vector_count(unsigned int i, unsigned int cpu)
{
	const char *stat = (const char *)per_cpu_ptr(&irq_stat, cpu);

	return READ_ONCE(*(const unsigned int *)(stat + vectors[i].offset));
}
