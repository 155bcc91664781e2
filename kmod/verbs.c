// SPDX-License-Identifier: GPL-2.0
/*
 * The verbs, as the worker carries them out: apply, revert, pin, unpin,
 * observe, and what follows from notes and hotplug. The order of the steps is decided here.
 *
 * Everything runs in the worker, one after the other; nothing is locked.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kcov.h>
#include <linux/slab.h>
#include "compat/cpuiso_compat.h"
#include "apart.h"
#include "busy.h"
#include "cpus.h"
#include "cpusets.h"
#include "event.h"
#include "fault.h"
#include "guard.h"
#include "hotplug.h"
#include "irqs.h"
#include "isolation.h"
#include "ledger.h"
#include "observe.h"
#include "owner.h"
#include "probe.h"
#include "probe_forks.h"
#include "probe_guard.h"
#include "record.h"
#include "settings.h"
#include "status.h"
#include "sweep.h"
#include "tasks.h"
#include "undo.h"
#include "verbs.h"
#include "verbs_parts.h"
#include "workload.h"

static struct cpuiso_store *store;
static struct cpuiso_world *world;
static bool attached;

/**
 * cpuiso_verbs_store - the real records, for those who read them
 */
struct cpuiso_store *cpuiso_verbs_store(void)
{
	return store;
}

/**
 * cpuiso_verbs_init - before the worker starts
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_verbs_init(void)
{
	cpuiso_probes_init();
	store = cpuiso_store_new();
	if (!store)
		return -ENOMEM;
	store->real = true;
	world = cpuiso_world_new(store);
	if (world)
		return 0;
	cpuiso_store_free(store);
	return -ENOMEM;
}

/**
 * cpuiso_verbs_exit - after the worker has ended
 */
void cpuiso_verbs_exit(void)
{
	cpuiso_world_free(world);
	cpuiso_store_free(store);
}

static int attach(void)
{
	int err;

	if (attached)
		return 0;
	err = cpuiso_guard_attach(store);
	if (err)
		return err;
	err = cpuiso_forks_attach();
	if (err)
		goto no_forks;
	err = cpuiso_probes_attach(cpuiso_isolation_probes);
	if (err)
		goto no_probes;
	attached = true;
	return 0;

no_probes:
	cpuiso_forks_detach();
no_forks:
	cpuiso_guard_detach();
	return err;
}

static void detach(void)
{
	cpuiso_probes_detach(cpuiso_isolation_probes);
	cpuiso_forks_detach();
	cpuiso_guard_detach();
	attached = false;
}

static int start_watching(const struct cpuiso_isolation *iso)
{
	unsigned int cpu;
	int err;

	err = attach();
	if (err)
		return err;
	err = cpuiso_ledger_isolate(iso->cpus, iso);
	if (err)
		return err;
	for_each_cpu(cpu, iso->cpus)
		cpuiso_guard_watch(cpu, true);
	return 0;
}

static void stop_watching(const struct cpuiso_isolation *iso)
{
	unsigned int cpu;

	for_each_cpu(cpu, iso->cpus)
		cpuiso_guard_watch(cpu, false);
	cpuiso_ledger_release(iso->cpus);
	if (!list_is_singular(&cpuiso_isolations) || !attached)
		return;
	detach();
}

static void undo(struct cpuiso_isolation *iso, struct cpuiso_outcome *outcome)
{
	struct cpuiso_task_rec *r;
	unsigned long id;

	/* A realtime task that owns a CPU may keep an ordinary one from ending. */
	rcu_expedite_gp();
	cpuiso_isolation_set_state(iso, CPUISO_STATE_REVERTING, false);
	cpuiso_world_look(world);
	world->outcome = outcome;

	cpuiso_cpus_undo(world, iso, true);
	cpuiso_world_look(world);
	cpuiso_busy_step("irqs");
	cpuiso_irqs_settle(world);
	cpuiso_busy_step("tasks");
	xa_for_each(&store->tasks, id, r)
		if (cpuiso_rec_owner(&r->rec) == iso)
			cpuiso_task_join(r, NULL, 0);
	cpuiso_sweep_settle(world);
	cpumask_clear(world->replugged);
	/* Before anything waits for RCU, which may wait for a CPU itself. */
	cpuiso_settings_undo(world);
	cpuiso_cpus_undo(world, iso, false);
	cpuiso_busy_step("forks");
	if (!cpuiso_forks_wait())
		pr_warn("a fork from before the revert may not be over; if its child keeps the mask it had, give it another by hand\n");
	cpuiso_sweep_quiesce(world);

	stop_watching(iso);
	if (!attached) {
		cpuiso_sweep_quiesce(world);
		cpuiso_guard_stop();
		cpuiso_cpusets_lose();
		cpuiso_store_clear(store);
		cpuiso_settings_clear(store);
	}
	world->outcome = NULL;
	cpuiso_isolation_remove(iso);
	rcu_unexpedite_gp();
}

static int check_still_there(struct cpuiso_op *op)
{
	const struct cpuiso_rule *rule;

	if (!cpumask_subset(op->iso->cpus, world->online))
		return cpuiso_op_fail(op, -EBUSY, CPUISO_A_ISOLATION_CPUS,
			    "a CPU went offline meanwhile; bring it online and try again");
	list_for_each_entry(rule, &op->iso->rules, node)
		if (rule->task && cpuiso_task_is(rule->task, PF_EXITING))
			return cpuiso_op_fail(op, -ESRCH, CPUISO_A_ISOLATION_PID,
				    "process %d ended meanwhile; give one that runs",
				    rule->pid);
	return 0;
}

/* world->replugged and ->away went down since everything was looked at. */
static void settle_hotplugged(void)
{
	cpuiso_world_look(world);
	cpuiso_irqs_settle(world);
	cpuiso_sweep_settle(world);
	cpumask_clear(world->replugged);
	cpumask_clear(world->away);
}

static int isolate(struct cpuiso_op *op)
{
	struct cpuiso_isolation *iso = op->iso;
	int err;

	err = start_watching(iso);
	if (err == -ENOMEM)
		return cpuiso_op_fail_nomem(op);
	if (err)
		return cpuiso_op_fail(op, err, 0,
			    "the tracepoints cannot be attached; look into the kernel log");

	cpuiso_isolation_set_state(iso, CPUISO_STATE_APPLYING, true);
	cpuiso_world_look(world);
	if (cpuiso_settings_scan(world) || cpuiso_settings_apply(world))
		return cpuiso_op_fail_nomem(op);
	cpuiso_busy_step("tasks");
	if (cpuiso_sweep_tasks(world))
		return cpuiso_op_fail_nomem(op);
	cpuiso_busy_step("irqs");
	if (cpuiso_irqs_scan(world))
		return cpuiso_op_fail_nomem(op);
	cpuiso_irqs_settle(world);
	if (cpuiso_fault())
		return cpuiso_op_fail_nomem(op);
	op->err = cpuiso_cpus_apply(world, iso, op->message, &op->attr);
	if (op->err)
		return op->err;
	if (!cpumask_empty(world->replugged))
		settle_hotplugged();
	cpuiso_world_look(world);
	if (check_still_there(op))
		return op->err;
	/* What is told of the isolation begins when it holds. */
	if (cpuiso_ledger_reset(iso->cpus))
		return cpuiso_op_fail_nomem(op);
	return 0;
}

static void apply(struct cpuiso_op *op)
{
	struct cpuiso_isolation *iso = op->iso;

	op->err = cpuiso_rules_check(iso, &op->rules, op->message, &op->attr);
	if (op->err || cpuiso_verbs_check_pids(store, op, &op->rules))
		return;
	op->err = cpuiso_isolation_publish(iso, op->message, &op->attr);
	if (op->err)
		return;
	cpuiso_rules_add(iso, &op->rules);

	if (isolate(op)) {
		op->iso = NULL;
		cpuiso_undo_begin();
		undo(iso, &op->outcome);
		cpuiso_event(CPUISO_EVENT_APPLY_FAILED, op->name, -1,
			     "errno=%d", -op->err);
		return;
	}
	op->iso = NULL;
	cpuiso_isolation_set_state(iso, CPUISO_STATE_ISOLATED, true);
	cpuiso_event(CPUISO_EVENT_APPLIED, op->name, -1, "cpus=%*pbl",
		     cpumask_pr_args(iso->cpus));
}

static void revert_one(struct cpuiso_isolation *iso,
		       struct cpuiso_outcome *outcome)
{
	char name[sizeof(iso->name)];
	struct cpuiso_outcome its = {};

	strscpy(name, iso->name, sizeof(name));
	undo(iso, &its);
	cpuiso_event(CPUISO_EVENT_REVERTED, name, -1,
		     "restored=%u gone=%u changed-since=%u failed=%u",
		     its.restored, its.gone, its.changed, its.failed);
	outcome->restored += its.restored;
	outcome->gone += its.gone;
	outcome->changed += its.changed;
	outcome->failed += its.failed;
}

/* The youngest first. */
static void revert_all(struct cpuiso_outcome *outcome)
{
	struct cpuiso_isolation *iso, *next;

	list_for_each_entry_safe_reverse(iso, next, &cpuiso_isolations, node)
		revert_one(iso, outcome);
}

/**
 * cpuiso_verbs_owners - end what is bound to a socket that is closed
 *
 * Context: the worker.
 */
void cpuiso_verbs_owners(void)
{
	struct cpuiso_isolation *iso, *next;
	struct cpuiso_outcome outcome = {};

	cpuiso_verbs_cpusets_owners(world);
	list_for_each_entry_safe_reverse(iso, next, &cpuiso_isolations, node)
		if (cpuiso_owner_is_gone(iso->owner))
			revert_one(iso, &outcome);
}

static void revert(struct cpuiso_op *op)
{
	struct cpuiso_isolation *iso;

	if (!op->name[0] && list_empty(&cpuiso_isolations)) {
		cpuiso_op_fail(op, -ENOENT, 0,
		     "nothing is isolated, so there is nothing to revert; \"cpuiso apply\" isolates");
		return;
	}
	if (!op->name[0]) {
		cpuiso_undo_begin();
		revert_all(&op->outcome);
		return;
	}
	iso = cpuiso_verbs_find(op);
	if (!iso)
		return;
	cpuiso_undo_begin();
	revert_one(iso, &op->outcome);
}

/* What waited for a CPU may be turned now. */
static void retry(struct cpuiso_outcome *outcome)
{
	cpuiso_world_look(world);
	if (!attached)
		world->outcome = outcome;
	cpuiso_settings_undo(world);
	world->outcome = NULL;
	if (!attached)
		cpuiso_settings_clear(store);
}

/**
 * cpuiso_verbs_news - go on with what was given up on
 *
 * Context: the worker.
 */
void cpuiso_verbs_news(void)
{
	struct cpuiso_outcome outcome = {};

	if (cpuiso_apart_news() && cpuiso_settings_blocked(store))
		retry(&outcome);
}

/**
 * cpuiso_verbs_end - undo everything, because the module goes
 * @outcome: what it came to
 *
 * Context: the worker.
 */
void cpuiso_verbs_end(struct cpuiso_outcome *outcome)
{
	unsigned int cpu;

	cpuiso_undo_begin();
	revert_all(outcome);
	if (cpuiso_apart_writing()) {
		cpuiso_apart_wait();
		retry(outcome);
	}
	cpuiso_settings_give_up(store);
	if (cpuiso_apart_answer(cpu_online_mask, &cpu))
		return;
	pr_warn("the empty slab caches of the records are left, because a realtime task owns CPU %u\n",
		cpu);
	cpuiso_records_keep_caches();
}

/**
 * cpuiso_verbs_run - carry out one operation
 * @op: what; its outcome is filled in
 *
 * Context: the worker.
 */
void cpuiso_verbs_run(struct cpuiso_op *op)
{
	kcov_remote_start_common(op->kcov);
	switch (op->verb) {
	case CPUISO_CMD_APPLY:
		apply(op);
		break;
	case CPUISO_CMD_REVERT:
		revert(op);
		break;
	case CPUISO_CMD_PIN:
		cpuiso_verbs_pin(world, op);
		break;
	case CPUISO_CMD_UNPIN:
		cpuiso_verbs_unpin(world, op);
		break;
	case CPUISO_CMD_OBSERVE:
		cpuiso_verbs_observe(op);
		break;
	case CPUISO_CMD_UNOBSERVE:
		cpuiso_verbs_unobserve(op);
		break;
	case CPUISO_CMD_RESET:
		cpuiso_verbs_reset(op);
		break;
	case CPUISO_CMD_CPUSETS_BEGIN:
		cpuiso_verbs_cpusets_begin(world, op);
		break;
	case CPUISO_CMD_CPUSETS_END:
		cpuiso_verbs_cpusets_end(world, op);
		break;
	}
	kcov_remote_stop();
}

/* The last member of a workload has ended: say so, and act on it. */
static void workload_gone(void)
{
	struct cpuiso_isolation *iso, *next;
	struct cpuiso_outcome outcome = {};

	list_for_each_entry_safe(iso, next, &cpuiso_isolations, node) {
		if (!iso->gone || iso->members) {
			iso->gone = false;
			continue;
		}
		iso->gone = false;
		cpuiso_event(CPUISO_EVENT_WORKLOAD_GONE, iso->name, 0,
			     "exit=%s",
			     cpuiso_exit_names[iso->exit_policy]);
		if (iso->exit_policy == CPUISO_EXIT_REVERT)
			revert_one(iso, &outcome);
	}
}

/**
 * cpuiso_verbs_notes - keep up with the tasks that come and go
 *
 * Context: the worker.
 * Return: true when there is more to do at once.
 */
bool cpuiso_verbs_notes(void)
{
	bool more;

	if (!attached)
		return false;
	cpuiso_world_look(world);
	cpuiso_sweep_notes(world, &more);
	workload_gone();
	return more;
}

/**
 * cpuiso_verbs_due - do what has waited for its time
 *
 * Context: the worker.
 * Return: in how many jiffies to come again, 0 when nothing waits.
 */
unsigned long cpuiso_verbs_due(void)
{
	if (!attached)
		return 0;
	cpuiso_world_look(world);
	return cpuiso_guard_due(world);
}

/**
 * cpuiso_verbs_hotplug - when CPUs came or went, bring everything where it
 * belongs
 *
 * Context: the worker.
 */
void cpuiso_verbs_hotplug(void)
{
	if (cpuiso_hotplug_fetch(world->away) && attached)
		settle_hotplugged();
	else
		cpumask_clear(world->away);
}
