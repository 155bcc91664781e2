// SPDX-License-Identifier: GPL-2.0
/*
 * The one way for a sentence to reach the user on stderr. What it quotes may
 * come from the kernel (a comm, an extack sentence) or from the command line,
 * so all of it passes the escape function.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "fail.h"

/* Where sentences go while the screen is somebody's; NULL for stderr. */
static char *kept;
static size_t kept_size;

/**
 * fail_into() - keep sentences instead of printing them
 * @text: where to, the last one counts; NULL to print them again
 * @size: its size
 */
void fail_into(char *text, size_t size)
{
	kept = text;
	kept_size = size;
}

static void __attribute__((format(printf, 1, 0))) say(const char *fmt, va_list ap)
{
	char raw[4096], clean[4 * sizeof(raw)];

	if (vsnprintf(raw, sizeof(raw), fmt, ap) < 0)
		return;
	escape(clean, sizeof(clean), raw, ESC_UTF8 | ESC_ONCE);
	if (kept) {
		snprintf(kept, kept_size, "%.*s", (int)kept_size - 1, clean);
		return;
	}
	/* Order with what was already printed, for who reads both as one. */
	fflush(stdout);
	/* Nothing can be told if stderr itself is broken. */
	fprintf(stderr, "cpuiso: %s\n", clean);
}

/**
 * fail() - tell why a command ends
 * @code: exit code of the command
 * @fmt: one plain sentence that says what to do next
 *
 * Return: @code, so that a command can ``return fail(...)``.
 */
int fail(int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return code;
}

/**
 * warn() - tell something that does not end the command
 * @fmt: one plain sentence
 */
void warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

/**
 * die() - tell why and leave at once, where no caller could go on
 * @code: exit code
 * @fmt: one plain sentence
 */
_Noreturn void die(int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	exit(code);
}
