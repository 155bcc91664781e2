/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_WORKER_H
#define CPUISO_WORKER_H

#include "op.h"

int cpuiso_worker_init(void);
void cpuiso_worker_exit(void);
void cpuiso_worker_close(void);
void cpuiso_worker_flush(void);
void cpuiso_worker_revert(void);
int cpuiso_worker_queue(struct cpuiso_op *op);
void cpuiso_worker_wake(void);
void cpuiso_worker_noted(void);
int cpuiso_worker_call(int (*fn)(void));

#endif
