/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_FAULT_H
#define CPUISO_FAULT_H

#include <linux/types.h>

#ifdef CPUISO_DEBUG
bool cpuiso_fault(void);
#else
static inline bool cpuiso_fault(void)
{
	return false;
}
#endif

#endif
