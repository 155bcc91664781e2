// SPDX-License-Identifier: GPL-2.0
/*
 * Wrong requests to the module.
 *
 *   badnl kinds CPUS       of every kind, none of which may be accepted; CPUS, which could be isolated, is in those
 *                          that are nearly right. One line "ok NAME" or "not ok NAME: WHY" per kind
 *   badnl fuzz SEED COUNT CPUS
 *                          COUNT messages that are right but for a few bytes; what is accepted all the same is
 *                          undone. Prints how many were
 */
#include "genl.h"

/* Wrong messages. A kind is begun, fed, and ended. */

static struct {
	char name[128], why[512];
	uint64_t generation;
	int sent, accepted, refused;
} kind;

static int bad_kinds;

static void begin_kind(const char *name)
{
	memset(&kind, 0, sizeof(kind));
	copy_text(kind.name, sizeof(kind.name), name);
	kind.generation = generation();
}

static int command_of(const char *message)
{
	return ((const struct genlmsghdr *)(message + NLMSG_HDRLEN))->cmd;
}

static bool wait_done_of(const char *message, uint32_t mine, struct answer *a)
{
	return is_verb(command_of(message)) && wait_done(mine, a);
}

/* The acknowledgement, if there is any, comes ahead of the answer to the question that follows. */
static void feed(const void *data, size_t len, uint32_t mine, const char *what)
{
	const struct nlmsghdr *nlh;
	struct answer a = { 0 };
	struct msg m;
	bool synced = false;
	int n;

	kind.sent++;
	transmit(data, len);
	begin(&m, family, 0, CPUISO_CMD_INFO_GET);
	transmit(m.data, m.len);
	while (!synced && receive(&n)) {
		for (nlh = (void *)in; NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n)) {
			if (nlh->nlmsg_seq == ((struct nlmsghdr *)m.data)->nlmsg_seq && nlh->nlmsg_type == family)
				synced = true;
			else if (nlh->nlmsg_seq == mine && nlh->nlmsg_type == NLMSG_ERROR)
				take_ack(nlh, &a);
			else if (nlh->nlmsg_seq == mine && nlh->nlmsg_type == NLMSG_DONE)
				take_dump_end(nlh, &a);
			else if (nlh->nlmsg_seq == mine && nlh->nlmsg_type == family && is_verb(command_of(data)))
				take_done(nlh, &a);
		}
	}
	if (!synced) {
		printf("not ok %s: the module does not answer after %s\n", kind.name, what);
		exit(3);
	}
	/* Some reasons to refuse are found by the worker only, which answers later. */
	if (a.acked && !a.error && wait_done_of(data, mine, &a))
		a.error = a.done_error;
	if (a.acked && a.error && a.error != EBUSY)
		kind.refused++;
	if (a.acked && !a.error) {
		kind.accepted++;
		if (!kind.why[0])
			snprintf(kind.why, sizeof(kind.why), "accepted %s", what);
		/* Or one mistake would be that of all that follow. */
		begin(&m, family, NLM_F_ACK, CPUISO_CMD_REVERT);
		transmit(m.data, m.len);
		memset(&a, 0, sizeof(a));
		wait_ack(((struct nlmsghdr *)m.data)->nlmsg_seq, &a);
		wait_done_of(m.data, ((struct nlmsghdr *)m.data)->nlmsg_seq, &a);
	}
}

static void feed_out(const char *what)
{
	feed(out.data, out.len, ((struct nlmsghdr *)out.data)->nlmsg_seq, what);
}

static void end_kind(int least_refused)
{
	if (kind.refused < least_refused && !kind.why[0])
		snprintf(kind.why, sizeof(kind.why), "only %d of %d were refused in so many words", kind.refused,
			 kind.sent);
	if (generation() != kind.generation && !kind.why[0])
		snprintf(kind.why, sizeof(kind.why), "the generation has changed");
	if (kind.why[0]) {
		printf("not ok %s: %s (%d sent, %d accepted, %d refused)\n", kind.name, kind.why, kind.sent,
		       kind.accepted, kind.refused);
		bad_kinds++;
	} else {
		printf("ok %s (%d)\n", kind.name, kind.sent);
	}
}

static void bad_prefixes(const char *cpus)
{
	struct nlmsghdr *nlh = (void *)out.data;
	size_t whole, len;
	char what[64];

	valid_apply(cpus);
	whole = out.len;
	/* Without its padding the last attribute is still whole. */
	if (strlen(cpus) % 4 != 3)
		whole -= 4 - (strlen(cpus) + 1) % 4;

	begin_kind("every prefix of an apply, with its length set right");
	for (len = 1; len < whole; len++) {
		nlh->nlmsg_len = len;
		snprintf(what, sizeof(what), "the first %zu of %zu bytes", len, whole);
		feed(out.data, len, nlh->nlmsg_seq, what);
	}
	end_kind(whole - 16 - 4);

	begin_kind("every prefix of an apply, with the length of all of it");
	nlh->nlmsg_len = out.len;
	for (len = 1; len < whole; len++) {
		snprintf(what, sizeof(what), "the first %zu of %zu bytes", len, whole);
		feed(out.data, len, nlh->nlmsg_seq, what);
	}
	end_kind(0);
}

static void bad_lengths(const char *cpus)
{
	static const int u32_lengths[] = { 0, 1, 2, 3, 5, 6, 7, 8, 64 };
	static const int header_lengths[] = { 0, 1, 2, 3, 255, 4096, 65535 };
	char zeros[64] = { 1 }, what[64];
	struct nlattr *nla;
	size_t i;

	begin_kind("numbers of wrong length");
	for (i = 0; i < COUNT(u32_lengths); i++) {
		begin(&out, family, NLM_F_ACK, CPUISO_CMD_APPLY);
		put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
		put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
		put(&out, CPUISO_A_ISOLATION_PID, zeros, u32_lengths[i]);
		snprintf(what, sizeof(what), "a pid of %d bytes", u32_lengths[i]);
		feed_out(what);
	}
	end_kind(COUNT(u32_lengths));

	begin_kind("attribute lengths that lie");
	for (i = 0; i < COUNT(header_lengths); i++) {
		begin(&out, family, NLM_F_ACK, CPUISO_CMD_APPLY);
		put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
		nla = put(&out, CPUISO_A_ISOLATION_NAME, "rawnl", 6);
		nla->nla_len = header_lengths[i];
		snprintf(what, sizeof(what), "a name that says to have %d bytes", header_lengths[i]);
		feed_out(what);
	}
	end_kind(COUNT(header_lengths));
}

static void bad_types(const char *cpus)
{
	static const int types[] = { 0, CPUISO_A_ISOLATION_MAX + 1, 0x3fff, CPUISO_A_ISOLATION_ID,
				     CPUISO_A_ISOLATION_STATE, CPUISO_A_ISOLATION_SINCE, CPUISO_A_ISOLATION_MEMBERS,
				     CPUISO_A_ISOLATION_VERDICTS };
	char what[64];
	size_t i;
	int cmd;

	begin_kind("attributes that an apply does not have");
	for (i = 0; i < COUNT(types); i++) {
		begin(&out, family, NLM_F_ACK, CPUISO_CMD_APPLY);
		put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
		put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
		put_u32(&out, types[i], 1);
		snprintf(what, sizeof(what), "attribute %d", types[i]);
		feed_out(what);
	}
	end_kind(COUNT(types));

	begin_kind("commands that are none");
	for (cmd = 0; cmd < 256; cmd++) {
		if (cmd > CPUISO_CMD_UNSPEC && cmd <= CPUISO_CMD_MAX && cmd != CPUISO_CMD_DONE_NTF &&
		    cmd != CPUISO_CMD_EVENT_NTF)
			continue;
		if (cmd > CPUISO_CMD_MAX + 4 && cmd < 252)
			continue;
		begin(&out, family, NLM_F_ACK, cmd);
		put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
		put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
		snprintf(what, sizeof(what), "command %d", cmd);
		feed_out(what);
	}
	end_kind(7);

	begin_kind("verbs asked as dumps, dumps asked as verbs");
	begin(&out, family, NLM_F_ACK | NLM_F_DUMP, CPUISO_CMD_APPLY);
	put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
	put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
	feed_out("a dump of apply");
	begin(&out, family, NLM_F_ACK | NLM_F_DUMP, CPUISO_CMD_REVERT);
	feed_out("a dump of revert");
	for (cmd = CPUISO_CMD_ISOLATION_GET; cmd <= CPUISO_CMD_STAT_GET; cmd++) {
		begin(&out, family, NLM_F_ACK, cmd);
		snprintf(what, sizeof(what), "command %d without dump", cmd);
		feed_out(what);
	}
	end_kind(6);
}

static void bad_text(int attr, const char *text, size_t len, const char *cpus, const char *what)
{
	begin(&out, family, NLM_F_ACK, CPUISO_CMD_APPLY);
	if (attr != CPUISO_A_ISOLATION_NAME)
		put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
	if (attr != CPUISO_A_ISOLATION_CPUS)
		put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
	put(&out, attr, text, len);
	feed_out(what);
}

static void bad_texts(const char *cpus)
{
	static const struct {
		int attr, max;
	} sized[] = {
		{ CPUISO_A_ISOLATION_NAME, CPUISO_NAME_LEN },
		{ CPUISO_A_ISOLATION_COMM, CPUISO_COMM_LEN },
		{ CPUISO_A_ISOLATION_KEEP_IRQ, CPUISO_PATTERN_LEN },
		{ CPUISO_A_ISOLATION_CGROUP, CPUISO_PATH_LEN },
		{ CPUISO_A_ISOLATION_CPUS, CPUISO_CPULIST_LEN },
	};
	static char giant[65536];
	size_t i, len;
	char what[64];

	begin_kind("texts that are too long");
	for (i = 0; i < COUNT(sized); i++) {
		int longer[] = { sized[i].max + 1, sized[i].max + 2, 4200, 65500 };
		size_t j;

		for (j = 0; j < COUNT(longer); j++) {
			memset(giant, sized[i].attr == CPUISO_A_ISOLATION_CPUS ? ',' : 'a', sizeof(giant));
			if (sized[i].attr == CPUISO_A_ISOLATION_CGROUP)
				giant[0] = '/';
			if (sized[i].attr == CPUISO_A_ISOLATION_CPUS)
				giant[0] = cpus[0];
			len = longer[j];
			giant[len] = '\0';
			snprintf(what, sizeof(what), "attribute %d of %zu characters", sized[i].attr, len);
			bad_text(sized[i].attr, giant, len + 1, cpus, what);
		}
	}
	end_kind(kind.sent);

	begin_kind("CPU lists that are none");
	for (i = 0; ; i++) {
		static const char * const lists[] = { "", " ", "3-1", "99999", "x", "-1", "1-", "1,,x", "0x1", "1:",
			"1-4/0", "4294967297", "18446744073709551617", "0-99999999", "\x01", "%s%n",
			"1-1:2/1", NULL };

		if (!lists[i])
			break;
		snprintf(what, sizeof(what), "CPUs \"%s\"", lists[i]);
		bad_text(CPUISO_A_ISOLATION_CPUS, lists[i], strlen(lists[i]) + 1, cpus, what);
	}
	end_kind(kind.sent);

	begin_kind("names that are none");
	for (i = 0; ; i++) {
		static const char * const names[] = { "", " ", "a b", "a/b", "a\tb", "a\nb", "\\", "\xff\xfe", "a\x7f",
			"$(reboot)", NULL };

		if (!names[i])
			break;
		snprintf(what, sizeof(what), "name \"%s\"", names[i]);
		bad_text(CPUISO_A_ISOLATION_NAME, names[i], strlen(names[i]) + 1, cpus, what);
	}
	end_kind(kind.sent);

	begin_kind("a cgroup path that is none");
	bad_text(CPUISO_A_ISOLATION_CGROUP, "", 1, cpus, "an empty path");
	bad_text(CPUISO_A_ISOLATION_CGROUP, "not/absolute", 13, cpus, "a relative path");
	end_kind(kind.sent);
	begin_kind("an empty comm and an empty pattern");
	bad_text(CPUISO_A_ISOLATION_COMM, "", 1, cpus, "an empty comm");
	bad_text(CPUISO_A_ISOLATION_KEEP_IRQ, "", 1, cpus, "an empty pattern");
	end_kind(kind.sent);
}

static void bad_numbers(const char *cpus)
{
	static const struct {
		uint32_t policy, prio;
		bool has_policy, has_prio;
	} sched[] = {
		{ CPUISO_SCHED_FIFO, 0, true, true }, { CPUISO_SCHED_FIFO, 0, true, false },
		{ CPUISO_SCHED_RR, 0, true, true }, { CPUISO_SCHED_FIFO, 100, true, true },
		{ CPUISO_SCHED_OTHER, 1, true, true }, { 3, 1, true, true }, { 6, 0, true, true },
		{ 0xffffffff, 1, true, true }, { 0, 10, false, true },
	};
	static const uint32_t pids[] = { 0, 0x7fffffff, 0x80000000, 0xffffffff };
	char what[64];
	size_t i;

	begin_kind("schedules that are none");
	for (i = 0; i < COUNT(sched); i++) {
		begin(&out, family, NLM_F_ACK, CPUISO_CMD_APPLY);
		put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
		put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
		if (sched[i].has_policy)
			put_u32(&out, CPUISO_A_ISOLATION_SCHED_POLICY, sched[i].policy);
		if (sched[i].has_prio)
			put_u32(&out, CPUISO_A_ISOLATION_SCHED_PRIO, sched[i].prio);
		snprintf(what, sizeof(what), "policy %u, priority %u", sched[i].policy, sched[i].prio);
		feed_out(what);
	}
	end_kind(COUNT(sched));

	begin_kind("pids of nobody, and of a kthread");
	for (i = 0; i < COUNT(pids); i++) {
		begin(&out, family, NLM_F_ACK, CPUISO_CMD_APPLY);
		put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
		put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
		put_u32(&out, CPUISO_A_ISOLATION_PID, pids[i]);
		snprintf(what, sizeof(what), "pid %u", pids[i]);
		feed_out(what);
	}
	begin(&out, family, NLM_F_ACK, CPUISO_CMD_APPLY);
	put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
	put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
	put_u32(&out, CPUISO_A_ISOLATION_PID, 2);
	feed_out("kthreadd");
	end_kind(COUNT(pids) + 1);

	begin_kind("more rules of a kind than there is room for");
	begin(&out, family, NLM_F_ACK, CPUISO_CMD_APPLY);
	put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
	put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
	for (i = 0; i < CPUISO_RULES_MAX + 1; i++) {
		snprintf(what, sizeof(what), "rule%zu", i);
		put_text(&out, CPUISO_A_ISOLATION_COMM, what);
	}
	feed_out("65 comms");
	begin(&out, family, NLM_F_ACK, CPUISO_CMD_APPLY);
	put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
	put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
	for (i = 0; i < CPUISO_RULES_MAX + 1; i++)
		put_text(&out, CPUISO_A_ISOLATION_KEEP_IRQ, "nothing");
	feed_out("65 patterns");
	end_kind(2);

	begin_kind("nothing that is needed");
	begin(&out, family, NLM_F_ACK, CPUISO_CMD_APPLY);
	feed_out("an apply of nothing");
	begin(&out, family, NLM_F_ACK, CPUISO_CMD_APPLY);
	put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
	feed_out("an apply without CPUs");
	begin(&out, family, NLM_F_ACK, CPUISO_CMD_PIN);
	feed_out("a pin of nothing");
	begin(&out, family, NLM_F_ACK, CPUISO_CMD_UNPIN);
	put_text(&out, CPUISO_A_ISOLATION_NAME, "nobody");
	put_text(&out, CPUISO_A_ISOLATION_COMM, "nobody");
	feed_out("an unpin in an isolation that is none");
	begin(&out, family, NLM_F_ACK, CPUISO_CMD_REVERT);
	put_text(&out, CPUISO_A_ISOLATION_NAME, "nobody");
	feed_out("a revert of an isolation that is none");
	end_kind(5);
}

/* Plans are dumps; what they refuse comes as an error, and what they accept as a done message with 0. */
static void bad_nests(const char *cpus)
{
	struct nlattr *outer, *inner;
	char junk[256];
	size_t i, n;

	begin_kind("plans with garbage inside");
	for (i = 0; i < 40; i++) {
		for (n = 0; n < sizeof(junk); n++)
			junk[n] = (i * 131 + n * 7 + (n << (i % 5))) & 0xff;
		/* A plan that begins with an attribute which does not exist is wrong whatever follows. */
		((struct nlattr *)junk)->nla_len = 8;
		((struct nlattr *)junk)->nla_type = CPUISO_A_ISOLATION_MAX + 1 + i;
		begin(&out, family, NLM_F_ACK | NLM_F_DUMP, i & 1 ? CPUISO_CMD_TASK_GET : CPUISO_CMD_IRQ_GET);
		put(&out, NLA_F_NESTED | (i & 1 ? CPUISO_A_TASK_PLAN : CPUISO_A_IRQ_PLAN), junk,
		    8 + i * 6 % (sizeof(junk) - 8));
		feed_out("a plan of garbage");
	}
	for (i = 0; i < 64; i++) {
		begin(&out, family, NLM_F_ACK | NLM_F_DUMP, CPUISO_CMD_TASK_GET);
		outer = put(&out, NLA_F_NESTED | CPUISO_A_TASK_PLAN, NULL, 0);
		for (n = 0; n < i; n++)
			put(&out, NLA_F_NESTED | CPUISO_A_ISOLATION_VERDICTS, NULL, 0);
		inner = put(&out, CPUISO_A_ISOLATION_CPUS, cpus, strlen(cpus) + 1);
		inner->nla_type = CPUISO_A_ISOLATION_ID;
		for (n = 0; n <= i; n++) {
			outer->nla_len = out.len - ((char *)outer - out.data);
			outer++;
		}
		feed_out("a plan of nests in nests");
	}
	end_kind(kind.sent);
}

static int bad(const char *cpus)
{
	start();
	bad_prefixes(cpus);
	bad_lengths(cpus);
	bad_types(cpus);
	bad_texts(cpus);
	bad_numbers(cpus);
	bad_nests(cpus);
	return bad_kinds ? 1 : 0;
}

/* Random damage. */

static uint32_t rnd_state;

static uint32_t rnd(void)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 17;
	rnd_state ^= rnd_state << 5;
	return rnd_state;
}

static void base_message(unsigned int which, const char *cpus)
{
	static const int simple[] = { CPUISO_CMD_REVERT, CPUISO_CMD_PIN, CPUISO_CMD_UNPIN };
	struct nlattr *nest;

	if (which < 3) {
		begin(&out, family, NLM_F_ACK, simple[which]);
		put_text(&out, CPUISO_A_ISOLATION_NAME, "rawnl");
		if (which)
			put_text(&out, CPUISO_A_ISOLATION_COMM, "nobody");
	} else if (which < 5) {
		begin(&out, family, NLM_F_ACK | NLM_F_DUMP, which == 3 ? CPUISO_CMD_TASK_GET : CPUISO_CMD_IRQ_GET);
		nest = put(&out, NLA_F_NESTED | CPUISO_A_TASK_PLAN, NULL, 0);
		put_text(&out, CPUISO_A_ISOLATION_CPUS, cpus);
		put_text(&out, CPUISO_A_ISOLATION_COMM, "nobody");
		nest->nla_len = out.len - ((char *)nest - out.data);
	} else {
		valid_apply(cpus);
	}
}

/* Reads whatever comes until the question behind it is answered; remembers what was accepted. */
static bool damaged_accepted(uint32_t mine, int cmd)
{
	const struct nlmsghdr *nlh;
	struct answer a = { 0 };
	struct msg m;
	bool synced = false;
	int n;

	begin(&m, family, 0, CPUISO_CMD_INFO_GET);
	transmit(m.data, m.len);
	while (!synced && receive(&n)) {
		for (nlh = (void *)in; NLMSG_OK(nlh, n); nlh = NLMSG_NEXT(nlh, n)) {
			if (nlh->nlmsg_seq == ((struct nlmsghdr *)m.data)->nlmsg_seq && nlh->nlmsg_type == family)
				synced = true;
			else if (nlh->nlmsg_seq == mine && nlh->nlmsg_type == NLMSG_ERROR)
				take_ack(nlh, &a);
			else if (nlh->nlmsg_seq == mine && nlh->nlmsg_type == family && is_verb(cmd))
				take_done(nlh, &a);
		}
	}
	if (!synced) {
		printf("the module does not answer after damaged message %u\n", mine);
		exit(3);
	}
	if (!a.acked || a.error || !is_verb(cmd))
		return false;
	if (!a.done && !wait_done(mine, &a)) {
		printf("damaged message %u was accepted and never done\n", mine);
		exit(3);
	}
	return !a.done_error;
}

static int fuzz(uint32_t seed, int count, const char *cpus)
{
	int i, accepted = 0;

	rnd_state = seed | 1;
	start();
	for (i = 0; i < count; i++) {
		struct nlmsghdr *nlh = (void *)out.data;
		struct genlmsghdr *genl = (void *)(out.data + NLMSG_HDRLEN);
		int n = 1 + rnd() % 3;
		uint32_t mine;

		base_message(rnd() % 8, cpus);
		while (n--)
			out.data[NLMSG_HDRLEN + rnd() % (out.len - NLMSG_HDRLEN)] = rnd() % 4 ? rnd() : rnd() % 8;
		if (rnd() % 8 == 0)
			nlh->nlmsg_len = out.len = NLMSG_HDRLEN + rnd() % (out.len - NLMSG_HDRLEN);
		mine = nlh->nlmsg_seq;
		transmit(out.data, out.len);
		if (!damaged_accepted(mine, genl->cmd))
			continue;
		accepted++;
		begin(&out, family, NLM_F_ACK, CPUISO_CMD_REVERT);
		ask();
	}
	printf("%d of %d damaged messages were accepted\n", accepted, count);
	return 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(verb, "kinds") && argc == 3)
		return bad(argv[2]);
	if (!strcmp(verb, "fuzz") && argc == 5)
		return fuzz(atoi(argv[2]), atoi(argv[3]), argv[4]);
	fprintf(stderr, "usage: see the head of badnl.c\n");
	return 2;
}
