// SPDX-License-Identifier: GPL-2.0
/*
 * The operations on ledgers, which change nothing else.
 */
#include "ledger.h"
#include "observe.h"
#include "op.h"
#include "verbs_parts.h"

/**
 * cpuiso_verbs_observe - keep a ledger of CPUs for a socket
 * @op: the operation; its outcome is filled in
 *
 * Context: the worker.
 */
void cpuiso_verbs_observe(struct cpuiso_op *op)
{
	int err = cpuiso_observe(op->portid, &op->owner, op->cpus);

	if (err == -ENOMEM)
		cpuiso_op_fail_nomem(op);
	else if (err)
		cpuiso_op_fail(op, err, 0,
		     "the tracepoints cannot be attached; look into the kernel log");
}

/**
 * cpuiso_verbs_unobserve - end what a socket observes
 * @op: the operation; its outcome is filled in
 *
 * Context: the worker.
 */
void cpuiso_verbs_unobserve(struct cpuiso_op *op)
{
	if (!cpuiso_unobserve(op->portid))
		cpuiso_op_fail(op, -ENOENT, 0,
		     "this socket observes nothing; only who observes can end it");
}

/**
 * cpuiso_verbs_reset - begin ledgers anew
 * @op: the operation; its outcome is filled in
 *
 * Context: the worker.
 */
void cpuiso_verbs_reset(struct cpuiso_op *op)
{
	unsigned int cpu;

	for_each_cpu(cpu, op->cpus) {
		if (cpuiso_ledger_exists(cpu))
			continue;
		cpuiso_op_fail(op, -ENOENT, CPUISO_A_ISOLATION_CPUS,
		     "CPU %u is neither isolated nor observed; \"cpuiso stats\" shows those that are",
		     cpu);
		return;
	}
	if (cpuiso_ledger_reset(cpumask_empty(op->cpus) ? cpu_possible_mask :
							  op->cpus))
		cpuiso_op_fail_nomem(op);
}
