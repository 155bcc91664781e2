// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the module into JSON objects. A message that is truncated, lacks
 * what it must have, or has an attribute of the wrong size is refused as a
 * whole; attributes that this tool does not know are passed over.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "decode.h"
#include "escape.h"
#include "fail.h"
#include "names.h"
#include "output.h"

enum form {
	F_NUM, F_ENUM, F_STR, F_STRS, F_NUMS, F_FLAG, F_VERDICTS, F_HISTOGRAM,
};

struct field {
	int attr;
	const char *key;
	enum form form;
	bool must;
	int type;			/* NLA_* */
	const struct name_table *names;
};

#define U32(a, k, m)		{ a, k, F_NUM, m, NLA_U32, NULL }
#define U64(a, k, m)		{ a, k, F_NUM, m, NLA_U64, NULL }
#define STR(a, k, m)		{ a, k, F_STR, m, NLA_STRING, NULL }
#define STRS(a, k)		{ a, k, F_STRS, false, NLA_STRING, NULL }
#define NUMS(a, k)		{ a, k, F_NUMS, false, NLA_U32, NULL }
#define ENUM(a, k, m, t)	{ a, k, F_ENUM, m, NLA_U32, &t }
#define FLAG(a, k)		{ a, k, F_FLAG, false, NLA_FLAG, NULL }
#define NEST(a, k)		{ a, k, F_VERDICTS, false, NLA_NESTED, NULL }
#define BINARY(a, k)		{ a, k, F_HISTOGRAM, false, NLA_UNSPEC, NULL }
#define END			{ 0, NULL, F_NUM, false, 0, NULL }

static const struct field info_fields[] = {
	STR(CPUISO_A_INFO_VERSION, "module", true),
	U64(CPUISO_A_INFO_GENERATION, "generation", true),
	STR(CPUISO_A_INFO_ISOLATED, "isolated", false),
	STR(CPUISO_A_INFO_HOUSEKEEPING, "housekeeping", false),
	STR(CPUISO_A_INFO_BUSY, "busy", false),
	U64(CPUISO_A_INFO_NOTES_LOST, "notes_lost", false),
	STRS(CPUISO_A_INFO_MISSING_TRACEPOINT, "missing_tracepoints"),
	END
};

static const struct field isolation_fields[] = {
	STR(CPUISO_A_ISOLATION_NAME, "name", true),
	U32(CPUISO_A_ISOLATION_ID, "id", false),
	ENUM(CPUISO_A_ISOLATION_STATE, "state", true, state_names),
	STR(CPUISO_A_ISOLATION_CPUS, "cpus", true),
	U64(CPUISO_A_ISOLATION_SINCE, "since", false),
	NUMS(CPUISO_A_ISOLATION_PID, "pid"),
	STRS(CPUISO_A_ISOLATION_COMM, "comm"),
	STRS(CPUISO_A_ISOLATION_CGROUP, "cgroup"),
	STRS(CPUISO_A_ISOLATION_KEEP_IRQ, "keep_irq"),
	ENUM(CPUISO_A_ISOLATION_SCHED_POLICY, "sched_policy", false, sched_names),
	U32(CPUISO_A_ISOLATION_SCHED_PRIO, "sched_prio", false),
	U32(CPUISO_A_ISOLATION_MEMBERS, "members", false),
	NEST(CPUISO_A_ISOLATION_VERDICTS, "verdicts"),
	FLAG(CPUISO_A_ISOLATION_OWNED, "owned"),
	ENUM(CPUISO_A_ISOLATION_GUARD_TASKS, "guard_tasks", false, guard_names),
	ENUM(CPUISO_A_ISOLATION_GUARD_KTHREADS, "guard_kthreads", false, guard_names),
	ENUM(CPUISO_A_ISOLATION_GUARD_IRQS, "guard_irqs", false, guard_names),
	ENUM(CPUISO_A_ISOLATION_EXIT, "exit", false, exit_names),
	U32(CPUISO_A_ISOLATION_EVICTED, "evicted", false),
	U32(CPUISO_A_ISOLATION_REPORTED, "reported", false),
	U32(CPUISO_A_ISOLATION_FIGHTS, "fights", false),
	STRS(CPUISO_A_ISOLATION_KEEP_KNOB, "keep_knob"),
	FLAG(CPUISO_A_ISOLATION_POWER, "power"),
	FLAG(CPUISO_A_ISOLATION_RCU, "rcu"),
	FLAG(CPUISO_A_ISOLATION_REPLUG, "replug"),
	END
};

static const struct field verdicts_fields[] = {
	ENUM(CPUISO_A_VERDICTS_KIND, "kind", true, kind_names),
	ENUM(CPUISO_A_VERDICTS_VERDICT, "verdict", true, verdict_names),
	U32(CPUISO_A_VERDICTS_COUNT, "count", true),
	END
};

static const struct field task_fields[] = {
	U32(CPUISO_A_TASK_PID, "pid", true),
	U32(CPUISO_A_TASK_TGID, "tgid", false),
	STR(CPUISO_A_TASK_COMM, "comm", true),
	FLAG(CPUISO_A_TASK_KTHREAD, "kthread"),
	STR(CPUISO_A_TASK_ISOLATION, "isolation", false),
	ENUM(CPUISO_A_TASK_VERDICT, "verdict", true, verdict_names),
	U32(CPUISO_A_TASK_ERRNO, "errno", false),
	STR(CPUISO_A_TASK_ORIGINAL, "original", false),
	STR(CPUISO_A_TASK_PRESENT, "present", false),
	END
};

static const struct field irq_fields[] = {
	U32(CPUISO_A_IRQ_IRQ, "irq", true),
	STR(CPUISO_A_IRQ_ACTION, "action", false),
	STR(CPUISO_A_IRQ_CHIP, "chip", false),
	STR(CPUISO_A_IRQ_ISOLATION, "isolation", false),
	ENUM(CPUISO_A_IRQ_VERDICT, "verdict", true, verdict_names),
	U32(CPUISO_A_IRQ_ERRNO, "errno", false),
	STR(CPUISO_A_IRQ_ORIGINAL, "original", false),
	STR(CPUISO_A_IRQ_PRESENT, "present", false),
	STR(CPUISO_A_IRQ_EFFECTIVE, "effective", false),
	FLAG(CPUISO_A_IRQ_PENDING, "pending"),
	END
};

static const struct field knob_fields[] = {
	STR(CPUISO_A_KNOB_NAME, "name", true),
	STR(CPUISO_A_KNOB_PATH, "path", true),
	ENUM(CPUISO_A_KNOB_VERDICT, "verdict", true, verdict_names),
	U32(CPUISO_A_KNOB_ERRNO, "errno", false),
	STR(CPUISO_A_KNOB_ORIGINAL, "original", false),
	STR(CPUISO_A_KNOB_PRESENT, "present", false),
	STR(CPUISO_A_KNOB_TARGET, "target", false),
	END
};

static const struct field undo_fields[] = {
	ENUM(CPUISO_A_UNDO_KIND, "kind", true, kind_names),
	U32(CPUISO_A_UNDO_OBJECT, "object", false),
	STR(CPUISO_A_UNDO_NAME, "name", true),
	ENUM(CPUISO_A_UNDO_RESULT, "result", true, verdict_names),
	U32(CPUISO_A_UNDO_ERRNO, "errno", false),
	STR(CPUISO_A_UNDO_ORIGINAL, "original", false),
	STR(CPUISO_A_UNDO_FOUND, "found", false),
	END
};

static const struct field stat_fields[] = {
	U32(CPUISO_A_STAT_CPU, "cpu", true),
	ENUM(CPUISO_A_STAT_KIND, "kind", true, stat_names),
	STR(CPUISO_A_STAT_NAME, "name", true),
	U64(CPUISO_A_STAT_COUNT, "count", false),
	U64(CPUISO_A_STAT_TOTAL_NS, "total_ns", false),
	U64(CPUISO_A_STAT_MAX_NS, "max_ns", false),
	U64(CPUISO_A_STAT_LAST_NS, "last_ns", false),
	U64(CPUISO_A_STAT_FIRST_NS, "first_ns", false),
	BINARY(CPUISO_A_STAT_HISTOGRAM, "histogram"),
	END
};

static const struct field event_fields[] = {
	U64(CPUISO_A_EVENT_SEQ, "seq", true),
	U64(CPUISO_A_EVENT_TIME, "time", true),
	ENUM(CPUISO_A_EVENT_TYPE, "type", true, event_names),
	STR(CPUISO_A_EVENT_ISOLATION, "isolation", false),
	ENUM(CPUISO_A_EVENT_KIND, "kind", false, kind_names),
	U32(CPUISO_A_EVENT_OBJECT, "object", false),
	STR(CPUISO_A_EVENT_NAME, "name", false),
	U32(CPUISO_A_EVENT_ERRNO, "errno", false),
	STR(CPUISO_A_EVENT_TEXT, "text", false),
	STR(CPUISO_A_EVENT_FROM, "from", false),
	STR(CPUISO_A_EVENT_TO, "to", false),
	U32(CPUISO_A_EVENT_BY_PID, "by_pid", false),
	STR(CPUISO_A_EVENT_BY_COMM, "by_comm", false),
	U64(CPUISO_A_EVENT_NS, "ns", false),
	END
};

static const struct field done_fields[] = {
	U32(CPUISO_A_DONE_VERB, "verb", true),
	U32(CPUISO_A_DONE_ERRNO, "errno", false),
	STR(CPUISO_A_DONE_MESSAGE, "message", false),
	U32(CPUISO_A_DONE_ATTR, "attr", false),
	STR(CPUISO_A_DONE_NAME, "name", false),
	U32(CPUISO_A_DONE_RESTORED, "restored", false),
	U32(CPUISO_A_DONE_GONE, "gone", false),
	U32(CPUISO_A_DONE_CHANGED_SINCE, "changed_since", false),
	U32(CPUISO_A_DONE_FAILED, "failed", false),
	END
};

static const struct {
	const struct field *fields;
	int max;
} messages[__CPUISO_CMD_MAX] = {
	[CPUISO_CMD_INFO_GET] = { info_fields, CPUISO_A_INFO_MAX },
	[CPUISO_CMD_ISOLATION_GET] = { isolation_fields, CPUISO_A_ISOLATION_MAX },
	[CPUISO_CMD_TASK_GET] = { task_fields, CPUISO_A_TASK_MAX },
	[CPUISO_CMD_IRQ_GET] = { irq_fields, CPUISO_A_IRQ_MAX },
	[CPUISO_CMD_KNOB_GET] = { knob_fields, CPUISO_A_KNOB_MAX },
	[CPUISO_CMD_UNDO_GET] = { undo_fields, CPUISO_A_UNDO_MAX },
	[CPUISO_CMD_STAT_GET] = { stat_fields, CPUISO_A_STAT_MAX },
	[CPUISO_CMD_EVENT_NTF] = { event_fields, CPUISO_A_EVENT_MAX },
	[CPUISO_CMD_DONE_NTF] = { done_fields, CPUISO_A_DONE_MAX },
};

/* No attribute set is larger. */
#define ATTR_MAX	CPUISO_A_ISOLATION_MAX

static void fill_policy(struct nla_policy policy[ATTR_MAX + 1],
			const struct field *f)
{
	memset(policy, 0, sizeof(*policy) * (ATTR_MAX + 1));
	for (; f->key; f++) {
		policy[f->attr].type = f->type;
		/* libnl checks the minimum only; a longer one is as wrong. */
		if (f->type == NLA_U32)
			policy[f->attr].maxlen = sizeof(uint32_t);
		else if (f->type == NLA_U64)
			policy[f->attr].maxlen = sizeof(uint64_t);
	}
}

static uint64_t number(struct nlattr *a)
{
	return nla_len(a) == sizeof(uint64_t) ? nla_get_u64(a) : nla_get_u32(a);
}

static json_object *decode_attrs(struct nlattr *head, int len,
				 const struct field *fields, int max);

static json_object *decode_list(struct nlattr *head, int len,
				const struct field *f)
{
	json_object *list = json_object_new_array(), *item;
	struct nlattr *a;
	char *clean;
	int rem;

	nla_for_each_attr(a, head, len, rem) {
		if (nla_type(a) != f->attr)
			continue;
		if (f->form == F_STRS) {
			clean = escape_dup(nla_get_string(a), ESC_UTF8);
			item = json_object_new_string(clean);
			free(clean);
		} else if (f->form == F_NUMS) {
			item = json_object_new_uint64(number(a));
		} else {
			item = decode_attrs(nla_data(a), nla_len(a),
					    verdicts_fields, CPUISO_A_VERDICTS_MAX);
			if (!item) {
				json_object_put(list);
				return NULL;
			}
		}
		if (json_object_array_add(list, item))
			die(EXIT_REFUSED, "out of memory; free some and try again");
	}
	return list;
}

static json_object *decode_histogram(const struct nlattr *a)
{
	json_object *list = json_object_new_array();
	uint32_t n;
	int i;

	for (i = 0; i + (int)sizeof(n) <= nla_len(a); i += sizeof(n)) {
		memcpy(&n, (const char *)nla_data(a) + i, sizeof(n));
		if (json_object_array_add(list, json_object_new_uint64(n)))
			die(EXIT_REFUSED, "out of memory; free some and try again");
	}
	return list;
}

static json_object *decode_attrs(struct nlattr *head, int len,
				 const struct field *fields, int max)
{
	struct nla_policy policy[ATTR_MAX + 1];
	struct nlattr *tb[ATTR_MAX + 1], *a;
	const struct field *f;
	json_object *obj, *list;
	int rem;

	/* libnl passes over a last attribute that is cut short. */
	nla_for_each_attr(a, head, len, rem)
		;
	if (rem > 0)
		return NULL;
	fill_policy(policy, fields);
	if (nla_parse(tb, max, head, len, policy))
		return NULL;
	obj = json_object_new_object();
	for (f = fields; f->key; f++) {
		a = tb[f->attr];
		if (f->must && !a)
			goto refuse;
		switch (f->form) {
		case F_NUM:
			put(obj, f->key, a ? json_object_new_uint64(number(a)) : NULL);
			break;
		case F_ENUM:
			put_str(obj, f->key, a ? name_of(f->names, nla_get_u32(a)) : NULL);
			break;
		case F_STR:
			put_str(obj, f->key, a ? nla_get_string(a) : NULL);
			break;
		case F_FLAG:
			put(obj, f->key, json_object_new_boolean(a != NULL));
			break;
		case F_HISTOGRAM:
			put(obj, f->key, a ? decode_histogram(a) : NULL);
			break;
		case F_STRS:
		case F_NUMS:
		case F_VERDICTS:
			list = decode_list(head, len, f);
			if (!list)
				goto refuse;
			put(obj, f->key, list);
			break;
		}
	}
	return obj;
refuse:
	json_object_put(obj);
	return NULL;
}

/**
 * decode_message() - a message of the module as an object
 * @nlh: the message
 * @cmd: what it must be (CPUISO_CMD_*)
 *
 * Return: an object for json_object_put(), NULL when the message is not that.
 */
json_object *decode_message(struct nlmsghdr *nlh, int cmd)
{
	struct genlmsghdr *ghdr;

	if (!genlmsg_valid_hdr(nlh, 0))
		return NULL;
	ghdr = genlmsg_hdr(nlh);
	if (ghdr->cmd != cmd || cmd >= __CPUISO_CMD_MAX || !messages[cmd].fields)
		return NULL;
	return decode_attrs(genlmsg_attrdata(ghdr, 0), genlmsg_attrlen(ghdr, 0),
			    messages[cmd].fields, messages[cmd].max);
}

/**
 * decode_done() - a done-ntf message
 * @nlh: the message
 * @done: filled from it
 *
 * Return: false when it is not one.
 */
bool decode_done(struct nlmsghdr *nlh, struct done *done)
{
	json_object *obj = decode_message(nlh, CPUISO_CMD_DONE_NTF);
	const char *s;

	if (!obj)
		return false;
	memset(done, 0, sizeof(*done));
	done->verb = get_num(obj, "verb");
	done->err = get_num(obj, "errno");
	done->attr = get_num(obj, "attr");
	done->restored = get_num(obj, "restored");
	done->gone = get_num(obj, "gone");
	done->changed = get_num(obj, "changed_since");
	done->failed = get_num(obj, "failed");
	s = get_str(obj, "message");
	if (s)
		strncpy(done->message, s, sizeof(done->message) - 1);
	s = get_str(obj, "name");
	if (s)
		strncpy(done->name, s, sizeof(done->name) - 1);
	json_object_put(obj);
	return true;
}

/* The isolation attribute at an offset of what was sent, 0 if there is none. */
static int attr_at(const struct nlmsghdr *sent, uint32_t off, bool nested)
{
	const char *base = (const char *)sent;
	uint32_t first = NLMSG_HDRLEN + GENL_HDRLEN;
	const struct nlattr *a;

	if (off < first || off > sent->nlmsg_len - sizeof(*a))
		return 0;
	/* In a plan the isolation is inside one outer attribute. */
	if (nested && off == first)
		return 0;
	a = (const struct nlattr *)(base + off);
	return nla_type(a);
}

/**
 * decode_refusal() - read the extended acknowledgement
 * @nlh: an NLMSG_ERROR or NLMSG_DONE message
 * @sent: the request it answers, or NULL
 * @nested: the request was a plan
 * @r: filled from it; err is 0 for an acknowledgement
 */
void decode_refusal(struct nlmsghdr *nlh, const struct nlmsghdr *sent,
		    bool nested, struct refusal *r)
{
	static struct nla_policy policy[NLMSGERR_ATTR_MAX + 1] = {
		[NLMSGERR_ATTR_MSG] = { .type = NLA_STRING },
		[NLMSGERR_ATTR_OFFS] = { .type = NLA_U32 },
		[NLMSGERR_ATTR_MISS_TYPE] = { .type = NLA_U32 },
	};
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];
	int err = 0, skip = sizeof(err);

	memset(r, 0, sizeof(*r));
	if (nlmsg_datalen(nlh) < (int)sizeof(err))
		return;
	memcpy(&err, nlmsg_data(nlh), sizeof(err));
	r->err = err < 0 && err > -4096 ? -err : 0;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		struct nlmsgerr *e = nlmsg_data(nlh);

		skip = sizeof(*e);
		if (nlmsg_datalen(nlh) < skip)
			return;
		/* Without NLM_F_CAPPED the whole request is quoted first. */
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
			if (e->msg.nlmsg_len < NLMSG_HDRLEN ||
			    e->msg.nlmsg_len > (uint32_t)nlmsg_datalen(nlh))
				return;
			skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
		}
	}
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || skip > nlmsg_datalen(nlh))
		return;
	if (nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)nlmsg_data(nlh) + skip),
		      nlmsg_datalen(nlh) - skip, policy))
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		strncpy(r->message, nla_get_string(tb[NLMSGERR_ATTR_MSG]),
			sizeof(r->message) - 1);
	if (tb[NLMSGERR_ATTR_OFFS] && sent)
		r->attr = attr_at(sent, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]), nested);
	if (!r->attr && tb[NLMSGERR_ATTR_MISS_TYPE])
		r->attr = nla_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE]);
}
