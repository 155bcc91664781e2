/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_RECOVER_H
#define CPUISO_RECOVER_H

void recover(void);

#endif
