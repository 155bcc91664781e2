// SPDX-License-Identifier: GPL-2.0
/*
 * Every operation of the family once, as whoever runs it.
 *
 *   privnl CPUS            prints a line "OPERATION ERRNO" for each, 0 where it was done; only "no family" where there
 *                          is none to be found. CPUS are observed and isolated meanwhile
 */
#include "genl.h"

static const struct {
	int cmd;
	const char *name;
	bool dump, cpus, isolation, comm;
} operations[] = {
	{ CPUISO_CMD_INFO_GET, "info-get", false, false, false, false },
	{ CPUISO_CMD_OBSERVE, "observe", false, true, false, false },
	{ CPUISO_CMD_RESET, "reset", false, true, false, false },
	{ CPUISO_CMD_UNOBSERVE, "unobserve", false, false, false, false },
	{ CPUISO_CMD_APPLY, "apply", false, true, true, false },
	{ CPUISO_CMD_PIN, "pin", false, false, true, true },
	{ CPUISO_CMD_UNPIN, "unpin", false, false, true, true },
	{ CPUISO_CMD_CPUSETS_BEGIN, "cpusets-begin", false, false, false, false },
	{ CPUISO_CMD_CPUSETS_END, "cpusets-end", false, false, false, false },
	{ CPUISO_CMD_ISOLATION_GET, "isolation-get", true, false, false, false },
	{ CPUISO_CMD_TASK_GET, "task-get", true, false, false, false },
	{ CPUISO_CMD_IRQ_GET, "irq-get", true, false, false, false },
	{ CPUISO_CMD_STAT_GET, "stat-get", true, false, false, false },
	{ CPUISO_CMD_KNOB_GET, "knob-get", true, false, false, false },
	{ CPUISO_CMD_UNDO_GET, "undo-get", true, false, false, false },
	{ CPUISO_CMD_REVERT, "revert", false, false, true, false },
};

static int dump(uint32_t want)
{
	struct answer a = { 0 };
	int len;

	transmit(out.data, out.len);
	while (!a.acked && receive(&len)) {
		const struct nlmsghdr *nlh;

		for (nlh = (void *)in; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			if (nlh->nlmsg_seq != want)
				continue;
			if (nlh->nlmsg_type == NLMSG_DONE)
				take_dump_end(nlh, &a);
			else if (nlh->nlmsg_type == NLMSG_ERROR)
				take_ack(nlh, &a);
		}
	}
	return a.acked ? a.error : ETIMEDOUT;
}

/* The id is in what the controller has just answered. */
static int join(void)
{
	const struct nlmsghdr *nlh = (void *)in;
	const struct nlattr *groups, *one;
	uint32_t id;

	groups = find(in + NLMSG_HDRLEN + GENL_HDRLEN, nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN,
		      CTRL_ATTR_MCAST_GROUPS);
	one = groups ? payload(groups) : NULL;
	if (!one)
		return -1;
	id = get_u32(payload(one), one->nla_len - NLA_HDRLEN, CTRL_ATTR_MCAST_GRP_ID);
	return setsockopt(sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)) ? errno : 0;
}

int main(int argc, char **argv)
{
	struct answer a;
	size_t i;
	int err;

	if (argc != 2) {
		fprintf(stderr, "usage: see the head of privnl.c\n");
		return 2;
	}
	open_socket();
	family = resolve();
	if (!family) {
		puts("no family");
		return 0;
	}
	err = join();
	for (i = 0; i < COUNT(operations); i++) {
		begin(&out, family, operations[i].dump ? NLM_F_DUMP : NLM_F_ACK, operations[i].cmd);
		if (operations[i].cpus)
			put_text(&out, CPUISO_A_ISOLATION_CPUS, argv[1]);
		if (operations[i].isolation)
			put_text(&out, CPUISO_A_ISOLATION_NAME, "privnl");
		if (operations[i].comm)
			put_text(&out, CPUISO_A_ISOLATION_COMM, "no-such-comm");
		if (operations[i].dump) {
			printf("%s %d\n", operations[i].name, dump(((struct nlmsghdr *)out.data)->nlmsg_seq));
			continue;
		}
		a = ask();
		/* What else is answered is no outcome. */
		if (!a.error && is_verb(operations[i].cmd))
			a.error = a.done_error;
		printf("%s %d\n", operations[i].name, a.error);
	}
	printf("events %d\n", err);
	return 0;
}
