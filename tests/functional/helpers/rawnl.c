// SPDX-License-Identifier: GPL-2.0
/*
 * Single requests to the module, exactly as given.
 *
 *   rawnl send COMMAND [ATTR=TEXT | ATTR=u:NUMBER | ATTR=x:HEX]...
 *                          prints "ERRNO SENTENCE", of the acknowledgement when it refuses, else of the message
 *                          that says how it went
 *   rawnl hold COMMAND ...
 *                          the same, then keeps the socket open: each line of its input is another request
 *   rawnl dropped COMMAND ...
 *                          the same, as nobody on a socket that root has opened
 *   rawnl flood COUNT CPUS
 *                          COUNT applies and reverts in one socket, not one answer read until all are sent
 */
#include <grp.h>
#include "genl.h"

static const char * const commands[] = {
	[CPUISO_CMD_APPLY] = "apply", [CPUISO_CMD_REVERT] = "revert", [CPUISO_CMD_PIN] = "pin",
	[CPUISO_CMD_UNPIN] = "unpin", [CPUISO_CMD_INFO_GET] = "info-get", [CPUISO_CMD_OBSERVE] = "observe",
	[CPUISO_CMD_UNOBSERVE] = "unobserve", [CPUISO_CMD_RESET] = "reset",
	[CPUISO_CMD_CPUSETS_BEGIN] = "cpusets-begin",
	[CPUISO_CMD_CPUSETS_END] = "cpusets-end",
};

static const char * const attrs[] = {
	[CPUISO_A_ISOLATION_NAME] = "name", [CPUISO_A_ISOLATION_CPUS] = "cpus", [CPUISO_A_ISOLATION_PID] = "pid",
	[CPUISO_A_ISOLATION_COMM] = "comm", [CPUISO_A_ISOLATION_CGROUP] = "cgroup",
	[CPUISO_A_ISOLATION_KEEP_IRQ] = "keep-irq", [CPUISO_A_ISOLATION_SCHED_POLICY] = "sched-policy",
	[CPUISO_A_ISOLATION_SCHED_PRIO] = "sched-prio", [CPUISO_A_ISOLATION_STATE] = "state",
};

static int value_of(const char * const *names, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	fprintf(stderr, "rawnl: %s is unknown\n", name);
	exit(2);
}

static void put_argument(struct msg *m, char *arg)
{
	char *value = strchr(arg, '='), bytes[4096];
	unsigned int byte;
	size_t n = 0;
	int type;

	if (!value)
		exit(2);
	*value++ = '\0';
	type = value_of(attrs, COUNT(attrs), arg);
	if (!strncmp(value, "u:", 2)) {
		put_u32(m, type, strtoul(value + 2, NULL, 0));
	} else if (!strncmp(value, "x:", 2)) {
		for (value += 2; n < sizeof(bytes) && sscanf(value, "%2x", &byte) == 1; value += 2)
			bytes[n++] = byte;
		put(m, type, bytes, n);
	} else {
		put_text(m, type, value);
	}
}

static int send_one(int argc, char **argv)
{
	struct answer a;
	int i;

	begin(&out, family, NLM_F_ACK, value_of(commands, COUNT(commands), argv[0]));
	for (i = 1; i < argc; i++)
		put_argument(&out, argv[i]);
	a = ask();
	printf("%d %s\n", a.error ? a.error : a.done_error, a.done ? a.done_text : a.text);
	return a.error || a.done_error ? 1 : 0;
}

static int hold(int argc, char **argv)
{
	char line[4096], *words[16], *word;
	int n, status;

	status = send_one(argc, argv);
	while (fflush(stdout), fgets(line, sizeof(line), stdin)) {
		n = 0;
		for (word = strtok(line, "\n "); word && n < 16; word = strtok(NULL, "\n "))
			words[n++] = word;
		if (n)
			status = send_one(n, words);
	}
	return status;
}

static int flood(int count, const char *cpus)
{
	int acks = 0, dones = 0, expected = 0, i, len;
	const struct nlmsghdr *nlh;

	start();
	for (i = 0; i < count; i++) {
		if (i & 1) {
			begin(&out, family, NLM_F_ACK, CPUISO_CMD_REVERT);
			put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
		} else {
			valid_apply(cpus);
		}
		transmit(out.data, out.len);
	}
	while ((acks < count || dones < expected) && receive(&len)) {
		for (nlh = (void *)in; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			struct answer a = { 0 };

			if (nlh->nlmsg_type == NLMSG_ERROR) {
				take_ack(nlh, &a);
				acks++;
				expected += !a.error;
			} else if (nlh->nlmsg_type == family) {
				dones++;
			}
		}
	}
	printf("%d sent, %d acknowledged, %d accepted, %d done\n", count, acks, expected, dones);
	return acks != count || dones != expected;
}

static void become_nobody(void)
{
	if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		die("setresuid");
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "send") && argc > 2) {
		start();
		return send_one(argc - 2, argv + 2);
	}
	if (!strcmp(verb, "hold") && argc > 2) {
		start();
		return hold(argc - 2, argv + 2);
	}
	if (!strcmp(verb, "dropped") && argc > 2) {
		start();
		become_nobody();
		return send_one(argc - 2, argv + 2);
	}
	if (!strcmp(verb, "flood") && argc == 4)
		return flood(atoi(argv[2]), argv[3]);
	fprintf(stderr, "usage: see the head of rawnl.c\n");
	return 2;
}
