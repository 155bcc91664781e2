// SPDX-License-Identifier: GPL-2.0
/*
 * The probes of the ledger on interrupts between CPUs: who sends them, and
 * which functions they run. Older kernels do not tell.
 */
#include <linux/cpumask.h>
#include <linux/smp.h>
#include <linux/tracepoint.h>
#include <trace/events/ipi.h>
#include "compat/cpuiso_compat.h"
#ifdef CPUISO_HAVE_IPI_EVENTS
#include <trace/events/csd.h>
#endif
#include "book.h"
#include "probe.h"

static notrace void probe_send_cpu(void *data, const unsigned int cpu,
				   unsigned long callsite, void *callback)
{
	if (READ_ONCE(per_cpu(cpuiso_ledgers, cpu)))
		cpuiso_book_sender(cpu, callback);
}

static notrace void probe_send_cpumask(void *data, const struct cpumask *mask,
				       unsigned long callsite, void *callback)
{
	unsigned int cpu;

	for_each_cpu(cpu, mask)
		if (READ_ONCE(per_cpu(cpuiso_ledgers, cpu)))
			cpuiso_book_sender(cpu, callback);
}

static notrace void probe_call_entry(void *data, smp_call_func_t fn,
				     call_single_data_t *csd)
{
	if (cpuiso_ledger_here())
		cpuiso_book_function(CPUISO_STAT_CALL, fn);
}

static notrace void probe_call_exit(void *data, smp_call_func_t fn,
				    call_single_data_t *csd)
{
	if (cpuiso_ledger_here())
		cpuiso_book_end(CPUISO_STAT_CALL);
}

#ifdef CPUISO_HAVE_IPI_EVENTS
static void __maybe_unused check_prototypes(void)
{
	check_trace_callback_type_ipi_send_cpu(probe_send_cpu);
	check_trace_callback_type_ipi_send_cpumask(probe_send_cpumask);
	check_trace_callback_type_csd_function_entry(probe_call_entry);
	check_trace_callback_type_csd_function_exit(probe_call_exit);
}
#endif

struct cpuiso_probe cpuiso_ledger_ipi_probes[] = {
	{ "ipi_send_cpu", probe_send_cpu },
	{ "ipi_send_cpumask", probe_send_cpumask },
	{ "csd_function_entry", probe_call_entry },
	{ "csd_function_exit", probe_call_exit },
	{ }
};
