/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_APART_H
#define CPUISO_APART_H

#include <linux/cpumask.h>

int cpuiso_apart_init(void (*wake)(void));
void cpuiso_apart_exit(void);

bool cpuiso_apart_answer(const struct cpumask *cpus, unsigned int *silent);
int cpuiso_apart_write(const char *path, const char *text);
bool cpuiso_apart_writing(void);
bool cpuiso_apart_news(void);
void cpuiso_apart_wait(void);

#endif
