// SPDX-License-Identifier: GPL-2.0
/*
 * The three things that commands do with the module: change and wait until it
 * is done, read all objects of a kind, take events.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <sys/socket.h>
#include <unistd.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "fail.h"
#include "names.h"
#include "nl_core.h"
#include "opts.h"
#include "ask.h"
#include "duration.h"
#include "signals.h"
#include "sysfs.h"

#define DUMP_TRIES	8
#define EVENT_BUFFER	(4 * 1024 * 1024)

/*
 * The module says that it goes before it undoes. What it set has to be undone
 * before what was there first: masks that are kept while a partition ends would
 * else be those of the isolation. It never hangs, but whoever waited for one that
 * does all the same would never come to it.
 */
#define PATIENCE_MS	30000

/**
 * conn_change() - ask for a change and wait until it is done
 * @c: the connection
 * @cmd: CPUISO_CMD_APPLY, REVERT, PIN or UNPIN
 * @req: what to change
 * @done: how it ended
 *
 * A signal ends the waiting but not what the module does.
 *
 * Return: 0, or the exit code after saying why; @done->err is then the errno,
 * 0 if it is not known how it ended, and @done->sig the signal.
 */
int conn_change(struct conn *c, int cmd, const struct request *req,
	      struct done *done)
{
	const char *what = name_of(&cmd_names, cmd), *opt;
	sigset_t outside;
	int code, err = 0;

	memset(done, 0, sizeof(*done));
	c->done = done;
	code = conn_send_request(c, cmd, NLM_F_ACK, req);
	if (code)
		return code;
	signals_catch(&outside);
	/* done-ntf may overtake the acknowledgement; either order is fine. */
	while (!c->is_done && !c->refusal.err && !c->bad && !c->gone && !err)
		err = conn_pump(c, &outside);
	signals_release(&outside);
	c->done = NULL;
	if (c->refusal.err) {
		done->err = c->refusal.err;
		return conn_refused(c, what);
	}
	if (!c->is_done && err == -EINTR) {
		done->sig = signals_caught();
		return fail(EXIT_REFUSED, "no longer waiting for the end of %s; the module goes on with it, see \"cpuiso status\"",
			    what);
	}
	if (!c->is_done)
		return conn_broken(c, err);
	if (!done->err)
		return 0;
	opt = opt_of_attr(done->attr);
	return fail(EXIT_REFUSED, "%s (%s%s%s)",
		    done->message[0] ? done->message : "the module could not do it; look into the kernel log",
		    strerror(done->err), opt ? ", " : "", opt ? opt : "");
}

/**
 * conn_dump() - read all objects of one kind
 * @c: the connection
 * @cmd: CPUISO_CMD_*_GET
 * @plan: what an apply would be, or NULL for what is
 * @rows: array of objects for json_object_put(), NULL after a failure
 *
 * A dump that a change fell into is read again, up to eight times; the last
 * one is taken as it is, with a warning.
 *
 * Return: 0, or the exit code after saying why.
 */
int conn_dump(struct conn *c, int cmd, const struct request *plan,
	    json_object **rows)
{
	const char *what = plan ? "the plan" : name_of(&cmd_names, cmd);
	int code, tries;

	*rows = NULL;
	for (tries = 0; tries < DUMP_TRIES; tries++) {
		json_object_put(c->rows);
		c->rows = json_object_new_array();
		code = conn_send_request(c, cmd, NLM_F_DUMP, plan);
		if (!code)
			code = conn_await_answer(c, what);
		if (code)
			return code;
		if (!c->interrupted)
			break;
	}
	if (c->interrupted)
		warn("something changed during each of %d reads; what is shown may be of two moments, try again when it is quieter",
		     DUMP_TRIES);
	*rows = c->rows;
	c->rows = NULL;
	return 0;
}

/* Whether it is known how it ended; nothing is said of a refusal. */
static bool ask_quietly(struct conn *c, int cmd, const struct request *req, struct done *done)
{
	sigset_t outside;
	int code, err = 0;

	memset(done, 0, sizeof(*done));
	c->done = done;
	code = conn_send_request(c, cmd, NLM_F_ACK, req);
	sigprocmask(SIG_SETMASK, NULL, &outside);
	while (!code && !c->is_done && !c->refusal.err && !c->bad && !c->gone && !err)
		err = conn_pump(c, &outside);
	c->done = NULL;
	return c->is_done;
}

/**
 * conn_await_undo() - the module goes; wait until it has undone
 */
void conn_await_undo(void)
{
	int ms;

	for (ms = 0; ms < PATIENCE_MS && sys_exists("/proc/cpuiso"); ms += 10)
		poll(NULL, 0, 10);
}

/**
 * conn_cpusets() - say that cpusets are about to be changed, or have been
 * @c: the connection, for both the same one
 * @cmd: CPUISO_CMD_CPUSETS_BEGIN or END
 *
 * Return: 0 when the module holds the masks, or a positive errno: ENOMEM when it
 * lacked memory, ENOENT when it does not hold them (any more). Where that is because
 * it was unloaded, it has undone.
 */
int conn_cpusets(struct conn *c, int cmd)
{
	struct done done;

	if (ask_quietly(c, cmd, NULL, &done))
		return done.err;
	if (conn_unloaded(c))
		conn_await_undo();
	return c->refusal.err ? c->refusal.err : ENOENT;
}

/**
 * conn_barrier() - wait until the module has done all that it was asked for before
 * @c: the connection
 *
 * A request for what cannot be there waits its turn like any other.
 *
 * Return: 0, or not 0 when it is not known.
 */
int conn_barrier(struct conn *c)
{
	struct request req = { 0 };
	struct done done;

	snprintf(req.name, sizeof(req.name), ",%d,%llx,", getpid(),
		 (unsigned long long)time(NULL));
	return !ask_quietly(c, CPUISO_CMD_REVERT, &req, &done);
}

/**
 * conn_watch_begin() - have events come
 * @c: the connection
 * @fn: called for each event, and when events were lost
 * @arg: for @fn
 * @end: what stands against it
 *
 * Return: false when it cannot be; only NL_END_BROKEN was told.
 */
bool conn_watch_begin(struct conn *c, conn_watch_fn fn, void *arg,
		      enum nl_watch_end *end)
{
	int grp, size = EVENT_BUFFER, err, fd = nl_socket_get_fd(c->sk);
	struct nl_sock *ask;

	/* Its own socket: events must not come between question and answer. */
	ask = nl_socket_alloc();
	if (!ask)
		die(EXIT_REFUSED, "out of memory; free some and try again");
	err = genl_connect(ask);
	grp = err ? err : genl_ctrl_resolve_grp(ask, CPUISO_FAMILY_NAME,
						CPUISO_MCGRP_EVENTS);
	nl_socket_free(ask);
	/* Root may have more than rmem_max; the rest get what there is. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (grp >= 0)
		err = nl_socket_add_membership(c->sk, grp);
	*end = grp == -NLE_OBJ_NOTFOUND ? NL_END_MODULE : NL_END_BROKEN;
	if (*end == NL_END_MODULE)
		return false;
	if (grp < 0 || err) {
		fail(EXIT_REFUSED, "the events cannot be joined (%s); try again as root",
		     nl_geterror(grp < 0 ? grp : err));
		return false;
	}
	c->watch = fn;
	c->watch_arg = arg;
	c->bad = false;
	return true;
}

/**
 * conn_fd() - what to poll for
 * @c: the connection
 */
int conn_fd(struct conn *c)
{
	return nl_socket_get_fd(c->sk);
}

/**
 * conn_take() - take in what came, after poll() told of it
 * @c: the connection, which watches
 *
 * Return: false when nothing more will come.
 */
bool conn_take(struct conn *c)
{
	sigset_t outside;
	int err;

	sigprocmask(SIG_SETMASK, NULL, &outside);
	err = conn_pump(c, &outside);
	if (err == -ENOBUFS)
		c->watch(NL_WATCH_OVERRUN, NULL, c->watch_arg);
	return !c->gone && (!err || err == -EINTR || err == -ENOBUFS);
}

/**
 * conn_gone() - is it because the module was unloaded that nothing more comes
 * @c: the connection
 */
bool conn_gone(const struct conn *c)
{
	return c->gone;
}

/**
 * conn_watch() - take events until something ends it
 * @c: the connection
 * @fn: called for each event, and when events were lost
 * @arg: for @fn
 *
 * Return: what ended it.
 */
enum nl_watch_end conn_watch(struct conn *c, conn_watch_fn fn, void *arg)
{
	enum nl_watch_end end;
	sigset_t outside;
	int err;

	if (!conn_watch_begin(c, fn, arg, &end))
		return end;
	signals_catch(&outside);
	for (;;) {
		err = conn_pump(c, &outside);
		if (err == -ENOBUFS) {
			if (fn(NL_WATCH_OVERRUN, NULL, arg))
				c->watch_over = true;
		} else if (err == -EINTR) {
			end = NL_END_SIGNAL;
			break;
		} else if (err || c->bad) {
			(void)conn_broken(c, err);
			break;
		}
		if (c->watch_over) {
			end = NL_END_CALLER;
			break;
		}
		if (c->gone) {
			end = NL_END_MODULE;
			break;
		}
	}
	signals_release(&outside);
	return end;
}

/**
 * conn_wait() - let time pass, with an eye on the module
 * @c: the connection
 * @fd: something else to wait for, or -1
 * @until: end, as duration_now() tells it; 0 for none
 * @outside: signals while waiting, see signals_catch()
 * @how: what ended it
 *
 * Return: 0, or the exit code after saying why there is no use in waiting.
 */
int conn_wait(struct conn *c, int fd, uint64_t until, const sigset_t *outside,
	      enum nl_wait *how)
{
	struct pollfd pfd[2] = {
		{ .fd = nl_socket_get_fd(c->sk), .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};
	struct timespec left = { 0 };
	uint64_t now;
	int n, err = 0;

	c->bad = false;
	while (!err && !c->gone && !c->bad) {
		now = duration_now();
		*how = NL_WAIT_TIME;
		if (until && now >= until)
			return 0;
		if (until) {
			left.tv_sec = (until - now) / 1000000000;
			left.tv_nsec = (until - now) % 1000000000;
		}
		n = ppoll(pfd, 2, until ? &left : NULL, outside);
		*how = NL_WAIT_SIGNAL;
		if (signals_caught())
			return 0;
		if (n > 0 && pfd[0].revents)
			err = conn_pump(c, outside);
		*how = NL_WAIT_FD;
		/* A terminal that has gone would be readable for ever. */
		if (pfd[1].revents & (POLLHUP | POLLERR | POLLNVAL)) {
			*how = NL_WAIT_SIGNAL;
			return 0;
		}
		/* A terminal that changed its size is a key to whoever reads it. */
		if (pfd[1].revents || (n < 0 && fd >= 0))
			return 0;
	}
	return conn_broken(c, err);
}
