/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_DUMP_H
#define CPUISO_DUMP_H

#include <net/genetlink.h>
#include "irqs.h"
#include "settings.h"
#include "tasks.h"
#include "undo.h"

#define CPUISO_LIST_SIZE PAGE_SIZE

/**
 * struct cpuiso_dump - a dump of records that is under way
 * @store: the records; NULL before the first call
 * @plan: when it is a plan, its world, with a store of its own
 * @next: key of the next record
 * @list: room for the text of a mask
 * @task: the record that is being written
 * @irq: the record that is being written
 * @knob: the record that is being written
 * @undo: the entry that is being written
 */
struct cpuiso_dump {
	struct cpuiso_store *store;
	struct cpuiso_world *plan;
	unsigned long next;
	char *list;
	struct cpuiso_task_view task;
	struct cpuiso_irq_view irq;
	struct cpuiso_knob_view knob;
	struct cpuiso_undo_view undo;
};

/* In netlink.c, which knows what the operations do. */
extern struct genl_family cpuiso_family;

int cpuiso_dump_start(struct netlink_callback *cb);
int cpuiso_dump_done(struct netlink_callback *cb);
u32 cpuiso_dump_seq(const struct cpuiso_dump *d);
int cpuiso_dump_prepare(struct cpuiso_dump *d, struct netlink_callback *cb,
			unsigned int plan_attr);
void *cpuiso_put_header(struct sk_buff *skb, struct netlink_callback *cb,
			u8 cmd);
int cpuiso_put_finish(struct sk_buff *skb, void *hdr, bool failed);

#endif
