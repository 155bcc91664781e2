// SPDX-License-Identifier: GPL-2.0
/*
 * Requests during which one allocation fails: the first, the second, and so on until a request needs no more.
 *
 *   failnth VERB WHO STEP CPUS PID CHECK...
 *
 *   VERB     apply, revert, or plan
 *   WHO      the task whose allocations fail: the thread id of the module's worker, or 0 for the one that asks
 *   STEP     0: each of them; N: after the first 20 each that is an N-th part further than the one before
 *   CHECK    is run after each request when CPUS are not isolated; it has to end with 0
 *
 * The kernel's fault injection does it: /proc/TID/fail-nth.
 *
 * An apply that fails leaves nothing, a revert does not fail. Prints what was refused how many times, then the totals.
 */
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "genl.h"

#define KINDS 64
#define NAME "failnth"

static const char *cpus;
static char **check;
static uint32_t pid;
static int who, nth, failures;

static struct {
	char text[600];
	int times;
} kinds[KINDS];

static void count_kind(int error, const char *text)
{
	char line[600];
	int i;

	snprintf(line, sizeof(line), "%d %.500s", error, text);
	for (i = 0; i < KINDS - 1 && kinds[i].times && strcmp(kinds[i].text, line); i++)
		;
	copy_text(kinds[i].text, sizeof(kinds[i].text), line);
	kinds[i].times++;
}

static void complain(int n, const char *what, const struct answer *a)
{
	printf("allocation %d: %s (%d %s, %d %s)\n", n, what, a->error, a->text, a->done_error, a->done_text);
	failures++;
}

/* Opened beforehand, for that needs memory as well. */
static void open_nth(void)
{
	char path[64], text[32];

	snprintf(path, sizeof(path), "/proc/%d/fail-nth", who ? who : (int)syscall(SYS_gettid));
	nth = open(path, O_RDWR | O_CLOEXEC);
	/* A first time, so that the kernel has its buffer. */
	if (nth < 0 || pread(nth, text, sizeof(text), 0) < 0)
		die(path);
}

static int left(void)
{
	char text[32] = "";

	if (pread(nth, text, sizeof(text) - 1, 0) <= 0)
		die("nth");
	return atoi(text);
}

static void arm(int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	/* One that is about to fail may fail here, and then none does any more. */
	if (pwrite(nth, text, len, 0) != len && n)
		die("nth");
}

static void make_revert(void)
{
	begin(&out, family, NLM_F_ACK, CPUISO_CMD_REVERT);
	put_text(&out, CPUISO_A_ISOLATION_NAME, NAME);
}

static void make(const char *verb)
{
	struct nlattr *nest;

	if (!strcmp(verb, "revert")) {
		make_revert();
		return;
	}
	begin(&out, family, NLM_F_ACK | (!strcmp(verb, "plan") ? NLM_F_DUMP : 0),
	      !strcmp(verb, "plan") ? CPUISO_CMD_TASK_GET : CPUISO_CMD_APPLY);
	nest = !strcmp(verb, "plan") ? put(&out, NLA_F_NESTED | CPUISO_A_TASK_PLAN, NULL, 0) : NULL;
	put_text(&out, CPUISO_A_ISOLATION_NAME, NAME);
	put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
	put_u32(&out, CPUISO_A_ISOLATION_PID, pid);
	put_text(&out, CPUISO_A_ISOLATION_COMM, "nobody-has-this");
	put_text(&out, CPUISO_A_ISOLATION_KEEP_IRQ, "no-such-irq");
	put(&out, CPUISO_A_ISOLATION_OWNED, NULL, 0);
	if (nest)
		nest->nla_len = out.len - ((char *)nest - out.data);
}

/* It is made while it is read, and ends by itself. */
static struct answer read_dump(uint32_t mine)
{
	const struct nlmsghdr *nlh;
	struct answer a = { 0 };
	ssize_t n;
	int len;

	while (!a.acked) {
		n = recv(sock, in, sizeof(in), 0);
		if (n < 0) {
			a.acked = true;
			a.error = errno;
			copy_text(a.text, sizeof(a.text), "(no answer)");
		}
		len = n;
		for (nlh = (void *)in; len > 0 && NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			if (nlh->nlmsg_seq != mine)
				continue;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				take_ack(nlh, &a);
			else if (nlh->nlmsg_type == NLMSG_DONE)
				take_dump_end(nlh, &a);
		}
	}
	return a;
}

/* Sends what is in out while the N-th allocation fails. */
static struct answer ask_with(const char *verb, int n, int *rest)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	uint32_t mine = ((struct nlmsghdr *)out.data)->nlmsg_seq;
	struct answer a = { 0 };
	ssize_t sent;

	arm(n);
	sent = sendto(sock, out.data, out.len, 0, (void *)&kernel, sizeof(kernel));
	if (sent < 0) {
		a.acked = true;
		a.error = errno;
		copy_text(a.text, sizeof(a.text), "(not sent)");
	} else if (!strcmp(verb, "plan")) {
		a = read_dump(mine);
	}
	/* What fails in a system call of one's own ends with it. */
	if (!who) {
		*rest = left();
		arm(0);
	}
	/* The acknowledgement itself may be what is lost. */
	if (!a.acked && !wait_ack(mine, &a)) {
		a.error = ENOBUFS;
		copy_text(a.text, sizeof(a.text), "(no answer)");
	} else if (!a.error && strcmp(verb, "plan") && !wait_done(mine, &a)) {
		complain(n, "accepted and never done", &a);
	}
	if (who) {
		*rest = left();
		arm(0);
	}
	return a;
}

static int revert(void)
{
	struct answer a;

	make_revert();
	a = ask();
	return a.error ? a.error : a.done_error;
}

static void run_check(int n, const struct answer *a)
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	if (posix_spawnp(&child, check[0], NULL, NULL, check, environ) || waitpid(child, &status, 0) != child || status)
		complain(n, "the check after it fails", a);
}

/* Returns whether there was an N-th allocation. */
static bool try(const char *verb, int n)
{
	bool reverts = !strcmp(verb, "revert");
	struct answer a;
	int rest = 0, err;

	if (reverts) {
		make("apply");
		a = ask();
		if (a.error || a.done_error)
			complain(n, "the apply before it is refused", &a);
	}
	/* What is left of a dump would be in the way of the next. */
	if (!strcmp(verb, "plan"))
		open_socket();
	make(verb);
	a = ask_with(verb, n, &rest);
	count_kind(a.error ? a.error : a.done_error, a.error ? a.text : a.done_text);
	/* One that the asker's own lack of memory kept from being sent has changed nothing. */
	if (reverts && !a.error && (a.done_error || a.changed))
		complain(n, "the revert did not put everything back", &a);
	err = revert();
	if (err && err != ENOENT)
		complain(n, "the revert after it is refused", &a);
	if (!strcmp(verb, "apply") && !who && a.error == ENOBUFS)
		/* Without an acknowledgement it may have been done all the same. */
		err = -1;
	if (!strcmp(verb, "apply") && (a.error || a.done_error) && !err)
		complain(n, "a failed apply has left an isolation", &a);
	run_check(n, &a);
	return rest == 0;
}

int main(int argc, char **argv)
{
	int n, step, tried = 0, i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 7) {
		fprintf(stderr, "usage: see the head of failnth.c\n");
		return 2;
	}
	who = atoi(argv[2]);
	step = atoi(argv[3]);
	cpus = argv[4];
	pid = atoi(argv[5]);
	check = argv + 6;
	start();
	open_nth();
	for (n = 1; try(argv[1], n) && failures < 10; n += step && n > 20 ? 1 + n / step : 1)
		tried++;
	for (i = 0; i < KINDS && kinds[i].times; i++)
		printf("%d times: %s\n", kinds[i].times, kinds[i].text);
	printf("%s: %d of at most %d allocations failed, %d complaints\n", argv[1], tried, n - 1, failures);
	return failures ? 1 : 0;
}
