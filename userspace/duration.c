// SPDX-License-Identifier: GPL-2.0
/* Lengths of time as people write and read them. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "duration.h"
#include "fail.h"

static const struct {
	const char *unit;
	uint64_t ns;
} units[] = {
	{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
	{ "m", 60000000000 }, { "h", 3600000000000 },
};

#define NR_UNITS	(sizeof(units) / sizeof(units[0]))
#define SECOND		1000000000ULL

/* So that no sum of some of them leaves 64 bits. */
#define LONGEST		(366 * 24 * 3600 * SECOND)

/**
 * duration_parse() - read a length of time
 * @option: the option that it is the value of, for the sentence
 * @text: a number, with a unit or in seconds
 * @ns: the result, at least a millisecond
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int duration_parse(const char *option, const char *text, uint64_t *ns)
{
	double n, unit = SECOND;
	char *end;
	size_t i;

	if (!isdigit((unsigned char)*text) && *text != '.')
		goto bad;
	n = strtod(text, &end);
	if (end == text || memchr(text, 'x', end - text) || memchr(text, 'X', end - text))
		goto bad;
	if (*end) {
		for (i = 0; i < NR_UNITS && strcmp(end, units[i].unit); i++)
			;
		if (i == NR_UNITS)
			goto bad;
		unit = units[i].ns;
	}
	n *= unit;
	if (n < 1000000 || n > LONGEST)
		return fail(EXIT_USAGE, "--%s \"%s\" is too %s; give a time from 1ms to a year",
			    option, text, n < 1000000 ? "short" : "long");
	*ns = n;
	return 0;
bad:
	return fail(EXIT_USAGE, "--%s \"%s\" is no time; write it like 10s, 500ms or 2m",
		    option, text);
}

/**
 * duration_format() - write a length of time with three digits or so
 * @dst: the text
 * @size: its size
 * @ns: the time
 */
void duration_format(char *dst, size_t size, uint64_t ns)
{
	size_t i;

	/* Seconds are the largest unit: "90 s" compares better than "1.5 m". */
	for (i = 0; i < 3 && ns >= units[i + 1].ns; i++)
		;
	if (!i || ns >= 100 * units[i].ns)
		snprintf(dst, size, "%llu %s", (unsigned long long)(ns / units[i].ns),
			 units[i].unit);
	else
		snprintf(dst, size, "%.*f %s", ns >= 10 * units[i].ns ? 1 : 2,
			 (double)ns / units[i].ns, units[i].unit);
}

/**
 * duration_now() - a clock to wait by
 *
 * Return: nanoseconds that nobody sets back.
 */
uint64_t duration_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}
