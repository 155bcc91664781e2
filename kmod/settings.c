// SPDX-License-Identifier: GPL-2.0
/*
 * The knob step: what each knob was, what it is to hold, and how it gets
 * there and back.
 *
 * As with tasks, everything follows from a record and a world. Texts are
 * compared by what they mean, because the kernel does not always give back
 * the bytes that it was given.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "apart.h"
#include "busy.h"
#include "event.h"
#include "fault.h"
#include "files.h"
#include "isolation.h"
#include "knobs.h"
#include "record.h"
#include "settings.h"
#include "undo.h"

static bool claims(const struct cpuiso_isolation *iso,
		   const struct cpuiso_knob *knob)
{
	return !(iso->keep_knobs & cpuiso_knob_bit(knob)) &&
	       (!knob->power || iso->power);
}

static void claim(struct cpuiso_world *w, const struct cpuiso_knob *knob)
{
	const struct cpuiso_isolation *iso;

	cpumask_clear(w->claimed);
	rcu_read_lock();
	list_for_each_entry_rcu(iso, &cpuiso_isolations, node)
		if (READ_ONCE(iso->active) && claims(iso, knob))
			cpumask_or(w->claimed, w->claimed, iso->cpus);
	rcu_read_unlock();
	if (w->planned && claims(w->planned, knob))
		cpumask_or(w->claimed, w->claimed, w->planned->cpus);
}

static bool ours(struct cpuiso_world *w, const struct cpuiso_knob_rec *r)
{
	return !cpuiso_knob_same(w, r->knob, r->orig, r->set);
}

static void say(struct cpuiso_knob_rec *r, enum cpuiso_verdict verdict, int err)
{
	if (r->verdict == verdict && r->err == -err)
		return;
	spin_lock(&cpuiso_rec_lock);
	r->verdict = verdict;
	r->err = -err;
	spin_unlock(&cpuiso_rec_lock);
	cpuiso_changed();
}

static void put(char *to, const char *text)
{
	if (!strcmp(to, text))
		return;
	spin_lock(&cpuiso_rec_lock);
	strscpy(to, text, cpuiso_knob_text_size());
	spin_unlock(&cpuiso_rec_lock);
	cpuiso_changed();
}

static int read(struct cpuiso_world *w, const struct cpuiso_knob *knob,
		const char *path)
{
	size_t size = cpuiso_knob_text_size();

	if (knob->asked && !cpuiso_file_read(knob->asked, w->text_now, size))
		return 0;
	return cpuiso_file_read(path, w->text_now, size);
}

static bool is_gone(int err)
{
	return err == -ENOENT || err == -ENODEV || err == -ENOTDIR;
}

static struct cpuiso_knob_rec *find(struct cpuiso_store *store,
				    const struct cpuiso_knob *knob,
				    const struct cpuiso_knob_rec *where)
{
	struct cpuiso_knob_rec *r;
	unsigned long id;

	xa_for_each(&store->knobs, id, r)
		if (r->knob == knob && r->ifindex == where->ifindex &&
		    !strcmp(r->path, where->path))
			return r;
	return NULL;
}

static int note(struct cpuiso_world *w, const struct cpuiso_knob *knob,
		const struct cpuiso_knob_rec *where)
{
	bool hangs = knob->waits && cpuiso_apart_writing();
	struct cpuiso_knob_rec *r;
	int err = 0;

	if (find(w->store, knob, where))
		return 0;
	if (!hangs)
		err = read(w, knob, where->path);
	if (is_gone(err) && knob->each != CPUISO_EACH_ONE)
		return 0;
	r = cpuiso_knob_rec_alloc();
	if (!r)
		return -ENOMEM;
	r->knob = knob;
	r->ifindex = where->ifindex;
	r->cpu = where->cpu;
	strscpy(r->leaf, where->leaf, sizeof(r->leaf));
	strscpy(r->path, where->path, sizeof(r->path));
	r->verdict = CPUISO_VERDICT_ALREADY_CLEAR;
	if (is_gone(err)) {
		r->verdict = CPUISO_VERDICT_ABSENT;
	} else if (hangs) {
		r->verdict = CPUISO_VERDICT_BLOCKED;
	} else if (err) {
		r->verdict = CPUISO_VERDICT_REFUSED;
		r->err = -err;
	} else {
		strscpy(r->orig, w->text_now, cpuiso_knob_text_size());
		strscpy(r->set, r->orig, cpuiso_knob_text_size());
		strscpy(r->target, r->orig, cpuiso_knob_text_size());
	}
	err = cpuiso_knob_rec_add(w->store, r);
	if (err)
		cpuiso_knob_rec_free(r);
	return err;
}

static bool has_record(struct cpuiso_store *store,
		       const struct cpuiso_knob *knob)
{
	struct cpuiso_knob_rec *r;
	unsigned long id;

	xa_for_each(&store->knobs, id, r)
		if (r->knob == knob)
			return true;
	return false;
}

/**
 * cpuiso_settings_scan - make a record for every knob that has none
 * @w: the world
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int cpuiso_settings_scan(struct cpuiso_world *w)
{
	const struct cpuiso_knob *knob;
	struct cpuiso_knob_rec *r;
	unsigned int i;
	int err;

	for (i = 0; i < cpuiso_nr_knobs; i++) {
		knob = &cpuiso_knobs[i];
		claim(w, knob);
		/* Whoever does not ask for power management is not told of it. */
		if (knob->power && cpumask_empty(w->claimed))
			continue;
		err = cpuiso_knobs_each(w, knob, note);
		if (err)
			return err;
		if (has_record(w->store, knob))
			continue;
		r = cpuiso_knob_rec_alloc();
		if (!r)
			return -ENOMEM;
		r->knob = knob;
		r->verdict = CPUISO_VERDICT_ABSENT;
		strscpy(r->path, knob->path, sizeof(r->path));
		err = cpuiso_knob_rec_add(w->store, r);
		if (err) {
			cpuiso_knob_rec_free(r);
			return err;
		}
	}
	return 0;
}

static void changed_since(struct cpuiso_world *w, struct cpuiso_knob_rec *r)
{
	r->theirs = ours(w, r);
	if (w->outcome && r->theirs &&
	    !cpuiso_knob_same(w, r->knob, w->text_now, r->orig)) {
		cpuiso_undone(w, CPUISO_VERDICT_CHANGED_SINCE, 0,
			      CPUISO_KIND_KNOB, 0, r->path, r->orig,
			      w->text_now);
		cpuiso_event_knob(CPUISO_EVENT_CHANGED_SINCE, r->knob->name,
				  r->path, 0);
	}
	put(r->orig, w->text_now);
	put(r->set, w->text_now);
}

/* Context: the worker. Return: 0 or a negative errno. */
static int write(struct cpuiso_world *w, struct cpuiso_knob_rec *r)
{
	unsigned int cpu;
	int err;

	if (!r->knob->waits)
		return cpuiso_file_write(r->path, w->text);
	/* It stops on the CPUs of the old mask and starts on those of the new. */
	if (cpulist_parse(r->set, w->scratch) || cpulist_parse(w->text, w->now))
		cpumask_copy(w->scratch, cpu_possible_mask);
	else
		cpumask_or(w->scratch, w->scratch, w->now);
	if (!cpuiso_apart_answer(w->scratch, &cpu)) {
		pr_warn_ratelimited("%s waits: a realtime task owns CPU %u\n",
				    r->knob->name, cpu);
		return -EINPROGRESS;
	}
	err = cpuiso_apart_write(r->path, w->text);
	r->hanging = err == -EINPROGRESS;
	return err;
}

static void turn(struct cpuiso_world *w, struct cpuiso_knob_rec *r)
{
	int err;

	put(r->target, w->text);
	if (w->planned) {
		say(r, CPUISO_VERDICT_SET, 0);
		return;
	}
	cpuiso_busy_step(r->knob->name);
	err = write(w, r);
	if (err == -EINPROGRESS) {
		cpuiso_undone(w, CPUISO_VERDICT_BLOCKED, 0, CPUISO_KIND_KNOB, 0,
			      r->path, r->orig, r->set);
		say(r, CPUISO_VERDICT_BLOCKED, 0);
		return;
	}
	if (err) {
		cpuiso_undone(w, CPUISO_VERDICT_REFUSED, -err, CPUISO_KIND_KNOB,
			      0, r->path, r->orig, r->set);
		say(r, CPUISO_VERDICT_REFUSED, err);
		return;
	}
	if (cpuiso_knob_same(w, r->knob, w->text, r->orig))
		cpuiso_undone(w, CPUISO_VERDICT_RESTORED, 0, CPUISO_KIND_KNOB,
			      0, r->path, r->orig, r->set);
	/* What the kernel made of it is what a later look is compared with. */
	if (!read(w, r->knob, r->path))
		put(r->set, w->text_now);
	else
		put(r->set, w->text);
	say(r, CPUISO_VERDICT_SET, 0);
}

/* Return: false when the file is gone. */
static bool settle(struct cpuiso_world *w, struct cpuiso_knob_rec *r)
{
	int err = -ENODEV;

	if (r->verdict == CPUISO_VERDICT_ABSENT)
		return true;
	/* Not even to be read while a write hangs. */
	if (r->knob->waits && cpuiso_apart_writing()) {
		if (r->hanging)
			cpuiso_undone(w, CPUISO_VERDICT_BLOCKED, 0,
				      CPUISO_KIND_KNOB, 0, r->path, r->orig,
				      r->set);
		say(r, CPUISO_VERDICT_BLOCKED, 0);
		return true;
	}
	if (cpuiso_knob_locate(r))
		err = read(w, r->knob, r->path);
	if (is_gone(err)) {
		if (ours(w, r))
			cpuiso_undone(w, CPUISO_VERDICT_GONE, 0,
				      CPUISO_KIND_KNOB, 0, r->path, r->orig,
				      "");
		return false;
	}
	if (err) {
		if (ours(w, r))
			cpuiso_undone(w, CPUISO_VERDICT_REFUSED, -err,
				      CPUISO_KIND_KNOB, 0, r->path, r->orig,
				      r->set);
		say(r, CPUISO_VERDICT_REFUSED, err);
		return true;
	}
	if (r->hanging) {
		r->hanging = false;
		put(r->set, r->target);
	}
	if (!cpuiso_knob_same(w, r->knob, w->text_now, r->set))
		changed_since(w, r);

	if (w->outcome && r->theirs) {
		put(r->target, r->set);
		say(r, CPUISO_VERDICT_CHANGED_SINCE, 0);
		return true;
	}
	r->theirs = false;
	cpuiso_knob_target(w, r);
	if (!cpuiso_knob_same(w, r->knob, w->text, r->set)) {
		turn(w, r);
		return true;
	}
	put(r->target, r->set);
	if (ours(w, r))
		say(r, CPUISO_VERDICT_SET, 0);
	else if (cpumask_empty(w->claimed))
		say(r, CPUISO_VERDICT_KEPT, 0);
	else
		say(r, CPUISO_VERDICT_ALREADY_CLEAR, 0);
	return true;
}

static int settle_all(struct cpuiso_world *w, const struct cpuiso_knob *knob,
		      bool may_fail)
{
	struct cpuiso_knob_rec *r;
	unsigned long id;

	claim(w, knob);
	xa_for_each(&w->store->knobs, id, r) {
		if (r->knob != knob)
			continue;
		if (may_fail && cpuiso_fault())
			return -ENOMEM;
		if (!settle(w, r))
			cpuiso_knob_rec_drop(w->store, r);
		cond_resched();
	}
	return 0;
}

/**
 * cpuiso_settings_apply - turn every knob to where it belongs, in order
 * @w: the world
 *
 * A knob that refuses gets a verdict and is no error. With a plan, nothing but
 * the verdict and the target is set.
 *
 * Context: the worker, or with a plan any process.
 * Return: 0 or -ENOMEM.
 */
int cpuiso_settings_apply(struct cpuiso_world *w)
{
	unsigned int i;
	int err;

	for (i = 0; i < cpuiso_nr_knobs; i++) {
		err = settle_all(w, &cpuiso_knobs[i], !w->planned);
		if (err)
			return err;
	}
	return 0;
}

/**
 * cpuiso_settings_undo - turn every knob to where it belongs, in reverse order
 * @w: the world, without what is to be undone
 *
 * Context: the worker.
 */
void cpuiso_settings_undo(struct cpuiso_world *w)
{
	unsigned int i = cpuiso_nr_knobs;

	while (i--)
		settle_all(w, &cpuiso_knobs[i], false);
}

/**
 * cpuiso_settings_blocked - is there a knob that waits for a CPU?
 * @store: the records
 */
bool cpuiso_settings_blocked(struct cpuiso_store *store)
{
	struct cpuiso_knob_rec *r;
	unsigned long id;

	xa_for_each(&store->knobs, id, r)
		if (r->verdict == CPUISO_VERDICT_BLOCKED)
			return true;
	return false;
}

/**
 * cpuiso_settings_give_up - name and forget what is left because of a CPU
 * @store: the records
 */
void cpuiso_settings_give_up(struct cpuiso_store *store)
{
	struct cpuiso_knob_rec *r;
	unsigned long id;

	xa_for_each(&store->knobs, id, r) {
		if (r->verdict == CPUISO_VERDICT_BLOCKED)
			pr_warn("%s is left as \"%s\", because a realtime task owns a CPU; write \"%s\" to %s when it has ended\n",
				r->knob->name, r->set, r->orig, r->path);
		cpuiso_knob_rec_drop(store, r);
	}
}

/**
 * cpuiso_settings_clear - drop the records, but not of what waits for a CPU
 * @store: the records
 *
 * Context: the worker.
 */
void cpuiso_settings_clear(struct cpuiso_store *store)
{
	struct cpuiso_knob_rec *r;
	unsigned long id;

	xa_for_each(&store->knobs, id, r)
		if (r->verdict != CPUISO_VERDICT_BLOCKED)
			cpuiso_knob_rec_drop(store, r);
}

/**
 * cpuiso_knob_view_alloc - room for a view
 * @v: the view, not initialised
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_knob_view_alloc(struct cpuiso_knob_view *v)
{
	size_t size = cpuiso_knob_text_size();

	v->texts = kvzalloc(3 * size, GFP_KERNEL);
	if (!v->texts)
		return -ENOMEM;
	v->orig = v->texts;
	v->present = v->texts + size;
	v->target = v->texts + 2 * size;
	return 0;
}

/**
 * cpuiso_knob_view_free - the mirror of cpuiso_knob_view_alloc()
 * @v: the view
 */
void cpuiso_knob_view_free(struct cpuiso_knob_view *v)
{
	kvfree(v->texts);
}

/**
 * cpuiso_knob_view_next - look at the next record
 * @store: where
 * @id: from which id on; becomes the id of the record seen
 * @v: what was seen
 *
 * Context: process; may run beside the writer.
 * Return: false when there is none any more.
 */
bool cpuiso_knob_view_next(struct cpuiso_store *store, unsigned long *id,
			   struct cpuiso_knob_view *v)
{
	size_t size = cpuiso_knob_text_size();
	struct cpuiso_knob_rec *r;

	rcu_read_lock();
	r = xa_find(&store->knobs, id, ULONG_MAX, XA_PRESENT);
	if (r) {
		v->name = r->knob->name;
		spin_lock(&cpuiso_rec_lock);
		strscpy(v->path, r->path, sizeof(v->path));
		v->verdict = r->verdict;
		v->err = r->err;
		strscpy(v->orig, r->orig, size);
		strscpy(v->present, r->set, size);
		strscpy(v->target, r->target, size);
		spin_unlock(&cpuiso_rec_lock);
	}
	rcu_read_unlock();
	return r;
}
