/* SPDX-License-Identifier: GPL-2.0 */
/* What only user space can put back, as steps: one file each, one table. */
#ifndef CPUISO_STEP_H
#define CPUISO_STEP_H

#include <stdbool.h>
#include <stddef.h>

#include "../cpulist.h"
#include "../journal.h"
#include "../request.h"

enum outcome {
	OUT_RESTORED,
	OUT_GONE,		/* there is nothing any more to put back to */
	OUT_CHANGED,		/* somebody else set it since, and it is left so */
	OUT_LOST,		/* the kernel refused; it was said */

	NR_OUTCOMES
};

/**
 * struct step - one kind of thing that is set and put back
 * @name: in journals, in --json and in the log
 * @about: what it is good for, in a plan
 * @object: what it sets, in a plan that has nothing to set there
 * @held: put back before the module reverts, where that can be chosen
 * @exists: does this machine have it?
 * @plan: add to the journal what is there and what would take its place;
 *	changes nothing. Nothing to add is no failure. @others are the journals
 *	of the isolations that there are.
 * @apply: put the new value in place, which is in the journal on disk by now.
 * @hold: the same, when the module has isolated, for the processes @pid that are
 *	its workload; may be called again when there are more of them. That it
 *	cannot be is no failure. A step has this or @apply, if any.
 * @revert: put the old value back where the new one still is; @all are the
 *	journals of the isolations that there are, this one among them.
 *
 * plan and apply return 0, or the exit code after saying why. All are called
 * with the lock of the journals held.
 */
struct step {
	const char *name;
	const char *about;
	const char *object;
	bool held;
	bool (*exists)(void);
	int (*plan)(const struct request *req, const struct cpuset *cpus,
		    const struct journals *others, struct journal *j);
	int (*apply)(const struct journal *j, const struct record *r);
	void (*hold)(const struct journals *all, const struct journal *j,
		     const struct record *r, const unsigned int *pid, size_t n);
	enum outcome (*revert)(const struct journals *all, const struct journal *j,
			       const struct record *r);
};

extern const struct step *const steps[];
extern const struct step step_controller, step_irq_default, step_irqbalance,
	step_fair_server, step_partition;

const struct step *step_of(const char *name);
int steps_plan(const struct request *req, const struct journals *others,
	       struct journal *j);
int steps_apply(const struct journal *j);
bool steps_to_hold(const struct journal *j);
void steps_hold(const struct journals *all, const struct journal *j,
		const unsigned int *pid, size_t n);
void steps_release(const struct journals *all, struct journal *j, json_object *rows);
void steps_revert(const struct journals *all, const struct journal *j,
		  unsigned int count[NR_OUTCOMES], json_object *rows);

int step_write(const char *path, const char *text);

#endif
