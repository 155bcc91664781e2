/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_ESCAPE_H
#define CPUISO_ESCAPE_H

#include <stddef.h>

enum {
	ESC_BLANK = 1,	/* blanks too, for fields of a table */
	ESC_UTF8 = 2,	/* let well-formed, printable UTF-8 through */
	ESC_ONCE = 4,	/* backslashes are from an earlier escape() */
};

size_t escape(char *dst, size_t size, const char *src, unsigned int flags);
char *escape_dup(const char *src, unsigned int flags);

#endif
