// SPDX-License-Identifier: GPL-2.0
/*
 * Sequences of messages to the module that are right, wrong, or damaged, over several sockets, with dumps that are not read
 * to their end, sockets that are closed, tasks that come and go, and /proc read in between. After each sequence everything
 * is reverted and the module has to answer and to be idle.
 *
 *   fuzznl RECIPE SEQUENCES STEPS CORPUS CPUS [PID...]
 *                          CPUS may be isolated, PID may be made workload. A sequence follows from its recipe alone. The
 *                          next one's seed is one more; but where KCOV tells which code ran, it goes a new way from
 *                          somewhere in a sequence that had reached new code. Those are in the file CORPUS and added to
 *                          it, and in CORPUS.seen is which code it was. A line for each, then the totals
 */
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include "cover.h"
#include "fuzzmsg.h"
#include "recipe.h"

#define SOCKETS		4
#define CHILDREN	4
#define ANSWERS		4096

static struct socket {
	int fd;
	int room;		/* bytes to read at once, or 0 for as many as there are */
} sockets[SOCKETS];

static int control;
static pid_t children[CHILDREN];
static uint32_t answers[ANSWERS];
static struct {
	long messages, accepted, done, refused, dumped, closed;
	int answers;
} count;

static void use(int fd)
{
	sock = fd;
}

/* A slow machine is given time; one that hangs has its limit. */
static int new_socket(void)
{
	struct timeval patience = { .tv_sec = 300 };

	sock = -1;
	open_socket();
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return sock;
}

static void reopen(struct socket *s)
{
	int small = 4096;

	if (s->fd >= 0) {
		close(s->fd);
		count.closed++;
	}
	s->fd = new_socket();
	s->room = one_in(4) ? 16 + rnd() % 512 : 0;
	if (one_in(4))
		setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &small, sizeof(small));
}

/* What the module says is as good a sign of where it has been as any; the same twice counts once. */
static bool note_answer(int error, const char *text)
{
	uint32_t hash = 2166136261u ^ error;
	int i;

	/* Numbers in a sentence are about this machine. */
	for (; *text; text++)
		if (*text < '0' || *text > '9')
			hash = (hash ^ (unsigned char)*text) * 16777619;
	for (i = 0; i < count.answers; i++)
		if (answers[i] == hash)
			return false;
	if (count.answers < ANSWERS)
		answers[count.answers++] = hash;
	return true;
}

/* Reads what there is, and waits for the answer @mine if it was accepted. */
static bool read_answers(struct socket *s, uint32_t mine, bool wait)
{
	struct answer a = { 0 };
	const struct nlmsghdr *nlh;
	bool new = false;
	ssize_t n;
	int len;

	for (;;) {
		n = recv(s->fd, in, s->room ? (size_t)s->room : sizeof(in),
			 wait && a.acked && !a.error && !a.done ? 0 : MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN && wait && a.acked && !a.error && !a.done) {
			printf("message %u was accepted and never done\n", mine);
			exit(3);
		}
		/* With too little room the answer may be what was lost. */
		if (n < 0 && errno == ENOBUFS)
			wait = false;
		else if (n < 0)
			return new;
		len = n < 0 ? 0 : n;
		for (nlh = (void *)in; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			count.dumped++;
			if (nlh->nlmsg_type == NLMSG_ERROR && len >= (int)NLMSG_LENGTH(sizeof(struct nlmsgerr))) {
				struct answer ack = { 0 };

				take_ack(nlh, &ack);
				count.refused += ack.error != 0;
				count.accepted += !ack.error;
				new |= note_answer(ack.error, ack.text);
				if (nlh->nlmsg_seq == mine) {
					a.acked = true;
					a.error = ack.error;
				}
			} else if (nlh->nlmsg_type == family && nlh->nlmsg_len >= NLMSG_LENGTH(GENL_HDRLEN) &&
				   ((struct genlmsghdr *)NLMSG_DATA(nlh))->cmd == CPUISO_CMD_DONE_NTF) {
				struct answer done = { 0 };

				take_done(nlh, &done);
				count.done++;
				new |= note_answer(done.done_error | 0x10000, done.done_text);
				if (nlh->nlmsg_seq == mine)
					a.done = true;
			}
		}
	}
}

static bool step_message(struct socket *s)
{
	const struct spec_op *op = make_message(&out);
	bool verb = is_verb(((struct genlmsghdr *)(out.data + NLMSG_HDRLEN))->cmd), whole, wait = !one_in(4);
	bool leave = op->dump && one_in(3);
	uint32_t mine = ((struct nlmsghdr *)out.data)->nlmsg_seq;
	int n = one_in(16) ? 2 : 1;

	whole = out.len >= NLMSG_HDRLEN + GENL_HDRLEN;
	/* Several in one datagram. */
	while (--n && out.len * 2 < ROOM) {
		memcpy(out.data + NLMSG_ALIGN(out.len), out.data, out.len);
		out.len += NLMSG_ALIGN(out.len);
	}
	count.messages++;
	if (send(s->fd, out.data, out.len, MSG_DONTWAIT) < 0)
		return false;
	/* A dump is sometimes left where it is. */
	if (leave)
		return false;
	return read_answers(s, mine, verb && whole && wait && !s->room);
}

static void step_child(void)
{
	pid_t *child = &children[rnd() % CHILDREN];
	uint32_t mask = 1 + rnd() % 255;
	cpu_set_t set;
	int i;

	if (*child && one_in(2)) {
		CPU_ZERO(&set);
		for (i = 0; i < 8; i++)
			if (mask >> i & 1)
				CPU_SET(i, &set);
		sched_setaffinity(*child, sizeof(set), &set);
		return;
	}
	if (*child) {
		kill(*child, SIGKILL);
		waitpid(*child, NULL, 0);
	}
	*child = fork();
	if (*child)
		return;
	if (mask & 1 && !fork())
		_exit(0);
	for (;;)
		pause();
}

static void step_proc(void)
{
	static const char * const files[] = { "status", "tasks", "irqs", "knobs", "undo", "stats", "events" };
	char path[64], text[512];
	uint32_t n = rnd() % 64, size = 1 + rnd() % sizeof(text), seek = rnd() % 4096;
	int fd;

	snprintf(path, sizeof(path), "/proc/cpuiso/%s", PICK(files));
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return;
	if (seek & 1)
		lseek(fd, seek, SEEK_SET);
	while (n-- && read(fd, text, size) > 0)
		;
	close(fd);
}

/* The family's only group is given the number that follows from nothing that is known here; a few are tried. */
static void step_group(struct socket *s)
{
	int group = 1 + rnd() % 32;

	setsockopt(s->fd, SOL_NETLINK, one_in(2) ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP, &group, sizeof(group));
}

static bool step(void)
{
	struct socket *s = &sockets[rnd() % SOCKETS];

	switch (rnd() % 24) {
	case 0:
		reopen(s);
		break;
	case 1:
	case 2:
		step_child();
		break;
	case 3:
		step_proc();
		break;
	case 4:
		step_group(s);
		break;
	case 5:
		return read_answers(s, 0, false);
	default:
		return step_message(s);
	}
	return false;
}

static void end_sequence(const struct recipe *r)
{
	struct answer a;
	int i;

	for (i = 0; i < CHILDREN; i++) {
		if (children[i] > 0) {
			kill(children[i], SIGKILL);
			waitpid(children[i], NULL, 0);
		}
		children[i] = 0;
	}
	for (i = 0; i < SOCKETS; i++) {
		close(sockets[i].fd);
		sockets[i].fd = -1;
	}
	use(control);
	do {
		begin(&out, family, NLM_F_ACK, CPUISO_CMD_REVERT);
		a = ask();
	} while (!a.error && !a.done_error);
	if (a.error || a.done_error != ENOENT) {
		printf("%s: the revert at its end says %d (%s)\n", recipe_text(r), a.error ? a.error : a.done_error,
		       a.error ? a.text : a.done_text);
		exit(3);
	}
	generation();
}

static void seed(uint32_t number)
{
	int i;

	/* Neighbours would begin alike. */
	rnd_state = (number * 2654435761u) ^ 0x9e3779b9;
	if (!rnd_state)
		rnd_state = 1;
	for (i = 0; i < 8; i++)
		rnd();
}

/* Returns how many places in the module ran for the first time. */
static int sequence(const struct recipe *r, int steps)
{
	int i, part = 0, until = r->parts[0].steps, new = 0, places = 0;

	seed(r->parts[0].seed);
	for (i = 0; i < SOCKETS; i++)
		reopen(&sockets[i]);
	for (i = 0; i < steps; i++) {
		if (i && i == until && part + 1 < r->n) {
			seed(r->parts[++part].seed);
			until += r->parts[part].steps;
		}
		new += step();
		places += cover_new();
	}
	end_sequence(r);
	places += cover_new();
	if (new || places)
		printf("%s: %d new answers, %d in all; %d new places, %d in all\n", recipe_text(r), new, count.answers,
		       places, cover_count);
	return places;
}

static struct {
	struct recipe first;
	int n, steps;
	const char *corpus;
} wanted;

/* When the kernel dies of it, its console is all that is left. */
static void tell_console(const struct recipe *r)
{
	FILE *f = fopen("/dev/kmsg", "we");

	if (!f)
		return;
	fprintf(f, "<4>fuzznl %s\n", recipe_text(r));
	fclose(f);
}

static void run(void)
{
	bool covered = cover_areas[0];
	struct recipe r = wanted.first;
	int i;

	if (covered) {
		recipes_load(wanted.corpus);
		cover_load(wanted.corpus);
		srandom(r.parts[0].seed);
	}
	for (i = 0; i < wanted.n; i++) {
		if (covered)
			tell_console(&r);
		if (sequence(&r, wanted.steps)) {
			recipe_keep(&r);
			recipe_append(wanted.corpus, &r);
		}
		if (covered)
			r = recipe_make(wanted.steps);
		else
			r.parts[0].seed++;
	}
	if (covered)
		cover_save(wanted.corpus);
}

int main(int argc, char **argv)
{
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 6 || !recipe_read(&wanted.first, argv[1])) {
		fprintf(stderr, "usage: see the head of fuzznl.c\n");
		return 2;
	}
	wanted.n = atoi(argv[2]);
	wanted.steps = atoi(argv[3]);
	wanted.corpus = argv[4];
	known.cpus = argv[5];
	for (i = 6; i < argc && known.n_pids < MAX_PIDS; i++)
		known.pids[known.n_pids++] = atoi(argv[i]);
	start();
	control = new_socket();
	for (i = 0; i < SOCKETS; i++)
		sockets[i].fd = -1;
	if (!cover_start(run))
		run();
	printf("%d sequences of %d steps: %ld messages, %ld accepted, %ld refused, %ld done, %ld read, %ld sockets closed, %d different answers, %d places\n",
	       wanted.n, wanted.steps, count.messages, count.accepted, count.refused, count.done, count.dumped, count.closed,
	       count.answers, cover_count);
	return 0;
}
