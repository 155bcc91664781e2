/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_REPLY_H
#define CPUISO_REPLY_H

#include <net/genetlink.h>
#include "event.h"
#include "verbs.h"

int cpuiso_put_keep_knobs(struct sk_buff *skb,
			  const struct cpuiso_isolation *iso);
int cpuiso_dump_knobs(struct sk_buff *skb, struct netlink_callback *cb);
int cpuiso_dump_undo(struct sk_buff *skb, struct netlink_callback *cb);
int cpuiso_reply_info(struct sk_buff *skb, struct genl_info *info);
int cpuiso_dump_isolations(struct sk_buff *skb, struct netlink_callback *cb);
int cpuiso_dump_tasks(struct sk_buff *skb, struct netlink_callback *cb);
int cpuiso_dump_irqs(struct sk_buff *skb, struct netlink_callback *cb);
int cpuiso_dump_stats_start(struct netlink_callback *cb);
int cpuiso_dump_stats_done(struct netlink_callback *cb);
int cpuiso_dump_stats(struct sk_buff *skb, struct netlink_callback *cb);
struct sk_buff *cpuiso_msg_done(struct cpuiso_op *op);
struct sk_buff *cpuiso_msg_event(const struct cpuiso_event_rec *e);

#endif
