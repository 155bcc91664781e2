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
#define CPUISO_KNOB_PATH	128

struct cpuiso_owner;

/**
 * cpuiso_task_is - has a task any of these flags?
 * @task: any task
 * @flags: PF_*
 *
 * Read once, because a task changes its flags whenever it likes.
 *
 * Context: any.
 */
static inline bool cpuiso_task_is(const struct task_struct *task,
				  unsigned int flags)
{
	return READ_ONCE(task->flags) & flags;
}

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
 * @keep_knobs: I: bit N set: knob N of the table is left alone
 * @power: I: power management of its CPUs may be changed
 * @nocb: I: RCU callbacks of its CPUs are offloaded
 * @replug: I: its CPUs are taken down and up once
 * @offloaded: W: CPUs whose RCU callbacks we offloaded
 * @sched_policy: I: enum cpuiso_sched, or -1 to leave the workload's alone
 * @sched_prio: I
 * @owned: I: it is bound to a socket
 * @owner: W: the socket, or NULL
 * @guard: I: enum cpuiso_guard, by enum cpuiso_class
 * @exit_policy: I: enum cpuiso_exit
 * @members: W: tasks that are its workload
 * @gone: W: the last member has ended, and nobody was told yet
 * @evicted: P: how often the guard moved something off
 * @reported: P: how often it only said so
 * @fights: P: objects that it backed off from
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
	u32 keep_knobs;
	bool power;
	bool nocb;
	bool replug;
	cpumask_var_t offloaded;
	int sched_policy;
	unsigned int sched_prio;
	bool owned;
	struct cpuiso_owner *owner;
	u8 guard[__CPUISO_CLASS_MAX];
	u8 exit_policy;
	unsigned int members;
	bool gone;
	u32 evicted;
	u32 reported;
	u32 fights;
	struct rcu_head rcu;
};

/**
 * struct cpuiso_fight - how often an object had to be moved off again
 * @since: W: jiffies of the first eviction of this burst
 * @burst: W: evictions since then
 * @wait: W: how long to leave it alone, jiffies; 0 when it does not fight
 * @until: W: when that ends, jiffies
 * @quiet: left alone now; the probes say nothing about it
 */
struct cpuiso_fight {
	unsigned long since;
	unsigned int burst;
	unsigned long wait;
	unsigned long until;
	bool quiet;
};

/**
 * struct cpuiso_rec - undo record and verdict of one object
 * @owner: R: isolation whose workload it is, or that keeps it; NULL for none
 * @verdict: R: enum cpuiso_verdict, towards all isolations together
 * @err: R: positive errno of CPUISO_VERDICT_REFUSED, else 0
 * @tolerated: written by the worker: the policy is to leave it where somebody
 *	put it; the probes say nothing about it
 * @overruled: W: somebody else gave it @orig after we had put it elsewhere;
 *	an undo restores that, and says so
 * @fight: how often it had to be moved off again
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
	bool tolerated;
	bool overruled;
	struct cpuiso_fight fight;
	struct cpumask *orig;
	struct cpumask *set;
	struct cpumask *prev;
};

/**
 * enum cpuiso_writer - who gave a task another mask
 * @CPUISO_WRITER_DECIDED: somebody who wanted the task to have it
 * @CPUISO_WRITER_CPUSETS: the kernel, because of a cpuset, and nobody decided
 *	it; see cpusets.c
 * @CPUISO_WRITER_HOTPLUG: the kernel, to a thread of its own when a CPU goes or
 *	comes: what the thread would have without us, but nobody overruled us
 */
enum cpuiso_writer {
	CPUISO_WRITER_DECIDED,
	CPUISO_WRITER_CPUSETS,
	CPUISO_WRITER_HOTPLUG
};

/**
 * struct cpuiso_task_rec - record of one task
 * @rec: the part common to all records
 * @id: I: key in cpuiso_store.tasks
 * @task: I: a reference; correct across exec, unlike a struct pid
 * @hash: P: in cpuiso_store.hash
 * @noted: a probe has left a note about it that was not read yet
 * @ran_at: when a probe first saw it run on an isolated CPU since @noted, in
 *	ktime_get_mono_fast_ns(); 0 when it did not
 * @by_pid: who wrote its mask since @noted, 0 when nobody did or could say so;
 *	written by a probe, under the task's pi_lock
 * @by_comm: its name; evidence only, may be torn
 * @writer: the last to write its mask, but for us, as enum cpuiso_writer;
 *	written by a probe, under the task's pi_lock
 * @irq: written by the worker: the interrupt whose thread it is and which it
 *	follows, so that the probes say nothing about it; 0 when it is none
 * @newborn: W: a kernel thread that was made and not woken yet: whoever made
 *	it may still bind it
 * @woken: W: it was woken before it was known to be newborn
 * @member: W: in the hash of members.c; read by probes under RCU
 * @real: I: in the store that is real
 * @reap: W: in the notes' list of records whose task has exited
 * @rule: W: the rule that made it a member
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
	atomic_t noted;
	u64 ran_at;
	pid_t by_pid;
	char by_comm[TASK_COMM_LEN];
	unsigned int irq;
	u8 writer;
	bool real;
	bool newborn:1;
	bool woken:1;
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
 * cpuiso_task_by_cpusets - is its mask what a cpuset made of it?
 * @r: record of a task
 *
 * Context: any; may be wrong by a moment.
 */
static inline bool cpuiso_task_by_cpusets(const struct cpuiso_task_rec *r)
{
	return READ_ONCE(r->writer) == CPUISO_WRITER_CPUSETS;
}

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

struct cpuiso_knob;

/**
 * struct cpuiso_knob_rec - record of one file
 * @id: I: key in cpuiso_store.knobs, in the order of the table
 * @knob: I: which knob it is
 * @ifindex: I: of the network device it belongs to, or 0
 * @cpu: I: the CPU, or the first of those, that it belongs to, or -1
 * @leaf: I: with @ifindex, what follows the directory of the device
 * @path: R: the file; a device may be renamed
 * @verdict: R: enum cpuiso_verdict
 * @err: R: positive errno of CPUISO_VERDICT_REFUSED, else 0
 * @hanging: W: the write of @target hangs
 * @theirs: W: somebody else changed what we had set, so no undo touches it
 * @orig: R: what it would hold if there were no isolation
 * @set: R: what it held when last written or looked at
 * @target: R: what it is to hold
 * @rcu: frees the record
 * @texts: storage of the three, cpuiso_knob_text_size() bytes each
 */
struct cpuiso_knob_rec {
	u32 id;
	const struct cpuiso_knob *knob;
	int ifindex;
	int cpu;
	char leaf[32];
	char path[CPUISO_KNOB_PATH];
	u8 verdict;
	u8 err;
	bool hanging;
	bool theirs;
	char *orig;
	char *set;
	char *target;
	struct rcu_head rcu;
	char texts[];
};

#define CPUISO_HASH_BITS 10

/**
 * struct cpuiso_store - a set of records
 * @tasks: R: struct cpuiso_task_rec by id, in the order they were made
 * @irqs: R: struct cpuiso_irq_rec by IRQ number
 * @knobs: R: struct cpuiso_knob_rec by id
 * @next: W: where to look for a free id in @tasks
 * @hash: P: struct cpuiso_task_rec by task
 * @real: I: its members are workload indeed
 *
 * There is one that is real, with one writer, the worker; a plan has its own.
 */
struct cpuiso_store {
	struct xarray tasks;
	struct xarray irqs;
	struct xarray knobs;
	u32 next;
	struct hlist_head hash[1 << CPUISO_HASH_BITS];
	bool real;
};

/**
 * struct cpuiso_outcome - what an undo came to, in records
 * @restored: are again as they were
 * @gone: ended or were freed before
 * @changed: were changed by somebody else and left so
 * @failed: could not be put back, or not yet
 */
struct cpuiso_outcome {
	unsigned int restored;
	unsigned int gone;
	unsigned int changed;
	unsigned int failed;
};

/**
 * struct cpuiso_world - what masks are computed from, during one operation
 * @isolated: CPUs of all isolations that hold or are being applied
 * @housekeeping: possible CPUs that are not @isolated
 * @online: online CPUs when the operation started
 * @replugged: CPUs that we took down since the last look; a mask that lay
 *	within them was rewritten by the kernel, not by somebody
 * @away: likewise, CPUs that somebody took down
 * @scratch: for whoever computes a mask
 * @now: for whoever reads a mask
 * @claimed: the isolated CPUs as far as the knob at hand is concerned
 * @text: for whoever computes what a knob is to hold
 * @text_now: for whoever reads a knob
 * @store: where records go
 * @planned: an isolation that is not in the list, to plan; NULL when not
 *	planning. With it nothing is changed
 * @outcome: when undoing, where to count; NULL when not
 * @rewritten: cpusets were changed, and no probe has told whose masks that
 *	changed
 *
 * Not shared: each user has its own.
 */
struct cpuiso_world {
	cpumask_var_t isolated;
	cpumask_var_t housekeeping;
	cpumask_var_t online;
	cpumask_var_t replugged;
	cpumask_var_t away;
	cpumask_var_t scratch;
	cpumask_var_t now;
	cpumask_var_t claimed;
	char *text;
	char *text_now;
	struct cpuiso_store *store;
	struct cpuiso_isolation *planned;
	struct cpuiso_outcome *outcome;
	bool rewritten;
};

#endif
