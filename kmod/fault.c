// SPDX-License-Identifier: GPL-2.0
/*
 * Fault injection of debug builds (make DEBUG=1): the fail_at'th point that is
 * passed after fail_at was written fails as if there were no memory.
 */
#include <linux/atomic.h>
#include <linux/moduleparam.h>
#include "fault.h"

static atomic_t fail_at = ATOMIC_INIT(0);

static int fail_at_set(const char *val, const struct kernel_param *kp)
{
	unsigned int n;
	int err = kstrtouint(val, 0, &n);

	if (!err)
		atomic_set(&fail_at, n);
	return err;
}

static int fail_at_get(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%d\n", atomic_read(&fail_at));
}

static const struct kernel_param_ops fail_at_ops = {
	.set = fail_at_set,
	.get = fail_at_get,
};
module_param_cb(fail_at, &fail_at_ops, NULL, 0600);
MODULE_PARM_DESC(fail_at, "fail at the n-th point from now; 0: none");

/**
 * cpuiso_fault - a point that can be made to fail
 *
 * Return: true when the caller has to act as if its allocation failed.
 */
bool cpuiso_fault(void)
{
	return atomic_read(&fail_at) > 0 && atomic_dec_return(&fail_at) == 0;
}
