// SPDX-License-Identifier: GPL-2.0
/*
 * The IRQ step: where one interrupt belongs, how it gets there and back.
 *
 * Descriptors are freed by RCU, so a lookup and what is done with it are in
 * one read section; nothing in there sleeps. A mask that waits for the next
 * interrupt to take effect counts as the mask.
 */
#include <linux/glob.h>
#include <linux/interrupt.h>
#include "compat/cpuiso_compat.h"
#include "event.h"
#include "fault.h"
#include "irqs.h"
#include "isolation.h"
#include "probe_guard.h"
#include "record.h"
#include "undo.h"

struct irq_look {
	struct irq_data *data;
	unsigned long hwirq;
	char action[sizeof_field(struct cpuiso_irq_rec, action)];
	char chip[sizeof_field(struct cpuiso_irq_rec, chip)];
};

static void join_actions(const struct irq_desc *desc, char *buf, size_t size)
{
	const struct irqaction *a;
	size_t len = 0;

	buf[0] = '\0';
	for (a = desc->action; a && len < size; a = a->next)
		len += scnprintf(buf + len, size - len, "%s%s",
				 len ? "," : "", a->name ?: "");
}

/* Context: rcu_read_lock(). Return: false when nobody handles this IRQ. */
static bool look(unsigned int irq, struct irq_look *l)
{
	struct irq_desc *desc;
	unsigned long flags;
	bool used;

	l->data = irq_get_irq_data(irq);
	if (!l->data)
		return false;
	desc = irq_data_to_desc(l->data);
	raw_spin_lock_irqsave(&desc->lock, flags);
	used = desc->action;
	join_actions(desc, l->action, sizeof(l->action));
	l->hwirq = irqd_to_hwirq(l->data);
	strscpy(l->chip, l->data->chip && l->data->chip->name ?
		l->data->chip->name : "-", sizeof(l->chip));
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	return used;
}

static bool same_irq(const struct cpuiso_irq_rec *r, const struct irq_look *l)
{
	return r->hwirq == l->hwirq && !strcmp(r->action, l->action);
}

static void read_mask(struct irq_data *data, struct cpumask *mask)
{
	struct irq_desc *desc = irq_data_to_desc(data);
	unsigned long flags;

	raw_spin_lock_irqsave(&desc->lock, flags);
#ifdef CONFIG_GENERIC_PENDING_IRQ
	if (irqd_is_setaffinity_pending(data))
		cpumask_copy(mask, desc->pending_mask);
	else
#endif
		cpumask_copy(mask, irq_data_get_affinity_mask(data));
	raw_spin_unlock_irqrestore(&desc->lock, flags);
}

static bool pattern_matches(const struct cpuiso_pattern *p, unsigned int irq,
			    const char *action, const char *chip)
{
	char names[sizeof_field(struct cpuiso_irq_rec, action)];
	char *rest = names, *name;
	unsigned int n;

	if (!kstrtouint(p->text, 10, &n))
		return n == irq;
	if (glob_match(p->text, chip))
		return true;
	strscpy(names, action, sizeof(names));
	while ((name = strsep(&rest, ",")))
		if (glob_match(p->text, name))
			return true;
	return false;
}

static bool keeps(const struct cpuiso_isolation *iso,
		  const struct cpuiso_irq_rec *r)
{
	const struct cpuiso_pattern *p;

	list_for_each_entry(p, &iso->keep, node)
		if (pattern_matches(p, r->irq, r->action, r->chip))
			return true;
	return false;
}

static struct cpuiso_isolation *keeper(const struct cpuiso_world *w,
				       const struct cpuiso_irq_rec *r)
{
	struct cpuiso_isolation *iso, *match = NULL;

	if (w->planned)
		return keeps(w->planned, r) ? w->planned : NULL;
	rcu_read_lock();
	list_for_each_entry_rcu(iso, &cpuiso_isolations, node)
		if (READ_ONCE(iso->active) && keeps(iso, r)) {
			match = iso;
			break;
		}
	rcu_read_unlock();
	return match;
}

static int note(struct cpuiso_world *w, unsigned int irq)
{
	struct cpuiso_irq_rec *r;
	struct irq_look l;
	bool used;
	int err;

	rcu_read_lock();
	used = look(irq, &l);
	rcu_read_unlock();
	if (!used)
		return 0;
	r = cpuiso_irq_rec_alloc();
	if (!r)
		return -ENOMEM;
	rcu_read_lock();
	used = look(irq, &l);
	if (used)
		read_mask(l.data, r->rec.orig);
	rcu_read_unlock();
	if (!used) {
		cpuiso_irq_rec_free(r);
		return 0;
	}
	r->irq = irq;
	r->hwirq = l.hwirq;
	strscpy(r->action, l.action, sizeof(r->action));
	strscpy(r->chip, l.chip, sizeof(r->chip));
	cpumask_copy(r->rec.set, r->rec.orig);
	cpumask_copy(r->rec.prev, r->rec.orig);
	r->rec.verdict = CPUISO_VERDICT_ALREADY_CLEAR;
	err = cpuiso_irq_rec_add(w->store, r);
	if (err)
		cpuiso_irq_rec_free(r);
	return err;
}

/**
 * cpuiso_irqs_scan - make a record for every IRQ in use that has none
 * @w: the world
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int cpuiso_irqs_scan(struct cpuiso_world *w)
{
	unsigned int irq;
	int err;

	for (irq = 0; irq < irq_get_nr_irqs(); irq++) {
		if (xa_load(&w->store->irqs, irq))
			continue;
		err = note(w, irq);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

/* What forbids to write its mask, as the writer of /proc/irq would find. */
static int immovable(struct irq_data *data, enum cpuiso_verdict *verdict)
{
	if (irqd_affinity_is_managed(data)) {
		*verdict = CPUISO_VERDICT_MANAGED_IRQ;
		return 0;
	}
	if (irqd_is_per_cpu(data)) {
		*verdict = CPUISO_VERDICT_PER_CPU_IRQ;
		return 0;
	}
	*verdict = CPUISO_VERDICT_REFUSED;
	if (!irqd_can_balance(data))
		return -EPERM;
	if (!data->chip || !data->chip->irq_set_affinity)
		return -EOPNOTSUPP;
	*verdict = CPUISO_VERDICT_MOVED;
	return 0;
}

static void undone(struct cpuiso_world *w, const struct cpuiso_irq_rec *r,
		   enum cpuiso_verdict result, int err,
		   const struct cpumask *found)
{
	cpuiso_undone_mask(w, result, err, CPUISO_KIND_IRQ, r->irq, r->action,
			   r->rec.orig, found);
}

static void reconcile(struct cpuiso_world *w, struct cpuiso_irq_rec *r,
		      const struct cpumask *now)
{
	if (!cpuiso_rec_hotplugged(&r->rec, w, now))
		cpuiso_rec_adopt(&r->rec, now);
}

/**
 * cpuiso_irq_settle - bring an IRQ to where it belongs
 * @w: the world
 * @r: its record
 *
 * Context: process; does not sleep for the IRQ.
 * Return: false when the IRQ is gone.
 */
bool cpuiso_irq_settle(struct cpuiso_world *w, struct cpuiso_irq_rec *r)
{
	enum cpuiso_verdict verdict, why_not;
	struct irq_look l;
	bool here, theirs = false;
	int err;

	/* Who keeps it is found anew: the keeper may be the one that leaves. */
	cpuiso_rec_own(&r->rec, keeper(w, r));

	rcu_read_lock();
	here = look(r->irq, &l) && same_irq(r, &l);
	if (!here)
		goto out;
	read_mask(l.data, w->now);
	if (!cpumask_equal(w->now, r->rec.set))
		reconcile(w, r, w->now);
	if (w->outcome && !cpumask_intersects(r->rec.orig, w->isolated)) {
		theirs = r->rec.overruled;
		r->rec.overruled = false;
		r->rec.tolerated = false;
	}

	verdict = cpuiso_rec_target(&r->rec, w, w->scratch);
	err = 0;
	if (!cpumask_equal(w->scratch, r->rec.set)) {
		err = immovable(l.data, &why_not);
		if (why_not != CPUISO_VERDICT_MOVED) {
			verdict = why_not;
		} else if (!w->planned) {
			err = irq_set_affinity(r->irq, w->scratch);
			read_mask(l.data, w->now);
		}
	}
out:
	rcu_read_unlock();
	if (!here)
		return false;
	if (theirs) {
		undone(w, r, CPUISO_VERDICT_CHANGED_SINCE, 0, r->rec.set);
		cpuiso_event_irq(CPUISO_EVENT_CHANGED_SINCE, r->irq,
				 r->action, 0);
	}
	if (err == -ENOSPC)
		verdict = CPUISO_VERDICT_NO_VECTORS;
	else if (err)
		verdict = CPUISO_VERDICT_REFUSED;
	if (!w->planned && !cpumask_equal(w->now, r->rec.set)) {
		if (!theirs)
			undone(w, r, CPUISO_VERDICT_RESTORED, 0, r->rec.set);
		cpuiso_rec_wrote(&r->rec, w->now);
		cpuiso_guard_rearm_irq(r->irq);
	} else if (err && !w->planned && cpuiso_rec_ours(&r->rec)) {
		undone(w, r, CPUISO_VERDICT_REFUSED, -err, r->rec.set);
	}
	cpuiso_rec_verdict(&r->rec, verdict,
			   verdict == CPUISO_VERDICT_REFUSED ? err : 0);
	return true;
}

/* What waits for an interrupt that does not come any more waits for ever. */
static void replace_pending(struct irq_data *data, const struct cpumask *mask)
{
#ifdef CONFIG_GENERIC_PENDING_IRQ
	struct irq_desc *desc = irq_data_to_desc(data);
	unsigned long flags;

	raw_spin_lock_irqsave(&desc->lock, flags);
	if (irqd_is_setaffinity_pending(data))
		cpumask_copy(desc->pending_mask, mask);
	raw_spin_unlock_irqrestore(&desc->lock, flags);
#endif
}

/*
 * An interrupt that nobody handles any more keeps its mask, for the next one
 * that is requested under its number. Return: true when it was put back.
 */
static bool put_back_freed(struct cpuiso_world *w, struct cpuiso_irq_rec *r)
{
	struct irq_look l;
	bool done = false;

	if (!cpuiso_rec_ours(&r->rec))
		return false;
	rcu_read_lock();
	look(r->irq, &l);
	if (l.data && l.hwirq == r->hwirq) {
		read_mask(l.data, w->now);
		done = cpumask_equal(w->now, r->rec.set) &&
		       !irq_set_affinity(r->irq, r->rec.orig);
	}
	if (done)
		replace_pending(l.data, r->rec.orig);
	rcu_read_unlock();
	return done;
}

/**
 * cpuiso_irq_get - the record of an IRQ as it is in use now
 * @w: the world
 * @irq: its number
 *
 * The record of another interrupt that had this number is dropped.
 *
 * Context: the worker.
 * Return: the record, made when there was none, or NULL when it is not in use.
 */
struct cpuiso_irq_rec *cpuiso_irq_get(struct cpuiso_world *w, unsigned int irq)
{
	struct cpuiso_irq_rec *r = xa_load(&w->store->irqs, irq);
	struct irq_look l;
	bool same;

	if (r) {
		rcu_read_lock();
		same = look(irq, &l) && same_irq(r, &l);
		rcu_read_unlock();
		if (same)
			return r;
		put_back_freed(w, r);
		cpuiso_irq_rec_drop(w->store, r);
	}
	note(w, irq);
	r = xa_load(&w->store->irqs, irq);
	if (r)
		cpuiso_rec_own(&r->rec, keeper(w, r));
	return r;
}

/**
 * cpuiso_irq_intrudes - is an IRQ allowed where it should not be, and movable?
 * @w: the world
 * @r: its record
 * @now: its mask
 *
 * Context: the worker.
 */
bool cpuiso_irq_intrudes(struct cpuiso_world *w, struct cpuiso_irq_rec *r,
			 struct cpumask *now)
{
	enum cpuiso_verdict verdict;
	struct irq_look l;
	bool intrudes;

	if (cpuiso_rec_owner(&r->rec))
		return false;
	rcu_read_lock();
	intrudes = look(r->irq, &l);
	if (intrudes) {
		read_mask(l.data, now);
		intrudes = cpumask_intersects(now, w->isolated) &&
			   !immovable(l.data, &verdict) &&
			   verdict == CPUISO_VERDICT_MOVED;
	}
	rcu_read_unlock();
	return intrudes;
}

/**
 * cpuiso_irq_left - has an IRQ nothing to do with the isolated CPUs?
 * @w: the world, whose now is overwritten
 * @irq: its number
 *
 * Context: the worker.
 * Return: false also when it is not in use.
 */
bool cpuiso_irq_left(struct cpuiso_world *w, unsigned int irq)
{
	struct irq_look l;
	bool left;

	rcu_read_lock();
	left = look(irq, &l);
	if (left) {
		read_mask(l.data, w->now);
		left = !cpumask_intersects(w->now, w->isolated);
	}
	rcu_read_unlock();
	return left;
}

/**
 * cpuiso_irqs_settle - bring every IRQ with a record to where it belongs
 * @w: the world
 *
 * Records of IRQs that are gone are dropped. With a plan, nothing but the
 * verdict is set.
 *
 * Context: process; does not sleep for an IRQ.
 */
void cpuiso_irqs_settle(struct cpuiso_world *w)
{
	struct cpuiso_irq_rec *r;
	unsigned long irq;

	xa_for_each(&w->store->irqs, irq, r) {
		if (!cpuiso_irq_settle(w, r)) {
			if (put_back_freed(w, r))
				undone(w, r, CPUISO_VERDICT_RESTORED, 0,
				       r->rec.set);
			else if (cpuiso_rec_ours(&r->rec))
				undone(w, r, CPUISO_VERDICT_GONE, 0, NULL);
			cpuiso_irq_rec_drop(w->store, r);
		}
		cond_resched();
	}
}

/**
 * cpuiso_irq_view_alloc - room for a view
 * @v: the view, not initialised
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_irq_view_alloc(struct cpuiso_irq_view *v)
{
	memset(v, 0, sizeof(*v));
	if (zalloc_cpumask_var(&v->orig, GFP_KERNEL) &&
	    zalloc_cpumask_var(&v->present, GFP_KERNEL) &&
	    zalloc_cpumask_var(&v->effective, GFP_KERNEL))
		return 0;
	cpuiso_irq_view_free(v);
	return -ENOMEM;
}

/**
 * cpuiso_irq_view_free - the mirror of cpuiso_irq_view_alloc()
 * @v: the view
 */
void cpuiso_irq_view_free(struct cpuiso_irq_view *v)
{
	free_cpumask_var(v->orig);
	free_cpumask_var(v->present);
	free_cpumask_var(v->effective);
}

/**
 * cpuiso_irq_view_next - look at the next record
 * @store: where
 * @irq: from which number on; becomes the number of the record seen
 * @v: what was seen
 *
 * Context: process; may run beside the writer.
 * Return: false when there is none any more.
 */
bool cpuiso_irq_view_next(struct cpuiso_store *store, unsigned long *irq,
			  struct cpuiso_irq_view *v)
{
	const struct cpuiso_isolation *iso;
	struct cpuiso_irq_rec *r;
	struct irq_look l;

	rcu_read_lock();
	r = xa_find(&store->irqs, irq, ULONG_MAX, XA_PRESENT);
	if (!r) {
		rcu_read_unlock();
		return false;
	}
	v->irq = r->irq;
	strscpy(v->action, r->action, sizeof(v->action));
	strscpy(v->chip, r->chip, sizeof(v->chip));
	v->pending = false;
	spin_lock(&cpuiso_rec_lock);
	v->verdict = r->rec.verdict;
	v->err = r->rec.err;
	cpumask_copy(v->orig, r->rec.orig);
	cpumask_copy(v->present, r->rec.set);
	spin_unlock(&cpuiso_rec_lock);
	cpumask_clear(v->effective);
	if (look(r->irq, &l) && same_irq(r, &l)) {
		read_mask(l.data, v->present);
		cpumask_copy(v->effective,
			     irq_data_get_effective_affinity_mask(l.data));
		v->pending = irqd_is_setaffinity_pending(l.data);
	}
	iso = rcu_dereference(r->rec.owner);
	strscpy(v->isolation, iso ? iso->name : "", sizeof(v->isolation));
	rcu_read_unlock();
	return true;
}
