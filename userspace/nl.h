/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_NL_H
#define CPUISO_NL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <json-c/json.h>

#include "decode.h"

struct conn;
struct request;

enum nl_state {
	NL_READY,
	NL_ABSENT,		/* the module is not loaded */
	NL_UNREACHABLE,		/* loaded, but not for this network namespace */
	NL_MISMATCH,		/* of another version */
	NL_BROKEN,		/* anything else; the sentence has been said */
};

enum nl_state conn_try_open(struct conn **c);
int conn_open(struct conn **c);
int conn_state_fail(struct conn *c, enum nl_state state);
void conn_close(struct conn *c);
json_object *conn_info(struct conn *c);

int conn_change(struct conn *c, int cmd, const struct request *req,
	      struct done *done);
int conn_dump(struct conn *c, int cmd, const struct request *plan,
	    json_object **rows);

enum nl_watch {
	NL_WATCH_EVENT,
	NL_WATCH_OVERRUN,	/* some events were lost */
};

/* Called with an event, or with NULL and NL_WATCH_OVERRUN; not 0 ends it. */
typedef int (*conn_watch_fn)(enum nl_watch what, json_object *event, void *arg);

enum nl_watch_end {
	NL_END_SIGNAL,
	NL_END_MODULE,		/* it was unloaded */
	NL_END_CALLER,
	NL_END_BROKEN,
};

bool conn_watch_begin(struct conn *c, conn_watch_fn fn, void *arg,
		      enum nl_watch_end *end);
int conn_fd(struct conn *c);
bool conn_take(struct conn *c);
bool conn_gone(const struct conn *c);
int conn_barrier(struct conn *c);
int conn_cpusets(struct conn *c, int cmd);
void conn_await_undo(void);
enum nl_watch_end conn_watch(struct conn *c, conn_watch_fn fn, void *arg);

enum nl_wait {
	NL_WAIT_TIME,
	NL_WAIT_FD,
	NL_WAIT_SIGNAL,
};

int conn_wait(struct conn *c, int fd, uint64_t until, const sigset_t *outside,
	      enum nl_wait *how);

struct nl_sock;

struct nl_sock *family_watch(void);
int family_fd(const struct nl_sock *sk);
bool family_came(struct nl_sock *sk);
void family_unwatch(struct nl_sock *sk);

#endif
