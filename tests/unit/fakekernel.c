// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel for the command to talk to on a host that cannot load the module:
 * preloaded, it takes over netlink sockets and answers as the module would, or
 * as it never should. FAKE says what it does, as words separated by blanks:
 *
 *   absent		there is no such family
 *   version=V		the module has another version
 *   isolations=N	so many exist (default 1, cpu1)
 *   tasks=N		so many, with hostile names among them (default 6)
 *   refuse=ERRNO	a change is refused at once, without a reason
 *   reason		... with a sentence and the offset of the CPU list
 *   fails=ERRNO	a change is acknowledged and fails
 *   changed		a revert finds something changed
 *   failed		a revert cannot put something back
 *   early		done-ntf comes before the acknowledgement
 *   unload		the family goes before done-ntf
 *   silent		done-ntf never comes
 *   intr=N		so many dumps are interrupted
 *   dumperr=ERRNO	dumps end with an error and a sentence
 *   truncated		every second attribute stream ends too early
 *   garbage		a reply has attributes of the wrong size
 *   gap, overrun	events are missing, or the buffer overflowed
 *   stay		the family stays while events are watched
 *   ledger		with hostile names, and some that stand twice
 *   late		the family comes after it was looked for
 *   reload		the family goes once while events are watched, and comes
 *   eperm, vanish	info-get is refused; the family goes after it was found
 *   dumps=N, anew	N dumps of the ledgers were before; each is of a new ledger
 *   huge, many	their numbers are the largest; they are of seven CPUs
 *   renamed		a thread has another name
 *   journal		there is a journal; else there is syslog
 *
 * What is logged goes to the file that FAKE_LOG names.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include <cpuiso.h>

#include "fakerows.h"

#define FAMILY		0x20
#define EVENTS		0x21
#define QUEUE		64
#define FDS		8

struct packet {
	void *data;
	size_t len;
	int err;
};

static struct fake {
	int fd;
	bool used;
	struct packet queue[QUEUE];
	unsigned int head, tail;
	bool notify;			/* is told of families */
} fakes[FDS];

static enum { THERE, AWAY, BACK } family;

static int dumps_interrupted;

static struct fake *fake_of(int fd)
{
	int i;

	for (i = 0; i < FDS; i++)
		if (fakes[i].used && fakes[i].fd == fd)
			return &fakes[i];
	return NULL;
}

static int number(const char *name, int otherwise)
{
	const char *v = fake_word(name);

	return v && *v ? atoi(v) : otherwise;
}

static void push(struct fake *f, const void *data, size_t len, int err)
{
	struct packet *p = &f->queue[f->tail++ % QUEUE];
	uint64_t one = 1;

	if (f->tail - f->head > QUEUE)
		abort();
	p->data = malloc(len + 1);
	memcpy(p->data, data, len);
	p->len = len;
	p->err = err;
	if (write(f->fd, &one, sizeof(one)) != sizeof(one))
		abort();
}

static void push_msg(struct fake *f, struct nl_msg *msg)
{
	push(f, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, 0);
	nlmsg_free(msg);
}

static struct nl_msg *start(uint32_t seq, int type, int cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc_size(32768);

	genlmsg_put(msg, 0, seq, type, 0, flags, cmd, 1);
	/* Without a port and a sequence number libnl does not fill them in. */
	nlmsg_hdr(msg)->nlmsg_seq = seq;
	return msg;
}

static void push_error(struct fake *f, const struct nlmsghdr *req, int err,
		       const char *reason, int attr)
{
	struct nlmsgerr e = { .error = -err, .msg = *req };
	struct nl_msg *msg = nlmsg_alloc();
	const struct nlattr *a;
	int rem;

	nlmsg_put(msg, 0, req->nlmsg_seq, NLMSG_ERROR, sizeof(e),
		  NLM_F_CAPPED | (reason ? NLM_F_ACK_TLVS : 0));
	nlmsg_hdr(msg)->nlmsg_seq = req->nlmsg_seq;
	memcpy(nlmsg_data(nlmsg_hdr(msg)), &e, sizeof(e));
	if (reason)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, reason);
	if (reason && attr)
		nla_for_each_attr(a, (struct nlattr *)((char *)req + NLMSG_HDRLEN + GENL_HDRLEN),
				  (int)(req->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN), rem)
			if (nla_type(a) == attr)
				nla_put_u32(msg, NLMSGERR_ATTR_OFFS,
					    (const char *)a - (const char *)req);
	push_msg(f, msg);
}

static void push_done(struct fake *f, uint32_t seq, int err, int intr)
{
	struct nl_msg *msg = nlmsg_alloc();
	int value = -err;

	nlmsg_put(msg, 0, seq, NLMSG_DONE, sizeof(value),
		  NLM_F_MULTI | (err ? NLM_F_ACK_TLVS : 0) | intr);
	nlmsg_hdr(msg)->nlmsg_seq = seq;
	memcpy(nlmsg_data(nlmsg_hdr(msg)), &value, sizeof(value));
	if (err)
		nla_put_string(msg, NLMSGERR_ATTR_MSG, "the plan names CPU 7, which is gone; bring it online");
	push_msg(f, msg);
}

static void put_family(struct nl_msg *msg, const char *name, int id,
		       const char *group, int grp)
{
	struct nlattr *groups, *one;

	nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name);
	nla_put_u16(msg, CTRL_ATTR_FAMILY_ID, id);
	nla_put_u32(msg, CTRL_ATTR_VERSION, 1);
	groups = nla_nest_start(msg, CTRL_ATTR_MCAST_GROUPS);
	one = nla_nest_start(msg, 1);
	nla_put_string(msg, CTRL_ATTR_MCAST_GRP_NAME, group);
	nla_put_u32(msg, CTRL_ATTR_MCAST_GRP_ID, grp);
	nla_nest_end(msg, one);
	nla_nest_end(msg, groups);
}

static void newfamily(void)
{
	struct nl_msg *msg;
	int i;

	for (i = 0; i < FDS; i++) {
		if (!fakes[i].used || !fakes[i].notify)
			continue;
		msg = start(0, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY, 0);
		put_family(msg, CPUISO_FAMILY_NAME, FAMILY, CPUISO_MCGRP_EVENTS, EVENTS);
		push_msg(&fakes[i], msg);
	}
}

/* It is looked for once while it is not there. */
static bool is_away(void)
{
	static bool late;

	if (fake_word("late") && !late) {
		late = true;
		family = AWAY;
	}
	if (family != AWAY)
		return false;
	family = BACK;
	return true;
}

static void control(struct fake *f, const struct nlmsghdr *req)
{
	struct nlattr *tb[CTRL_ATTR_MAX + 1];
	struct nl_msg *msg;
	const char *name;

	genlmsg_parse((struct nlmsghdr *)req, 0, tb, CTRL_ATTR_MAX, NULL);
	name = tb[CTRL_ATTR_FAMILY_NAME] ? nla_get_string(tb[CTRL_ATTR_FAMILY_NAME]) : "";
	msg = start(req->nlmsg_seq, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY, 0);
	if (!strcmp(name, "nlctrl")) {
		put_family(msg, name, GENL_ID_CTRL, "notify", GENL_ID_CTRL);
	} else if (!strcmp(name, CPUISO_FAMILY_NAME) && !fake_word("absent") && !is_away()) {
		put_family(msg, name, FAMILY, CPUISO_MCGRP_EVENTS, EVENTS);
	} else {
		nlmsg_free(msg);
		push_error(f, req, ENOENT, NULL, 0);
		if (family == BACK)
			newfamily();
		return;
	}
	push_msg(f, msg);
	push_error(f, req, 0, NULL, 0);
}

static void delfamily(struct fake *f)
{
	struct nl_msg *msg = start(0, GENL_ID_CTRL, CTRL_CMD_DELFAMILY, 0);

	put_family(msg, CPUISO_FAMILY_NAME, FAMILY, CPUISO_MCGRP_EVENTS, EVENTS);
	push_msg(f, msg);
}

static void info(struct fake *f, const struct nlmsghdr *req)
{
	struct nl_msg *msg = start(req->nlmsg_seq, FAMILY, CPUISO_CMD_INFO_GET, 0);
	const char *version = fake_word("version");

	nla_put_string(msg, CPUISO_A_INFO_VERSION, version ? version : CPUISO_VERSION);
	nla_put_u64(msg, CPUISO_A_INFO_GENERATION, 7);
	nla_put_string(msg, CPUISO_A_INFO_ISOLATED, number("isolations", 1) ? "1" : "");
	nla_put_string(msg, CPUISO_A_INFO_HOUSEKEEPING, "0");
	nla_put_u64(msg, CPUISO_A_INFO_NOTES_LOST, 0);
	nla_put_string(msg, CPUISO_A_INFO_MISSING_TRACEPOINT, "irq_vectors:nothing");
	push_msg(f, msg);
	push_error(f, req, 0, NULL, 0);
}

static void dump(struct fake *f, const struct nlmsghdr *req, int cmd)
{
	static const struct {
		void (*put)(struct nl_msg *msg, int i);
		int count;
	} kinds[__CPUISO_CMD_MAX] = {
		[CPUISO_CMD_ISOLATION_GET] = { fake_isolation, 1 },
		[CPUISO_CMD_TASK_GET] = { fake_task, 6 },
		[CPUISO_CMD_IRQ_GET] = { fake_irq, 2 },
		[CPUISO_CMD_STAT_GET] = { fake_stat, 0 },
		[CPUISO_CMD_KNOB_GET] = { fake_knob, 2 },
		[CPUISO_CMD_UNDO_GET] = { fake_undone, 2 },
	};
	int i, n = kinds[cmd].count, intr = 0;
	size_t size = 0, room = 32 * 1024;
	char *batch = malloc(room);
	struct nl_msg *msg;

	if (cmd == CPUISO_CMD_ISOLATION_GET)
		n = number("isolations", n);
	if (cmd == CPUISO_CMD_TASK_GET)
		n = number("tasks", n);
	if (cmd == CPUISO_CMD_STAT_GET)
		n = fake_stats_begin();
	if (dumps_interrupted < number("intr", 0))
		intr = NLM_F_DUMP_INTR;
	dumps_interrupted += !!intr;
	for (i = 0; i < n && !fake_word("dumperr"); i++) {
		msg = start(req->nlmsg_seq, FAMILY, cmd, NLM_F_MULTI | intr);
		if (fake_word("garbage"))
			nla_put(msg, cmd == CPUISO_CMD_TASK_GET ? CPUISO_A_TASK_PID : 1, 3, "abc");
		else
			kinds[cmd].put(msg, i);
		if (fake_word("truncated") && i % 2)
			nlmsg_hdr(msg)->nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN + 6;
		if (size + NLMSG_ALIGN(nlmsg_hdr(msg)->nlmsg_len) > room) {
			push(f, batch, size, 0);
			size = 0;
		}
		memcpy(batch + size, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
		size += NLMSG_ALIGN(nlmsg_hdr(msg)->nlmsg_len);
		nlmsg_free(msg);
	}
	if (size)
		push(f, batch, size, 0);
	free(batch);
	push_done(f, req->nlmsg_seq, number("dumperr", 0), intr);
}

static void done(struct fake *f, const struct nlmsghdr *req, int cmd)
{
	struct nl_msg *msg = start(req->nlmsg_seq, FAMILY, CPUISO_CMD_DONE_NTF, 0);
	int err = number("fails", 0);

	nla_put_u32(msg, CPUISO_A_DONE_VERB, cmd);
	nla_put_u32(msg, CPUISO_A_DONE_ERRNO, err);
	if (err) {
		nla_put_string(msg, CPUISO_A_DONE_MESSAGE, "the process \033[2J ended; name another");
		nla_put_u32(msg, CPUISO_A_DONE_ATTR, CPUISO_A_ISOLATION_PID);
	}
	if (cmd == CPUISO_CMD_REVERT) {
		nla_put_u32(msg, CPUISO_A_DONE_RESTORED, 69);
		nla_put_u32(msg, CPUISO_A_DONE_GONE, 2);
		nla_put_u32(msg, CPUISO_A_DONE_CHANGED_SINCE, fake_word("changed") ? 3 : 0);
		nla_put_u32(msg, CPUISO_A_DONE_FAILED, fake_word("failed") ? 1 : 0);
	}
	push_msg(f, msg);
}

static void change(struct fake *f, const struct nlmsghdr *req, int cmd)
{
	if (fake_word("refuse")) {
		push_error(f, req, number("refuse", EINVAL),
			   fake_word("reason") ? "CPU 1 belongs to the isolation db; revert that first" : NULL,
			   CPUISO_A_ISOLATION_CPUS);
		return;
	}
	if (fake_word("early"))
		done(f, req, cmd);
	push_error(f, req, 0, NULL, 0);
	if (fake_word("unload"))
		delfamily(f);
	else if (!fake_word("early") && !fake_word("silent"))
		done(f, req, cmd);
}

static void event(struct fake *f, uint64_t seq, int type, const char *name)
{
	struct nl_msg *msg = start(0, FAMILY, CPUISO_CMD_EVENT_NTF, 0);

	nla_put_u64(msg, CPUISO_A_EVENT_SEQ, seq);
	nla_put_u64(msg, CPUISO_A_EVENT_TIME, 1700000000123456789ULL);
	nla_put_u32(msg, CPUISO_A_EVENT_TYPE, type);
	nla_put_string(msg, CPUISO_A_EVENT_ISOLATION, "cpu1");
	nla_put_u32(msg, CPUISO_A_EVENT_KIND, CPUISO_KIND_TASK);
	nla_put_u32(msg, CPUISO_A_EVENT_OBJECT, 77);
	nla_put_string(msg, CPUISO_A_EVENT_NAME, name);
	nla_put_string(msg, CPUISO_A_EVENT_TEXT, "cpus=1 from=0-1");
	if (type != CPUISO_EVENT_APPLIED) {
		nla_put_string(msg, CPUISO_A_EVENT_FROM, "0-1");
		nla_put_string(msg, CPUISO_A_EVENT_TO, "0");
		nla_put_u32(msg, CPUISO_A_EVENT_BY_PID, 4321);
		nla_put_string(msg, CPUISO_A_EVENT_BY_COMM, "irq balance");
		nla_put_u64(msg, CPUISO_A_EVENT_NS, 5000000000ULL);
	}
	push_msg(f, msg);
}

static void joined(struct fake *f)
{
	static bool before;

	event(f, 41, CPUISO_EVENT_APPLIED, "");
	if (fake_word("overrun") && !before)
		push(f, "", 0, ENOBUFS);
	before = true;
	event(f, fake_word("gap") || fake_word("overrun") ? 47 : 42, CPUISO_EVENT_CHANGED_SINCE,
	      "evil \033[2J name");
	if (fake_word("starving"))
		event(f, 43, CPUISO_EVENT_STARVING, "kworker/1:0");
	if (fake_word("reload") && family == THERE)
		family = AWAY;
	if (!fake_word("stay") || family == AWAY)
		delfamily(f);
}

static void request(struct fake *f, const struct nlmsghdr *req)
{
	int cmd;

	if (req->nlmsg_type == GENL_ID_CTRL) {
		control(f, req);
		return;
	}
	if (fake_word("vanish")) {
		push_error(f, req, ENOENT, NULL, 0);
		return;
	}
	cmd = ((struct genlmsghdr *)NLMSG_DATA(req))->cmd;
	switch (cmd) {
	case CPUISO_CMD_INFO_GET:
		if (fake_word("eperm"))
			push_error(f, req, EPERM, NULL, 0);
		else
			info(f, req);
		break;
	case CPUISO_CMD_ISOLATION_GET:
	case CPUISO_CMD_TASK_GET:
	case CPUISO_CMD_IRQ_GET:
	case CPUISO_CMD_STAT_GET:
	case CPUISO_CMD_KNOB_GET:
	case CPUISO_CMD_UNDO_GET:
		dump(f, req, cmd);
		break;
	default:
		change(f, req, cmd);
	}
}

#define REAL(name) \
	static __typeof__(&name) real; \
	if (!real) \
		real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int socket(int domain, int type, int protocol)
{
	int i;

	REAL(socket);
	if (domain != AF_NETLINK || protocol != NETLINK_GENERIC)
		return real(domain, type, protocol);
	for (i = 0; i < FDS && fakes[i].used; i++)
		;
	if (i == FDS)
		abort();
	memset(&fakes[i], 0, sizeof(fakes[i]));
	fakes[i].used = true;
	fakes[i].fd = eventfd(0, EFD_SEMAPHORE | EFD_CLOEXEC);
	return fakes[i].fd;
}

int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
	REAL(bind);
	return fake_of(fd) ? 0 : real(fd, addr, len);
}

int getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_pid = getpid() };

	REAL(getsockname);
	if (!fake_of(fd))
		return real(fd, addr, len);
	memcpy(addr, &nl, sizeof(nl));
	*len = sizeof(nl);
	return 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	struct fake *f = fake_of(fd);

	REAL(setsockopt);
	if (!f)
		return real(fd, level, name, value, len);
	if (level != SOL_NETLINK || name != NETLINK_ADD_MEMBERSHIP)
		return 0;
	if (*(const int *)value == GENL_ID_CTRL)
		f->notify = true;
	if (*(const int *)value == EVENTS)
		joined(f);
	return 0;
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	struct fake *f = fake_of(fd);

	REAL(sendmsg);
	if (!f)
		return real(fd, msg, flags);
	request(f, msg->msg_iov[0].iov_base);
	return msg->msg_iov[0].iov_len;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	struct fake *f = fake_of(fd);
	struct packet *p;
	uint64_t one;
	size_t n;
	ssize_t len;
	int err;

	REAL(recvmsg);
	if (!f)
		return real(fd, msg, flags);
	if (f->head == f->tail) {
		errno = EAGAIN;
		return -1;
	}
	p = &f->queue[f->head % QUEUE];
	len = p->len;
	n = p->len < msg->msg_iov[0].iov_len ? p->len : msg->msg_iov[0].iov_len;
	memcpy(msg->msg_iov[0].iov_base, p->data, n);
	if (msg->msg_name)
		memcpy(msg->msg_name, &from, sizeof(from));
	msg->msg_namelen = sizeof(from);
	msg->msg_controllen = 0;
	msg->msg_flags = n < p->len ? MSG_TRUNC : 0;
	err = p->err;
	if (!(flags & MSG_PEEK) || err) {
		f->head++;
		free(p->data);
		if (read(f->fd, &one, sizeof(one)) != sizeof(one))
			abort();
	}
	if (err) {
		errno = err;
		return -1;
	}
	return flags & MSG_TRUNC ? len : (ssize_t)n;
}

int close(int fd)
{
	struct fake *f = fake_of(fd);

	REAL(close);
	while (f && f->head != f->tail)
		free(f->queue[f->head++ % QUEUE].data);
	if (f)
		f->used = false;
	return real(fd);
}

int access(const char *path, int mode)
{
	REAL(access);
	if (!strcmp(path, "/run/systemd/journal/socket"))
		return fake_word("journal") ? 0 : -1;
	return real(path, mode);
}
