// SPDX-License-Identifier: GPL-2.0
/*
 * A journal and a syslog that are a file, $FAKE_LOG; part of fakekernel.so.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <syslog.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

static FILE *logged(void)
{
	const char *file = getenv("FAKE_LOG");

	return fopen(file ? file : "/dev/null", "a");
}

int sd_journal_sendv(const struct iovec *iov, int n)
{
	FILE *f = logged();
	int i;

	for (i = 0; i < n; i++)
		fprintf(f, "%.*s\n", (int)iov[i].iov_len, (const char *)iov[i].iov_base);
	fclose(f);
	return 0;
}

static void log_line(int priority, const char *fmt, va_list ap)
{
	FILE *f = logged();

	fprintf(f, "<%d> ", priority);
	vfprintf(f, fmt, ap);
	fputc('\n', f);
	fclose(f);
}

void syslog(int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(priority, fmt, ap);
	va_end(ap);
}

/* What syslog() is with _FORTIFY_SOURCE. */
void __syslog_chk(int priority, int flag, const char *fmt, ...);
void __syslog_chk(int priority, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, fmt);
	log_line(priority, fmt, ap);
	va_end(ap);
}
