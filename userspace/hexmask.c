// SPDX-License-Identifier: GPL-2.0
/* Masks of CPUs as the kernel writes them in hexadecimal: groups of 32 bits, the highest first. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "hexmask.h"

/**
 * hexmask_parse() - read a mask
 * @text: digits in groups of at most eight, separated by commas
 * @out: the set
 *
 * Return: false when it is none.
 */
bool hexmask_parse(const char *text, struct cpuset *out)
{
	size_t len = strlen(text);
	unsigned int cpu = 0, digits = 0, i;
	int value;

	cpuset_clear(out);
	if (!len)
		return false;
	while (len--) {
		if (text[len] == ',') {
			if (!digits || !len)
				return false;
			cpu += 32 - 4 * digits;
			digits = 0;
			continue;
		}
		if (!isxdigit((unsigned char)text[len]) || digits == 8)
			return false;
		value = text[len] <= '9' ? text[len] - '0' : (text[len] | 32) - 'a' + 10;
		for (i = 0; i < 4; i++) {
			if (!(value & 1 << i))
				continue;
			if (cpu + i >= CPULIST_MAX)
				return false;
			cpuset_add(out, cpu + i);
		}
		cpu += 4;
		digits++;
	}
	return true;
}

/**
 * hexmask_format() - write a mask
 * @dst: the text
 * @size: its size, of at least 9 bytes for each 32 CPUs
 * @s: the set
 */
void hexmask_format(char *dst, size_t size, const struct cpuset *s)
{
	int cpu, top = 0, group, i;
	unsigned int word;
	size_t n = 0;

	for (cpu = -1; (cpu = cpuset_next(s, cpu)) >= 0; )
		top = cpu / 32;
	*dst = '\0';
	for (group = top; group >= 0 && n < size; group--) {
		for (word = 0, i = 0; i < 32; i++)
			word |= (unsigned int)cpuset_has(s, group * 32 + i) << i;
		n += snprintf(dst + n, size - n, group == top ? "%x" : ",%08x", word);
	}
}
