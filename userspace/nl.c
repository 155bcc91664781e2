// SPDX-License-Identifier: GPL-2.0
/*
 * The transport's core: one request and what comes back. nl_conn.c opens and
 * closes, nl_ops.c holds the operations; nothing outside these three knows a
 * socket, a sequence number or a callback.
 *
 * One socket per command. It does not block: every wait is a ppoll() in
 * which SIGINT and SIGTERM are let in, because libnl itself starts over on
 * EINTR. It also joins the controller's "notify" group, which tells when the
 * family goes while an answer is awaited.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "ask.h"
#include "fail.h"
#include "names.h"
#include "nl_core.h"
#include "opts.h"
#include "signals.h"
#include "sysfs.h"

static int on_seq(struct nl_msg *msg, void *arg)
{
	/* Notifications come between answers; on_valid() tells them apart. */
	(void)msg;
	(void)arg;
	return NL_OK;
}

static void on_family(struct conn *c, struct nlmsghdr *nlh)
{
	struct nlattr *tb[CTRL_ATTR_MAX + 1];

	if (!genlmsg_valid_hdr(nlh, 0) ||
	    genlmsg_hdr(nlh)->cmd != CTRL_CMD_DELFAMILY ||
	    genlmsg_parse(nlh, 0, tb, CTRL_ATTR_MAX, NULL))
		return;
	if (tb[CTRL_ATTR_FAMILY_ID] &&
	    nla_len(tb[CTRL_ATTR_FAMILY_ID]) >= (int)sizeof(uint16_t) &&
	    nla_get_u16(tb[CTRL_ATTR_FAMILY_ID]) == c->family)
		c->gone = true;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct conn *c = arg;
	json_object *obj;

	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		on_family(c, nlh);
		return NL_OK;
	}
	if (nlh->nlmsg_type != c->family || !genlmsg_valid_hdr(nlh, 0))
		return NL_OK;
	if (genlmsg_hdr(nlh)->cmd == CPUISO_CMD_EVENT_NTF) {
		if (!c->watch)
			return NL_OK;
		obj = decode_message(nlh, CPUISO_CMD_EVENT_NTF);
		if (!obj)
			c->bad = true;
		else if (c->watch(NL_WATCH_EVENT, obj, c->watch_arg))
			c->watch_over = true;
		json_object_put(obj);
		return NL_OK;
	}
	if (nlh->nlmsg_seq != c->seq)
		return NL_OK;
	if (c->done && genlmsg_hdr(nlh)->cmd == CPUISO_CMD_DONE_NTF) {
		if (decode_done(nlh, c->done))
			c->is_done = true;
		else
			c->bad = true;
		return NL_OK;
	}
	obj = decode_message(nlh, c->cmd);
	if (!obj)
		c->bad = true;
	else if (!c->rows)
		json_object_put(obj);
	else if (json_object_array_add(c->rows, obj))
		die(EXIT_REFUSED, "out of memory; free some and try again");
	return NL_OK;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct conn *c = arg;

	if (nlmsg_hdr(msg)->nlmsg_seq == c->seq)
		c->answered = true;
	return NL_OK;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	struct conn *c = arg;

	if (nlmsg_hdr(msg)->nlmsg_seq != c->seq)
		return NL_OK;
	decode_refusal(nlmsg_hdr(msg), nlmsg_hdr(c->sent), c->plan, &c->refusal);
	c->answered = true;
	return NL_OK;
}

static int on_intr(struct nl_msg *msg, void *arg)
{
	struct conn *c = arg;

	if (nlmsg_hdr(msg)->nlmsg_seq == c->seq)
		c->interrupted = true;
	return NL_OK;
}

static int on_error(struct sockaddr_nl *who, struct nlmsgerr *e, void *arg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)((char *)e - NLMSG_HDRLEN);
	struct conn *c = arg;

	(void)who;
	if (nlh->nlmsg_seq != c->seq || !c->sent)
		return NL_OK;
	decode_refusal(nlh, nlmsg_hdr(c->sent), c->plan, &c->refusal);
	c->answered = true;
	return NL_SKIP;
}

/**
 * conn_pump() - wait for something and take it in
 * @c: the connection
 * @outside: signals while waiting; NULL when none ends it
 *
 * Return: 0, -EINTR after a caught signal, -ENOBUFS when messages were lost,
 * or another negative errno.
 */
int conn_pump(struct conn *c, const sigset_t *outside)
{
	struct pollfd pfd = { .fd = nl_socket_get_fd(c->sk), .events = POLLIN };
	int err;

	if (ppoll(&pfd, 1, NULL, outside) < 0 && errno != EINTR)
		return -errno;
	if (outside && signals_caught())
		return -EINTR;
	errno = 0;
	err = nl_recvmsgs(c->sk, c->cb);
	if (err >= 0 || err == -NLE_AGAIN)
		return 0;
	/* libnl has one code for ENOBUFS and ENOMEM; both lost messages. */
	if (err == -NLE_NOMEM)
		return -ENOBUFS;
	return errno ? -errno : -EBADMSG;
}

/**
 * conn_send_request() - begin a request
 * @c: the connection
 * @cmd: CPUISO_CMD_*
 * @flags: NLM_F_*
 * @req: an isolation, or NULL
 *
 * Return: 0, or the exit code after saying why.
 */
int conn_send_request(struct conn *c, int cmd, int flags,
			const struct request *req)
{
	int err;

	nlmsg_free(c->sent);
	c->sent = nlmsg_alloc_size(NL_MSG_SIZE);
	if (!c->sent || !genlmsg_put(c->sent, NL_AUTO_PORT, NL_AUTO_SEQ, c->family, 0,
				     flags, cmd, CPUISO_FAMILY_VERSION))
		die(EXIT_REFUSED, "out of memory; free some and try again");
	c->plan = req && flags & NLM_F_DUMP;
	if (req && request_put(c->sent, req, cmd))
		return fail(EXIT_USAGE, "there are too many or too long options for one request; use fewer");
	c->cmd = cmd;
	c->answered = c->interrupted = c->bad = c->is_done = false;
	memset(&c->refusal, 0, sizeof(c->refusal));
	nl_complete_msg(c->sk, c->sent);
	c->seq = nlmsg_hdr(c->sent)->nlmsg_seq;
	err = nl_send(c->sk, c->sent);
	if (err < 0)
		return fail(EXIT_REFUSED, "the request could not be sent (%s); try again",
			    nl_geterror(err));
	return 0;
}

/**
 * conn_unloaded() - was there no module any more to answer the last request?
 * @c: the connection
 */
bool conn_unloaded(const struct conn *c)
{
	return c->gone || (c->refusal.err == ENOENT && !c->refusal.message[0]);
}

/**
 * conn_refused() - tell why the kernel refused: its sentence first, then errno
 * @c: the connection
 * @what: name of the operation
 *
 * Return: the exit code.
 */
int conn_refused(struct conn *c, const char *what)
{
	const struct refusal *r = &c->refusal;
	const char *opt = opt_of_attr(r->attr);

	/* The family went between two messages of ours. */
	if (r->err == ENOENT && !r->message[0] && !sys_exists("/proc/cpuiso"))
		return conn_state_fail(c, NL_ABSENT);
	if (r->message[0])
		return fail(EXIT_REFUSED, "%s (%s%s%s)", r->message, strerror(r->err),
			    opt ? ", " : "", opt ? opt : "");
	if (r->err == EPERM || r->err == EACCES)
		return fail(EXIT_REFUSED, "%s needs CAP_SYS_ADMIN in the initial user namespace; try again as root (%s)",
			    what, strerror(r->err));
	return fail(EXIT_REFUSED, "the module refused %s and gave no reason; look into the kernel log (%s%s%s)",
		    what, strerror(r->err), opt ? ", " : "", opt ? opt : "");
}

/**
 * conn_broken() - tell why no answer came
 * @c: the connection
 * @err: negative errno of the last wait
 *
 * Return: the exit code.
 */
int conn_broken(struct conn *c, int err)
{
	if (c->gone)
		return fail(EXIT_MODULE, "the cpuiso module was unloaded meanwhile, and with that everything is undone; load it with \"modprobe cpuiso\"");
	if (c->bad)
		return fail(EXIT_MODULE, "the module sent a message that this tool cannot read; install module and tool of the same version");
	return fail(EXIT_REFUSED, "the connection to the module failed (%s); try again",
		    strerror(-err));
}

/**
 * conn_await_answer() - wait for the end of a get or dump
 * @c: the connection
 * @what: name of the operation
 *
 * Return: 0, or the exit code after saying why.
 */
int conn_await_answer(struct conn *c, const char *what)
{
	int err = 0;

	/* The kernel answers by itself; a signal that was caught before is for whoever asked. */
	while (!c->answered && !c->bad && !c->gone && !err)
		err = conn_pump(c, NULL);
	if (c->refusal.err)
		return conn_refused(c, what);
	if (c->bad || !c->answered)
		return conn_broken(c, err);
	return 0;
}

/**
 * conn_core_callbacks() - make the connection's socket feed this file
 * @c: the connection
 */
void conn_core_callbacks(struct conn *c)
{
	nl_cb_set(c->cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_seq, c);
	nl_cb_set(c->cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, c);
	nl_cb_set(c->cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, c);
	nl_cb_set(c->cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, c);
	nl_cb_set(c->cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_intr, c);
	nl_cb_err(c->cb, NL_CB_CUSTOM, on_error, c);
}
