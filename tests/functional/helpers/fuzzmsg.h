/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages from the tables that spec.py makes of the netlink spec: what is right, what is just at an edge, what is wrong, and
 * what has been damaged afterwards. Which of it follows from the state of rnd() alone.
 */
#ifndef FUZZMSG_H
#define FUZZMSG_H

#include "genl.h"

enum spec_form { SPEC_STRING, SPEC_U32, SPEC_U64, SPEC_FLAG, SPEC_NEST, SPEC_BINARY, SPEC_PAD };

struct spec_attr {
	const char *name;
	int type;
	enum spec_form form;
	uint32_t least, most;		/* of a number its value, of a text its length */
	int nested;			/* a set, or -1 */
	bool multi;
};

struct spec_set {
	const struct spec_attr *attrs;
	int n;
};

struct spec_op {
	const char *name;
	int cmd;
	bool dump;
	int set;
	uint32_t attrs;			/* of the request, one bit each */
};

#include "spec.h"

#define MAX_PIDS 16

/* What a message may speak of, beside what is made up. */
static struct {
	const char *cpus;
	uint32_t pids[MAX_PIDS];
	int n_pids;
} known;

static uint32_t rnd_state;

static inline uint32_t rnd(void)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 17;
	rnd_state ^= rnd_state << 5;
	return rnd_state;
}

static inline bool one_in(uint32_t n)
{
	return rnd() % n == 0;
}

#define PICK(list) ((list)[rnd() % COUNT(list)])

static const char *text_for(int type)
{
	static const char * const names[] = { "a", "b", "c", "a", "b", "A.long_name-with@all:of,it+1" };
	static const char * const lists[] = { "0", "all", "N", "0-N", "1", "0-99", "", "1,", "1-", "1:1/0", "1-1:1/1", "4096" };
	static const char * const comms[] = { "fuzznl", "puppet", "nobody", "bash", "kworker", "\x80\xff \\" };
	static const char * const cgroups[] = { "/", "/a", "/no/such", "/../a", "a", "/a/", "//" };
	static const char * const irqs[] = { "*", "4", "0", "999999", "[", "[^", "*timer*", "virtio*", "?", "\\", "i8042" };
	static const char * const knobs[] = { "kernel.watchdog_cpumask", "workqueue.unbound", "net.rps_cpus",
					      "kernel.timer_migration", "vm.stat_interval", "ksm.run",
					      "kernel.sched_rt_runtime_us", "cpu.governor", "x" };

	switch (type) {
	case CPUISO_A_ISOLATION_NAME:
		return PICK(names);
	case CPUISO_A_ISOLATION_CPUS:
		return one_in(8) ? PICK(lists) : known.cpus;
	case CPUISO_A_ISOLATION_COMM:
		return PICK(comms);
	case CPUISO_A_ISOLATION_CGROUP:
		return PICK(cgroups);
	case CPUISO_A_ISOLATION_KEEP_IRQ:
		return PICK(irqs);
	case CPUISO_A_ISOLATION_KEEP_KNOB:
		return PICK(knobs);
	default:
		return "text";
	}
}

static uint32_t number_for(const struct spec_attr *a, int set)
{
	if (set == SET_ISOLATION && a->type == CPUISO_A_ISOLATION_PID) {
		static const uint32_t others[] = { 0, 1, 2, 3, 10, 0x7fffffff };

		return known.n_pids && !one_in(6) ? known.pids[rnd() % known.n_pids] : PICK(others);
	}
	return a->most == UINT32_MAX ? rnd() : a->least + rnd() % (a->most - a->least + 1);
}

static void put_set(struct msg *m, int set, uint32_t attrs, int wrong, int depth);

static void put_nest(struct msg *m, int type, int set, uint32_t attrs, int wrong, int depth)
{
	size_t at = m->len;

	put(m, type | (one_in(8) ? 0 : NLA_F_NESTED), NULL, 0);
	if (set >= 0 && depth < 40)
		put_set(m, set, attrs, wrong, depth + 1);
	((struct nlattr *)(m->data + at))->nla_len = m->len - at > 65535 ? 4 : m->len - at;
}

static void put_right(struct msg *m, const struct spec_attr *a, int set, int wrong, int depth)
{
	uint64_t wide = (uint64_t)rnd() << rnd() % 33;

	switch (a->form) {
	case SPEC_STRING:
		put_text(m, a->type, set == SET_ISOLATION ? text_for(a->type) : "text");
		break;
	case SPEC_U32:
		put_u32(m, a->type, number_for(a, set));
		break;
	case SPEC_U64:
		put(m, a->type, &wide, sizeof(wide));
		break;
	case SPEC_NEST:
		/* A plan is what an apply is. */
		put_nest(m, a->type, a->nested, a->nested == SET_ISOLATION ? spec_ops[0].attrs : ~0u, wrong, depth);
		break;
	default:
		put(m, a->type, NULL, 0);
	}
}

static void put_edge(struct msg *m, const struct spec_attr *a)
{
	static char filler[8192];
	uint32_t numbers[] = { a->least - 1, a->least, a->most, a->most + 1, 0, UINT32_MAX, 0x80000000 };
	uint32_t lengths[] = { 0, 1, a->most, a->most + 1, a->most + 2, 4096, 8191 };
	uint32_t len = PICK(lengths);

	if (a->form != SPEC_STRING) {
		put_u32(m, a->type, PICK(numbers));
		return;
	}
	if (len > sizeof(filler) - 1)
		len = 1;
	memset(filler, PICK("aA0,/*%\x01\xff"), len);
	if (one_in(2))
		filler[0] = '/';
	/* With its end and without. */
	filler[len] = '\0';
	put(m, a->type, filler, len + rnd() % 2);
}

static void put_wrong(struct msg *m, const struct spec_attr *a)
{
	static const int lengths[] = { 0, 1, 2, 3, 5, 7, 8, 12, 64, 4000 };
	char junk[4000];
	size_t len = PICK(lengths), i;

	for (i = 0; i < len; i++)
		junk[i] = rnd();
	put(m, a->type | (one_in(4) ? NLA_F_NESTED : 0) | (one_in(8) ? NLA_F_NET_BYTEORDER : 0), junk, len);
}

static void put_one(struct msg *m, const struct spec_attr *a, int set, int wrong, int depth)
{
	if (wrong && one_in(wrong))
		put_wrong(m, a);
	else if (wrong && one_in(wrong))
		put_edge(m, a);
	else
		put_right(m, a, set, wrong, depth);
}

/* What an operation cannot do without is there most of the time, the rest now and then. */
static bool is_wanted(int set, const struct spec_attr *a)
{
	if (set != SET_ISOLATION)
		return one_in(4);
	switch (a->type) {
	case CPUISO_A_ISOLATION_NAME:
	case CPUISO_A_ISOLATION_CPUS:
		return !one_in(16);
	case CPUISO_A_ISOLATION_RCU:
	case CPUISO_A_ISOLATION_REPLUG:
		return one_in(64);
	case CPUISO_A_ISOLATION_SCHED_PRIO:
		return one_in(12);
	default:
		return one_in(6);
	}
}

/* @wrong: one attribute in so many is; 0 for none. */
static void put_set(struct msg *m, int set, uint32_t attrs, int wrong, int depth)
{
	const struct spec_set *s = &spec_sets[set];
	int i, k, n;

	for (i = 0; i < s->n; i++) {
		const struct spec_attr *a = &s->attrs[i];

		if (!(attrs >> i & 1) && (!wrong || !one_in(4 * wrong)))
			continue;
		if (!is_wanted(set, a))
			continue;
		n = one_in(8) ? 2 : 1;
		if (a->multi && one_in(64))
			n = CPUISO_RULES_MAX + rnd() % 2;
		for (k = 0; k < n; k++)
			put_one(m, a, set, wrong, depth);
	}
	if (wrong && one_in(2 * wrong))
		put(m, one_in(2) ? s->n + 1 + rnd() % 8 : rnd() % 0x4000, "unknown", rnd() % 8);
}

static void damage(struct msg *m)
{
	struct nlmsghdr *nlh = (void *)m->data;
	uint32_t n = 1 + rnd() % 4, room = m->len - NLMSG_HDRLEN, at;

	switch (rnd() % 4) {
	case 0:
		nlh->nlmsg_len = m->len = NLMSG_HDRLEN + rnd() % (room + 1);
		break;
	case 1:
		nlh->nlmsg_len = rnd() % (m->len + 64);
		break;
	default:
		while (n--) {
			at = NLMSG_HDRLEN + rnd() % room;
			m->data[at] ^= one_in(2) ? rnd() : 1u << rnd() % 8;
		}
	}
}

/* Returns the operation that was meant. */
static const struct spec_op *make_message(struct msg *m)
{
	/* Verbs more often than the rest: they come first. */
	const struct spec_op *op = &spec_ops[one_in(2) ? rnd() % 4 : rnd() % COUNT(spec_ops)];
	int flags = op->dump ? NLM_F_DUMP : 0, wrong = one_in(2) ? 0 : 1 << (1 + rnd() % 4);

	if (wrong && one_in(8))
		flags ^= NLM_F_DUMP;
	begin(m, family, NLM_F_ACK | flags, wrong && one_in(16) ? rnd() % 256 : (uint32_t)op->cmd);
	put_set(m, op->set, op->attrs, wrong, 0);
	if (one_in(6))
		damage(m);
	return op;
}

#endif
