// SPDX-License-Identifier: GPL-2.0
/*
 * What came of each record in the last undo.
 *
 * An undo never fails, so what there is no memory to remember is only
 * counted. Written by the worker, read by others under RCU.
 */
#include <linux/slab.h>
#include "record.h"
#include "undo.h"

/* What was put back is the rule; what was not comes on top. */
#define MAX_RESTORED	8192
#define MAX_ENTRIES	(2 * MAX_RESTORED)

/**
 * struct entry - what became of one object
 * @rcu: frees the entry
 * @kind: as in struct cpuiso_undo_view, like the rest
 * @result: as there
 * @err: as there
 * @object: as there
 * @orig: where in @text the original begins
 * @found: where in @text what was found begins
 * @text: the name, the original, what was found, each with its NUL
 */
struct entry {
	struct rcu_head rcu;
	u8 kind;
	u8 result;
	u8 err;
	u32 object;
	u32 orig;
	u32 found;
	char text[];
};

static DEFINE_XARRAY_ALLOC(entries);
static u32 n_entries;

/**
 * cpuiso_undo_begin - an undo begins: forget the one before
 *
 * Context: the worker.
 */
void cpuiso_undo_begin(void)
{
	struct entry *e;
	unsigned long i;

	xa_for_each(&entries, i, e) {
		xa_erase(&entries, i);
		kvfree_rcu(e, rcu);
	}
	n_entries = 0;
	cpuiso_changed();
}

/**
 * cpuiso_undo_exit - forget the last undo
 */
void cpuiso_undo_exit(void)
{
	cpuiso_undo_begin();
	xa_destroy(&entries);
}

static void count(struct cpuiso_outcome *outcome, enum cpuiso_verdict result)
{
	switch (result) {
	case CPUISO_VERDICT_RESTORED:
		outcome->restored++;
		break;
	case CPUISO_VERDICT_GONE:
		outcome->gone++;
		break;
	case CPUISO_VERDICT_CHANGED_SINCE:
		outcome->changed++;
		break;
	default:
		outcome->failed++;
		break;
	}
}

/**
 * cpuiso_undone - a record has been undone, if this is an undo
 * @w: the world; without an outcome nothing is done
 * @result: what came of it
 * @err: positive errno of CPUISO_VERDICT_REFUSED, else 0
 * @kind: what it is a record of
 * @object: pid or IRQ number
 * @name: comm, names of actions, or path
 * @orig: what it was before
 * @found: what it was when the undo came to it
 *
 * Context: the worker.
 */
void cpuiso_undone(struct cpuiso_world *w, enum cpuiso_verdict result, int err,
		   enum cpuiso_kind kind, u32 object, const char *name,
		   const char *orig, const char *found)
{
	size_t n = strlen(name) + 1, o = strlen(orig) + 1;
	size_t f = strlen(found) + 1;
	struct entry *e;
	u32 id;

	if (!w->outcome)
		return;
	count(w->outcome, result);
	if (n_entries >= (result == CPUISO_VERDICT_RESTORED ? MAX_RESTORED :
							      MAX_ENTRIES))
		return;
	e = kvmalloc(struct_size(e, text, n + o + f), GFP_KERNEL);
	if (!e)
		return;
	e->kind = kind;
	e->result = result;
	e->err = err;
	e->object = object;
	e->orig = n;
	e->found = n + o;
	memcpy(e->text, name, n);
	memcpy(e->text + n, orig, o);
	memcpy(e->text + n + o, found, f);
	if (xa_alloc(&entries, &id, e, XA_LIMIT(n_entries, U32_MAX),
		     GFP_KERNEL)) {
		kvfree(e);
		return;
	}
	n_entries = id + 1;
	cpuiso_changed();
}

/**
 * cpuiso_undone_mask - the same for an object that has a mask
 * @w: the world; without an outcome nothing is done
 * @result: what came of it
 * @err: positive errno of CPUISO_VERDICT_REFUSED, else 0
 * @kind: what it is a record of
 * @object: pid or IRQ number
 * @name: comm or names of actions
 * @orig: the mask it had before
 * @found: the mask it had when the undo came to it, NULL when it was gone
 *
 * Context: the worker.
 */
void cpuiso_undone_mask(struct cpuiso_world *w, enum cpuiso_verdict result,
			int err, enum cpuiso_kind kind, u32 object,
			const char *name, const struct cpumask *orig,
			const struct cpumask *found)
{
	size_t size = cpuiso_knob_text_size();

	if (!w->outcome)
		return;
	snprintf(w->text, size, "%*pbl", cpumask_pr_args(orig));
	w->text_now[0] = '\0';
	if (found)
		snprintf(w->text_now, size, "%*pbl", cpumask_pr_args(found));
	cpuiso_undone(w, result, err, kind, object, name, w->text, w->text_now);
}

/**
 * cpuiso_undo_view_alloc - room for a view
 * @v: the view, not initialised
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_undo_view_alloc(struct cpuiso_undo_view *v)
{
	size_t size = cpuiso_knob_text_size();

	v->orig = kvzalloc(2 * size, GFP_KERNEL);
	if (!v->orig)
		return -ENOMEM;
	v->found = v->orig + size;
	return 0;
}

/**
 * cpuiso_undo_view_free - the mirror of cpuiso_undo_view_alloc()
 * @v: the view
 */
void cpuiso_undo_view_free(struct cpuiso_undo_view *v)
{
	kvfree(v->orig);
}

/**
 * cpuiso_undo_view_next - look at the next object of the last undo
 * @id: from which number on; becomes the number of the one seen
 * @v: what was seen
 *
 * Context: process; may run beside the worker.
 * Return: false when there is none any more.
 */
bool cpuiso_undo_view_next(unsigned long *id, struct cpuiso_undo_view *v)
{
	size_t size = cpuiso_knob_text_size();
	struct entry *e;

	rcu_read_lock();
	e = xa_find(&entries, id, ULONG_MAX, XA_PRESENT);
	if (e) {
		v->kind = e->kind;
		v->result = e->result;
		v->err = e->err;
		v->object = e->object;
		strscpy(v->name, e->text, sizeof(v->name));
		strscpy(v->orig, e->text + e->orig, size);
		strscpy(v->found, e->text + e->found, size);
	}
	rcu_read_unlock();
	return e;
}
