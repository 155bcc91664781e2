// SPDX-License-Identifier: GPL-2.0
/*
 * All options of all commands in one table: parser, --help, and, through a
 * unit test, man page and shell completion are held to it.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <cpuiso.h>

#include "fail.h"
#include "opts.h"

static const struct opt opt_table[NR_OPTS] = {
	[OPT_CPUS] = { "cpus", 'c', "LIST", false,
		"the CPUs, as in the kernel: 3 or 1-3,5 or 1-7:2/4" },
	[OPT_NAME] = { "name", 'n', "NAME", false,
		"name of the isolation; \"cpu\" and the list if it is left out" },
	[OPT_PID] = { "pid", 'p', "PID[,PID]", true,
		"workload: these processes with their threads and children" },
	[OPT_COMM] = { "comm", 'C', "NAME", true,
		"workload: every process of that name, now and later" },
	[OPT_UNIT] = { "unit", 'u', "UNIT", true,
		"workload: the processes of a systemd unit, now and later" },
	[OPT_CGROUP] = { "cgroup", 'g', "PATH", true,
		"workload: the processes in a cgroup v2, now and later" },
	[OPT_KEEP_IRQ] = { "keep-irq", 'k', "PATTERN", true,
		"interrupt to have there, by number, action or chip" },
	[OPT_SCHED] = { "sched", 's', "POLICY", false,
		"schedule the workload as fifo:PRIO, rr:PRIO or other" },
	[OPT_INSTALL] = { "install", 'i', NULL, false,
		"have GRUB use them from the next boot on" },
	[OPT_REMOVE] = { "remove", 'r', NULL, false,
		"take away what --install wrote" },
	[OPT_GUARD] = { "guard", 'G', "POLICY", true,
		"what comes later: evict, report or off; or CLASS=POLICY" },
	[OPT_EXIT] = { "exit", 'e', "POLICY", false,
		"when the last of the workload has ended: keep or revert" },
	[OPT_KEEP] = { "keep", 'K', "KNOB", true,
		"leave this knob alone; \"cpuiso plan\" names them" },
	[OPT_POWER] = { "power", 'P', NULL, false,
		"turn the knobs of power management as well" },
	[OPT_RCU] = { "rcu", 'r', NULL, false,
		"offload the RCU callbacks of the CPUs" },
	[OPT_REPLUG] = { "replug", 'R', NULL, false,
		"take the CPUs down and up once, to evict what is pinned" },
	[OPT_NO_PARTITION] = { "no-partition", 'T', NULL, false,
		"leave the CPUs in the scheduler's domains" },
	[OPT_MARK] = { "mark", 'm', "NAME", false,
		"remember the numbers as they are now under this name" },
	[OPT_SINCE] = { "since", 'S', "NAME", false,
		"show what came since the mark of this name" },
	[OPT_RESET] = { "reset", 'x', NULL, false,
		"begin the ledgers anew" },
	[OPT_FOR] = { "for", 'f', "TIME", false,
		"how long, like 10s, 500ms or 2m" },
	[OPT_PROOF] = { "proof", 'o', "TIME", false,
		"observe for so long before and after, and compare" },
	[OPT_INTERVAL] = { "interval", 'd', "TIME", false,
		"time between two looks, like 10s" },
	[OPT_TEXTFILE] = { "textfile", 't', "PATH", false,
		"keep the metrics in this file" },
	[OPT_ALL] = { "all", 'a', NULL, false,
		"show every object, not only what stays" },
	[OPT_JSON] = { "json", 'j', NULL, false,
		"print JSON" },
	[OPT_HELP] = { "help", 'h', NULL, false,
		"print this help" },
};

/* Where long options begin in getopt's return value. */
#define LONG_BASE	256

static void add(struct strings *s, const char *value)
{
	s->v = xrealloc(s->v, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = value;
}

static int store(struct args *args, enum opt_id id, const char *value)
{
	const struct opt *o = &opt_table[id];

	switch (id) {
	case OPT_JSON:
		args->json = true;
		return 0;
	case OPT_INSTALL:
		args->install = true;
		return 0;
	case OPT_REMOVE:
		args->remove = true;
		return 0;
	case OPT_ALL:
		args->all = true;
		return 0;
	case OPT_POWER:
		args->power = true;
		return 0;
	case OPT_RCU:
		args->rcu = true;
		return 0;
	case OPT_REPLUG:
		args->replug = true;
		return 0;
	case OPT_RESET:
		args->reset = true;
		return 0;
	case OPT_NO_PARTITION:
		args->no_partition = true;
		return 0;
	default:
		break;
	}
	if (o->repeatable) {
		add(&args->many[id], value);
		return 0;
	}
	if (args->one[id])
		return fail(EXIT_USAGE, "--%s is given twice; give it once", o->name);
	args->one[id] = value;
	return 0;
}

/* Two options of different commands may share a letter. */
static int id_of(const struct command *cmd, char letter)
{
	int id;

	for (id = 0; id < OPT_HELP; id++)
		if (cmd->opts & 1u << id && opt_table[id].letter == letter)
			break;
	return id;
}

static int unknown(const struct command *cmd, char **argv, int argc, int c)
{
	const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";

	if (c == ':')
		return fail(EXIT_USAGE, "%s needs a value; see \"cpuiso %s --help\"",
			    optopt >= LONG_BASE ? word : (char[]){ '-', optopt, 0 },
			    cmd->name);
	if (optopt && optopt < LONG_BASE)
		return fail(EXIT_USAGE, "-%c is no option of %s; see \"cpuiso %s --help\"",
			    optopt, cmd->name, cmd->name);
	if (optopt)
		return fail(EXIT_USAGE, "%s takes no value; see \"cpuiso %s --help\"",
			    word, cmd->name);
	return fail(EXIT_USAGE, "%s is no option of %s; see \"cpuiso %s --help\"",
		    word, cmd->name, cmd->name);
}

/**
 * opts_parse() - read the arguments of a command
 * @cmd: the command
 * @argc: number of words, the command's name being the first
 * @argv: the words; their order is changed
 * @args: result, for opts_free() in any case
 * @help: set when help is asked for
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int opts_parse(const struct command *cmd, int argc, char **argv,
	       struct args *args, bool *help)
{
	struct option longopts[NR_OPTS + 1] = { 0 };
	char shortopts[3 * NR_OPTS + 2] = ":";
	size_t n = 0, len = 1;
	int c, i, id, code;

	memset(args, 0, sizeof(*args));
	*help = false;
	for (id = 0; id < NR_OPTS; id++) {
		const struct opt *o = &opt_table[id];

		if (!(cmd->opts & 1u << id) && id != OPT_HELP)
			continue;
		longopts[n].name = o->name;
		longopts[n].has_arg = o->value ? required_argument : no_argument;
		longopts[n++].val = LONG_BASE + id;
		shortopts[len++] = o->letter;
		if (o->value)
			shortopts[len++] = ':';
	}
	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--"))
			break;
	if (i < argc) {
		args->tail = argv + i + 1;
		argc = i;
	}
	opterr = 0;
	optind = 0;
	optopt = 0;
	while ((c = getopt_long(argc, argv, shortopts, longopts, NULL)) != -1) {
		if (c == '?' || c == ':')
			return unknown(cmd, argv, argc, c);
		id = c < LONG_BASE ? id_of(cmd, c) : c - LONG_BASE;
		if (id == OPT_HELP) {
			*help = true;
			return 0;
		}
		code = store(args, id, optarg);
		if (code)
			return code;
	}
	args->words = argv + optind;
	args->nr_words = argc - optind;
	if (args->nr_words > cmd->max_words)
		return fail(EXIT_USAGE, "\"%s\" is one argument too many; see \"cpuiso %s --help\"%s",
			    args->words[cmd->max_words], cmd->name,
			    cmd->tail ? ", and put -- before a command" : "");
	if (args->tail && !cmd->tail)
		return fail(EXIT_USAGE, "%s takes nothing after --; see \"cpuiso %s --help\"",
			    cmd->name, cmd->name);
	if (args->tail && !args->tail[0])
		return fail(EXIT_USAGE, "there is no command after --; name the one to start");
	return 0;
}

/**
 * opts_free() - free what opts_parse() allocated
 * @args: its result
 */
void opts_free(struct args *args)
{
	int id;

	for (id = 0; id < NR_OPTS; id++)
		free(args->many[id].v);
}

/**
 * opts_help() - print the help of a command
 * @cmd: the command
 * @to: where to
 */
void opts_help(const struct command *cmd, FILE *to)
{
	const struct opt *o;
	char left[40];
	int id;

	fprintf(to, "usage: cpuiso %s%s%s%s\n\n%s\n\n", cmd->name,
		cmd->opts ? " [OPTION]..." : "", *cmd->words ? " " : "", cmd->words,
		cmd->about);
	for (id = 0; id < NR_OPTS; id++) {
		if (!(cmd->opts & 1u << id) && id != OPT_HELP)
			continue;
		o = &opt_table[id];
		snprintf(left, sizeof(left), "-%c, --%s%s%s", o->letter, o->name,
			 o->value ? " " : "", o->value ? o->value : "");
		fprintf(to, "  %-24s %s%s\n", left, o->about,
			o->repeatable ? " (repeatable)" : "");
	}
}

/**
 * opt_of_attr() - the option that an attribute comes from
 * @attr: CPUISO_A_ISOLATION_*
 *
 * Return: the option, or NULL.
 */
const char *opt_of_attr(int attr)
{
	switch (attr) {
	case CPUISO_A_ISOLATION_NAME:
		return "--name";
	case CPUISO_A_ISOLATION_CPUS:
		return "--cpus";
	case CPUISO_A_ISOLATION_PID:
		return "--pid";
	case CPUISO_A_ISOLATION_COMM:
		return "--comm";
	case CPUISO_A_ISOLATION_CGROUP:
		return "--cgroup or --unit";
	case CPUISO_A_ISOLATION_KEEP_IRQ:
		return "--keep-irq";
	case CPUISO_A_ISOLATION_SCHED_POLICY:
	case CPUISO_A_ISOLATION_SCHED_PRIO:
		return "--sched";
	case CPUISO_A_ISOLATION_GUARD_TASKS:
	case CPUISO_A_ISOLATION_GUARD_KTHREADS:
	case CPUISO_A_ISOLATION_GUARD_IRQS:
		return "--guard";
	case CPUISO_A_ISOLATION_EXIT:
		return "--exit";
	case CPUISO_A_ISOLATION_KEEP_KNOB:
		return "--keep";
	case CPUISO_A_ISOLATION_POWER:
		return "--power";
	case CPUISO_A_ISOLATION_RCU:
		return "--rcu";
	case CPUISO_A_ISOLATION_REPLUG:
		return "--replug";
	default:
		return NULL;
	}
}
