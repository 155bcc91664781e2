// SPDX-License-Identifier: GPL-2.0
/*
 * From arguments to a request: what can be seen to be wrong from here is
 * refused here, in one sentence, and nothing is sent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>

#include "cpulist.h"
#include "fail.h"
#include "isolations.h"
#include "names.h"
#include "opts.h"
#include "output.h"
#include "request.h"
#include "sysfs.h"
#include "workload.h"

static int check_present(const struct cpuset *want)
{
	struct cpuset present, rest = *want;
	char list[CPUISO_CPULIST_LEN + 1];

	if (!sys_cpus("/sys/devices/system/cpu/present", &present))
		return 0;
	cpuset_minus(&rest, &present);
	if (cpuset_empty(&rest))
		return 0;
	cpulist_format(list, sizeof(list), &rest);
	return fail(EXIT_REFUSED, "there is no CPU %s in this machine; see /sys/devices/system/cpu/present",
		    list);
}

static int check_isolable(const struct cpuset *want)
{
	struct cpuset online, rest;
	char list[CPUISO_CPULIST_LEN + 1];

	if (!sys_cpus("/sys/devices/system/cpu/online", &online))
		return 0;
	rest = *want;
	cpuset_minus(&rest, &online);
	if (!cpuset_empty(&rest)) {
		cpulist_format(list, sizeof(list), &rest);
		return fail(EXIT_REFUSED, "CPU %s is offline; bring it online first (echo 1 > /sys/devices/system/cpu/cpu%d/online)",
			    list, cpuset_next(&rest, -1));
	}
	if (cpuset_subset(&online, want))
		return fail(EXIT_USAGE, "these are all CPUs that are online; leave at least one for the rest of the system");
	return 0;
}

/**
 * request_cpus() - read a list of CPUs that there are
 * @r: the request
 * @text: the list
 * @want: the same as a set, may be NULL
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int request_cpus(struct request *r, const char *text, struct cpuset *want)
{
	struct cpuset possible, set;
	const char *why;
	int cpu, nr = 0;

	if (sys_cpus("/sys/devices/system/cpu/possible", &possible))
		for (cpu = -1; (cpu = cpuset_next(&possible, cpu)) >= 0; )
			nr = cpu + 1;
	why = cpulist_parse(text, nr ? nr : CPULIST_MAX, &set);
	if (why)
		return fail(EXIT_USAGE, "the CPU list \"%s\" %s", text, why);
	if (cpulist_format(r->cpus, sizeof(r->cpus), &set) >= sizeof(r->cpus))
		return fail(EXIT_USAGE, "the CPU list is too long for the module; use fewer ranges");
	if (want)
		*want = set;
	return check_present(&set);
}

static int parse_cpus(struct request *r, const char *text)
{
	struct cpuset want;
	int code;

	if (!text)
		return fail(EXIT_USAGE, "--cpus is missing; name the CPUs to isolate, like -c 1-3");
	code = request_cpus(r, text, &want);
	return code ? code : check_isolable(&want);
}

static const char name_chars[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@:,+-";

/**
 * request_name_ok() - can an isolation have that name
 * @name: the name
 */
bool request_name_ok(const char *name)
{
	return *name && strlen(name) <= CPUISO_NAME_LEN && !name[strspn(name, name_chars)];
}

/**
 * request_name() - set the name of an isolation
 * @r: the request
 * @name: the name
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int request_name(struct request *r, const char *name)
{
	if (!*name)
		return fail(EXIT_USAGE, "the name is empty; give one with --name");
	if (strlen(name) > CPUISO_NAME_LEN)
		return fail(EXIT_USAGE, "the name \"%s\" has more than %d characters; give a shorter one with --name",
			    name, CPUISO_NAME_LEN);
	if (name[strspn(name, name_chars)])
		return fail(EXIT_USAGE, "the name \"%s\" has a character that is not allowed; use letters, digits and any of _.@:,+-",
			    name);
	snprintf(r->name, sizeof(r->name), "%s", name);
	return 0;
}

/**
 * request_sched() - read what the workload is to be scheduled as
 * @r: the request
 * @text: fifo:PRIO, rr:PRIO or other
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int request_sched(struct request *r, const char *text)
{
	const char *prio = text + strcspn(text, ":");
	char *end;
	long n;

	r->has_sched = true;
	r->prio = 0;
	if (!strcmp(text, "other")) {
		r->policy = CPUISO_SCHED_OTHER;
		return 0;
	}
	if (!strncmp(text, "fifo:", 5))
		r->policy = CPUISO_SCHED_FIFO;
	else if (!strncmp(text, "rr:", 3))
		r->policy = CPUISO_SCHED_RR;
	else
		return fail(EXIT_USAGE, "--sched \"%s\" is no policy; write fifo:PRIO, rr:PRIO or other",
			    text);
	prio++;
	n = strtol(prio, &end, 10);
	if (*prio < '0' || *prio > '9' || *end || n < 1 || n > 99)
		return fail(EXIT_USAGE, "--sched \"%s\" has no priority from 1 to 99; write it like fifo:50",
			    text);
	r->prio = n;
	return 0;
}

/**
 * request_guard() - read what is to be done about what comes later
 * @r: the request
 * @text: POLICY for every class, or CLASS=POLICY for one
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int request_guard(struct request *r, const char *text)
{
	static const char *const classes[] = {
		[CPUISO_CLASS_TASK] = "tasks",
		[CPUISO_CLASS_KTHREAD] = "kthreads",
		[CPUISO_CLASS_IRQ] = "irqs",
	};
	const char *equals = strchr(text, '=');
	int i, policy, n = 0;

	policy = value_of(&guard_names, equals ? equals + 1 : text);
	if (policy < 0)
		return fail(EXIT_USAGE, "--guard \"%s\" has no policy; write evict, report or off, or CLASS= before it",
			    text);
	for (i = 0; i < __CPUISO_CLASS_MAX; i++) {
		if (equals && (strlen(classes[i]) != (size_t)(equals - text) ||
			       strncmp(classes[i], text, equals - text)))
			continue;
		r->has_guard[i] = true;
		r->guard[i] = policy;
		n++;
	}
	return n ? 0 : fail(EXIT_USAGE, "--guard \"%s\" has no class of things; write tasks, kthreads or irqs before the =",
			    text);
}

/* A class by its name wins over all of them, whatever the order. */
static int parse_guard(struct request *r, const struct strings *s)
{
	int code = 0, named;
	size_t i;

	for (named = 0; named < 2; named++)
		for (i = 0; !code && i < s->n; i++)
			if (!strchr(s->v[i], '=') == !named)
				code = request_guard(r, s->v[i]);
	return code;
}

/**
 * request_exit() - read what is to be done when the workload has ended
 * @r: the request
 * @text: keep or revert
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int request_exit(struct request *r, const char *text)
{
	int policy = value_of(&exit_names, text);

	if (policy < 0)
		return fail(EXIT_USAGE, "--exit \"%s\" is no policy; write keep or revert",
			    text);
	r->has_exit = true;
	r->exit = policy;
	return 0;
}

static int parse_keep_irq(struct request *r, const struct strings *s)
{
	size_t i;

	if (s->n > CPUISO_RULES_MAX)
		return fail(EXIT_USAGE, "there are more than %d --keep-irq; use patterns",
			    CPUISO_RULES_MAX);
	for (i = 0; i < s->n; i++) {
		if (!*s->v[i])
			return fail(EXIT_USAGE, "--keep-irq is empty; name an interrupt by number, action or chip");
		if (strlen(s->v[i]) > CPUISO_PATTERN_LEN)
			return fail(EXIT_USAGE, "the pattern \"%s\" has more than %d characters; use a wildcard",
				    s->v[i], CPUISO_PATTERN_LEN);
		r->keep_irq[r->nr_keep_irq++] = xstrdup(s->v[i]);
	}
	return 0;
}

static int parse_keep_knob(struct request *r, const struct strings *s)
{
	size_t i;

	if (s->n > CPUISO_RULES_MAX)
		return fail(EXIT_USAGE, "there are more than %d --keep; name each knob once",
			    CPUISO_RULES_MAX);
	for (i = 0; i < s->n; i++) {
		if (!*s->v[i] || strlen(s->v[i]) > CPUISO_KNOB_LEN)
			return fail(EXIT_USAGE, "--keep \"%s\" is no name of a knob; \"cpuiso plan\" names those there are",
				    s->v[i]);
		r->keep_knob[r->nr_keep_knob++] = xstrdup(s->v[i]);
	}
	return 0;
}

/**
 * request_workload() - read the workload options
 * @r: the request
 * @args: the arguments
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int request_workload(struct request *r, const struct args *args)
{
	int code;

	code = workload_pids(r, &args->many[OPT_PID]);
	if (!code)
		code = workload_comms(r, &args->many[OPT_COMM]);
	if (!code)
		code = workload_cgroups(r, &args->many[OPT_CGROUP]);
	if (!code)
		code = workload_units(r, &args->many[OPT_UNIT]);
	return code;
}

/**
 * request_isolation() - read the options of apply and plan
 * @r: the request, for request_free() in any case
 * @args: the arguments
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int request_isolation(struct request *r, const struct args *args)
{
	char name[3 + CPUISO_CPULIST_LEN + 1];
	int code;

	memset(r, 0, sizeof(*r));
	code = parse_cpus(r, args->one[OPT_CPUS]);
	if (code)
		return code;
	snprintf(name, sizeof(name), "cpu%s", r->cpus);
	code = request_name(r, args->one[OPT_NAME] ? args->one[OPT_NAME] : name);
	if (!code && args->one[OPT_SCHED])
		code = request_sched(r, args->one[OPT_SCHED]);
	if (!code)
		code = parse_guard(r, &args->many[OPT_GUARD]);
	if (!code && args->one[OPT_EXIT])
		code = request_exit(r, args->one[OPT_EXIT]);
	if (!code)
		code = parse_keep_irq(r, &args->many[OPT_KEEP_IRQ]);
	if (!code)
		code = parse_keep_knob(r, &args->many[OPT_KEEP]);
	r->power = args->power;
	r->rcu = args->rcu;
	r->replug = args->replug;
	r->partition = !args->no_partition;
	if (!code)
		code = request_workload(r, args);
	return code;
}

/**
 * request_choose() - take the name of the only isolation
 * @r: the request
 * @c: the connection
 *
 * Return: 0, or the exit code after saying why there is none to take.
 */
int request_choose(struct request *r, struct conn *c)
{
	json_object *rows;
	size_t n;
	int code;

	code = isolation_list(c, &rows);
	if (code)
		return code;
	n = json_object_array_length(rows);
	if (!n)
		code = fail(EXIT_REFUSED, "nothing is isolated; begin with \"cpuiso apply\"");
	else if (n > 1)
		code = fail(EXIT_USAGE, "there are %zu isolations; say which one with --name (\"cpuiso status\" lists them)",
			    n);
	else
		code = request_name(r, get_str(json_object_array_get_idx(rows, 0), "name"));
	json_object_put(rows);
	return code;
}
