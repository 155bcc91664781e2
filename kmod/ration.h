/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_RATION_H
#define CPUISO_RATION_H

unsigned long cpuiso_ration_rest(void);
void cpuiso_ration_skip(void);

#endif
