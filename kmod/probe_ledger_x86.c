// SPDX-License-Identifier: GPL-2.0
/*
 * The probes of the ledger on the interrupts of the CPU itself. One function
 * serves them all; which it is comes with the registration.
 */
#include <linux/tracepoint.h>
#include <asm/trace/irq_vectors.h>
#include "book.h"
#include "probe.h"

static notrace void probe_entry(void *data, int vector)
{
	struct cpuiso_ledger *l = cpuiso_ledger_here();

	if (l)
		cpuiso_book_vector(l, (uintptr_t)data);
}

static notrace void probe_exit(void *data, int vector)
{
	struct cpuiso_ledger *l = cpuiso_ledger_here();

	if (l)
		cpuiso_book_end_hard(l, CPUISO_STAT_VECTOR);
}

static void __maybe_unused check_prototypes(void)
{
	check_trace_callback_type_local_timer_entry(probe_entry);
	check_trace_callback_type_local_timer_exit(probe_exit);
	check_trace_callback_type_x86_platform_ipi_entry(probe_entry);
	check_trace_callback_type_x86_platform_ipi_exit(probe_exit);
	check_trace_callback_type_spurious_apic_entry(probe_entry);
	check_trace_callback_type_spurious_apic_exit(probe_exit);
	check_trace_callback_type_error_apic_entry(probe_entry);
	check_trace_callback_type_error_apic_exit(probe_exit);
#ifdef CONFIG_IRQ_WORK
	check_trace_callback_type_irq_work_entry(probe_entry);
	check_trace_callback_type_irq_work_exit(probe_exit);
#endif
#ifdef CONFIG_SMP
	check_trace_callback_type_reschedule_entry(probe_entry);
	check_trace_callback_type_reschedule_exit(probe_exit);
	check_trace_callback_type_call_function_entry(probe_entry);
	check_trace_callback_type_call_function_exit(probe_exit);
	check_trace_callback_type_call_function_single_entry(probe_entry);
	check_trace_callback_type_call_function_single_exit(probe_exit);
#endif
#ifdef CONFIG_X86_MCE_THRESHOLD
	check_trace_callback_type_threshold_apic_entry(probe_entry);
	check_trace_callback_type_threshold_apic_exit(probe_exit);
#endif
#ifdef CONFIG_X86_MCE_AMD
	check_trace_callback_type_deferred_error_apic_entry(probe_entry);
	check_trace_callback_type_deferred_error_apic_exit(probe_exit);
#endif
#ifdef CONFIG_X86_THERMAL_VECTOR
	check_trace_callback_type_thermal_apic_entry(probe_entry);
	check_trace_callback_type_thermal_apic_exit(probe_exit);
#endif
}

#define VECTOR(tp, v) \
	{ #tp "_entry", probe_entry, (void *)CPUISO_VECTOR_##v }, \
	{ #tp "_exit", probe_exit, (void *)CPUISO_VECTOR_##v }

struct cpuiso_probe cpuiso_ledger_vector_probes[] = {
	VECTOR(local_timer, LOCAL_TIMER),
	VECTOR(reschedule, RESCHEDULE),
	VECTOR(call_function, CALL_FUNCTION),
	VECTOR(call_function_single, CALL_FUNCTION_SINGLE),
	VECTOR(irq_work, IRQ_WORK),
	VECTOR(x86_platform_ipi, PLATFORM_IPI),
	VECTOR(thermal_apic, THERMAL),
	VECTOR(threshold_apic, THRESHOLD),
	VECTOR(deferred_error_apic, DEFERRED_ERROR),
	VECTOR(spurious_apic, SPURIOUS),
	VECTOR(error_apic, ERROR),
	{ }
};
