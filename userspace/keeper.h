/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_KEEPER_H
#define CPUISO_KEEPER_H

#include <stdbool.h>

struct journal;

bool keeper_start(const struct journal *j);
bool keeper_present(int dir, const struct journal *j);
int keeper_run(const char *name);

#endif
