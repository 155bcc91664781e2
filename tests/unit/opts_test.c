// SPDX-License-Identifier: GPL-2.0
/* Arguments of commands: what is read, and what is refused. */
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "fail.h"
#include "log.h"
#include "names.h"
#include "nearest.h"
#include "opts.h"
#include "request.h"
#include "tap.h"

static const struct command cmd = {
	.name = "test",
	.words = "",
	.about = "",
	.opts = O_ISOLATION | O(JSON) | O(ALL),
	.max_words = 1,
	.tail = true,
};

static struct args args;
static bool help;

static int parse(const char *line)
{
	static char copy[512];
	char *argv[32] = { "test" }, *p, *rest = copy;
	int argc = 1;

	opts_free(&args);
	snprintf(copy, sizeof(copy), "%s", line);
	while ((p = strsep(&rest, " ")))
		if (*p)
			argv[argc++] = p;
	return opts_parse(&cmd, argc, argv, &args, &help);
}

static uint64_t duration(const char *text)
{
	uint64_t ns = 0;

	return duration_parse("for", text, &ns) ? 0 : ns;
}

static bool formats(uint64_t ns, const char *want)
{
	char text[32];

	duration_format(text, sizeof(text), ns);
	return !strcmp(text, want);
}

static void test_duration(void)
{
	ok(duration("10") == 10000000000 && duration("10s") == 10000000000 &&
	   duration("1.5m") == 90000000000 && duration("500ms") == 500000000 &&
	   duration(".25s") == 250000000 && duration("1h") == 3600000000000, "times");
	ok(!duration("") && !duration("s") && !duration("-1s") && !duration("1 s") &&
	   !duration("0x10") && !duration("inf") && !duration("nan") && !duration("1e400") &&
	   !duration("0") && !duration("1us") && !duration("9999h") && !duration("1d"),
	   "what is no time, or too short or long");
	ok(formats(0, "0 ns") && formats(999, "999 ns") && formats(1000, "1.00 us") &&
	   formats(12340, "12.3 us") && formats(999999, "999 us") && formats(90000000000, "90.0 s"),
	   "times as people read them");
}

static void test_opts(void)
{
	ok(!parse("-c 1 --comm a -C b --json word") && args.json && !args.all &&
	   !strcmp(args.one[OPT_CPUS], "1") && args.many[OPT_COMM].n == 2 &&
	   !strcmp(args.many[OPT_COMM].v[1], "b") && args.nr_words == 1 && !args.tail,
	   "long and short options, repeated ones, a word");
	ok(!parse("word -c1 -ja") && args.json && args.all && args.nr_words == 1,
	   "options after a word, and joined ones");
	ok(!parse("--cpus=1") && !strcmp(args.one[OPT_CPUS], "1"), "a value after =");
	ok(!parse("-c 1 -r") && args.rcu && !args.remove, "a letter that another command uses too");
	ok(parse("-c") == EXIT_USAGE && parse("--cpus") == EXIT_USAGE, "a value is missing");
	ok(parse("--nope") == EXIT_USAGE && parse("-Z") == EXIT_USAGE, "an unknown option");
	ok(parse("--json=1") == EXIT_USAGE, "a value too many");
	ok(parse("-c 1 -c 2") == EXIT_USAGE, "given twice");
	ok(parse("a b") == EXIT_USAGE, "a word too many");
	ok(!parse("-c 1 -h") && help, "help");
	ok(parse("-c 1 --") == EXIT_USAGE, "no command after --");
	/* opts_parse() keeps pointers into argv, which parse() has left. */
	{
		char *argv[] = { "test", "-c", "1", "--", "cmd", "-c", "2", "--", "x", NULL };

		opts_free(&args);
		ok(!opts_parse(&cmd, 9, argv, &args, &help) && args.tail &&
		   !strcmp(args.tail[0], "cmd") && !strcmp(args.tail[4], "x") &&
		   !strcmp(args.one[OPT_CPUS], "1") && !args.nr_words,
		   "what follows -- belongs to the command");
	}
}

static void test_request(void)
{
	struct request r = { 0 };

	ok(!request_name(&r, "a-Z_09.@:,+") && !strcmp(r.name, "a-Z_09.@:,+"), "a name");
	ok(request_name(&r, "") == EXIT_USAGE && request_name(&r, "a b") == EXIT_USAGE &&
	   request_name(&r, "a/b") == EXIT_USAGE && request_name(&r, "\xc3\xa4") == EXIT_USAGE,
	   "names with what is not allowed");
	ok(!request_name(&r, "1234567890123456789012345678901"), "a name of 31 characters");
	ok(request_name(&r, "12345678901234567890123456789012") == EXIT_USAGE, "one of 32");

	ok(!request_sched(&r, "fifo:1") && r.policy == CPUISO_SCHED_FIFO && r.prio == 1, "fifo:1");
	ok(!request_sched(&r, "rr:99") && r.policy == CPUISO_SCHED_RR && r.prio == 99, "rr:99");
	ok(!request_sched(&r, "other") && r.policy == CPUISO_SCHED_OTHER && !r.prio, "other");
	ok(request_sched(&r, "fifo") == EXIT_USAGE && request_sched(&r, "fifo:") == EXIT_USAGE &&
	   request_sched(&r, "fifo:0") == EXIT_USAGE && request_sched(&r, "fifo:100") == EXIT_USAGE &&
	   request_sched(&r, "fifo: 5") == EXIT_USAGE && request_sched(&r, "fifo:-5") == EXIT_USAGE &&
	   request_sched(&r, "fifo:5x") == EXIT_USAGE && request_sched(&r, "batch:1") == EXIT_USAGE &&
	   request_sched(&r, "") == EXIT_USAGE && request_sched(&r, "other:0") == EXIT_USAGE,
	   "what is no policy");

	ok(!request_guard(&r, "irqs=report") && r.has_guard[CPUISO_CLASS_IRQ] &&
	   r.guard[CPUISO_CLASS_IRQ] == CPUISO_GUARD_REPORT && !r.has_guard[CPUISO_CLASS_TASK],
	   "a guard for one class");
	ok(!request_guard(&r, "off") && r.guard[CPUISO_CLASS_TASK] == CPUISO_GUARD_OFF &&
	   r.guard[CPUISO_CLASS_KTHREAD] == CPUISO_GUARD_OFF &&
	   r.guard[CPUISO_CLASS_IRQ] == CPUISO_GUARD_OFF, "one for all");
	ok(request_guard(&r, "") == EXIT_USAGE && request_guard(&r, "on") == EXIT_USAGE &&
	   request_guard(&r, "irq=off") == EXIT_USAGE && request_guard(&r, "=off") == EXIT_USAGE &&
	   request_guard(&r, "irqs=") == EXIT_USAGE && request_guard(&r, "irqs") == EXIT_USAGE &&
	   request_guard(&r, "irqsx=off") == EXIT_USAGE && request_guard(&r, "irqs=off=off") == EXIT_USAGE,
	   "what is no guard");
	ok(!request_exit(&r, "revert") && r.has_exit && r.exit == CPUISO_EXIT_REVERT, "what to do at the end");
	ok(request_exit(&r, "") == EXIT_USAGE && request_exit(&r, "undo") == EXIT_USAGE, "what is no end");
}

static void test_words(void)
{
	static const char *const names[] = { "apply", "status", "pin", "unpin", "revert", NULL };
	const struct log_field fields[] = {
		{ "verb", "apply" }, { "name", "" }, { "cpus", NULL },
		{ "reason", "a b\n\033" }, { NULL, NULL }
	};
	char line[64], small[8];

	ok(nearest("aply", names) == names[0], "aply is apply");
	ok(nearest("stat", names) == names[1], "stat is status");
	ok(nearest("umpin", names) == names[3], "umpin is unpin");
	ok(!nearest("frobnicate", names) && !nearest("", names) && !nearest("q", names) &&
	   !nearest("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", names), "the rest is nothing");
	log_format(line, sizeof(line), fields);
	ok(!strcmp(line, "verb=apply reason=a\\040b\\012\\033"), "a line of the log: %s", line);
	log_format(small, sizeof(small), fields);
	ok(!strcmp(small, ""), "a field that does not fit is left out");
	ok(!strcmp(name_of(&verdict_names, 99999), "unknown") && value_of(&verdict_names, "x") == -1,
	   "values and words without a meaning");
}

int main(void)
{
	/* The sentences of the refusals are looked at in cli_test.py. */
	if (!freopen("/dev/null", "w", stderr))
		return 1;
	test_opts();
	test_duration();
	test_request();
	test_words();
	opts_free(&args);
	return tap_end();
}
