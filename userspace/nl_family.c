// SPDX-License-Identifier: GPL-2.0
/* Sees the module come, where there is none yet to have a connection to. */
#include <string.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <cpuiso.h>

#include "nl.h"

static int on_seq(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *nlh = nlmsg_hdr(msg);
	struct nlattr *tb[CTRL_ATTR_MAX + 1];
	bool *came = arg;

	if (nlh->nlmsg_type != GENL_ID_CTRL || !genlmsg_valid_hdr(nlh, 0) ||
	    genlmsg_hdr(nlh)->cmd != CTRL_CMD_NEWFAMILY ||
	    genlmsg_parse(nlh, 0, tb, CTRL_ATTR_MAX, NULL))
		return NL_OK;
	if (tb[CTRL_ATTR_FAMILY_NAME] &&
	    !nla_strcmp(tb[CTRL_ATTR_FAMILY_NAME], CPUISO_FAMILY_NAME))
		*came = true;
	return NL_OK;
}

/**
 * family_watch() - have it told when the module is loaded
 *
 * Return: for family_unwatch(), or NULL when this cannot be.
 */
struct nl_sock *family_watch(void)
{
	struct nl_sock *sk = nl_socket_alloc();
	int err = sk ? genl_connect(sk) : -NLE_NOMEM;
	int grp = err ? err : genl_ctrl_resolve_grp(sk, "nlctrl", "notify");

	err = grp < 0 ? grp : nl_socket_add_membership(sk, grp);
	if (!err)
		err = nl_socket_set_nonblocking(sk);
	if (!err)
		return sk;
	nl_socket_free(sk);
	return NULL;
}

/**
 * family_fd() - what to poll for
 * @sk: what family_watch() gave
 */
int family_fd(const struct nl_sock *sk)
{
	return nl_socket_get_fd(sk);
}

/**
 * family_came() - take in what came, after poll() told of it
 * @sk: what family_watch() gave
 *
 * Return: whether the module may have been loaded.
 */
bool family_came(struct nl_sock *sk)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	bool came = false;
	int err;

	if (!cb)
		return true;
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_seq, NULL);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, &came);
	do
		err = nl_recvmsgs(sk, cb);
	while (err >= 0);
	nl_cb_put(cb);
	return came || err != -NLE_AGAIN;
}

/**
 * family_unwatch() - end it
 * @sk: what family_watch() gave, or NULL
 */
void family_unwatch(struct nl_sock *sk)
{
	nl_socket_free(sk);
}
