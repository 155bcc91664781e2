// SPDX-License-Identifier: GPL-2.0
/*
 * The records: for every task and IRQ what it was, what we made of it, and
 * the verdict.
 *
 * A record exists before its object is changed. It holds a reference to its
 * task until it is dropped. The real store has one writer, the worker; others
 * read under RCU, and take cpuiso_rec_lock for a consistent look at one record.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "fault.h"
#include "members.h"
#include "record.h"

DEFINE_SPINLOCK(cpuiso_rec_lock);

static struct kmem_cache *task_cache;
static struct kmem_cache *irq_cache;
static bool keep_caches;
static atomic64_t generation = ATOMIC64_INIT(0);

/**
 * cpuiso_generation - the number that grows with every visible change
 */
u64 cpuiso_generation(void)
{
	return atomic64_read(&generation);
}

/**
 * cpuiso_changed - tell readers that what they read is not current any more
 */
void cpuiso_changed(void)
{
	atomic64_inc(&generation);
}

/**
 * cpuiso_records_init - create the caches of records
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_records_init(void)
{
	size_t masks = 3 * cpumask_size();

	task_cache = kmem_cache_create("cpuiso_task",
				       sizeof(struct cpuiso_task_rec) + masks,
				       0, 0, NULL);
	irq_cache = kmem_cache_create("cpuiso_irq",
				      sizeof(struct cpuiso_irq_rec) + masks,
				      0, 0, NULL);
	if (task_cache && irq_cache)
		return 0;
	cpuiso_records_exit();
	return -ENOMEM;
}

/**
 * cpuiso_records_keep_caches - do not destroy the caches at the end
 *
 * Destroying one waits until each CPU that ever took memory from it has run
 * work for that. An empty cache that is left is found again by whoever needs
 * one like it, the next insmod first of all.
 */
void cpuiso_records_keep_caches(void)
{
	keep_caches = true;
}

/**
 * cpuiso_records_exit - the mirror of cpuiso_records_init()
 *
 * Waits for the records that are on their way out.
 */
void cpuiso_records_exit(void)
{
	rcu_barrier();
	if (keep_caches)
		return;
	kmem_cache_destroy(task_cache);
	kmem_cache_destroy(irq_cache);
}

static void place_masks(struct cpuiso_rec *rec, unsigned long *masks)
{
	size_t longs = cpumask_size() / sizeof(long);

	rec->orig = to_cpumask(masks);
	rec->set = to_cpumask(masks + longs);
	rec->prev = to_cpumask(masks + 2 * longs);
}

static struct hlist_head *bucket(struct cpuiso_store *store,
				 const struct task_struct *task)
{
	return &store->hash[hash_ptr(task, CPUISO_HASH_BITS)];
}

/**
 * cpuiso_store_new - an empty set of records
 *
 * Return: the store or NULL.
 */
struct cpuiso_store *cpuiso_store_new(void)
{
	struct cpuiso_store *store = kvzalloc(sizeof(*store), GFP_KERNEL);

	if (!store)
		return NULL;
	xa_init_flags(&store->tasks, XA_FLAGS_ALLOC1);
	xa_init(&store->irqs);
	xa_init_flags(&store->knobs, XA_FLAGS_ALLOC);
	return store;
}

/**
 * cpuiso_store_clear - drop the records of all tasks and IRQs
 * @store: whose
 */
void cpuiso_store_clear(struct cpuiso_store *store)
{
	struct cpuiso_task_rec *task;
	struct cpuiso_irq_rec *irq;
	unsigned long i;

	xa_for_each(&store->tasks, i, task)
		cpuiso_task_rec_drop(store, task);
	xa_for_each(&store->irqs, i, irq)
		cpuiso_irq_rec_drop(store, irq);
}

/**
 * cpuiso_store_free - drop all records and the store
 * @store: may be NULL
 */
void cpuiso_store_free(struct cpuiso_store *store)
{
	struct cpuiso_knob_rec *knob;
	unsigned long i;

	if (!store)
		return;
	cpuiso_store_clear(store);
	xa_for_each(&store->knobs, i, knob)
		cpuiso_knob_rec_drop(store, knob);
	xa_destroy(&store->knobs);
	xa_destroy(&store->tasks);
	xa_destroy(&store->irqs);
	kvfree(store);
}

/**
 * cpuiso_task_rec_find - the record of a task
 * @store: where
 * @task: whose
 *
 * Context: the writer of the store, or where RCU cannot free (a probe).
 * Return: the record or NULL.
 */
struct cpuiso_task_rec *cpuiso_task_rec_find(struct cpuiso_store *store,
					     struct task_struct *task)
{
	struct cpuiso_task_rec *r;

	hlist_for_each_entry_rcu(r, bucket(store, task), hash, true)
		if (r->task == task)
			return r;
	return NULL;
}

static void task_rec_free(struct rcu_head *rcu)
{
	struct cpuiso_task_rec *r = container_of(rcu, struct cpuiso_task_rec,
						 rcu);

	put_task_struct(r->task);
	kmem_cache_free(task_cache, r);
}

/**
 * cpuiso_task_rec_new - make the record of a task, as it is now
 * @store: where
 * @task: a task that has none; a reference is taken
 *
 * Return: the record or NULL when there is no memory.
 */
struct cpuiso_task_rec *cpuiso_task_rec_new(struct cpuiso_store *store,
					    struct task_struct *task)
{
	struct cpuiso_task_rec *r;
	unsigned long flags;

	if (cpuiso_fault())
		return NULL;
	r = kmem_cache_zalloc(task_cache, GFP_KERNEL);
	if (!r)
		return NULL;
	place_masks(&r->rec, r->masks);
	INIT_LIST_HEAD(&r->reap);
	r->rec.verdict = CPUISO_VERDICT_ALREADY_CLEAR;
	raw_spin_lock_irqsave(&task->pi_lock, flags);
	cpumask_copy(r->rec.orig, &task->cpus_mask);
	raw_spin_unlock_irqrestore(&task->pi_lock, flags);
	cpumask_copy(r->rec.set, r->rec.orig);
	cpumask_copy(r->rec.prev, r->rec.orig);
	r->task = get_task_struct(task);
	r->real = store->real;
	if (xa_alloc_cyclic(&store->tasks, &r->id, r, xa_limit_31b,
			    &store->next, GFP_KERNEL) < 0) {
		put_task_struct(task);
		kmem_cache_free(task_cache, r);
		return NULL;
	}
	hlist_add_head_rcu(&r->hash, bucket(store, task));
	cpuiso_changed();
	return r;
}

/**
 * cpuiso_task_rec_drop - forget a task
 * @store: where
 * @r: its record, freed after a grace period
 */
void cpuiso_task_rec_drop(struct cpuiso_store *store,
			  struct cpuiso_task_rec *r)
{
	xa_erase(&store->tasks, r->id);
	hlist_del_rcu(&r->hash);
	cpuiso_member_drop(r);
	list_del(&r->reap);
	cpuiso_changed();
	call_rcu(&r->rcu, task_rec_free);
}

/**
 * cpuiso_irq_rec_alloc - an empty record for an IRQ
 *
 * Return: the record or NULL when there is no memory.
 */
struct cpuiso_irq_rec *cpuiso_irq_rec_alloc(void)
{
	struct cpuiso_irq_rec *r;

	if (cpuiso_fault())
		return NULL;
	r = kmem_cache_zalloc(irq_cache, GFP_KERNEL);
	if (r)
		place_masks(&r->rec, r->masks);
	return r;
}

/**
 * cpuiso_irq_rec_free - free a record that was never added
 * @r: the record, or NULL
 */
void cpuiso_irq_rec_free(struct cpuiso_irq_rec *r)
{
	if (r)
		kmem_cache_free(irq_cache, r);
}

/**
 * cpuiso_irq_rec_add - publish a record
 * @store: where
 * @r: the record, its number not in the store yet
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_irq_rec_add(struct cpuiso_store *store, struct cpuiso_irq_rec *r)
{
	int err = xa_insert(&store->irqs, r->irq, r, GFP_KERNEL);

	if (!err)
		cpuiso_changed();
	return err;
}

static void irq_rec_free(struct rcu_head *rcu)
{
	kmem_cache_free(irq_cache, container_of(rcu, struct cpuiso_irq_rec,
						rcu));
}

/**
 * cpuiso_irq_rec_drop - forget an IRQ
 * @store: where
 * @r: its record, freed after a grace period
 */
void cpuiso_irq_rec_drop(struct cpuiso_store *store, struct cpuiso_irq_rec *r)
{
	xa_erase(&store->irqs, r->irq);
	cpuiso_changed();
	call_rcu(&r->rcu, irq_rec_free);
}

/**
 * cpuiso_knob_rec_alloc - an empty record for a file
 *
 * Return: the record or NULL when there is no memory.
 */
struct cpuiso_knob_rec *cpuiso_knob_rec_alloc(void)
{
	size_t size = cpuiso_knob_text_size();
	struct cpuiso_knob_rec *r;

	if (cpuiso_fault())
		return NULL;
	r = kvzalloc(struct_size(r, texts, 3 * size), GFP_KERNEL);
	if (!r)
		return NULL;
	r->orig = r->texts;
	r->set = r->texts + size;
	r->target = r->texts + 2 * size;
	return r;
}

/**
 * cpuiso_knob_rec_free - free a record that was never added
 * @r: the record
 */
void cpuiso_knob_rec_free(struct cpuiso_knob_rec *r)
{
	kvfree(r);
}

/**
 * cpuiso_knob_rec_add - publish a record
 * @store: where
 * @r: the record; it is given its number
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_knob_rec_add(struct cpuiso_store *store, struct cpuiso_knob_rec *r)
{
	int err = xa_alloc(&store->knobs, &r->id, r, xa_limit_31b, GFP_KERNEL);

	if (!err)
		cpuiso_changed();
	return err;
}

/**
 * cpuiso_knob_rec_drop - forget a file
 * @store: where
 * @r: its record, freed after a grace period
 */
void cpuiso_knob_rec_drop(struct cpuiso_store *store,
			  struct cpuiso_knob_rec *r)
{
	xa_erase(&store->knobs, r->id);
	cpuiso_changed();
	kvfree_rcu(r, rcu);
}

/**
 * cpuiso_rec_verdict - say what became of an object
 * @rec: its record
 * @verdict: the verdict
 * @err: 0, or a negative errno with CPUISO_VERDICT_REFUSED
 */
void cpuiso_rec_verdict(struct cpuiso_rec *rec, enum cpuiso_verdict verdict,
			int err)
{
	if (rec->verdict == verdict && rec->err == -err)
		return;
	spin_lock(&cpuiso_rec_lock);
	rec->verdict = verdict;
	rec->err = -err;
	spin_unlock(&cpuiso_rec_lock);
	cpuiso_changed();
}

/**
 * cpuiso_rec_own - give an object to an isolation
 * @rec: its record
 * @iso: the isolation, or NULL to take it back
 */
void cpuiso_rec_own(struct cpuiso_rec *rec, struct cpuiso_isolation *iso)
{
	rcu_assign_pointer(rec->owner, iso);
	cpuiso_changed();
}

/**
 * cpuiso_rec_wrote - we gave the object this mask
 * @rec: its record
 * @mask: the mask it has now
 */
void cpuiso_rec_wrote(struct cpuiso_rec *rec, const struct cpumask *mask)
{
	spin_lock(&cpuiso_rec_lock);
	cpumask_copy(rec->prev, rec->set);
	cpumask_copy(rec->set, mask);
	spin_unlock(&cpuiso_rec_lock);
	cpuiso_changed();
}

/**
 * cpuiso_rec_adopt - somebody else gave it this mask: it is the original now
 * @rec: its record
 * @mask: the mask it has now
 *
 * They overruled us unless they gave it back what it had.
 */
void cpuiso_rec_adopt(struct cpuiso_rec *rec, const struct cpumask *mask)
{
	if (cpuiso_rec_ours(rec) && !cpumask_equal(rec->orig, mask))
		rec->overruled = true;
	spin_lock(&cpuiso_rec_lock);
	cpumask_copy(rec->orig, mask);
	cpumask_copy(rec->set, mask);
	cpumask_copy(rec->prev, mask);
	spin_unlock(&cpuiso_rec_lock);
	cpuiso_changed();
}

/**
 * cpuiso_rec_seen - the kernel gave it this mask by itself
 * @rec: its record
 * @mask: the mask it has now
 *
 * For an object that we never changed it is the original now, for another
 * the original stays.
 */
void cpuiso_rec_seen(struct cpuiso_rec *rec, const struct cpumask *mask)
{
	if (cpuiso_rec_ours(rec))
		cpuiso_rec_wrote(rec, mask);
	else
		cpuiso_rec_adopt(rec, mask);
}

/**
 * cpuiso_rec_hotplugged - was its mask rewritten because its CPUs went down?
 * @rec: its record
 * @w: the world
 * @mask: the mask it has now
 *
 * When we took them down, what it had stays the original.
 *
 * Return: true when that was so, and is recorded.
 */
bool cpuiso_rec_hotplugged(struct cpuiso_rec *rec, const struct cpuiso_world *w,
			   const struct cpumask *mask)
{
	if (cpumask_subset(rec->set, w->replugged))
		cpuiso_rec_wrote(rec, mask);
	else if (cpumask_subset(rec->set, w->away))
		cpuiso_rec_seen(rec, mask);
	else
		return false;
	return true;
}

/**
 * cpuiso_rec_target - where does an object belong?
 * @rec: its record
 * @w: the world
 * @mask: the mask it should have
 *
 * Return: what is to be said of it when it gets there.
 */
enum cpuiso_verdict cpuiso_rec_target(const struct cpuiso_rec *rec,
				      const struct cpuiso_world *w,
				      struct cpumask *mask)
{
	const struct cpuiso_isolation *iso = cpuiso_rec_owner(rec);

	if (iso) {
		cpumask_copy(mask, iso->cpus);
		return CPUISO_VERDICT_WORKLOAD;
	}
	if (rec->tolerated) {
		cpumask_copy(mask, rec->set);
		return CPUISO_VERDICT_CHANGED_SINCE;
	}
	if (!cpumask_intersects(rec->orig, w->isolated)) {
		cpumask_copy(mask, rec->orig);
		/* As the kernel does when the last CPU of a mask goes. */
		if (cpuiso_rec_ours(rec) && !cpumask_intersects(mask, w->online))
			cpumask_copy(mask, cpu_possible_mask);
		return CPUISO_VERDICT_ALREADY_CLEAR;
	}
	cpumask_andnot(mask, rec->orig, w->isolated);
	if (!cpumask_intersects(mask, w->online))
		cpumask_copy(mask, w->housekeeping);
	return CPUISO_VERDICT_MOVED;
}
