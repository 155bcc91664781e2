// SPDX-License-Identifier: GPL-2.0
/*
 * cpuiso: find the command, read its arguments, run it, see its output out.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "fail.h"
#include "nearest.h"
#include "output.h"
#include "recover.h"

static const struct command *const commands[] = {
	&cmd_plan, &cmd_apply, &cmd_run, &cmd_status, &cmd_tasks, &cmd_irqs, &cmd_knobs,
	&cmd_stats, &cmd_top, &cmd_observe, &cmd_explain, &cmd_watch, &cmd_pin, &cmd_unpin,
	&cmd_revert, &cmd_undo, &cmd_doctor, &cmd_boot, &cmd_monitor, &cmd_keep, NULL
};

static void usage(FILE *to)
{
	size_t i;

	fputs("usage: cpuiso COMMAND [OPTION]...\n\n"
	      "Isolate CPUs at runtime for a latency-sensitive server, and undo it.\n\n", to);
	for (i = 0; commands[i]; i++)
		fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n  --version  print the version\n"
	      "  --help     print this help; \"cpuiso COMMAND --help\" tells more\n", to);
}

static int unknown(const char *word)
{
	const char *names[sizeof(commands) / sizeof(commands[0])], *near;
	size_t i;

	for (i = 0; commands[i]; i++)
		names[i] = commands[i]->name;
	names[i] = NULL;
	near = nearest(word, names);
	if (near)
		return fail(EXIT_USAGE, "there is no command \"%s\"; did you mean \"cpuiso %s\"?",
			    word, near);
	return fail(EXIT_USAGE, "there is no command \"%s\"; \"cpuiso --help\" lists them", word);
}

static int run(int argc, char **argv)
{
	struct args args;
	size_t i;
	bool help;
	int code;

	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		usage(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("cpuiso " CPUISO_VERSION);
		return 0;
	}
	for (i = 0; commands[i] && strcmp(commands[i]->name, argv[1]); i++)
		;
	if (!commands[i])
		return unknown(argv[1]);
	code = opts_parse(commands[i], argc - 1, argv + 1, &args, &help);
	if (!code && help)
		opts_help(commands[i], stdout);
	if (!code && !help && commands[i] != &cmd_keep)
		recover();
	if (!code && !help)
		code = commands[i]->run(&args);
	opts_free(&args);
	return code;
}

int main(int argc, char **argv)
{
	int fd;

	/*
	 * Or a socket would become stdout. What was closed is opened the
	 * wrong way round, so that its use is an error as before.
	 */
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
	return out_finish(run(argc, argv));
}
