/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink to the module, with nothing in between that could make a message right or hide an answer.
 */
#ifndef GENL_H
#define GENL_H

#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "common.h"
#include "cpuiso.h"

#define ROOM 131072

struct msg {
	size_t len;
	char data[ROOM] __attribute__((aligned(8)));
};

static int sock = -1, family;
static uint32_t seq;
static struct msg out;
static char in[ROOM] __attribute__((aligned(8)));

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Making messages. */

static inline void begin(struct msg *m, int type, int flags, int cmd)
{
	struct nlmsghdr *nlh = (void *)m->data;
	struct genlmsghdr *genl = (void *)(m->data + NLMSG_HDRLEN);

	memset(m->data, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	m->len = NLMSG_HDRLEN + GENL_HDRLEN;
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++seq;
	nlh->nlmsg_len = m->len;
	genl->cmd = cmd;
	genl->version = CPUISO_FAMILY_VERSION;
}

static inline struct nlattr *put(struct msg *m, int type, const void *data, size_t len)
{
	struct nlattr *nla = (void *)(m->data + m->len);

	if (m->len + NLA_HDRLEN + NLA_ALIGN(len) > ROOM)
		exit(2);
	nla->nla_type = type;
	nla->nla_len = NLA_HDRLEN + len;
	memset((char *)nla + NLA_HDRLEN, 0, NLA_ALIGN(len));
	if (len)
		memcpy((char *)nla + NLA_HDRLEN, data, len);
	m->len += NLA_HDRLEN + NLA_ALIGN(len);
	((struct nlmsghdr *)m->data)->nlmsg_len = m->len;
	return nla;
}

static inline void put_text(struct msg *m, int type, const char *text)
{
	put(m, type, text, strlen(text) + 1);
}

static inline void put_u32(struct msg *m, int type, uint32_t value)
{
	put(m, type, &value, sizeof(value));
}

static inline void transmit(const void *data, size_t len)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(sock, data, len, 0, (void *)&kernel, sizeof(kernel)) != (ssize_t)len)
		die("sendto");
}

/* Reading answers. */

struct answer {
	bool acked, done;
	int error;
	char text[512];
	int done_error;
	uint32_t restored, gone, changed;
	char done_text[512];
};

static inline const struct nlattr *find(const void *data, size_t len, int type)
{
	const struct nlattr *nla = data;

	while (len >= NLA_HDRLEN && nla->nla_len >= NLA_HDRLEN && nla->nla_len <= len) {
		size_t step = NLA_ALIGN(nla->nla_len);

		if ((nla->nla_type & NLA_TYPE_MASK) == type)
			return nla;
		if (step >= len)
			break;
		len -= step;
		nla = (const void *)((const char *)nla + step);
	}
	return NULL;
}

static inline const void *payload(const struct nlattr *nla)
{
	return (const char *)nla + NLA_HDRLEN;
}

static uint32_t get_u32(const void *data, size_t len, int type)
{
	const struct nlattr *nla = find(data, len, type);
	uint32_t value = 0;

	if (nla)
		memcpy(&value, payload(nla), sizeof(value));
	return value;
}

static inline uint64_t get_u64(const void *data, size_t len, int type)
{
	const struct nlattr *nla = find(data, len, type);
	uint64_t value = 0;

	if (nla)
		memcpy(&value, payload(nla), sizeof(value));
	return value;
}

static inline const char *get_text(const void *data, size_t len, int type)
{
	const struct nlattr *nla = find(data, len, type);

	return nla ? payload(nla) : NULL;
}

static inline void copy_text(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text ? text : "-");
}

static inline void take_ack(const struct nlmsghdr *nlh, struct answer *a)
{
	const struct nlmsgerr *err = NLMSG_DATA(nlh);
	size_t skip = NLMSG_HDRLEN + sizeof(*err);

	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += err->msg.nlmsg_len - sizeof(err->msg);
	a->acked = true;
	a->error = -err->error;
	copy_text(a->text, sizeof(a->text), NULL);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS && nlh->nlmsg_len > skip)
		copy_text(a->text, sizeof(a->text),
			  get_text((const char *)nlh + skip, nlh->nlmsg_len - skip, NLMSGERR_ATTR_MSG));
}

/* A dump that fails after it has begun says so in its last message. */
static inline void take_dump_end(const struct nlmsghdr *nlh, struct answer *a)
{
	a->acked = true;
	a->error = nlh->nlmsg_len >= NLMSG_LENGTH(sizeof(int)) ? -*(const int *)NLMSG_DATA(nlh) : 0;
}

static inline void take_done(const struct nlmsghdr *nlh, struct answer *a)
{
	const char *data = (const char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN;
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;

	a->done = true;
	a->done_error = get_u32(data, len, CPUISO_A_DONE_ERRNO);
	a->restored = get_u32(data, len, CPUISO_A_DONE_RESTORED);
	a->gone = get_u32(data, len, CPUISO_A_DONE_GONE);
	a->changed = get_u32(data, len, CPUISO_A_DONE_CHANGED_SINCE);
	copy_text(a->done_text, sizeof(a->done_text), get_text(data, len, CPUISO_A_DONE_MESSAGE));
}

/* Returns false when nothing came in time. */
static inline bool receive(int *len)
{
	ssize_t n = recv(sock, in, sizeof(in), 0);

	if (n < 0 && errno != EAGAIN && errno != ENOBUFS)
		die("recv");
	*len = n < 0 ? 0 : n;
	return n > 0;
}

static inline bool wait_ack(uint32_t want, struct answer *a)
{
	const struct nlmsghdr *nlh;
	int len;

	while (!a->acked && receive(&len)) {
		for (nlh = (void *)in; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			if (nlh->nlmsg_seq == want && nlh->nlmsg_type == NLMSG_ERROR)
				take_ack(nlh, a);
			else if (nlh->nlmsg_seq == want && nlh->nlmsg_type == family)
				take_done(nlh, a);
		}
	}
	return a->acked;
}

static inline bool wait_done(uint32_t want, struct answer *a)
{
	const struct nlmsghdr *nlh;
	int len;

	while (!a->done && receive(&len))
		for (nlh = (void *)in; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
			if (nlh->nlmsg_seq == want && nlh->nlmsg_type == family)
				take_done(nlh, a);
	return a->done;
}

static inline bool is_verb(int cmd)
{
	return (cmd >= CPUISO_CMD_APPLY && cmd <= CPUISO_CMD_UNPIN) || cmd >= CPUISO_CMD_OBSERVE;
}

/* Sends what is in out and waits for all that answers it. */
static inline struct answer ask(void)
{
	const struct nlmsghdr *nlh = (void *)out.data;
	const struct genlmsghdr *genl = (void *)(out.data + NLMSG_HDRLEN);
	uint32_t mine = nlh->nlmsg_seq;
	struct answer a = { 0 };

	transmit(out.data, out.len);
	if (!wait_ack(mine, &a)) {
		fprintf(stderr, "rawnl: no answer to command %u\n", genl->cmd);
		exit(3);
	}
	if (!a.error && is_verb(genl->cmd) && !wait_done(mine, &a)) {
		fprintf(stderr, "rawnl: command %u was accepted and never done\n", genl->cmd);
		exit(3);
	}
	return a;
}

/* The state of the module, and at the same time proof that it still answers. */
static inline uint64_t generation(void)
{
	const struct nlmsghdr *nlh;
	struct msg m;
	int len;

	begin(&m, family, 0, CPUISO_CMD_INFO_GET);
	transmit(m.data, m.len);
	while (receive(&len))
		for (nlh = (void *)in; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len))
			if (nlh->nlmsg_seq == ((struct nlmsghdr *)m.data)->nlmsg_seq && nlh->nlmsg_type == family)
				return get_u64((const char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN,
					       nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN,
					       CPUISO_A_INFO_GENERATION);
	fprintf(stderr, "rawnl: the module does not answer any more\n");
	exit(3);
}

static inline void open_socket(void)
{
	struct timeval patience = { .tv_sec = 20 };
	int one = 1, room = 4 << 20;

	if (sock >= 0)
		close(sock);
	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (sock < 0)
		die("socket");
	setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
}

/* Returns 0 when there is no such family. */
static inline int resolve(void)
{
	const struct nlattr *nla;
	const struct nlmsghdr *nlh;
	int len;

	begin(&out, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
	put_text(&out, CTRL_ATTR_FAMILY_NAME, CPUISO_FAMILY_NAME);
	transmit(out.data, out.len);
	if (!receive(&len))
		die("no answer from the controller");
	nlh = (void *)in;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return 0;
	nla = find(in + NLMSG_HDRLEN + GENL_HDRLEN, len - NLMSG_HDRLEN - GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	return nla ? *(const uint16_t *)payload(nla) : 0;
}

static inline void start(void)
{
	open_socket();
	family = resolve();
	if (!family) {
		printf("%d no such family\n", ENOENT);
		exit(1);
	}
}

/* CPUS comes last, so that no shorter message is a whole one. */
static inline void valid_apply(const char *cpus)
{
	begin(&out, family, NLM_F_ACK, CPUISO_CMD_APPLY);
	put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
	put_text(&out, CPUISO_A_ISOLATION_COMM, "nobody-has-this");
	put_u32(&out, CPUISO_A_ISOLATION_SCHED_POLICY, CPUISO_SCHED_FIFO);
	put_u32(&out, CPUISO_A_ISOLATION_SCHED_PRIO, 10);
	put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
}

#endif
