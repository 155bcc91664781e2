/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_RETELL_H
#define CPUISO_RETELL_H

#include <stdbool.h>

struct conn;

bool retell(struct conn *c, bool fresh, unsigned int *told);

#endif
