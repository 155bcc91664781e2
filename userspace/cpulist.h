/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_CPULIST_H
#define CPUISO_CPULIST_H

#include <stdbool.h>
#include <stddef.h>

/* The largest NR_CPUS of any architecture's Kconfig. */
#define CPULIST_MAX	8192

struct cpuset {
	unsigned char bit[CPULIST_MAX / 8];
};

void cpuset_clear(struct cpuset *s);
void cpuset_add(struct cpuset *s, unsigned int cpu);
void cpuset_del(struct cpuset *s, unsigned int cpu);
bool cpuset_has(const struct cpuset *s, unsigned int cpu);
bool cpuset_empty(const struct cpuset *s);
bool cpuset_subset(const struct cpuset *a, const struct cpuset *b);
int cpuset_next(const struct cpuset *s, int cpu);
void cpuset_minus(struct cpuset *s, const struct cpuset *b);

const char *cpulist_parse(const char *text, unsigned int nr, struct cpuset *out);
size_t cpulist_format(char *dst, size_t size, const struct cpuset *s);

#endif
