/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The objects of the module, with what protects each field.
 *
 * Letters, from Documentation/locking.rst:
 *   I: immutable once published
 *   P: published by the worker; read by the worker, and by others under RCU
 *   W: written and read by the worker only
 *   R: written by the worker under cpuiso_rec_lock; read by the worker
 *      without it, by others under it
 */
#ifndef CPUISO_TYPES_H
#define CPUISO_TYPES_H

#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/xarray.h>
#include "uapi/cpuiso.h"

#define CPUISO_MESSAGE_LEN	191

enum cpuiso_rule_kind {
	CPUISO_RULE_PID,
	CPUISO_RULE_COMM,
	CPUISO_RULE_CGROUP,
};

/**
 * struct cpuiso_rule - what makes a task workload of an isolation
 * @node: I: in the isolation's list; the list is P
 * @id: I: unique while the module is loaded; a member keeps its rule's id
 * @kind: I
 * @pid: I: number to show, for CPUISO_RULE_PID
 * @task: I: the group leader when the rule was made (a reference), for
 *	CPUISO_RULE_PID
 * @rcu: frees the rule
 * @text: I: comm or cgroup path
 */
struct cpuiso_rule {
	struct list_head node;
	u32 id;
	enum cpuiso_rule_kind kind;
	pid_t pid;
	struct task_struct *task;
	struct rcu_head rcu;
	char text[];
};

/**
 * struct cpuiso_pattern - an IRQ that stays on the isolated CPUs
 * @node: I
 * @text: I: an IRQ number or a shell pattern
 */
struct cpuiso_pattern {
	struct list_head node;
	char text[CPUISO_PATTERN_LEN + 1];
};

/**
 * struct cpuiso_isolation - a named set of CPUs and its workload
 * @node: P: in cpuiso_isolations
 * @name: I
 * @id: I: unique while the module is loaded, never 0
 * @state: P: enum cpuiso_state
 * @active: P: its CPUs are to be clear; set when the apply starts and
 *	cleared when the undo starts
 * @cpus: I: at least one CPU, disjoint from those of any other isolation
 * @since: P: wall clock of the apply, ns
 * @rules: P: struct cpuiso_rule
 * @n_rules: P
 * @keep: I: struct cpuiso_pattern
 * @sched_policy: I: enum cpuiso_sched, or -1 to leave the workload's alone
 * @sched_prio: I
 * @rcu: frees the isolation
 */
struct cpuiso_isolation {
	struct list_head node;
	char name[CPUISO_NAME_LEN + 1];
	u32 id;
	enum cpuiso_state state;
	bool active;
	cpumask_var_t cpus;
	u64 since;
	struct list_head rules;
	unsigned int n_rules;
	struct list_head keep;
	int sched_policy;
	unsigned int sched_prio;
	struct rcu_head rcu;
};

/**
 * struct cpuiso_rec - undo record and verdict of one object
 * @owner: R: isolation whose workload it is, or that keeps it; NULL for none
 * @verdict: R: enum cpuiso_verdict, towards all isolations together
 * @err: R: positive errno of CPUISO_VERDICT_REFUSED, else 0
 * @orig: R: the mask it would have if there were no isolation
 * @set: R: the mask it had when last written or looked at
 * @prev: W: @set before the last write; a fork copies its parent's mask long
 *	before the child is seen, so a child may still come with that one
 *
 * The masks lie behind the record, cpumask_size() bytes each. An object whose
 * mask is not @set any more was changed by somebody else.
 */
struct cpuiso_rec {
	struct cpuiso_isolation __rcu *owner;
	u8 verdict;
	u8 err;
	struct cpumask *orig;
	struct cpumask *set;
	struct cpumask *prev;
};

/**
 * struct cpuiso_task_rec - record of one task
 * @rec: the part common to all records
 * @id: I: key in cpuiso_store.tasks
 * @task: I: a reference; correct across exec, unlike a struct pid
 * @hash: W: in cpuiso_store.hash
 * @member: W: in the hash of members.c; read by probes under RCU
 * @reap: W: in the notes' list of records whose task has exited
 * @rule: W: the rule that made it a member
 * @real: I: in the store that is real
 * @irq_thread: W: the thread of an interrupt, which follows its interrupt
 * @sched_saved: W: the policy is set_*, of our making, and was orig_*
 * @orig_reset: W: SCHED_RESET_ON_FORK as it was
 * @orig_policy: W
 * @orig_prio: W
 * @orig_nice: W
 * @set_policy: W
 * @set_prio: W
 * @rcu: drops the task and frees the record
 * @masks: storage of the masks of @rec
 */
struct cpuiso_task_rec {
	struct cpuiso_rec rec;
	u32 id;
	struct task_struct *task;
	struct hlist_node hash;
	struct hlist_node member;
	struct list_head reap;
	u32 rule;
	bool real:1;
	bool irq_thread:1;
	bool sched_saved:1;
	bool orig_reset:1;
	u8 orig_policy;
	u8 orig_prio;
	s8 orig_nice;
	u8 set_policy;
	u8 set_prio;
	struct rcu_head rcu;
	unsigned long masks[];
};

/**
 * struct cpuiso_irq_rec - record of one interrupt
 * @rec: the part common to all records
 * @irq: I: key in cpuiso_store.irqs
 * @hwirq: I: with @action, tells a reused number from the same interrupt
 * @action: I: names of its actions, joined by commas
 * @chip: I: name of the chip
 * @rcu: frees the record
 * @masks: storage of the masks of @rec
 */
struct cpuiso_irq_rec {
	struct cpuiso_rec rec;
	unsigned int irq;
	unsigned long hwirq;
	char action[48];
	char chip[24];
	struct rcu_head rcu;
	unsigned long masks[];
};

#define CPUISO_HASH_BITS 10

/**
 * struct cpuiso_store - a set of records
 * @tasks: R: struct cpuiso_task_rec by id, in the order they were made
 * @irqs: R: struct cpuiso_irq_rec by IRQ number
 * @next: W: where to look for a free id in @tasks
 * @hash: W: struct cpuiso_task_rec by task
 * @real: I: its members are workload indeed
 *
 * There is one that is real, with one writer, the worker; a plan has its own.
 */
struct cpuiso_store {
	struct xarray tasks;
	struct xarray irqs;
	u32 next;
	struct hlist_head hash[1 << CPUISO_HASH_BITS];
	bool real;
};

/**
 * struct cpuiso_outcome - what an undo came to, in records
 * @restored: are again as they were
 * @gone: ended or were freed before
 * @changed: were changed by somebody else and left so
 */
struct cpuiso_outcome {
	unsigned int restored;
	unsigned int gone;
	unsigned int changed;
};

/**
 * struct cpuiso_world - what masks are computed from, during one operation
 * @isolated: CPUs of all isolations that hold or are being applied
 * @housekeeping: possible CPUs that are not @isolated
 * @online: online CPUs when the operation started
 * @replugged: CPUs that went down since the last look; a mask that lay within
 *	them was rewritten by the kernel, not by somebody
 * @scratch: for whoever computes a mask
 * @now: for whoever reads a mask
 * @store: where records go
 * @planned: an isolation that is not in the list, to plan; NULL when not
 *	planning. With it nothing is changed
 * @outcome: when undoing, where to count; NULL when not
 *
 * Not shared: each user has its own.
 */
struct cpuiso_world {
	cpumask_var_t isolated;
	cpumask_var_t housekeeping;
	cpumask_var_t online;
	cpumask_var_t replugged;
	cpumask_var_t scratch;
	cpumask_var_t now;
	struct cpuiso_store *store;
	struct cpuiso_isolation *planned;
	struct cpuiso_outcome *outcome;
};

#endif
