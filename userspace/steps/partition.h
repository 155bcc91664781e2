/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_STEP_PARTITION_H
#define CPUISO_STEP_PARTITION_H

const char *partition_skipped(void);
const char *partition_refused(void);

#endif
