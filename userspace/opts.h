/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_OPTS_H
#define CPUISO_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum opt_id {
	OPT_CPUS,
	OPT_NAME,
	OPT_PID,
	OPT_COMM,
	OPT_UNIT,
	OPT_CGROUP,
	OPT_KEEP_IRQ,
	OPT_SCHED,
	OPT_INSTALL,
	OPT_REMOVE,
	OPT_GUARD,
	OPT_EXIT,
	OPT_KEEP,
	OPT_POWER,
	OPT_RCU,
	OPT_REPLUG,
	OPT_NO_PARTITION,
	OPT_MARK,
	OPT_SINCE,
	OPT_RESET,
	OPT_FOR,
	OPT_PROOF,
	OPT_INTERVAL,
	OPT_TEXTFILE,
	OPT_ALL,
	OPT_JSON,
	OPT_HELP,

	NR_OPTS
};

#define O(id)		(1u << OPT_##id)
#define O_WORKLOAD	(O(PID) | O(COMM) | O(UNIT) | O(CGROUP))
#define O_ISOLATION	(O(CPUS) | O(NAME) | O_WORKLOAD | O(KEEP_IRQ) | O(SCHED) | \
			 O(GUARD) | O(EXIT) | \
			 O(KEEP) | O(POWER) | O(RCU) | O(REPLUG) | O(NO_PARTITION))

/* The values of an option that may be given several times. */
struct strings {
	const char **v;
	size_t n;
};

struct args {
	const char *one[NR_OPTS];	/* of options that count once */
	struct strings many[NR_OPTS];	/* of repeatable options */
	bool json, all, install, remove, power, rcu, replug, no_partition, reset;
	char **words;			/* arguments that are no options */
	int nr_words;
	char **tail;			/* what follows "--", or NULL */
};

struct command {
	const char *name;
	const char *summary;		/* a line in the list of commands */
	const char *words;		/* arguments in the usage line, or "" */
	const char *about;		/* a paragraph in the help */
	unsigned int opts;
	int max_words;
	bool tail;			/* takes "-- CMD" */
	int (*run)(const struct args *args);
};

struct opt {
	const char *name;
	char letter;
	const char *value;		/* what it takes, or NULL */
	bool repeatable;
	const char *about;
};

int opts_parse(const struct command *cmd, int argc, char **argv,
	       struct args *args, bool *help);
void opts_free(struct args *args);
void opts_help(const struct command *cmd, FILE *to);
const char *opt_of_attr(int attr);

#endif
