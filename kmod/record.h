/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_RECORD_H
#define CPUISO_RECORD_H

#include <linux/mm.h>
#include "types.h"

extern spinlock_t cpuiso_rec_lock;

int cpuiso_records_init(void);
void cpuiso_records_keep_caches(void);
void cpuiso_records_exit(void);

u64 cpuiso_generation(void);
void cpuiso_changed(void);

struct cpuiso_store *cpuiso_store_new(void);
void cpuiso_store_clear(struct cpuiso_store *store);
void cpuiso_store_free(struct cpuiso_store *store);

struct cpuiso_task_rec *cpuiso_task_rec_find(struct cpuiso_store *store,
					     struct task_struct *task);
struct cpuiso_task_rec *cpuiso_task_rec_new(struct cpuiso_store *store,
					    struct task_struct *task);
void cpuiso_task_rec_drop(struct cpuiso_store *store,
			  struct cpuiso_task_rec *r);

struct cpuiso_irq_rec *cpuiso_irq_rec_alloc(void);
void cpuiso_irq_rec_free(struct cpuiso_irq_rec *r);
int cpuiso_irq_rec_add(struct cpuiso_store *store, struct cpuiso_irq_rec *r);
void cpuiso_irq_rec_drop(struct cpuiso_store *store, struct cpuiso_irq_rec *r);

struct cpuiso_knob_rec *cpuiso_knob_rec_alloc(void);
void cpuiso_knob_rec_free(struct cpuiso_knob_rec *r);
int cpuiso_knob_rec_add(struct cpuiso_store *store, struct cpuiso_knob_rec *r);
void cpuiso_knob_rec_drop(struct cpuiso_store *store,
			  struct cpuiso_knob_rec *r);

void cpuiso_rec_verdict(struct cpuiso_rec *rec, enum cpuiso_verdict verdict,
			int err);
void cpuiso_rec_own(struct cpuiso_rec *rec, struct cpuiso_isolation *iso);
void cpuiso_rec_wrote(struct cpuiso_rec *rec, const struct cpumask *mask);
void cpuiso_rec_adopt(struct cpuiso_rec *rec, const struct cpumask *mask);
void cpuiso_rec_seen(struct cpuiso_rec *rec, const struct cpumask *mask);
bool cpuiso_rec_hotplugged(struct cpuiso_rec *rec, const struct cpuiso_world *w,
			   const struct cpumask *mask);
enum cpuiso_verdict cpuiso_rec_target(const struct cpuiso_rec *rec,
				      const struct cpuiso_world *w,
				      struct cpumask *mask);

/* Masks are the longest that a knob holds. */
static inline size_t cpuiso_knob_text_size(void)
{
	return clamp_t(size_t, 3 * nr_cpu_ids, 64, PAGE_SIZE);
}

static inline struct cpuiso_isolation *
cpuiso_rec_owner(const struct cpuiso_rec *rec)
{
	return rcu_dereference_raw(rec->owner);
}

static inline bool cpuiso_rec_ours(const struct cpuiso_rec *rec)
{
	return !cpumask_equal(rec->orig, rec->set);
}

#endif
