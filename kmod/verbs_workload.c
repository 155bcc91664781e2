// SPDX-License-Identifier: GPL-2.0
/*
 * Who is workload: the operations that change it, and what they have to ask.
 */
#include "event.h"
#include "isolation.h"
#include "ledger.h"
#include "op.h"
#include "record.h"
#include "rules.h"
#include "sweep.h"
#include "tasks.h"
#include "undo.h"
#include "verbs_parts.h"
#include "workload.h"

/**
 * cpuiso_verbs_check_pids - may these processes become workload?
 * @store: the records
 * @op: the operation; says why not
 * @rules: rules of all kinds
 *
 * A process can be workload of one isolation only, whatever brought it there.
 *
 * Context: the worker.
 * Return: 0 or a negative errno.
 */
int cpuiso_verbs_check_pids(struct cpuiso_store *store, struct cpuiso_op *op,
			    const struct list_head *rules)
{
	const struct cpuiso_isolation *owner;
	const struct cpuiso_rule *rule;
	struct cpuiso_task_rec *r;

	list_for_each_entry(rule, rules, node) {
		if (rule->kind != CPUISO_RULE_PID)
			continue;
		if (cpuiso_task_is(rule->task, PF_EXITING))
			return cpuiso_op_fail(op, -ESRCH, CPUISO_A_ISOLATION_PID,
				    "process %d has ended; give one that runs",
				    rule->pid);
		r = cpuiso_task_rec_find(store, rule->task);
		owner = r ? cpuiso_rec_owner(&r->rec) : NULL;
		if (owner)
			return cpuiso_op_fail(op, -EEXIST, CPUISO_A_ISOLATION_PID,
				    "process %d already belongs to the isolation %s; unpin it there first",
				    rule->pid, owner->name);
	}
	return 0;
}

/**
 * cpuiso_verbs_find - the isolation that an operation names
 * @op: the operation; says so when there is none
 *
 * Context: the worker.
 * Return: the isolation or NULL.
 */
struct cpuiso_isolation *cpuiso_verbs_find(struct cpuiso_op *op)
{
	struct cpuiso_isolation *iso = cpuiso_isolation_find(op->name);

	if (iso)
		return iso;
	cpuiso_op_fail(op, -ENOENT, CPUISO_A_ISOLATION_NAME,
	     "there is no isolation %s; \"cpuiso status\" names those there are",
	     op->name);
	return NULL;
}

/**
 * cpuiso_verbs_pin - add to the workload
 * @world: the world
 * @op: the operation; its outcome is filled in
 *
 * Context: the worker.
 */
void cpuiso_verbs_pin(struct cpuiso_world *world, struct cpuiso_op *op)
{
	struct cpuiso_isolation *iso = cpuiso_verbs_find(op);

	if (!iso || cpuiso_verbs_check_pids(world->store, op, &op->rules))
		return;
	op->err = cpuiso_rules_check(iso, &op->rules, op->message, &op->attr);
	if (op->err)
		return;
	cpuiso_rules_add(iso, &op->rules);
	cpuiso_world_look(world);
	cpuiso_sweep_match(world);
	cpuiso_ledger_rebase(iso->cpus);
	cpuiso_event(CPUISO_EVENT_PINNED, iso->name, -1, "rules=%u",
		     iso->n_rules);
}

static unsigned int release(struct cpuiso_world *world,
			    struct cpuiso_isolation *iso, u32 id,
			    const struct cpuiso_rule *rule)
{
	struct cpuiso_task_rec *r;
	unsigned int n = 0;
	unsigned long i;

	xa_for_each(&world->store->tasks, i, r) {
		if (cpuiso_rec_owner(&r->rec) != iso)
			continue;
		if (id ? r->rule != id :
			 !rule->task ||
			 !cpuiso_is_descendant(r->task, rule->task))
			continue;
		cpuiso_task_join(r, NULL, 0);
		if (id)
			cpuiso_task_match(world, r);
		cpuiso_task_settle(world, r);
		n++;
	}
	return n;
}

/**
 * cpuiso_verbs_unpin - take from the workload
 * @world: the world
 * @op: the operation; its outcome is filled in
 *
 * Context: the worker.
 */
void cpuiso_verbs_unpin(struct cpuiso_world *world, struct cpuiso_op *op)
{
	struct cpuiso_isolation *iso = cpuiso_verbs_find(op);
	struct cpuiso_rule *rule;
	u32 id;

	if (!iso)
		return;
	cpuiso_world_look(world);
	cpuiso_undo_begin();
	world->outcome = &op->outcome;
	list_for_each_entry(rule, &op->rules, node) {
		id = cpuiso_rule_remove(iso, rule);
		if (release(world, iso, id, rule) || id)
			continue;
		if (rule->task)
			cpuiso_op_fail(op, -ENOENT, CPUISO_A_ISOLATION_PID,
			     "process %d is not workload of the isolation %s; \"cpuiso tasks\" shows what is",
			     rule->pid, iso->name);
		else
			cpuiso_op_fail(op, -ENOENT, cpuiso_rule_attr(rule),
			     "the isolation %s has no rule %.64s; \"cpuiso status\" shows its rules",
			     iso->name, rule->text);
		break;
	}
	world->outcome = NULL;
	if (op->err)
		return;
	cpuiso_event(CPUISO_EVENT_UNPINNED, iso->name, -1, "rules=%u",
		     iso->n_rules);
}
