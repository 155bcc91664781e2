// SPDX-License-Identifier: GPL-2.0
/* A stretch of time, and what the ledgers say of it. */
#include <signal.h>

#include <cpuiso.h>

#include "duration.h"
#include "fail.h"
#include "nl.h"
#include "output.h"
#include "signals.h"
#include "stats.h"
#include "window.h"

/**
 * window_observe() - have ledgers of CPUs for as long as the connection is open
 * @c: the connection
 * @req: with the CPUs, isolated or not
 *
 * Return: 0, or the exit code after saying why not.
 */
int window_observe(struct conn *c, const struct request *req)
{
	struct done done;

	return conn_change(c, CPUISO_CMD_OBSERVE, req, &done);
}

/**
 * window_run() - let time pass, and read what it brought
 * @c: the connection
 * @cpus: which CPUs
 * @ns: how long, 0 until there is a signal
 * @ready: what to say once it has begun, or NULL
 * @rows: the ledgers of that time, for json_object_put(); NULL after a failure
 * @sig: the signal that ended it early, or 0
 *
 * Return: 0, or the exit code after saying why.
 */
int window_run(struct conn *c, const struct cpuset *cpus, uint64_t ns,
	       const char *ready, json_object **rows, int *sig)
{
	json_object *before, *after;
	enum nl_wait how;
	sigset_t outside;
	int code;

	*rows = NULL;
	*sig = 0;
	code = stats_read(c, cpus, &before);
	if (code)
		return code;
	signals_catch(&outside);
	if (ready)
		warn("%s", ready);
	code = conn_wait(c, -1, ns ? duration_now() + ns : 0, &outside, &how);
	*sig = signals_caught();
	signals_release(&outside);
	signals_forget();
	if (!code)
		code = stats_read(c, cpus, &after);
	if (!code) {
		*rows = stats_since(after, before);
		json_object_put(after);
	}
	json_object_put(before);
	return code;
}
