/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_EXPLAIN_H
#define CPUISO_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <json-c/json.h>

/* When a remedy is worth telling: what it would do has not been done yet. */
enum remedy_when {
	WHEN_ALWAYS,
	WHEN_NOT_ISOLATED,	/* the CPU belongs to no isolation */
	WHEN_NOT_NOHZ_FULL,	/* ... is not in nohz_full= */
	WHEN_NOT_RCU_NOCBS,	/* ... its callbacks run there, and only a boot changes that */
	WHEN_RCU_AT_RUNTIME,	/* ... but the boot line lets them be offloaded now */
	WHEN_NOT_MANAGED,	/* ... is not in isolcpus=managed_irq */
	WHEN_NOT_DOMAIN,	/* ... is in the scheduler's domains */
	WHEN_NOT_REPLUGGED,	/* ... was isolated without --replug */
	WHEN_TASKS_STAY,	/* the guard lets tasks, ... */
	WHEN_KTHREADS_STAY,	/* ... kernel threads ... */
	WHEN_IRQS_STAY,		/* ... or interrupts be there */
	WHEN_PARAM,		/* the boot line lacks the parameter "state" */
	WHEN_FILE,		/* the file "state" does not hold "value" */
};

/*
 * In the text, %c is the list of CPUs, %i the number of an interrupt or the pid
 * of a thread, %n the name of the isolation.
 */
struct remedy {
	enum remedy_when when;
	const char *text;
	const char *state, *value;
};

#define MAX_REMEDIES	4

/* One thing that may disturb a CPU; the first that fits a source is its. */
struct explanation {
	const char *kind;
	const char *names;		/* shell patterns separated by blanks */
	const char *verdict;		/* of the thread or interrupt; NULL for any */
	bool general;			/* only the kind is known, not the name */
	const char *what, *why;
	struct remedy remedies[MAX_REMEDIES];
	const char *nothing;		/* why nothing (more) can */
};

extern const struct explanation explain_table[];

struct conn;
struct cpuset;

json_object *explain_rows(struct conn *c, json_object *rows, int *code);

#endif
