// SPDX-License-Identifier: GPL-2.0
/*
 * The isolations: which CPUs are whose, and that one CPU stays for the rest.
 *
 * The worker alone adds, changes and removes; others read under RCU. CPU
 * hotplug reads 'reserved' with cpus_write_lock() held, so the worker writes
 * it under cpus_read_lock().
 */
#include <linux/cpu.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "fault.h"
#include "isolation.h"
#include "owner.h"
#include "record.h"
#include "rules.h"

LIST_HEAD(cpuiso_isolations);

static cpumask_var_t reserved;
static u32 last_id;

/**
 * cpuiso_isolations_init - before any isolation
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_isolations_init(void)
{
	return zalloc_cpumask_var(&reserved, GFP_KERNEL) ? 0 : -ENOMEM;
}

/**
 * cpuiso_isolations_exit - the mirror of cpuiso_isolations_init()
 *
 * Waits for the isolations that are on their way out.
 */
void cpuiso_isolations_exit(void)
{
	rcu_barrier();
	free_cpumask_var(reserved);
}

/**
 * cpuiso_isolation_new - an isolation that is nowhere yet
 * @name: at most CPUISO_NAME_LEN bytes
 *
 * Return: the isolation, without CPUs or rules, or NULL.
 */
struct cpuiso_isolation *cpuiso_isolation_new(const char *name)
{
	struct cpuiso_isolation *iso = kzalloc(sizeof(*iso), GFP_KERNEL);

	if (!iso)
		return NULL;
	if (!zalloc_cpumask_var(&iso->cpus, GFP_KERNEL) ||
	    !zalloc_cpumask_var(&iso->offloaded, GFP_KERNEL)) {
		free_cpumask_var(iso->cpus);
		kfree(iso);
		return NULL;
	}
	strscpy(iso->name, name, sizeof(iso->name));
	INIT_LIST_HEAD(&iso->node);
	INIT_LIST_HEAD(&iso->rules);
	INIT_LIST_HEAD(&iso->keep);
	iso->sched_policy = -1;
	return iso;
}

static void isolation_free_rcu(struct rcu_head *rcu)
{
	struct cpuiso_isolation *iso = container_of(rcu,
						    struct cpuiso_isolation,
						    rcu);
	struct cpuiso_pattern *p, *n;

	list_for_each_entry_safe(p, n, &iso->keep, node)
		kfree(p);
	free_cpumask_var(iso->cpus);
	free_cpumask_var(iso->offloaded);
	kfree(iso);
}

/**
 * cpuiso_isolation_free - free an isolation that is not in the list (any more)
 * @iso: may be NULL; freed after a grace period
 */
void cpuiso_isolation_free(struct cpuiso_isolation *iso)
{
	if (!iso)
		return;
	cpuiso_rule_list_free(&iso->rules);
	cpuiso_owner_free(iso->owner);
	call_rcu(&iso->rcu, isolation_free_rcu);
}

/**
 * cpuiso_isolation_find - the isolation of that name
 * @name: its name
 *
 * Context: the worker, or under rcu_read_lock().
 * Return: the isolation or NULL.
 */
struct cpuiso_isolation *cpuiso_isolation_find(const char *name)
{
	struct cpuiso_isolation *iso;

	list_for_each_entry_rcu(iso, &cpuiso_isolations, node, true)
		if (!strcmp(iso->name, name))
			return iso;
	return NULL;
}

/**
 * cpuiso_isolation_of - whose isolated CPUs are these?
 * @mask: some CPUs
 *
 * Context: the worker.
 * Return: an active isolation that has one of them, or NULL.
 */
struct cpuiso_isolation *cpuiso_isolation_of(const struct cpumask *mask)
{
	struct cpuiso_isolation *iso;

	list_for_each_entry_rcu(iso, &cpuiso_isolations, node, true)
		if (iso->active && cpumask_intersects(mask, iso->cpus))
			return iso;
	return NULL;
}

static int check_cpus(const struct cpuiso_isolation *iso, char *message)
{
	const struct cpuiso_isolation *other;
	unsigned int cpu;

	for_each_cpu(cpu, iso->cpus) {
		if (cpu_online(cpu))
			continue;
		snprintf(message, CPUISO_MESSAGE_LEN,
			 "CPU %u is offline; bring it online or leave it out",
			 cpu);
		return -EINVAL;
	}
	list_for_each_entry_rcu(other, &cpuiso_isolations, node, true) {
		if (!cpumask_intersects(other->cpus, iso->cpus))
			continue;
		snprintf(message, CPUISO_MESSAGE_LEN,
			 "CPU %u belongs to the isolation %s; revert that first or choose another CPU",
			 cpumask_any_and(other->cpus, iso->cpus), other->name);
		return -EBUSY;
	}
	for_each_online_cpu(cpu)
		if (!cpumask_test_cpu(cpu, reserved) &&
		    !cpumask_test_cpu(cpu, iso->cpus))
			return 0;
	snprintf(message, CPUISO_MESSAGE_LEN,
		 "no online CPU would remain for housekeeping; leave at least one out");
	return -EINVAL;
}

/**
 * cpuiso_isolation_check - may this isolation exist?
 * @iso: complete but for its rules
 * @message: when not, one sentence of at most CPUISO_MESSAGE_LEN bytes
 * @attr: when not, the attribute at fault
 *
 * Context: the worker, or under rcu_read_lock().
 * Return: 0, -EEXIST, -EBUSY or -EINVAL.
 */
int cpuiso_isolation_check(const struct cpuiso_isolation *iso, char *message,
			   unsigned int *attr)
{
	if (cpuiso_isolation_find(iso->name)) {
		snprintf(message, CPUISO_MESSAGE_LEN,
			 "there is already an isolation %s; revert it or choose another name",
			 iso->name);
		*attr = CPUISO_A_ISOLATION_NAME;
		return -EEXIST;
	}
	*attr = CPUISO_A_ISOLATION_CPUS;
	return check_cpus(iso, message);
}

/**
 * cpuiso_isolation_publish - add an isolation, applying, if it may exist
 * @iso: complete but for its rules
 * @message: as for cpuiso_isolation_check()
 * @attr: as for cpuiso_isolation_check()
 *
 * From here on the last housekeeping CPU cannot go offline.
 *
 * Context: the worker.
 * Return: as cpuiso_isolation_check().
 */
int cpuiso_isolation_publish(struct cpuiso_isolation *iso, char *message,
			     unsigned int *attr)
{
	int err;

	cpus_read_lock();
	err = cpuiso_isolation_check(iso, message, attr);
	if (!err)
		cpumask_or(reserved, reserved, iso->cpus);
	cpus_read_unlock();
	if (err)
		return err;
	iso->id = ++last_id;
	iso->state = CPUISO_STATE_APPLYING;
	list_add_tail_rcu(&iso->node, &cpuiso_isolations);
	cpuiso_changed();
	return 0;
}

/**
 * cpuiso_isolation_remove - take an isolation out of the list and free it
 * @iso: no record refers to it any more
 */
void cpuiso_isolation_remove(struct cpuiso_isolation *iso)
{
	cpus_read_lock();
	cpumask_andnot(reserved, reserved, iso->cpus);
	cpus_read_unlock();
	list_del_rcu(&iso->node);
	cpuiso_changed();
	cpuiso_isolation_free(iso);
}

/**
 * cpuiso_isolation_set_state - the next state
 * @iso: in the list
 * @state: its state from now on
 * @active: are its CPUs to be clear from now on?
 */
void cpuiso_isolation_set_state(struct cpuiso_isolation *iso,
				enum cpuiso_state state, bool active)
{
	if (state == CPUISO_STATE_ISOLATED)
		WRITE_ONCE(iso->since, ktime_get_real_ns());
	WRITE_ONCE(iso->state, state);
	WRITE_ONCE(iso->active, active);
	cpuiso_changed();
}

/**
 * cpuiso_is_isolated - does this CPU belong to an isolation?
 * @cpu: which
 *
 * Context: hotplug callback, or whoever does not mind that it changes.
 */
bool cpuiso_is_isolated(unsigned int cpu)
{
	return cpumask_test_cpu(cpu, reserved);
}

/**
 * cpuiso_is_last_housekeeping - is there no other CPU to move things to?
 * @cpu: about to go offline, still online
 *
 * Context: hotplug callback, cpus_write_lock() held.
 */
bool cpuiso_is_last_housekeeping(unsigned int cpu)
{
	unsigned int other;

	if (cpumask_empty(reserved) || cpumask_test_cpu(cpu, reserved))
		return false;
	for_each_online_cpu(other)
		if (other != cpu && !cpumask_test_cpu(other, reserved))
			return false;
	return true;
}

/**
 * cpuiso_world_new - room for what an operation computes with
 * @store: where its records go
 *
 * Return: the world, not looked at yet, or NULL.
 */
struct cpuiso_world *cpuiso_world_new(struct cpuiso_store *store)
{
	struct cpuiso_world *w = kzalloc(sizeof(*w), GFP_KERNEL);

	if (!w)
		return NULL;
	w->store = store;
	w->text = kmalloc(cpuiso_knob_text_size(), GFP_KERNEL);
	w->text_now = kmalloc(cpuiso_knob_text_size(), GFP_KERNEL);
	if (w->text && w->text_now &&
	    zalloc_cpumask_var(&w->isolated, GFP_KERNEL) &&
	    zalloc_cpumask_var(&w->housekeeping, GFP_KERNEL) &&
	    zalloc_cpumask_var(&w->online, GFP_KERNEL) &&
	    zalloc_cpumask_var(&w->replugged, GFP_KERNEL) &&
	    zalloc_cpumask_var(&w->away, GFP_KERNEL) &&
	    zalloc_cpumask_var(&w->scratch, GFP_KERNEL) &&
	    zalloc_cpumask_var(&w->now, GFP_KERNEL) &&
	    zalloc_cpumask_var(&w->claimed, GFP_KERNEL))
		return w;
	cpuiso_world_free(w);
	return NULL;
}

/**
 * cpuiso_world_free - the mirror of cpuiso_world_new()
 * @w: may be NULL
 */
void cpuiso_world_free(struct cpuiso_world *w)
{
	if (!w)
		return;
	free_cpumask_var(w->isolated);
	free_cpumask_var(w->housekeeping);
	free_cpumask_var(w->online);
	free_cpumask_var(w->replugged);
	free_cpumask_var(w->away);
	free_cpumask_var(w->scratch);
	free_cpumask_var(w->now);
	free_cpumask_var(w->claimed);
	kfree(w->text);
	kfree(w->text_now);
	kfree(w);
}

/**
 * cpuiso_world_look - look which CPUs are isolated and online now
 * @w: where to write it
 *
 * Isolated are the CPUs of the active isolations; for a plan, those planned.
 */
void cpuiso_world_look(struct cpuiso_world *w)
{
	struct cpuiso_isolation *iso;

	cpumask_copy(w->online, cpu_online_mask);
	cpumask_clear(w->isolated);
	rcu_read_lock();
	list_for_each_entry_rcu(iso, &cpuiso_isolations, node)
		if (READ_ONCE(iso->active))
			cpumask_or(w->isolated, w->isolated, iso->cpus);
	rcu_read_unlock();
	cpumask_andnot(w->housekeeping, cpu_possible_mask, w->isolated);
	if (!w->planned)
		return;
	cpumask_copy(w->isolated, w->planned->cpus);
	cpumask_andnot(w->housekeeping, w->housekeeping, w->planned->cpus);
}
