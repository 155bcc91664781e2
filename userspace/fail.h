/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_FAIL_H
#define CPUISO_FAIL_H

#include <stddef.h>

#include "alloc.h"

/* The exit codes of every command; tests and scripts build on them. */
enum {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,	/* by the kernel or by the state */
	EXIT_USAGE = 2,
	EXIT_MODULE = 3,	/* not loaded, or of another version */
	EXIT_CHANGED = 4,	/* done, but something was changed since */
};

int fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void fail_into(char *text, size_t size);
_Noreturn void die(int code, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
