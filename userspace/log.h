/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_LOG_H
#define CPUISO_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* One field of the line; a value that is NULL or empty is left out. */
struct log_field {
	const char *key;	/* lower case; CPUISO_KEY= in the journal */
	const char *value;
};

size_t log_format(char *dst, size_t size, const struct log_field *fields);
void log_report(int priority, const struct log_field *fields);
void log_change(bool good, const struct log_field *fields);

#endif
