/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_OP_H
#define CPUISO_OP_H

#include <linux/kcov.h>

#include "types.h"

/**
 * struct cpuiso_op - one operation, from its request to its outcome
 * @node: in the worker's queue
 * @verb: CPUISO_CMD_APPLY, _REVERT, _PIN, _UNPIN, _OBSERVE, _UNOBSERVE or
 *	_RESET
 * @name: of the isolation; "" for all, with CPUISO_CMD_REVERT
 * @iso: with CPUISO_CMD_APPLY, the isolation, complete but for its rules;
 *	NULL when it was taken over
 * @cpus: with CPUISO_CMD_OBSERVE and _RESET, which; empty for all, to reset
 * @owner: with CPUISO_CMD_OBSERVE, the socket; NULL when it was taken over
 * @rules: the rules, unless they were taken over
 * @portid: whom to tell
 * @seq: under which sequence number
 * @kcov: whose coverage it counts as, on a kernel that has KCOV; from 7.3 on
 *	not a number
 * @reply: room for the message that tells of the outcome, until it is sent
 * @err: outcome: 0 or a negative errno
 * @message: outcome: when @err, one sentence
 * @attr: outcome: when @err, the attribute at fault, or 0
 * @outcome: outcome: of what was undone
 * @done: told of the outcome, in the worker; frees nothing
 */
struct cpuiso_op {
	struct list_head node;
	u8 verb;
	char name[CPUISO_NAME_LEN + 1];
	struct cpuiso_isolation *iso;
	cpumask_var_t cpus;
	struct cpuiso_owner *owner;
	struct list_head rules;
	u32 portid;
	u32 seq;
	typeof(kcov_common_handle()) kcov;
	struct sk_buff *reply;
	int err;
	char message[CPUISO_MESSAGE_LEN + 1];
	unsigned int attr;
	struct cpuiso_outcome outcome;
	void (*done)(struct cpuiso_op *op);
};

struct cpuiso_op *cpuiso_op_new(u8 verb, const char *name);
void cpuiso_op_free(struct cpuiso_op *op);
__printf(4, 5) int cpuiso_op_fail(struct cpuiso_op *op, int err,
				  unsigned int attr, const char *fmt, ...);
int cpuiso_op_fail_nomem(struct cpuiso_op *op);

#endif
