// SPDX-License-Identifier: GPL-2.0
/*
 * Memory, or the end: below everything that could say it better.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static _Noreturn void no_memory(void)
{
	fputs("cpuiso: out of memory; free some and try again\n", stderr);
	exit(1);
}

/**
 * xcalloc() - calloc() that does not return without memory
 * @n: number of elements
 * @size: size of each
 *
 * Return: zeroed memory for free().
 */
void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		no_memory();
	return p;
}

/**
 * xrealloc() - reallocarray() that does not return without memory
 * @p: old memory or NULL
 * @n: number of elements
 * @size: size of each
 *
 * Return: memory for free().
 */
void *xrealloc(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (!p)
		no_memory();
	return p;
}

/**
 * xstrdup() - strdup() that does not return without memory
 * @s: string
 *
 * Return: copy for free().
 */
char *xstrdup(const char *s)
{
	char *p = strdup(s);

	if (!p)
		no_memory();
	return p;
}
