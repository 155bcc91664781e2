// SPDX-License-Identifier: GPL-2.0
/*
 * Each change of state as one structured line: fields in the journal where
 * there is one, key=value words through syslog elsewhere. The text is the same.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "escape.h"
#include "fail.h"
#include "log.h"

#define JOURNAL		"/run/systemd/journal/socket"
#define MESSAGE_ID	"MESSAGE_ID=6a1d0c6f0a2e4ad3a7d5a0f1c4b1e27d"
#define MAX_FIELDS	32

static size_t format(char *dst, size_t size, const struct log_field *fields,
		     unsigned int flags)
{
	size_t n = 0;
	char *value;
	int add;

	*dst = '\0';
	for (; fields->key; fields++) {
		if (!fields->value || !*fields->value)
			continue;
		value = escape_dup(fields->value, flags);
		add = snprintf(dst + n, size - n, "%s%s=%s", n ? " " : "",
			       fields->key, value);
		free(value);
		if (add < 0 || (size_t)add >= size - n) {
			dst[n] = '\0';
			break;
		}
		n += add;
	}
	return n;
}

/**
 * log_format() - fields as one line
 * @dst: the line, always terminated
 * @size: size of @dst
 * @fields: the fields, up to one without a key
 *
 * Return: length of the line in @dst.
 */
size_t log_format(char *dst, size_t size, const struct log_field *fields)
{
	return format(dst, size, fields, ESC_BLANK);
}

static char *journal_field(const char *prefix, const char *key, const char *value)
{
	size_t size = strlen(prefix) + strlen(key) + strlen(value) + 2;
	char *text = xcalloc(size, 1), *p;

	snprintf(text, size, "%s%s=%s", prefix, key, value);
	for (p = text; *p != '='; p++)
		*p = toupper((unsigned char)*p);
	return text;
}

static int to_journal(int priority, const char *line, const struct log_field *fields)
{
	char *text[MAX_FIELDS], number[8];
	struct iovec iov[MAX_FIELDS];
	size_t n = 0, i;
	int err;

	snprintf(number, sizeof(number), "%d", priority);
	text[n++] = journal_field("", "MESSAGE", line);
	text[n++] = journal_field("", "PRIORITY", number);
	text[n++] = journal_field("", "SYSLOG_IDENTIFIER", "cpuiso");
	text[n++] = xstrdup(MESSAGE_ID);
	for (; fields->key && n < MAX_FIELDS; fields++)
		if (fields->value && *fields->value)
			text[n++] = journal_field("CPUISO_", fields->key, fields->value);
	for (i = 0; i < n; i++)
		iov[i] = (struct iovec){ text[i], strlen(text[i]) };
	err = sd_journal_sendv(iov, n);
	for (i = 0; i < n; i++)
		free(text[i]);
	return err;
}

/**
 * log_report() - log what is so, to the journal where there is one or to stderr
 * @priority: LOG_*
 * @fields: what is so, up to a field without a key; names went through escape()
 */
void log_report(int priority, const struct log_field *fields)
{
	char line[1800];

	format(line, sizeof(line), fields, ESC_BLANK | ESC_ONCE);
	if (access(JOURNAL, F_OK) || to_journal(priority, line, fields) < 0)
		fprintf(stderr, "%s\n", line);
}

/**
 * log_change() - log a change of state
 * @good: it was done and nothing is to be looked after
 * @fields: what happened, up to a field without a key
 */
void log_change(bool good, const struct log_field *fields)
{
	int priority = good ? LOG_NOTICE : LOG_WARNING;
	char line[1800];

	log_format(line, sizeof(line), fields);
	if (!access(JOURNAL, F_OK) && to_journal(priority, line, fields) >= 0)
		return;
	openlog("cpuiso", LOG_PID, LOG_DAEMON);
	syslog(priority, "%s", line);
	closelog();
}
