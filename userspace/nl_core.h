/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the files of the transport, and by nobody else. */
#ifndef CPUISO_NL_CORE_H
#define CPUISO_NL_CORE_H

#include <signal.h>

#include "nl.h"

struct nl_cb;
struct nl_msg;
struct nl_sock;

#define NL_MSG_SIZE	(128 * 1024)	/* kernel dumps use at most 32 KiB */

struct conn {
	struct nl_sock *sk;
	struct nl_cb *cb;
	int family;
	bool gone;			/* the family was unregistered */
	json_object *info;
	int code;			/* exit code that goes with NL_BROKEN */

	/* the request under way */
	int cmd;
	uint32_t seq;
	struct nl_msg *sent;
	bool plan;
	bool answered;			/* by an acknowledgement, error or end */
	bool interrupted;		/* the dump is not of one state */
	bool bad;			/* a message made no sense */
	struct refusal refusal;
	json_object *rows;
	struct done *done;		/* to be filled by done-ntf */
	bool is_done;

	conn_watch_fn watch;
	void *watch_arg;
	bool watch_over;
};

int conn_pump(struct conn *c, const sigset_t *outside);
int conn_send_request(struct conn *c, int cmd, int flags,
		    const struct request *req);
int conn_await_answer(struct conn *c, const char *what);
bool conn_unloaded(const struct conn *c);
int conn_refused(struct conn *c, const char *what);
int conn_broken(struct conn *c, int err);
void conn_core_callbacks(struct conn *c);

#endif
