/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_LIST_H
#define CPUISO_LIST_H

struct args;
struct column;

int list_run(const struct args *args, int cmd, const char *key,
	     const struct column *columns);

#endif
