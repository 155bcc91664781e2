// SPDX-License-Identifier: GPL-2.0
/*
 * The monitor: sleeps until the module has an event, comes or goes, until
 * irqbalance is started, or until it is time to say how things are. It holds
 * nothing of the module but a socket, so rmmod does not care about it.
 *
 * After an event it looks when there has been quiet for a moment: one look for
 * a burst, and no dump under way when "cpuiso revert" is followed by rmmod,
 * which a dump would make fail.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include <cpuiso.h>

#include "duration.h"
#include "fail.h"
#include "irqwatch.h"
#include "isolations.h"
#include "metrics.h"
#include "monitor.h"
#include "names.h"
#include "nl.h"
#include "output.h"
#include "recover.h"
#include "retell.h"
#include "signals.h"
#include "textfile.h"

#define MS		1000000ULL
#define QUIET		(300 * MS)
#define RETRY		(200 * MS)
#define RETRIES		50

/* Of events that may come by the hundred only so many are logged between two looks. */
#define LOG_BURST	50

struct monitor {
	uint64_t interval;
	const char *textfile;
	bool textfile_bad;		/* it was said */
	bool started;
	struct conn *c;			/* NULL while there is no module */
	enum nl_state state;		/* why there is none */
	struct nl_sock *families;
	struct irqwatch irq;
	uint64_t due, quiet, retry;	/* when to look, 0 for not at all */
	unsigned int retries;
	bool tell, fresh;		/* irqbalance, at the next chance */
	unsigned int logged, unlogged;	/* evictions since the last look */
	uint64_t last;			/* sequence number of the last event */
	struct metrics seen;
};

static void soon(uint64_t *when, uint64_t ns)
{
	*when = duration_now() + ns;
}

static bool is_frequent(int type)
{
	return type == CPUISO_EVENT_EVICTED || type == CPUISO_EVENT_INTRUDER;
}

/* Called in the midst of a dump as well. */
static int on_event(enum nl_watch what, json_object *event, void *arg)
{
	struct monitor *m = arg;
	uint64_t seq;
	int type;

	soon(&m->quiet, QUIET);
	if (what == NL_WATCH_OVERRUN)
		return 0;
	seq = get_num(event, "seq");
	if (m->last && seq > m->last + 1)
		m->seen.missed += seq - m->last - 1;
	m->last = seq;
	type = value_of(&event_names, get_str(event, "type"));
	if (type >= 0)
		m->seen.events[type]++;
	if (type == CPUISO_EVENT_APPLIED)
		m->tell = true;
	if (is_frequent(type) && m->logged++ >= LOG_BURST)
		m->unlogged++;
	else
		monitor_log_event(event);
	return 0;
}

static void disconnect(struct monitor *m)
{
	conn_close(m->c);
	m->c = NULL;
}

static const char *version_of(struct monitor *m)
{
	return m->c ? get_str(conn_info(m->c), "module") : NULL;
}

static void say_state(struct monitor *m, enum nl_state was)
{
	if (m->state == was)
		return;
	if (m->state == NL_READY)
		monitor_log("module-loaded", "module", version_of(m));
	else if (m->state == NL_MISMATCH)
		monitor_log("module-of-another-version", "module",
			    get_str(conn_info(m->c), "module"));
	else if (was == NL_READY)
		monitor_log("module-unloaded", NULL, NULL);
}

/* Whether it worked or not: the next chance is when the family comes, or at the next look. */
static void connect_module(struct monitor *m)
{
	enum nl_state was = m->state;
	enum nl_watch_end end;

	m->state = conn_try_open(&m->c);
	if (m->state == NL_READY && !conn_watch_begin(m->c, on_event, m, &end))
		m->state = end == NL_END_MODULE ? NL_ABSENT : NL_BROKEN;
	/* While it goes its files are there a little longer than its family. */
	if (m->state == NL_UNREACHABLE && m->started)
		m->state = NL_ABSENT;
	say_state(m, was);
	if (m->state == NL_READY)
		m->tell = true;
	else
		disconnect(m);
}

static void write_textfile(struct monitor *m)
{
	char *text = metrics_text(&m->seen);
	int err = textfile_write(m->textfile, text);

	free(text);
	if (err && !m->textfile_bad)
		warn("%s cannot be written (%s); look whether its directory is there and has room",
		     m->textfile, strerror(-err));
	m->textfile_bad = err;
}

static void look(struct monitor *m)
{
	json_object *isolations = NULL, *stats = NULL;
	char n[24];

	m->quiet = 0;
	soon(&m->due, m->interval);
	recover();
	if (!m->c)
		connect_module(m);
	if (m->c && (isolation_list(m->c, &isolations) ||
		     conn_dump(m->c, CPUISO_CMD_STAT_GET, NULL, &stats))) {
		json_object_put(isolations);
		isolations = NULL;
		disconnect(m);
		connect_module(m);
		soon(&m->quiet, QUIET);
	}
	if (m->unlogged) {
		snprintf(n, sizeof(n), "%u", m->unlogged);
		monitor_log("more-evictions", "count", n);
	}
	m->logged = m->unlogged = 0;
	if (stats || !m->c)
		monitor_log_status(stats ? version_of(m) : NULL, isolations, stats);
	if (m->textfile) {
		m->seen.module = version_of(m);
		m->seen.isolations = isolations;
		m->seen.stats = stats;
		write_textfile(m);
	}
	json_object_put(isolations);
	json_object_put(stats);
}

static void tell_irqbalance(struct monitor *m)
{
	unsigned int told = 0;
	bool again;

	m->tell = false;
	m->retry = 0;
	again = m->c && retell(m->c, m->fresh, &told);
	m->seen.told += told;
	if (again && m->retries) {
		m->retries--;
		soon(&m->retry, RETRY);
	} else {
		m->fresh = false;
	}
}

static uint64_t earliest(const struct monitor *m)
{
	const uint64_t when[] = { m->quiet, m->retry };
	uint64_t first = m->due;
	size_t i;

	for (i = 0; i < 2; i++)
		if (when[i] && when[i] < first)
			first = when[i];
	return first;
}

static bool is_past(uint64_t when)
{
	return when && duration_now() >= when;
}

static void take(struct monitor *m, const struct pollfd *pfd)
{
	if (pfd[0].revents && m->c && !conn_take(m->c)) {
		if (conn_gone(m->c)) {
			monitor_log("module-unloaded", NULL, NULL);
			m->state = NL_ABSENT;
			m->last = 0;
		}
		disconnect(m);
		connect_module(m);
		soon(&m->quiet, QUIET);
	}
	if (pfd[1].revents && family_came(m->families) && !m->c) {
		connect_module(m);
		soon(&m->quiet, QUIET);
	}
	if (pfd[2].revents && irqwatch_take(&m->irq)) {
		m->tell = m->fresh = true;
		m->retries = RETRIES;
	}
}

static void sleep_on(struct monitor *m, const sigset_t *outside)
{
	struct pollfd pfd[3] = {
		{ .fd = m->c ? conn_fd(m->c) : -1, .events = POLLIN },
		{ .fd = m->families ? family_fd(m->families) : -1, .events = POLLIN },
		{ .fd = m->irq.fd, .events = POLLIN },
	};
	uint64_t now = duration_now(), until = earliest(m);
	struct timespec left = { 0 };

	if (until > now) {
		left.tv_sec = (until - now) / (1000 * MS);
		left.tv_nsec = (until - now) % (1000 * MS);
	}
	if (ppoll(pfd, 3, &left, outside) > 0)
		take(m, pfd);
}

/**
 * monitor_run() - watch until a signal ends it
 * @interval: nanoseconds between two looks, at most
 * @textfile: where the metrics go, or NULL
 *
 * Return: the exit code.
 */
int monitor_run(uint64_t interval, const char *textfile)
{
	struct monitor m = {
		.interval = interval, .textfile = textfile, .state = NL_ABSENT, .tell = true,
	};
	sigset_t outside;
	int code = 0;

	/* Before the first look, so that nothing comes in between. */
	m.families = family_watch();
	if (!irqwatch_open(&m.irq))
		warn("/run cannot be watched (%s), so an irqbalance that is started later is not told; see fs.inotify.max_user_instances",
		     strerror(errno));
	signals_catch(&outside);
	connect_module(&m);
	if (m.state == NL_UNREACHABLE)
		code = conn_state_fail(NULL, m.state);
	m.started = true;
	if (!code) {
		look(&m);
		sd_notify(0, "READY=1");
	}
	while (!code && !signals_caught()) {
		if (m.tell || is_past(m.retry))
			tell_irqbalance(&m);
		if (is_past(m.due) || is_past(m.quiet))
			look(&m);
		sleep_on(&m, &outside);
	}
	if (textfile && !code)
		textfile_remove(textfile);
	signals_release(&outside);
	disconnect(&m);
	family_unwatch(m.families);
	irqwatch_close(&m.irq);
	return code;
}
