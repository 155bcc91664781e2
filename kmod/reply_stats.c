// SPDX-License-Identifier: GPL-2.0
/*
 * The messages about the ledgers. A dump shows one snapshot of each CPU, and
 * keeps it while user space fetches it piece by piece.
 */
#include <linux/slab.h>
#include <net/genetlink.h>
#include "dump.h"
#include "reply.h"
#include "stats.h"

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, CPUISO_A_STAT_PAD);
}

static int fill_stat(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct cpuiso_stat *s)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &cpuiso_family, NLM_F_MULTI,
				CPUISO_CMD_STAT_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, CPUISO_A_STAT_CPU, s->cpu) ||
	    nla_put_u32(skb, CPUISO_A_STAT_KIND, s->kind) ||
	    nla_put_string(skb, CPUISO_A_STAT_NAME, s->name) ||
	    (s->has & CPUISO_STAT_HAS_COUNT &&
	     put_u64(skb, CPUISO_A_STAT_COUNT, s->count)) ||
	    (s->has & CPUISO_STAT_HAS_TIME &&
	     put_u64(skb, CPUISO_A_STAT_TOTAL_NS, s->total)) ||
	    (s->has & CPUISO_STAT_HAS_RANGE &&
	     (put_u64(skb, CPUISO_A_STAT_FIRST_NS, s->first) ||
	      put_u64(skb, CPUISO_A_STAT_LAST_NS, s->last))) ||
	    (s->has & CPUISO_STAT_HAS_SPREAD &&
	     (put_u64(skb, CPUISO_A_STAT_MAX_NS, s->max) ||
	      nla_put(skb, CPUISO_A_STAT_HISTOGRAM,
		      CPUISO_HISTOGRAM_LEN * sizeof(*s->histogram),
		      s->histogram)))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * struct stat_dump - a dump of the ledgers that is under way
 * @cursor: of the next line
 * @stats: the ledger that is being read
 */
struct stat_dump {
	u64 cursor;
	struct cpuiso_stats stats;
};

/**
 * cpuiso_dump_stats_start - before the dump of stat-get
 * @cb: the dump; args[0] becomes its struct stat_dump
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_dump_stats_start(struct netlink_callback *cb)
{
	struct stat_dump *d = kzalloc(sizeof(*d), GFP_KERNEL);

	cb->args[0] = (long)d;
	return d ? 0 : -ENOMEM;
}

/**
 * cpuiso_dump_stats - the dump of stat-get
 * @skb: where to
 * @cb: where from
 */
int cpuiso_dump_stats(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct stat_dump *d = (struct stat_dump *)cb->args[0];
	int err;

	while (cpuiso_stats_next(&d->stats, &d->cursor)) {
		err = fill_stat(skb, cb, &d->stats.stat);
		if (err)
			return skb->len ?: err;
		d->cursor++;
	}
	return skb->len;
}

/**
 * cpuiso_dump_stats_done - the mirror of cpuiso_dump_stats_start()
 * @cb: the dump
 */
int cpuiso_dump_stats_done(struct netlink_callback *cb)
{
	struct stat_dump *d = (struct stat_dump *)cb->args[0];

	cpuiso_stats_free(&d->stats);
	kfree(d);
	return 0;
}
