// SPDX-License-Identifier: GPL-2.0
/*
 * Connecting to the module: find the family, compare versions, and say in one
 * sentence what is missing.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "fail.h"
#include "nl_core.h"
#include "output.h"
#include "sysfs.h"

/**
 * conn_info() - what the module says of itself
 * @c: the connection
 *
 * Return: object owned by the connection.
 */
json_object *conn_info(struct conn *c)
{
	return c->info;
}

static int set_up(struct conn *c)
{
	int on = 1, err, grp, fd;

	c->sk = nl_socket_alloc();
	c->cb = nl_cb_alloc(NL_CB_DEFAULT);
	if (!c->sk || !c->cb)
		die(EXIT_REFUSED, "out of memory; free some and try again");
	err = genl_connect(c->sk);
	if (err)
		return err;
	fd = nl_socket_get_fd(c->sk);
	/* Without these two a refusal is an errno only; old kernels lack them. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	c->family = genl_ctrl_resolve(c->sk, CPUISO_FAMILY_NAME);
	if (c->family < 0)
		return c->family;
	grp = genl_ctrl_resolve_grp(c->sk, "nlctrl", "notify");
	if (grp < 0)
		return grp;
	err = nl_socket_add_membership(c->sk, grp);
	if (!err)
		err = nl_socket_set_nonblocking(c->sk);
	if (!err)
		err = nl_socket_set_msg_buf_size(c->sk, NL_MSG_SIZE);
	if (err)
		return err;
	nl_socket_enable_msg_peek(c->sk);
	conn_core_callbacks(c);
	return 0;
}

/**
 * conn_try_open() - connect to the module and compare versions
 * @conn: the connection, to be closed whatever is returned
 *
 * Return: NL_READY, or what stands against it; only NL_BROKEN was told.
 */
enum nl_state conn_try_open(struct conn **conn)
{
	struct conn *c = xcalloc(1, sizeof(*c));
	int err;

	*conn = c;
	err = set_up(c);
	if (err == -NLE_OBJ_NOTFOUND)
		return sys_exists("/proc/cpuiso/status") ? NL_UNREACHABLE : NL_ABSENT;
	if (err) {
		c->code = fail(EXIT_REFUSED, "there is no connection to generic netlink (%s); look whether this kernel and this sandbox allow it",
			       nl_geterror(err));
		return NL_BROKEN;
	}
	c->rows = json_object_new_array();
	c->code = conn_send_request(c, CPUISO_CMD_INFO_GET, NLM_F_ACK, NULL);
	if (!c->code)
		c->code = conn_await_answer(c, "info-get");
	if (c->code)
		return NL_BROKEN;
	c->info = json_object_get(json_object_array_get_idx(c->rows, 0));
	json_object_put(c->rows);
	c->rows = NULL;
	if (!c->info) {
		c->code = fail(EXIT_MODULE, "the module does not tell its version; install module and tool of the same version");
		return NL_BROKEN;
	}
	if (strcmp(get_str(c->info, "module"), CPUISO_VERSION))
		return NL_MISMATCH;
	return NL_READY;
}

/**
 * conn_state_fail() - tell why there is no module to talk to
 * @c: the connection
 * @state: what conn_try_open() returned
 *
 * Return: the exit code.
 */
int conn_state_fail(struct conn *c, enum nl_state state)
{
	switch (state) {
	case NL_ABSENT:
		return fail(EXIT_MODULE, "the cpuiso module is not loaded; load it with \"modprobe cpuiso\"");
	case NL_UNREACHABLE:
		return fail(EXIT_MODULE, "the cpuiso module is loaded but answers in the initial network namespace only; run this there");
	case NL_MISMATCH:
		return fail(EXIT_MODULE, "the loaded module has version %s and this tool has version %s; install both of one version and reload the module (\"rmmod cpuiso\" undoes everything)",
			    get_str(conn_info(c), "module"), CPUISO_VERSION);
	default:
		return c->code;
	}
}

/**
 * conn_open() - conn_try_open() for who can do nothing without the module
 * @conn: the connection
 *
 * Return: 0, or the exit code after saying why; then there is no connection.
 */
int conn_open(struct conn **conn)
{
	enum nl_state state = conn_try_open(conn);
	int code = 0;

	if (state != NL_READY) {
		code = conn_state_fail(*conn, state);
		conn_close(*conn);
		*conn = NULL;
	}
	return code;
}

/**
 * conn_close() - end a connection
 * @c: the connection or NULL
 */
void conn_close(struct conn *c)
{
	if (!c)
		return;
	nlmsg_free(c->sent);
	json_object_put(c->rows);
	json_object_put(c->info);
	nl_cb_put(c->cb);
	nl_socket_free(c->sk);
	free(c);
}

