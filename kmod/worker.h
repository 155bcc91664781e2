/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_WORKER_H
#define CPUISO_WORKER_H

#include "verbs.h"

struct cpuiso_op *cpuiso_op_new(u8 verb, const char *name);
void cpuiso_op_free(struct cpuiso_op *op);

int cpuiso_worker_init(void);
void cpuiso_worker_exit(void);
void cpuiso_worker_close(void);
void cpuiso_worker_flush(void);
void cpuiso_worker_revert(void);
int cpuiso_worker_queue(struct cpuiso_op *op);
void cpuiso_worker_wake(void);
int cpuiso_worker_call(int (*fn)(void));

#endif
