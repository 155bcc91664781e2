// SPDX-License-Identifier: GPL-2.0
/*
 * One operation, from its request to its outcome.
 */
#include <linux/skbuff.h>
#include <linux/slab.h>
#include "isolation.h"
#include "op.h"
#include "owner.h"
#include "rules.h"

/**
 * cpuiso_op_new - an operation, to be filled in and queued
 * @verb: which
 * @name: of the isolation, or ""
 *
 * Return: the operation or NULL when there is no memory.
 */
struct cpuiso_op *cpuiso_op_new(u8 verb, const char *name)
{
	struct cpuiso_op *op = kzalloc(sizeof(*op), GFP_KERNEL);

	if (!op)
		return NULL;
	if (!zalloc_cpumask_var(&op->cpus, GFP_KERNEL)) {
		kfree(op);
		return NULL;
	}
	INIT_LIST_HEAD(&op->node);
	INIT_LIST_HEAD(&op->rules);
	op->verb = verb;
	op->kcov = kcov_common_handle();
	strscpy(op->name, name, sizeof(op->name));
	return op;
}

/**
 * cpuiso_op_free - free an operation, with what was not taken over
 * @op: not queued (any more)
 */
void cpuiso_op_free(struct cpuiso_op *op)
{
	cpuiso_rule_list_free(&op->rules);
	cpuiso_isolation_free(op->iso);
	cpuiso_owner_free(op->owner);
	free_cpumask_var(op->cpus);
	kfree_skb(op->reply);
	kfree(op);
}

/**
 * cpuiso_op_fail - the operation cannot be carried out
 * @op: the operation
 * @err: negative errno
 * @attr: the attribute at fault, or 0
 * @fmt: format of the sentence that says why and what to do
 *
 * Return: @err.
 */
int cpuiso_op_fail(struct cpuiso_op *op, int err, unsigned int attr,
		   const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(op->message, sizeof(op->message), fmt, args);
	va_end(args);
	op->attr = attr;
	op->err = err;
	return err;
}

/**
 * cpuiso_op_fail_nomem - the operation cannot be carried out for want of memory
 * @op: the operation
 *
 * Return: -ENOMEM.
 */
int cpuiso_op_fail_nomem(struct cpuiso_op *op)
{
	return cpuiso_op_fail(op, -ENOMEM, 0,
			      "there was not enough memory for the records; free some and try again");
}
