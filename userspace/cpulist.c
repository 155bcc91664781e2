// SPDX-License-Identifier: GPL-2.0
/*
 * CPU lists in the kernel's syntax (lib/bitmap.c, bitmap_parselist()):
 * 3 | 1-3 | 1-7:2/4 (of each group of four the first two) | all | N (the last
 * CPU), separated by commas. Stricter than the kernel in one thing: an empty
 * item or a blank is a typing mistake here.
 */
#include <stdio.h>
#include <string.h>

#include "cpulist.h"

/**
 * cpuset_clear() - make a set empty
 * @s: the set
 */
void cpuset_clear(struct cpuset *s)
{
	memset(s, 0, sizeof(*s));
}

/**
 * cpuset_add() - add a CPU
 * @s: the set
 * @cpu: CPU number below CPULIST_MAX
 */
void cpuset_add(struct cpuset *s, unsigned int cpu)
{
	s->bit[cpu / 8] |= 1u << cpu % 8;
}

/**
 * cpuset_del() - take a CPU out
 * @s: the set
 * @cpu: CPU number below CPULIST_MAX
 */
void cpuset_del(struct cpuset *s, unsigned int cpu)
{
	s->bit[cpu / 8] &= ~(1u << cpu % 8);
}

/**
 * cpuset_has() - is a CPU in the set
 * @s: the set
 * @cpu: CPU number
 */
bool cpuset_has(const struct cpuset *s, unsigned int cpu)
{
	return cpu < CPULIST_MAX && s->bit[cpu / 8] >> cpu % 8 & 1;
}

/**
 * cpuset_empty() - is the set empty
 * @s: the set
 */
bool cpuset_empty(const struct cpuset *s)
{
	return cpuset_next(s, -1) < 0;
}

/**
 * cpuset_subset() - is every CPU of one set in another
 * @a: the smaller set
 * @b: the larger set
 */
bool cpuset_subset(const struct cpuset *a, const struct cpuset *b)
{
	size_t i;

	for (i = 0; i < sizeof(a->bit); i++)
		if (a->bit[i] & ~b->bit[i])
			return false;
	return true;
}

/**
 * cpuset_next() - walk a set
 * @s: the set
 * @cpu: the CPU before, -1 to begin
 *
 * Return: the next CPU, or -1.
 */
int cpuset_next(const struct cpuset *s, int cpu)
{
	for (cpu++; cpu < CPULIST_MAX; cpu++)
		if (cpuset_has(s, cpu))
			return cpu;
	return -1;
}

/**
 * cpuset_minus() - take the CPUs of one set out of another
 * @s: the set that is changed
 * @b: what to take out
 */
void cpuset_minus(struct cpuset *s, const struct cpuset *b)
{
	size_t i;

	for (i = 0; i < sizeof(s->bit); i++)
		s->bit[i] &= ~b->bit[i];
}

static const char *number(const char **p, unsigned int nr, unsigned long *out)
{
	const char *s = *p;
	unsigned long n = 0;

	if (*s == 'N') {
		*out = nr - 1;
		*p = s + 1;
		return NULL;
	}
	if (*s < '0' || *s > '9')
		return "is not a CPU list; write it like 1-3,5";
	for (; *s >= '0' && *s <= '9'; s++)
		if (n < 100000000)
			n = n * 10 + (*s - '0');
	*out = n;
	*p = s;
	return NULL;
}

static const char *region(const char **p, unsigned int nr, struct cpuset *out)
{
	unsigned long first = 0, last = nr - 1, used, group, cpu;
	const char *why;

	if (!strncmp(*p, "all", 3)) {
		*p += 3;
	} else {
		why = number(p, nr, &first);
		if (why)
			return why;
		last = first;
		if (**p != '-')
			goto plain;
		(*p)++;
		why = number(p, nr, &last);
		if (why)
			return why;
	}
	if (**p != ':')
		goto plain;
	(*p)++;
	why = number(p, nr, &used);
	if (why)
		return why;
	if (**p != '/')
		return "lacks the group size; write it like 1-7:2/4";
	(*p)++;
	why = number(p, nr, &group);
	if (why)
		return why;
	if (!group || used > group)
		return "has a group that does not fit; write it like 1-7:2/4";
	goto set;
plain:
	used = group = 1;
set:
	if (first > last)
		return "has a range that runs backwards; write the lower CPU first";
	if (last >= nr)
		return "names a CPU that this machine can never have; see /sys/devices/system/cpu/possible";
	for (cpu = first; cpu <= last; cpu++)
		if ((cpu - first) % group < used)
			cpuset_add(out, cpu);
	return NULL;
}

/**
 * cpulist_parse() - read a CPU list
 * @text: the list
 * @nr: CPUs are below this number, which is 1 to CPULIST_MAX
 * @out: the set; what it holds after a refusal is undefined
 *
 * Return: NULL, or how to go on after "the CPU list TEXT ...".
 */
const char *cpulist_parse(const char *text, unsigned int nr, struct cpuset *out)
{
	const char *why;

	cpuset_clear(out);
	if (!*text)
		return "is empty; name at least one CPU";
	for (;;) {
		why = region(&text, nr, out);
		if (why)
			return why;
		if (!*text)
			break;
		if (*text != ',')
			return "is not a CPU list; write it like 1-3,5";
		text++;
	}
	if (cpuset_empty(out))
		return "is empty; name at least one CPU";
	return NULL;
}

/**
 * cpulist_format() - write a set as the kernel does
 * @dst: destination, always terminated
 * @size: size of @dst
 * @s: the set
 *
 * Return: the length the whole list has, @size or more if it was cut.
 */
size_t cpulist_format(char *dst, size_t size, const struct cpuset *s)
{
	size_t n = 0;
	int cpu, end;

	if (size)
		*dst = '\0';
	for (cpu = cpuset_next(s, -1); cpu >= 0; cpu = cpuset_next(s, end)) {
		for (end = cpu; cpuset_has(s, end + 1); end++)
			;
		n += snprintf(n < size ? dst + n : NULL, n < size ? size - n : 0,
			      end > cpu ? "%s%d-%d" : "%s%d", n ? "," : "", cpu, end);
	}
	return n;
}
