/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_DECODE_H
#define CPUISO_DECODE_H

#include <stdbool.h>
#include <stdint.h>
#include <json-c/json.h>

#include <cpuiso.h>

struct nlmsghdr;

/* How an apply, revert, pin or unpin ended. */
struct done {
	uint32_t verb;
	int err;		/* positive errno, 0 when it was done */
	int attr;		/* CPUISO_A_ISOLATION_*, 0 when none is at fault */
	char message[1024];	/* the module's sentence, escaped */
	char name[CPUISO_NAME_LEN + 1];
	uint32_t restored, gone, changed, failed;
	int sig;		/* a signal ended the waiting; how it ends is not known */
};

/* A refusal as it comes with NLMSG_ERROR or NLMSG_DONE. */
struct refusal {
	int err;		/* positive errno */
	int attr;		/* CPUISO_A_ISOLATION_* or 0 */
	char message[1024];
};

json_object *decode_message(struct nlmsghdr *nlh, int cmd);
bool decode_done(struct nlmsghdr *nlh, struct done *done);
void decode_refusal(struct nlmsghdr *nlh, const struct nlmsghdr *sent,
		    bool nested, struct refusal *r);

#endif
