// SPDX-License-Identifier: GPL-2.0
/*
 * Reading a ledger while its CPU writes it.
 *
 * The whole is copied until nothing was written meanwhile. A CPU that writes
 * too often for that is copied source by source, each consistent in itself.
 * Neither stops the CPU.
 *
 * Functions get their names here, because looking one up takes too long for a
 * probe. Those of a module that goes get them when it goes; an address that
 * has no name is not shown, as it would tell where the kernel is.
 */
#include <linux/hash.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "clock.h"
#include "snapshot.h"

#define WHOLE_TRIES	64
#define SOURCE_TRIES	1000

static DEFINE_MUTEX(naming);

/*
 * What is open, as if it ended now, the innermost first. Where the CPU writes
 * meanwhile this may be anything, and is thrown away.
 */
static void book_open(struct cpuiso_snapshot *s, const struct cpuiso_ledger *l)
{
	ptrdiff_t i = min_t(size_t, cpuiso_depth(l, READ_ONCE(l->top)),
			    CPUISO_LEDGER_DEPTH - 1);
	u64 now, nmis, inside = 0;

	s->now = cpuiso_ticks_of(s->cpu);
	nmis = READ_ONCE(l->nmi_ticks);
	now = s->now - nmis;
	for (; i >= 0; i--) {
		const struct cpuiso_stretch *st = &l->stack[i];
		ptrdiff_t place = READ_ONCE(st->source) - l->sources;
		u64 start = READ_ONCE(st->start);
		u64 gross = max_t(s64, 0, now - start);

		if (place >= 0 && place < s->n)
			cpuiso_source_add(&s->sources[place],
					  max_t(s64, 0, gross - inside -
						READ_ONCE(st->inner)),
					  start + nmis, s->now);
		inside = gross;
	}
}

static bool copy_whole(struct cpuiso_snapshot *s, const struct cpuiso_ledger *l)
{
	unsigned int seq = raw_read_seqcount(&l->seq);

	if (seq & 1)
		return false;
	s->start = l->start;
	s->switches = READ_ONCE(l->switches);
	s->n = min(READ_ONCE(l->used), s->max);
	memcpy(s->sources, l->sources, s->n * sizeof(*s->sources));
	book_open(s, l);
	return !read_seqcount_retry(&l->seq, seq);
}

static void copy_source(struct cpuiso_source *to,
			const struct cpuiso_source *from,
			const seqcount_t *count)
{
	unsigned int seq, n;

	for (n = 0; n < SOURCE_TRIES; n++) {
		seq = raw_read_seqcount(count);
		memcpy(to, from, sizeof(*to));
		if (!(seq & 1) && !read_seqcount_retry(count, seq))
			return;
		cpu_relax();
	}
}

static void copy_sources(struct cpuiso_snapshot *s,
			 const struct cpuiso_ledger *l)
{
	unsigned int i;

	s->start = l->start;
	s->switches = READ_ONCE(l->switches);
	s->n = min(READ_ONCE(l->used), s->max);
	for (i = 0; i < s->n; i++)
		copy_source(&s->sources[i], &l->sources[i], &l->seq);
	book_open(s, l);
}

static void copy_nmis(struct cpuiso_snapshot *s, const struct cpuiso_ledger *l)
{
	unsigned int i;

	for (i = 0; i < CPUISO_LEDGER_NMIS && s->n < s->max; i++) {
		struct cpuiso_source *to = &s->sources[s->n];

		copy_source(to, &l->nmis[i], &l->nmi_seq);
		if (to->count)
			s->n++;
	}
}

static void copy_senders(struct cpuiso_snapshot *s,
			 const struct cpuiso_ledger *l)
{
	u64 lost = atomic64_read(&l->senders_lost);
	struct cpuiso_source *to;
	unsigned int i;

	for (i = 0; i < CPUISO_LEDGER_SENDERS && s->n < s->max; i++) {
		const struct cpuiso_sender *from = &l->senders[i];

		/* Pairs with the release by the sender. */
		if (!smp_load_acquire(&from->ready))
			continue;
		to = &s->sources[s->n++];
		memset(to, 0, sizeof(*to));
		to->kind = CPUISO_STAT_IPI;
		to->id = from->callback;
		to->number = from->cpu;
		memcpy(to->name, from->comm, sizeof(from->comm));
		to->count = atomic64_read(&from->count);
		to->first = from->first;
		to->last = READ_ONCE(from->last);
	}
	s->sources[CPUISO_SOURCE_OVERFLOW + CPUISO_STAT_IPI].count = lost;
}

/* From ticks to ns. */
static void convert(struct cpuiso_snapshot *s)
{
	struct cpuiso_source *src;

	for (src = s->sources; src < &s->sources[s->n]; src++) {
		src->total = cpuiso_ticks_to_ns(src->total);
		src->max = cpuiso_ticks_to_ns(src->max);
		src->first = cpuiso_ticks_when(src->first);
		src->last = cpuiso_ticks_when(src->last);
	}
	s->start = cpuiso_ticks_when(s->start);
	s->now = cpuiso_ticks_when(s->now);
}

static bool is_function(const struct cpuiso_source *s)
{
	switch (s->kind) {
	case CPUISO_STAT_TIMER:
	case CPUISO_STAT_HRTIMER:
	case CPUISO_STAT_WORK:
	case CPUISO_STAT_CALL:
	case CPUISO_STAT_NMI:
		return s->id;
	default:
		return false;
	}
}

/* "function [module]" without its blank. */
static void look_up(u64 address, char *name, size_t size)
{
	char symbol[KSYM_SYMBOL_LEN], *blank;

	sprint_symbol_no_offset(symbol, address);
	if (!strncmp(symbol, "0x", 2))
		strscpy(symbol, "unknown", sizeof(symbol));
	blank = strchr(symbol, ' ');
	if (blank)
		memmove(blank, blank + 1, strlen(blank));
	strscpy(name, symbol, size);
}

static void name_functions(struct cpuiso_snapshot *s)
{
	struct cpuiso_source *src;
	size_t len;

	for (src = s->sources; src < &s->sources[s->n]; src++) {
		if (is_function(src) && !src->named)
			look_up(src->id, src->name, sizeof(src->name));
		if (src->kind != CPUISO_STAT_IPI)
			continue;
		src->name[TASK_COMM_LEN - 1] = '\0';
		len = strlen(src->name);
		src->name[len++] = ':';
		if (src->id)
			look_up(src->id, src->name + len,
				sizeof(src->name) - len);
		else
			strscpy(src->name + len, "reschedule",
				sizeof(src->name) - len);
	}
}

static struct cpuiso_snapshot *new_snapshot(unsigned int cpu,
					    unsigned int sources)
{
	struct cpuiso_snapshot *s;
	unsigned int max = sources + CPUISO_LEDGER_NMIS + CPUISO_LEDGER_SENDERS;

	s = kvmalloc(struct_size(s, sources, max), GFP_KERNEL);
	if (!s)
		return NULL;
	s->cpu = cpu;
	s->max = max;
	return s;
}

static unsigned int n_sources(unsigned int cpu)
{
	const struct cpuiso_ledger *l;
	unsigned int n;

	rcu_read_lock();
	/* Pairs with the release in ledger.c: it is complete. */
	l = smp_load_acquire(per_cpu_ptr(&cpuiso_ledgers, cpu));
	n = l ? READ_ONCE(l->used) : 0;
	rcu_read_unlock();
	return n;
}

/**
 * cpuiso_snapshot_take - what does the ledger of a CPU say now?
 * @cpu: which
 *
 * Context: process.
 * Return: the snapshot, NULL when the CPU has no ledger or there is no memory.
 */
struct cpuiso_snapshot *cpuiso_snapshot_take(unsigned int cpu)
{
	const struct cpuiso_ledger *l;
	struct cpuiso_snapshot *s;
	unsigned int tries, n = n_sources(cpu);

	if (!n)
		return NULL;
	s = new_snapshot(cpu, n);
	if (!s)
		return NULL;
	rcu_read_lock();
	/* Pairs with the release in ledger.c: it is complete. */
	l = smp_load_acquire(per_cpu_ptr(&cpuiso_ledgers, cpu));
	if (!l) {
		rcu_read_unlock();
		kvfree(s);
		return NULL;
	}
	for (tries = 0; tries < WHOLE_TRIES && !copy_whole(s, l); tries++)
		cpu_relax();
	if (tries == WHOLE_TRIES)
		copy_sources(s, l);
	copy_nmis(s, l);
	copy_senders(s, l);
	/* The clock is not set anew while there is this ledger. */
	convert(s);
	rcu_read_unlock();
	name_functions(s);
	return s;
}

/**
 * cpuiso_snapshot_free - the mirror of cpuiso_snapshot_take()
 * @s: may be NULL
 */
void cpuiso_snapshot_free(struct cpuiso_snapshot *s)
{
	kvfree(s);
}

/* Names in the ledger itself; only here, and the CPU does not look at them. */
static void keep_names(struct cpuiso_ledger *l, const struct module *mod)
{
	/* Pairs with new_source(): it knows what it is. */
	unsigned int used = smp_load_acquire(&l->used);
	struct cpuiso_source *s;

	for (s = l->sources; s < &l->sources[used]; s++) {
		if (!is_function(s) || s->named ||
		    !within_module(READ_ONCE(s->id), mod))
			continue;
		look_up(s->id, s->name, sizeof(s->name));
		/* Pairs with who finds it named: the name is complete. */
		smp_store_release(&s->named, true);
	}
}

static int module_notify(struct notifier_block *nb, unsigned long event,
			 void *data)
{
	struct cpuiso_ledger *l;
	unsigned int cpu;

	if (event != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	mutex_lock(&naming);
	for_each_possible_cpu(cpu) {
		rcu_read_lock();
		/* Pairs with the release in ledger.c: it is complete. */
		l = smp_load_acquire(per_cpu_ptr(&cpuiso_ledgers, cpu));
		if (l)
			keep_names(l, data);
		rcu_read_unlock();
	}
	mutex_unlock(&naming);
	return NOTIFY_DONE;
}

static struct notifier_block module_nb = { .notifier_call = module_notify };

/**
 * cpuiso_snapshot_init - before any ledger
 *
 * Return: 0 or a negative errno.
 */
int cpuiso_snapshot_init(void)
{
	return register_module_notifier(&module_nb);
}

/**
 * cpuiso_snapshot_exit - the mirror of cpuiso_snapshot_init()
 */
void cpuiso_snapshot_exit(void)
{
	unregister_module_notifier(&module_nb);
}
