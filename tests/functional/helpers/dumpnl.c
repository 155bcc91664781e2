// SPDX-License-Identifier: GPL-2.0
/*
 * The dumps of the module.
 *
 *   dumpnl agree           hold them against /proc/cpuiso; prints what differs
 *   dumpnl hammer          take all again and again, every other time leaving in the middle, until the family is gone;
 *                          prints how often
 */
#include "genl.h"

static const char * const verdicts[] = {
	"moved", "already-clear", "workload", "per-cpu-kthread", "no-setaffinity", "managed-irq", "per-cpu-irq",
	"no-vectors", "refused", "exited", "restored", "gone", "changed-since", "set", "kept", "absent",
	"blocked",
};

static const char * const kinds[] = { "task", "irq", "knob", "cpu" };

static const char * const states[] = { "applying", "isolated", "reverting" };

static const char * const stat_kinds[] = {
	"time", "switch", "irq", "vector", "softirq", "kthread", "user",
	"timer", "hrtimer", "work", "call", "nmi", "ipi",
};

static const char *name_of(const char * const *names, size_t n, uint32_t value)
{
	return value < n && names[value] ? names[value] : "?";
}

static char *text;
static size_t text_len, text_room;

static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
	__builtin_va_list ap;

	if (text_room - text_len < 16384)
		text = realloc(text, text_room += 262144);
	if (!text)
		die("realloc");
	__builtin_va_start(ap, fmt);
	text_len += vsnprintf(text + text_len, text_room - text_len, fmt, ap);
	__builtin_va_end(ap);
}

static void say_escaped(const char *s)
{
	if (!s || !*s) {
		say("%s", s ? "" : "-");
		return;
	}
	for (; *s; s++) {
		if ((unsigned char)*s <= ' ' || *s == '\\' || *s == 0x7f)
			say("\\%03o", (unsigned char)*s);
		else
			say("%c", *s);
	}
}

static const char *or_dash(const char *s)
{
	return s && *s ? s : "-";
}

static void say_task(const void *d, size_t n)
{
	say("%u\t%u\t", get_u32(d, n, CPUISO_A_TASK_PID), get_u32(d, n, CPUISO_A_TASK_TGID));
	say_escaped(get_text(d, n, CPUISO_A_TASK_COMM));
	say("\t%s\t%s\t%s\t%u\t%s\t%s\n", find(d, n, CPUISO_A_TASK_KTHREAD) ? "kthread" : "user",
	    or_dash(get_text(d, n, CPUISO_A_TASK_ISOLATION)),
	    name_of(verdicts, COUNT(verdicts), get_u32(d, n, CPUISO_A_TASK_VERDICT)),
	    get_u32(d, n, CPUISO_A_TASK_ERRNO), or_dash(get_text(d, n, CPUISO_A_TASK_ORIGINAL)),
	    or_dash(get_text(d, n, CPUISO_A_TASK_PRESENT)));
}

static void say_irq(const void *d, size_t n)
{
	say("%u\t", get_u32(d, n, CPUISO_A_IRQ_IRQ));
	say_escaped(get_text(d, n, CPUISO_A_IRQ_ACTION));
	say("\t");
	say_escaped(get_text(d, n, CPUISO_A_IRQ_CHIP));
	say("\t%s\t%s\t%u\t%s\t%s\t%s\t%s\n", or_dash(get_text(d, n, CPUISO_A_IRQ_ISOLATION)),
	    name_of(verdicts, COUNT(verdicts), get_u32(d, n, CPUISO_A_IRQ_VERDICT)),
	    get_u32(d, n, CPUISO_A_IRQ_ERRNO), or_dash(get_text(d, n, CPUISO_A_IRQ_ORIGINAL)),
	    or_dash(get_text(d, n, CPUISO_A_IRQ_PRESENT)), or_dash(get_text(d, n, CPUISO_A_IRQ_EFFECTIVE)),
	    find(d, n, CPUISO_A_IRQ_PENDING) ? "pending" : "-");
}

/* Which lines of the verdict kind there are, and in which order, both sides choose alike. */
static void say_isolation(const void *d, size_t n)
{
	const char *name = or_dash(get_text(d, n, CPUISO_A_ISOLATION_NAME));

	say("isolation\t%s\t%s\t%s\t%llu\n", name,
	    name_of(states, COUNT(states), get_u32(d, n, CPUISO_A_ISOLATION_STATE)),
	    or_dash(get_text(d, n, CPUISO_A_ISOLATION_CPUS)),
	    (unsigned long long)get_u64(d, n, CPUISO_A_ISOLATION_SINCE));
	say("members\t%s\t%u\n", name, get_u32(d, n, CPUISO_A_ISOLATION_MEMBERS));
	while (n >= NLA_HDRLEN) {
		const struct nlattr *nla = d;
		size_t step = NLA_ALIGN(nla->nla_len), inner = nla->nla_len - NLA_HDRLEN;

		if ((nla->nla_type & NLA_TYPE_MASK) == CPUISO_A_ISOLATION_VERDICTS)
			say("verdict\t%s\t%s\t%s\t%u\n", name,
			    name_of(kinds, COUNT(kinds), get_u32(payload(nla), inner, CPUISO_A_VERDICTS_KIND)),
			    name_of(verdicts, COUNT(verdicts),
				    get_u32(payload(nla), inner, CPUISO_A_VERDICTS_VERDICT)),
			    get_u32(payload(nla), inner, CPUISO_A_VERDICTS_COUNT));
		if (step >= n)
			break;
		d = (const char *)d + step;
		n -= step;
	}
}

static const char *text_or_null(const void *d, size_t n, int attr)
{
	const char *s = get_text(d, n, attr);

	return s && *s ? s : NULL;
}

static void say_knob(const void *d, size_t n)
{
	say_escaped(get_text(d, n, CPUISO_A_KNOB_NAME));
	say("\t");
	say_escaped(get_text(d, n, CPUISO_A_KNOB_PATH));
	say("\t%s\t%u\t", name_of(verdicts, COUNT(verdicts), get_u32(d, n, CPUISO_A_KNOB_VERDICT)),
	    get_u32(d, n, CPUISO_A_KNOB_ERRNO));
	say_escaped(text_or_null(d, n, CPUISO_A_KNOB_ORIGINAL));
	say("\t");
	say_escaped(text_or_null(d, n, CPUISO_A_KNOB_PRESENT));
	say("\t");
	say_escaped(text_or_null(d, n, CPUISO_A_KNOB_TARGET));
	say("\n");
}

static void say_undone(const void *d, size_t n)
{
	say("%s\t%u\t", name_of(kinds, COUNT(kinds), get_u32(d, n, CPUISO_A_UNDO_KIND)),
	    get_u32(d, n, CPUISO_A_UNDO_OBJECT));
	say_escaped(get_text(d, n, CPUISO_A_UNDO_NAME));
	say("\t%s\t%u\t", name_of(verdicts, COUNT(verdicts), get_u32(d, n, CPUISO_A_UNDO_RESULT)),
	    get_u32(d, n, CPUISO_A_UNDO_ERRNO));
	say_escaped(text_or_null(d, n, CPUISO_A_UNDO_ORIGINAL));
	say("\t");
	say_escaped(text_or_null(d, n, CPUISO_A_UNDO_FOUND));
	say("\n");
}

/* The counters never stand still. */
static void say_stat(const void *d, size_t n)
{
	say("%u\t%s\t", get_u32(d, n, CPUISO_A_STAT_CPU),
	    name_of(stat_kinds, COUNT(stat_kinds), get_u32(d, n, CPUISO_A_STAT_KIND)));
	say_escaped(get_text(d, n, CPUISO_A_STAT_NAME));
	say("\n");
}

static const struct table {
	int cmd;
	void (*say)(const void *d, size_t n);
	const char *path;
	int fields;
	bool tagged;
} tables[] = {
	{ CPUISO_CMD_TASK_GET, say_task, "/proc/cpuiso/tasks", 9, false },
	{ CPUISO_CMD_IRQ_GET, say_irq, "/proc/cpuiso/irqs", 10, false },
	{ CPUISO_CMD_ISOLATION_GET, say_isolation, "/proc/cpuiso/status", 5, true },
	{ CPUISO_CMD_KNOB_GET, say_knob, "/proc/cpuiso/knobs", 7, false },
	{ CPUISO_CMD_UNDO_GET, say_undone, "/proc/cpuiso/undo", 7, false },
	{ CPUISO_CMD_STAT_GET, say_stat, "/proc/cpuiso/stats", 3, false },
};

/* Returns -1 when the family is gone, 1 when the kernel says that the dump was interrupted, 0 when it is whole. */
static int dump(const struct table *t, int least)
{
	bool interrupted = false;
	int len, n = 0;

	begin(&out, family, NLM_F_DUMP, t->cmd);
	transmit(out.data, out.len);
	text_len = 0;
	say("%s", "");
	while (receive(&len)) {
		const struct nlmsghdr *nlh;

		for (nlh = (void *)in; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			if (nlh->nlmsg_seq != ((struct nlmsghdr *)out.data)->nlmsg_seq)
				continue;
			interrupted |= nlh->nlmsg_flags & NLM_F_DUMP_INTR;
			if (nlh->nlmsg_type == NLMSG_DONE)
				return interrupted;
			if (nlh->nlmsg_type == NLMSG_ERROR)
				return -1;
			t->say((const char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN,
			       nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN);
			n++;
		}
		if (least && n >= least)
			return 0;
	}
	printf("the dump of %s does not end\n", t->path);
	exit(3);
}

/* Of a file in /proc/cpuiso, what say() makes of the dump: the fields, or the lines of the kinds that are in both. */
static char *proc_text(const struct table *t)
{
	char *buf = read_all(t->path, NULL), *in_p, *out_p, *next;
	int field, lines = 0;

	if (!buf)
		die(t->path);
	out_p = buf;
	for (in_p = buf; in_p && *in_p; in_p = next) {
		next = strchr(in_p, '\n');
		if (next)
			*next++ = '\0';
		if (++lines <= (t->tagged ? 1 : 2))
			continue;
		if (t->tagged && strncmp(in_p, "isolation\t", 10) && strncmp(in_p, "members\t", 8) &&
		    strncmp(in_p, "verdict\t", 8))
			continue;
		for (field = 1; *in_p; in_p++) {
			field += *in_p == '\t';
			if (field > t->fields)
				break;
			*out_p++ = *in_p;
		}
		*out_p++ = '\n';
	}
	*out_p = '\0';
	return buf;
}

static int agree(void)
{
	int bad_tables = 0, try;
	size_t i;

	start();
	for (i = 0; i < COUNT(tables); i++) {
		const struct table *t = &tables[i];

		for (try = 0; try < 40; try++) {
			char *before = proc_text(t), *after;
			int ret = dump(t, 0);
			bool still, same = !strcmp(before, text);
			size_t at = 0;

			after = proc_text(t);
			still = !ret && !strcmp(before, after);
			while (before[at] && before[at] == text[at])
				at++;
			while (at && before[at - 1] != '\n')
				at--;
			if (still && (!same || !*before)) {
				printf("%s and the dump differ: \"%.*s\", \"%.*s\"\n", t->path,
				       (int)strcspn(before + at, "\n"), before + at, (int)strcspn(text + at, "\n"),
				       text + at);
				bad_tables++;
			}
			free(before);
			free(after);
			if (still)
				break;
			nap(0.01);
		}
		if (try == 40) {
			printf("%s never stayed the same\n", t->path);
			bad_tables++;
		}
	}
	return bad_tables ? 1 : 0;
}

static int hammer(void)
{
	unsigned long n = 0;

	for (;; n++) {
		open_socket();
		family = resolve();
		if (!family)
			break;
		/* The family may go at any moment, and its number be nobody's. */
		dump(&tables[n % COUNT(tables)], n & 1);
	}
	printf("%lu\n", n);
	return 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "agree"))
		return agree();
	if (!strcmp(verb, "hammer"))
		return hammer();
	fprintf(stderr, "usage: see the head of dumpnl.c\n");
	return 2;
}
