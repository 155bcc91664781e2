// SPDX-License-Identifier: GPL-2.0
/*
 * Messages as no module should send them. Run with the address sanitizer: a
 * message lies in memory of exactly its size.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "decode.h"
#include "output.h"
#include "tap.h"

static struct nl_msg *start(int cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 1, 1, 0x20, 0, 0, cmd, 1);
	return msg;
}

/* A copy without a byte to spare. */
static struct nlmsghdr *exact(struct nl_msg *msg, size_t len)
{
	struct nlmsghdr *copy = malloc(len ? len : 1);

	memcpy(copy, nlmsg_hdr(msg), len);
	if (len >= NLMSG_HDRLEN)
		copy->nlmsg_len = len;
	return copy;
}

static struct nl_msg *isolation(void)
{
	struct nl_msg *msg = start(CPUISO_CMD_ISOLATION_GET);
	struct nlattr *nest;

	nla_put_string(msg, CPUISO_A_ISOLATION_NAME, "cpu1");
	nla_put_u32(msg, CPUISO_A_ISOLATION_STATE, CPUISO_STATE_ISOLATED);
	nla_put_string(msg, CPUISO_A_ISOLATION_CPUS, "1");
	nla_put_u64(msg, CPUISO_A_ISOLATION_SINCE, 123);
	nla_put_string(msg, CPUISO_A_ISOLATION_COMM, "a");
	nla_put_string(msg, CPUISO_A_ISOLATION_COMM, "b");
	nest = nla_nest_start(msg, CPUISO_A_ISOLATION_VERDICTS);
	nla_put_u32(msg, CPUISO_A_VERDICTS_KIND, CPUISO_KIND_IRQ);
	nla_put_u32(msg, CPUISO_A_VERDICTS_VERDICT, CPUISO_VERDICT_NO_VECTORS);
	nla_put_u32(msg, CPUISO_A_VERDICTS_COUNT, 4);
	nla_nest_end(msg, nest);
	return msg;
}

static void test_whole(void)
{
	struct nl_msg *msg = isolation();
	json_object *obj = decode_message(nlmsg_hdr(msg), CPUISO_CMD_ISOLATION_GET), *v;

	ok(obj != NULL, "a whole message is read");
	ok(obj && !strcmp(get_str(obj, "name"), "cpu1") && get_num(obj, "since") == 123,
	   "with its fields");
	ok(obj && json_object_array_length(get_obj(obj, "comm")) == 2,
	   "with both values of a repeated one");
	v = obj ? json_object_array_get_idx(get_obj(obj, "verdicts"), 0) : NULL;
	ok(v && !strcmp(get_str(v, "verdict"), "no-vectors") && get_num(v, "count") == 4,
	   "with what is nested");
	json_object_put(obj);
	ok(!decode_message(nlmsg_hdr(msg), CPUISO_CMD_TASK_GET), "it is not taken for another kind");
	nlmsg_free(msg);
}

static void test_truncated(void)
{
	struct nl_msg *msg = isolation();
	size_t len = nlmsg_hdr(msg)->nlmsg_len, i;
	unsigned int accepted = 0;
	struct nlmsghdr *nlh;
	json_object *obj;

	for (i = NLMSG_HDRLEN; i < len; i++) {
		nlh = exact(msg, i);
		obj = decode_message(nlh, CPUISO_CMD_ISOLATION_GET);
		accepted += obj != NULL;
		json_object_put(obj);
		free(nlh);
	}
	/* Cut between two attributes, after those that must be there. */
	ok(accepted < len / 8, "cut at any byte it does no harm (%u of %zu still make sense)",
	   accepted, len);
	nlmsg_free(msg);
}

static void test_mutated(void)
{
	struct nl_msg *msgs[] = { isolation(), start(CPUISO_CMD_TASK_GET),
				  start(CPUISO_CMD_EVENT_NTF), start(CPUISO_CMD_DONE_NTF),
				  start(CPUISO_CMD_INFO_GET), start(CPUISO_CMD_IRQ_GET),
				  start(CPUISO_CMD_STAT_GET) };
	struct nlmsghdr *nlh;
	struct done done;
	json_object *obj;
	size_t i, k, len, at;
	unsigned int read = 0, a;

	for (i = 1; i < sizeof(msgs) / sizeof(msgs[0]); i++)
		for (a = 1; a < 12; a++)
			switch (rand() % 3) {
			case 0:
				nla_put_string(msgs[i], a, "text");
				break;
			case 1:
				nla_put_u32(msgs[i], a, a);
				break;
			default:
				nla_put_u64(msgs[i], a, a);
			}
	for (i = 0; i < 300000; i++) {
		struct nl_msg *msg = msgs[i % (sizeof(msgs) / sizeof(msgs[0]))];
		int cmd = genlmsg_hdr(nlmsg_hdr(msg))->cmd;

		len = nlmsg_hdr(msg)->nlmsg_len;
		nlh = exact(msg, len);
		for (k = rand() % 6; k; k--) {
			at = NLMSG_HDRLEN + rand() % (len - NLMSG_HDRLEN);
			((unsigned char *)nlh)[at] = rand() % 3 ? rand() % 16 : rand();
		}
		obj = decode_message(nlh, cmd);
		read += obj != NULL;
		json_object_put(obj);
		decode_done(nlh, &done);
		free(nlh);
	}
	ok(read > 1000, "300,000 mutated messages do no harm (%u still make sense)", read);
	for (i = 0; i < sizeof(msgs) / sizeof(msgs[0]); i++)
		nlmsg_free(msgs[i]);
}

static void test_wrong(void)
{
	struct nl_msg *msg = start(CPUISO_CMD_TASK_GET);
	json_object *obj;

	ok(!decode_message(nlmsg_hdr(msg), CPUISO_CMD_TASK_GET), "a task without a pid is refused");
	nla_put_u32(msg, CPUISO_A_TASK_PID, 1);
	nla_put_u32(msg, CPUISO_A_TASK_VERDICT, 4000000000u);
	nla_put_string(msg, CPUISO_A_TASK_COMM, "x");
	nla_put_u32(msg, CPUISO_A_TASK_MAX + 100, 1);
	obj = decode_message(nlmsg_hdr(msg), CPUISO_CMD_TASK_GET);
	ok(obj && !strcmp(get_str(obj, "verdict"), "unknown"),
	   "an unknown verdict and an unknown attribute are no reason to fail");
	json_object_put(obj);
	nla_put(msg, CPUISO_A_TASK_PRESENT, 3, "abc");
	ok(!decode_message(nlmsg_hdr(msg), CPUISO_CMD_TASK_GET), "a string without an end is refused");
	nlmsg_free(msg);

	msg = start(CPUISO_CMD_TASK_GET);
	nla_put_u64(msg, CPUISO_A_TASK_PID, 1);
	nla_put_u32(msg, CPUISO_A_TASK_VERDICT, 0);
	nla_put_string(msg, CPUISO_A_TASK_COMM, "x");
	ok(!decode_message(nlmsg_hdr(msg), CPUISO_CMD_TASK_GET), "a number of the wrong size is refused");
	nlmsg_free(msg);
	msg = start(200);
	ok(!decode_message(nlmsg_hdr(msg), 200), "an operation beyond the last is refused");
	nlmsg_free(msg);
}

/* The answer to @sent: error, capped or with the request quoted. */
static struct nl_msg *refusal_msg(const struct nlmsghdr *sent, bool capped, uint32_t off)
{
	struct nl_msg *msg = nlmsg_alloc();
	size_t quoted = capped ? sizeof(*sent) : sent->nlmsg_len;
	int err = -EBUSY;

	nlmsg_put(msg, 1, 1, NLMSG_ERROR, sizeof(err) + quoted,
		  NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0));
	memcpy(nlmsg_data(nlmsg_hdr(msg)), &err, sizeof(err));
	memcpy((char *)nlmsg_data(nlmsg_hdr(msg)) + sizeof(err), sent, quoted);
	nla_put_string(msg, NLMSGERR_ATTR_MSG, "taken");
	nla_put_u32(msg, NLMSGERR_ATTR_OFFS, off);
	return msg;
}

static void test_refusal(void)
{
	struct nl_msg *sent = start(CPUISO_CMD_APPLY), *plan = start(CPUISO_CMD_TASK_GET), *msg;
	struct nlmsghdr *nlh;
	struct nlattr *nest, *cpus;
	struct refusal r;
	size_t i, len;
	uint32_t off;

	nla_put_string(sent, CPUISO_A_ISOLATION_NAME, "x");
	cpus = nlmsg_tail(nlmsg_hdr(sent));
	nla_put_string(sent, CPUISO_A_ISOLATION_CPUS, "1");
	off = (char *)cpus - (char *)nlmsg_hdr(sent);

	msg = refusal_msg(nlmsg_hdr(sent), true, off);
	decode_refusal(nlmsg_hdr(msg), nlmsg_hdr(sent), false, &r);
	ok(r.err == EBUSY && r.attr == CPUISO_A_ISOLATION_CPUS && !strcmp(r.message, "taken"),
	   "a refusal with sentence and attribute");
	nlmsg_free(msg);
	msg = refusal_msg(nlmsg_hdr(sent), false, off);
	decode_refusal(nlmsg_hdr(msg), nlmsg_hdr(sent), false, &r);
	ok(r.err == EBUSY && r.attr == CPUISO_A_ISOLATION_CPUS && !strcmp(r.message, "taken"),
	   "also when the kernel quotes the request");
	len = nlmsg_hdr(msg)->nlmsg_len;
	for (i = NLMSG_HDRLEN; i < len; i++) {
		nlh = exact(msg, i);
		decode_refusal(nlh, nlmsg_hdr(sent), false, &r);
		free(nlh);
	}
	ok(true, "cut at any byte it does no harm");
	nlmsg_free(msg);
	for (i = 0, off = 0; off < 70000; off++) {
		msg = refusal_msg(nlmsg_hdr(sent), true, off);
		decode_refusal(nlmsg_hdr(msg), nlmsg_hdr(sent), false, &r);
		i += r.err == EBUSY;
		nlmsg_free(msg);
	}
	ok(i == 70000, "an offset outside the request does no harm");

	nest = nla_nest_start(plan, CPUISO_A_TASK_PLAN);
	cpus = nlmsg_tail(nlmsg_hdr(plan));
	nla_put_string(plan, CPUISO_A_ISOLATION_CPUS, "1");
	nla_nest_end(plan, nest);
	msg = refusal_msg(nlmsg_hdr(plan), true, (char *)cpus - (char *)nlmsg_hdr(plan));
	decode_refusal(nlmsg_hdr(msg), nlmsg_hdr(plan), true, &r);
	ok(r.attr == CPUISO_A_ISOLATION_CPUS, "in a plan, the attribute inside it");
	nlmsg_free(msg);
	msg = refusal_msg(nlmsg_hdr(plan), true, (char *)nest - (char *)nlmsg_hdr(plan));
	decode_refusal(nlmsg_hdr(msg), nlmsg_hdr(plan), true, &r);
	ok(!r.attr, "the plan itself is nobody's option");
	nlmsg_free(msg);
	nlmsg_free(sent);
	nlmsg_free(plan);
}

static void test_done(void)
{
	struct nl_msg *msg = start(CPUISO_CMD_DONE_NTF);
	char message[4000];
	struct done done;

	memset(message, '\033', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	ok(!decode_done(nlmsg_hdr(msg), &done), "a done-ntf without a verb is refused");
	nlmsg_free(msg);
	msg = nlmsg_alloc_size(8192);
	genlmsg_put(msg, 1, 1, 0x20, 0, 0, CPUISO_CMD_DONE_NTF, 1);
	nla_put_u32(msg, CPUISO_A_DONE_VERB, CPUISO_CMD_APPLY);
	nla_put_string(msg, CPUISO_A_DONE_MESSAGE, message);
	nla_put_string(msg, CPUISO_A_DONE_NAME, message);
	ok(decode_done(nlmsg_hdr(msg), &done) && strlen(done.message) == sizeof(done.message) - 1 &&
	   strlen(done.name) == CPUISO_NAME_LEN && !strchr(done.message, '\033'),
	   "an endless sentence is cut, and escaped");
	nlmsg_free(msg);
}

int main(void)
{
	srand(3);
	test_whole();
	test_truncated();
	test_mutated();
	test_wrong();
	test_refusal();
	test_done();
	return tap_end();
}
