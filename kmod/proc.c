// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/cpuiso, as Documentation/proc.rst describes it.
 *
 * The files read what netlink reads, through the same functions, and may be
 * read by anybody.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "compat/cpuiso_compat.h"
#include "busy.h"
#include "event.h"
#include "irqs.h"
#include "isolation.h"
#include "knobs.h"
#include "notes.h"
#include "proc.h"
#include "record.h"
#include "settings.h"
#include "stats.h"
#include "status.h"
#include "tasks.h"
#include "undo.h"
#include "verbs.h"

/* Every control character and the blank, besides the backslash itself. */
static const char escaped[] =
	"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
	"\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"
	"\x7f \\";

static void put_name(struct seq_file *m, const char *name)
{
	if (*name)
		seq_escape(m, name, escaped);
	else
		seq_putc(m, '-');
}

static void put_mask(struct seq_file *m, const struct cpumask *mask)
{
	if (cpumask_empty(mask))
		seq_putc(m, '-');
	else
		seq_printf(m, "%*pbl", cpumask_pr_args(mask));
}

static void put_head(struct seq_file *m, const char *columns)
{
	seq_printf(m, "version 1\n%s\n", columns);
}

static void status_isolation(struct seq_file *m,
			     const struct cpuiso_isolation *iso)
{
	const struct cpuiso_pattern *p;
	const struct cpuiso_rule *rule;
	struct cpuiso_counts counts;
	unsigned int i;
	int kind, verdict, class;

	seq_printf(m, "isolation\t%s\t%s\t", iso->name,
		   cpuiso_state_names[READ_ONCE(iso->state)]);
	put_mask(m, iso->cpus);
	seq_printf(m, "\t%llu\n", READ_ONCE(iso->since));
	list_for_each_entry_rcu(rule, &iso->rules, node) {
		seq_printf(m, "rule\t%s\t%s\t", iso->name,
			   cpuiso_rule_names[rule->kind]);
		if (rule->kind == CPUISO_RULE_PID)
			seq_printf(m, "%d", rule->pid);
		else
			put_name(m, rule->text);
		seq_putc(m, '\n');
	}
	list_for_each_entry(p, &iso->keep, node) {
		seq_printf(m, "keep-irq\t%s\t", iso->name);
		put_name(m, p->text);
		seq_putc(m, '\n');
	}
	for (i = 0; i < cpuiso_nr_knobs; i++)
		if (iso->keep_knobs & BIT(i))
			seq_printf(m, "keep-knob\t%s\t%s\n", iso->name,
				   cpuiso_knobs[i].name);
	if (iso->power)
		seq_printf(m, "power\t%s\n", iso->name);
	if (iso->nocb)
		seq_printf(m, "rcu\t%s\n", iso->name);
	if (iso->replug)
		seq_printf(m, "replug\t%s\n", iso->name);
	if (iso->sched_policy >= 0)
		seq_printf(m, "sched\t%s\t%s\t%u\n", iso->name,
			   cpuiso_sched_names[iso->sched_policy],
			   iso->sched_prio);

	for (class = 0; class < __CPUISO_CLASS_MAX; class++)
		seq_printf(m, "guard\t%s\t%s\t%s\n", iso->name,
			   cpuiso_class_names[class],
			   cpuiso_guard_names[iso->guard[class]]);
	seq_printf(m, "exit\t%s\t%s\n", iso->name,
		   cpuiso_exit_names[iso->exit_policy]);
	seq_printf(m, "guarded\t%s\t%u\t%u\t%u\n", iso->name,
		   READ_ONCE(iso->evicted), READ_ONCE(iso->reported),
		   READ_ONCE(iso->fights));

	cpuiso_count_verdicts(cpuiso_verbs_store(), iso, &counts);
	seq_printf(m, "members\t%s\t%u\n", iso->name, counts.members);
	for (kind = 0; kind < __CPUISO_KIND_MAX; kind++)
		for (verdict = 0; verdict < __CPUISO_VERDICT_MAX; verdict++)
			if (counts.verdicts[kind][verdict])
				seq_printf(m, "verdict\t%s\t%s\t%s\t%u\n",
					   iso->name, cpuiso_kind_names[kind],
					   cpuiso_verdict_names[verdict],
					   counts.verdicts[kind][verdict]);
}

static int status_show(struct seq_file *m, void *v)
{
	struct cpuiso_world *w = cpuiso_world_new(NULL);
	const struct cpuiso_isolation *iso;
	char busy[CPUISO_BUSY_LEN];

	if (!w)
		return -ENOMEM;
	cpuiso_world_look(w);
	cpumask_and(w->housekeeping, w->housekeeping, w->online);
	seq_printf(m, "version 1\nmodule\t%s\ngeneration\t%llu\nisolated\t",
		   CPUISO_VERSION, cpuiso_generation());
	put_mask(m, w->isolated);
	seq_puts(m, "\nhousekeeping\t");
	put_mask(m, w->housekeeping);
	seq_puts(m, "\nbusy\t");
	put_name(m, cpuiso_status_busy(busy, sizeof(busy)) ? busy : "");
	seq_printf(m, "\nlost\t%llu\n", cpuiso_notes_lost());
	cpuiso_world_free(w);

	rcu_read_lock();
	list_for_each_entry_rcu(iso, &cpuiso_isolations, node)
		status_isolation(m, iso);
	rcu_read_unlock();
	return 0;
}

static void tasks_line(struct seq_file *m, const struct cpuiso_task_view *v)
{
	seq_printf(m, "%d\t%d\t", v->pid, v->tgid);
	put_name(m, v->comm);
	seq_printf(m, "\t%s\t", v->kthread ? "kthread" : "user");
	put_name(m, v->isolation);
	seq_printf(m, "\t%s\t%u\t", cpuiso_verdict_names[v->verdict], v->err);
	put_mask(m, v->orig);
	seq_putc(m, '\t');
	put_mask(m, v->present);
	seq_putc(m, '\n');
}

static void irqs_line(struct seq_file *m, const struct cpuiso_irq_view *v)
{
	seq_printf(m, "%u\t", v->irq);
	put_name(m, v->action);
	seq_putc(m, '\t');
	put_name(m, v->chip);
	seq_putc(m, '\t');
	put_name(m, v->isolation);
	seq_printf(m, "\t%s\t%u\t", cpuiso_verdict_names[v->verdict], v->err);
	put_mask(m, v->orig);
	seq_putc(m, '\t');
	put_mask(m, v->present);
	seq_putc(m, '\t');
	put_mask(m, v->effective);
	seq_printf(m, "\t%s\n", v->pending ? "pending" : "-");
}

static void knobs_line(struct seq_file *m, const struct cpuiso_knob_view *v)
{
	seq_printf(m, "%s\t%s\t%s\t%u\t", v->name, v->path,
		   cpuiso_verdict_names[v->verdict], v->err);
	put_name(m, v->orig);
	seq_putc(m, '\t');
	put_name(m, v->present);
	seq_putc(m, '\t');
	put_name(m, v->target);
	seq_putc(m, '\n');
}

static void undo_line(struct seq_file *m, const struct cpuiso_undo_view *v)
{
	seq_printf(m, "%s\t%u\t", cpuiso_kind_names[v->kind], v->object);
	put_name(m, v->name);
	seq_printf(m, "\t%s\t%u\t", cpuiso_verdict_names[v->result], v->err);
	put_name(m, v->orig);
	seq_putc(m, '\t');
	put_name(m, v->found);
	seq_putc(m, '\n');
}

static void put_number(struct seq_file *m, u64 n, bool applies)
{
	if (applies)
		seq_printf(m, "\t%llu", n);
	else
		seq_puts(m, "\t-");
}

static void stats_line(struct seq_file *m, const struct cpuiso_stat *s)
{
	seq_printf(m, "%u\t%s\t", s->cpu, cpuiso_stat_names[s->kind]);
	put_name(m, s->name);
	put_number(m, s->count, s->has & CPUISO_STAT_HAS_COUNT);
	put_number(m, s->total, s->has & CPUISO_STAT_HAS_TIME);
	put_number(m, s->max, s->has & CPUISO_STAT_HAS_SPREAD);
	put_number(m, s->last, s->has & CPUISO_STAT_HAS_RANGE);
	seq_putc(m, '\n');
}

static void events_line(struct seq_file *m, const struct cpuiso_event_rec *e)
{
	seq_printf(m, "%llu\t%llu\t%s\t", e->seq, e->time,
		   cpuiso_event_names[e->type]);
	put_name(m, e->isolation);
	seq_printf(m, "\t%s\t", e->kind < 0 ? "-" :
		   cpuiso_kind_names[e->kind]);
	if (e->object >= 0)
		seq_printf(m, "%d\t", e->object);
	else
		seq_puts(m, "-\t");
	put_name(m, e->name);
	seq_printf(m, "\t%u\t", e->err);
	put_name(m, e->text);
	seq_putc(m, '\t');
	put_name(m, e->from);
	seq_putc(m, '\t');
	put_name(m, e->to);
	if (e->by_pid)
		seq_printf(m, "\t%d\t", e->by_pid);
	else
		seq_puts(m, "\t-\t");
	put_name(m, e->by_comm);
	seq_printf(m, "\t%llu\n", e->ns);
}

/**
 * struct table - a file with one line per object, while it is open
 * @what: what it is a table of
 * @u: the object that is being shown
 *
 * The position in the file is the key of an object plus 1; 0 is the head.
 */
struct table {
	const struct table_type *what;
	union {
		struct cpuiso_task_view task;
		struct cpuiso_irq_view irq;
		struct cpuiso_knob_view knob;
		struct cpuiso_undo_view undo;
		struct cpuiso_stats stats;
		struct cpuiso_event_rec event;
	} u;
};

/**
 * struct table_type - what one such file shows
 * @name: of the file
 * @columns: its head
 * @alloc: makes room in struct table
 * @free: the mirror of @alloc
 * @next: finds the object with this key or the next one; updates the key
 * @show: writes its line
 */
struct table_type {
	const char *name;
	const char *columns;
	int (*alloc)(struct table *t);
	void (*free)(struct table *t);
	bool (*next)(struct table *t, u64 *key);
	void (*show)(struct seq_file *m, const struct table *t);
};

static int tasks_alloc(struct table *t)
{
	return cpuiso_task_view_alloc(&t->u.task);
}

static void tasks_free(struct table *t)
{
	cpuiso_task_view_free(&t->u.task);
}

static bool tasks_next(struct table *t, u64 *key)
{
	unsigned long id = *key;
	bool found = cpuiso_task_view_next(cpuiso_verbs_store(), &id,
					   &t->u.task);

	*key = id;
	return found;
}

static void tasks_show(struct seq_file *m, const struct table *t)
{
	tasks_line(m, &t->u.task);
}

static int irqs_alloc(struct table *t)
{
	return cpuiso_irq_view_alloc(&t->u.irq);
}

static void irqs_free(struct table *t)
{
	cpuiso_irq_view_free(&t->u.irq);
}

static bool irqs_next(struct table *t, u64 *key)
{
	unsigned long irq = *key;
	bool found = cpuiso_irq_view_next(cpuiso_verbs_store(), &irq,
					  &t->u.irq);

	*key = irq;
	return found;
}

static void irqs_show(struct seq_file *m, const struct table *t)
{
	irqs_line(m, &t->u.irq);
}

static int knobs_alloc(struct table *t)
{
	return cpuiso_knob_view_alloc(&t->u.knob);
}

static void knobs_free(struct table *t)
{
	cpuiso_knob_view_free(&t->u.knob);
}

static bool knobs_next(struct table *t, u64 *key)
{
	unsigned long id = *key;
	bool found = cpuiso_knob_view_next(cpuiso_verbs_store(), &id,
					   &t->u.knob);

	*key = id;
	return found;
}

static void knobs_show(struct seq_file *m, const struct table *t)
{
	knobs_line(m, &t->u.knob);
}

static int undo_alloc(struct table *t)
{
	return cpuiso_undo_view_alloc(&t->u.undo);
}

static void undo_free(struct table *t)
{
	cpuiso_undo_view_free(&t->u.undo);
}

static bool undo_next(struct table *t, u64 *key)
{
	unsigned long id = *key;
	bool found = cpuiso_undo_view_next(&id, &t->u.undo);

	*key = id;
	return found;
}

static void undo_show(struct seq_file *m, const struct table *t)
{
	undo_line(m, &t->u.undo);
}

static void stats_free(struct table *t)
{
	cpuiso_stats_free(&t->u.stats);
}

static bool stats_next(struct table *t, u64 *key)
{
	return cpuiso_stats_next(&t->u.stats, key);
}

static void stats_show(struct seq_file *m, const struct table *t)
{
	stats_line(m, &t->u.stats.stat);
}

static bool events_next(struct table *t, u64 *key)
{
	return cpuiso_event_read(key, &t->u.event);
}

static void events_show(struct seq_file *m, const struct table *t)
{
	events_line(m, &t->u.event);
}

static const struct table_type tables[] = {
	{
		.name = "tasks",
		.columns = "pid\ttgid\tcomm\ttype\tisolation\tverdict\terrno\toriginal\tpresent",
		.alloc = tasks_alloc,
		.free = tasks_free,
		.next = tasks_next,
		.show = tasks_show,
	},
	{
		.name = "irqs",
		.columns = "irq\taction\tchip\tisolation\tverdict\terrno\toriginal\tpresent\teffective\tpending",
		.alloc = irqs_alloc,
		.free = irqs_free,
		.next = irqs_next,
		.show = irqs_show,
	},
	{
		.name = "knobs",
		.columns = "name\tpath\tverdict\terrno\toriginal\tpresent\ttarget",
		.alloc = knobs_alloc,
		.free = knobs_free,
		.next = knobs_next,
		.show = knobs_show,
	},
	{
		.name = "undo",
		.columns = "kind\tobject\tname\tresult\terrno\toriginal\tfound",
		.alloc = undo_alloc,
		.free = undo_free,
		.next = undo_next,
		.show = undo_show,
	},
	{
		.name = "stats",
		.columns = "cpu\tkind\tname\tcount\ttotal_ns\tmax_ns\tlast_ns",
		.free = stats_free,
		.next = stats_next,
		.show = stats_show,
	},
	{
		.name = "events",
		.columns = "seq\ttime\ttype\tisolation\tkind\tobject\tname\terrno\ttext\tfrom\tto\tby_pid\tby_comm\tns",
		.next = events_next,
		.show = events_show,
	},
};

static void *find(struct table *t, loff_t *pos)
{
	u64 key = *pos - 1;

	if (!t->what->next(t, &key))
		return NULL;
	*pos = key + 1;
	return t;
}

static void *table_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? find(m->private, pos) : SEQ_START_TOKEN;
}

static void *table_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return find(m->private, pos);
}

static void table_stop(struct seq_file *m, void *v)
{
}

static int table_show(struct seq_file *m, void *v)
{
	struct table *t = m->private;

	if (v == SEQ_START_TOKEN)
		put_head(m, t->what->columns);
	else
		t->what->show(m, t);
	return 0;
}

static const struct seq_operations table_seq_ops = {
	.start = table_start,
	.next = table_next,
	.stop = table_stop,
	.show = table_show,
};

static int table_open(struct inode *inode, struct file *file)
{
	struct table *t;
	int err;

	t = __seq_open_private(file, &table_seq_ops, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->what = pde_data(inode);
	err = t->what->alloc ? t->what->alloc(t) : 0;
	if (err)
		seq_release_private(inode, file);
	return err;
}

static int table_release(struct inode *inode, struct file *file)
{
	struct table *t = ((struct seq_file *)file->private_data)->private;

	if (t->what->free)
		t->what->free(t);
	return seq_release_private(inode, file);
}

static const struct proc_ops table_ops = {
	.proc_open = table_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = table_release,
};

/**
 * cpuiso_proc_init - make /proc/cpuiso
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_proc_init(void)
{
	struct proc_dir_entry *dir = proc_mkdir("cpuiso", NULL);
	unsigned int i;

	if (!dir)
		return -ENOMEM;
	if (!proc_create_single("status", 0444, dir, status_show))
		goto fail;
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		if (!proc_create_data(tables[i].name, 0444, dir, &table_ops,
				      (void *)&tables[i]))
			goto fail;
	return 0;
fail:
	cpuiso_proc_exit();
	return -ENOMEM;
}

/**
 * cpuiso_proc_exit - the mirror of cpuiso_proc_init()
 *
 * No file is being read any more when it returns.
 */
void cpuiso_proc_exit(void)
{
	remove_proc_subtree("cpuiso", NULL);
}
