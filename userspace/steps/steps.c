// SPDX-License-Identifier: GPL-2.0
/* The table of steps, in the order in which they are applied; undone in reverse. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../fail.h"
#include "../output.h"
#include "../sysfs.h"
#include "step.h"

/*
 * The deadline server comes last: from 6.19 on the kernel runs work on the CPUs of
 * a partition that is made or ended, and where a realtime task never leaves its CPU
 * that work runs by the server's grace.
 */
const struct step *const steps[] = {
	&step_controller, &step_irq_default, &step_irqbalance, &step_partition,
	&step_fair_server, NULL
};

/**
 * step_of() - find a step
 * @name: its name
 *
 * Return: the step, or NULL.
 */
const struct step *step_of(const char *name)
{
	size_t i;

	for (i = 0; steps[i]; i++)
		if (!strcmp(steps[i]->name, name))
			return steps[i];
	return NULL;
}

/**
 * steps_plan() - what there is to do for an isolation
 * @req: the isolation
 * @others: the journals of those that there are
 * @j: its journal, to be filled
 *
 * Return: 0, or the exit code after saying why not.
 */
int steps_plan(const struct request *req, const struct journals *others,
	       struct journal *j)
{
	struct cpuset cpus;
	size_t i;
	int code = 0;

	if (cpulist_parse(req->cpus, CPULIST_MAX, &cpus))
		return 0;
	j->keep_irqbalance = request_keeps(req, step_irqbalance.name);
	for (i = 0; steps[i] && !code; i++)
		if (!request_keeps(req, steps[i]->name))
			code = steps[i]->plan(req, &cpus, others, j);
	return code;
}

/**
 * steps_apply() - put in place what the journal on disk says
 * @j: the journal
 *
 * Return: 0, or the exit code after saying why not.
 */
int steps_apply(const struct journal *j)
{
	const struct step *s;
	size_t i;
	int code = 0;

	for (i = 0; i < j->n && !code; i++) {
		s = step_of(j->record[i].step);
		code = s && s->apply ? s->apply(j, &j->record[i]) : 0;
	}
	return code;
}

static void add_row(json_object *rows, const struct record *r, enum outcome out,
		    const char *found)
{
	static const char *const names[] = {
		[OUT_RESTORED] = "restored", [OUT_GONE] = "gone",
		[OUT_CHANGED] = "changed-since", [OUT_LOST] = "refused",
	};
	json_object *row = json_object_new_object();

	put_str(row, "kind", "step");
	put(row, "object", NULL);
	put_str(row, "name", r->object);
	put_str(row, "result", names[out]);
	put(row, "errno", NULL);
	put_str(row, "original", r->old);
	put_str(row, "found", found);
	json_object_array_add(rows, row);
}

/**
 * steps_to_hold() - is there anything for steps_hold() to do
 * @j: the journal
 */
bool steps_to_hold(const struct journal *j)
{
	const struct step *s;
	size_t i;

	for (i = 0; i < j->n; i++) {
		s = step_of(j->record[i].step);
		if (s && s->hold)
			return true;
	}
	return false;
}

/**
 * steps_hold() - put in place what follows when the module has isolated
 * @all: the journals of the isolations that there are
 * @j: the journal, one of @all
 * @pid: the processes of the workload
 * @n: how many
 */
void steps_hold(const struct journals *all, const struct journal *j,
		const unsigned int *pid, size_t n)
{
	const struct step *s;
	size_t i;

	for (i = 0; i < j->n; i++) {
		s = step_of(j->record[i].step);
		if (s && s->hold)
			s->hold(all, j, &j->record[i], pid, n);
	}
}

static enum outcome revert(const struct journals *all, const struct journal *j, size_t i,
			   json_object *rows)
{
	const struct record *r = &j->record[i];
	const struct step *s = step_of(r->step);
	char *found = s && rows ? sys_read("%s", r->object) : NULL;
	enum outcome out = OUT_LOST;

	if (s)
		out = s->revert(all, j, r);
	else
		warn("the journal of %s names a step \"%s\" that this cpuiso does not know, so %s is left as it is",
		     j->name, r->step, r->object);
	if (out == OUT_CHANGED)
		warn("%s was changed by somebody else since and is left as it is", r->object);
	if (rows)
		add_row(rows, r, out, found);
	free(found);
	return out;
}

/**
 * steps_release() - put back what is to be before the module reverts
 * @all: the journals of the isolations that there are
 * @j: the journal, one of @all; its records go that were put back
 * @rows: array to which is added what came of each
 */
void steps_release(const struct journals *all, struct journal *j, json_object *rows)
{
	const struct step *s;
	size_t i;

	for (i = j->n; i-- > 0; ) {
		s = step_of(j->record[i].step);
		if (!s || !s->held)
			continue;
		(void)revert(all, j, i, rows);
		journal_drop(j, i);
	}
}

/**
 * steps_revert() - put back what the journal says, the last first
 * @all: the journals of the isolations that there are
 * @j: the journal, one of @all
 * @count: how many records came to what
 * @rows: array to which is added what came of each, or NULL
 */
void steps_revert(const struct journals *all, const struct journal *j,
		  unsigned int count[NR_OUTCOMES], json_object *rows)
{
	size_t i;

	memset(count, 0, NR_OUTCOMES * sizeof(*count));
	for (i = j->n; i-- > 0; )
		count[revert(all, j, i, rows)]++;
}

/**
 * step_write() - write a file of /proc or /sys
 * @path: as the machine itself has it
 * @text: what
 *
 * Return: 0 or a negative errno.
 */
int step_write(const char *path, const char *text)
{
	char real[PATH_MAX];
	int fd, err = 0;

	sys_path(real, "%s", path);
	fd = open(real, O_WRONLY | O_CLOEXEC | (*sys_root() ? O_TRUNC : 0));
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err = errno ? -errno : -EIO;
	if (close(fd) && !err)
		err = -errno;
	return err;
}
