// SPDX-License-Identifier: GPL-2.0
/*
 * The parser against a model that is as naive as can be: regular expressions
 * cut the text, and each CPU is asked for on its own. Random inputs come from a
 * grammar, then one in three has a character changed.
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "cpulist.h"
#include "tap.h"

#define NUM	"(N|[0-9]+)"

static regex_t single, range, group, all, all_group;

static long value(const char *s, regmatch_t m, unsigned int nr)
{
	char text[64] = "";

	if (s[m.rm_so] == 'N')
		return nr - 1;
	/* Beyond any CPU, as far as a list is concerned. */
	if (m.rm_eo - m.rm_so > 8)
		return 99999999;
	memcpy(text, s + m.rm_so, m.rm_eo - m.rm_so);
	return atol(text);
}

/* -1: no list; else whether the CPU is in it. */
static int model_item(const char *item, unsigned int nr, long cpu)
{
	long a = 0, b = nr - 1, used = 1, size = 1;
	regmatch_t m[5];

	if (!regexec(&all, item, 0, NULL, 0)) {
		;
	} else if (!regexec(&all_group, item, 3, m, 0)) {
		used = value(item, m[1], nr);
		size = value(item, m[2], nr);
	} else if (!regexec(&single, item, 2, m, 0)) {
		a = b = value(item, m[1], nr);
	} else if (!regexec(&range, item, 3, m, 0)) {
		a = value(item, m[1], nr);
		b = value(item, m[2], nr);
	} else if (!regexec(&group, item, 5, m, 0)) {
		a = value(item, m[1], nr);
		b = value(item, m[2], nr);
		used = value(item, m[3], nr);
		size = value(item, m[4], nr);
	} else {
		return -1;
	}
	if (a > b || b >= (long)nr || size == 0 || used > size)
		return -1;
	return cpu >= a && cpu <= b && (cpu - a) % size < used;
}

static int model(const char *text, unsigned int nr, bool *in)
{
	char item[4096];
	const char *p = text, *comma;
	unsigned int cpu;
	bool any = false;
	int r;

	memset(in, 0, nr);
	do {
		comma = strchr(p, ',');
		snprintf(item, sizeof(item), "%.*s",
			 (int)(comma ? comma - p : (long)strlen(p)), p);
		for (cpu = 0; cpu < nr; cpu++) {
			r = model_item(item, nr, cpu);
			if (r < 0)
				return -1;
			in[cpu] |= r;
			any |= r;
		}
		p = comma ? comma + 1 : NULL;
	} while (p);
	return any ? 0 : -1;
}

static void number(char *s, unsigned int nr)
{
	if (rand() % 20 == 0)
		strcat(s, "N");
	else
		sprintf(s + strlen(s), "%d", rand() % (nr + nr / 8 + 1));
}

static void random_list(char *s, unsigned int nr)
{
	static const char odd[] = "0123456789,-:/Nal xX\t+.";
	int items = rand() % 4 + (rand() % 30 != 0), i;
	unsigned int from;

	*s = '\0';
	for (i = 0; i < items; i++) {
		if (i)
			strcat(s, ",");
		switch (rand() % 5) {
		case 0:
			number(s, nr);
			break;
		case 1:
			strcat(s, rand() % 4 ? "0-0" : "all");
			break;
		case 2:
			from = rand() % nr;
			sprintf(s + strlen(s), "%u-%u", from, from + rand() % (nr / 2 + 1));
			break;
		default:
			from = rand() % nr;
			sprintf(s + strlen(s), "%u-%u:%d/%d", from,
				from + rand() % (nr / 2 + 1), rand() % 5, rand() % 6);
		}
	}
	if (*s && rand() % 3 == 0)
		s[rand() % strlen(s)] = odd[rand() % (sizeof(odd) - 1)];
}

static bool agree(const char *text, unsigned int nr)
{
	struct cpuset set, again;
	char list[65536];
	bool in[512];
	const char *why = cpulist_parse(text, nr, &set);
	unsigned int cpu;

	if ((model(text, nr, in) < 0) != (why != NULL))
		return false;
	if (why)
		return true;
	for (cpu = 0; cpu < nr; cpu++)
		if (in[cpu] != cpuset_has(&set, cpu))
			return false;
	if (cpulist_format(list, sizeof(list), &set) >= sizeof(list))
		return false;
	return !cpulist_parse(list, nr, &again) && !memcmp(&set, &again, sizeof(set));
}

static void refused(const char *text, const char *part)
{
	struct cpuset set;
	const char *why = cpulist_parse(text, 8, &set);

	ok(why && strstr(why, part), "\"%.20s\" is refused because it ... %s", text,
	   why ? why : "(accepted)");
}

static void parsed(const char *text, const char *list)
{
	struct cpuset set;
	char got[256] = "refused";

	if (!cpulist_parse(text, 16, &set))
		cpulist_format(got, sizeof(got), &set);
	ok(!strcmp(got, list), "\"%s\" is %s (%s)", text, list, got);
}

int main(void)
{
	unsigned int seed = getenv("SEED") ? atoi(getenv("SEED")) : 20240, i, nr, good = 0;
	char text[4096], cut[4] = "xxx", list[65536];
	struct cpuset odd;
	int accepted = 0;

	regcomp(&single, "^" NUM "$", REG_EXTENDED);
	regcomp(&range, "^" NUM "-" NUM "$", REG_EXTENDED);
	regcomp(&group, "^" NUM "-" NUM ":" NUM "/" NUM "$", REG_EXTENDED);
	regcomp(&all, "^all$", REG_EXTENDED);
	regcomp(&all_group, "^all:" NUM "/" NUM "$", REG_EXTENDED);

	parsed("3", "3");
	parsed("1-3,5", "1-3,5");
	parsed("5,1-3,2", "1-3,5");
	parsed("1-7:2/4", "1-2,5-6");
	parsed("0-15:1/2", "0,2,4,6,8,10,12,14");
	parsed("all", "0-15");
	parsed("14-N", "14-15");
	parsed("all:1/8", "0,8");
	parsed("007", "7");
	refused("", "empty");
	refused("3-1", "backwards");
	refused("8", "never have");
	refused("99999", "never have");
	refused("18446744073709551617", "never have");
	refused("0-7:0/4", "empty");
	refused("0-7:3/2", "group");
	refused("0-7:1/0", "group");
	refused("0-7:1", "group size");
	refused("1,", "not a CPU list");
	refused(",1", "not a CPU list");
	refused("1,,2", "not a CPU list");
	refused("1 ", "not a CPU list");
	refused("-1", "not a CPU list");
	refused("1-", "not a CPU list");
	refused("one", "not a CPU list");
	refused("1;reboot", "not a CPU list");

	printf("# seed %u\n", seed);
	srand(seed);
	for (i = 0; i < 20000; i++) {
		nr = i % 5 ? 1 + rand() % 24 : 1 + rand() % 300;
		random_list(text, nr);
		if (agree(text, nr))
			good++;
		else
			printf("# nr %u: \"%s\" is judged differently\n", nr, text);
		accepted += !cpulist_parse(text, nr, &odd);
	}
	ok(good == i, "%u of %u random lists as the model has them", good, i);
	ok(accepted > 3000 && accepted < 17000, "random lists are of both kinds (%d accepted)",
	   accepted);

	cpuset_clear(&odd);
	for (i = 0; i < CPULIST_MAX; i += 2)
		cpuset_add(&odd, i);
	ok(cpulist_format(cut, 3, &odd) > 19000 && !strcmp(cut, "0,"), "a list that does not fit is cut and its length told");
	cpulist_format(list, sizeof(list), &odd);
	ok(!cpulist_parse(list, CPULIST_MAX, &odd) && cpuset_has(&odd, 8190) &&
	   !cpuset_has(&odd, 8191), "the largest machine fits");
	ok(!cpuset_has(&odd, CPULIST_MAX) && !cpuset_has(&odd, ~0u), "no CPU beyond the largest");
	regfree(&single);
	regfree(&range);
	regfree(&group);
	regfree(&all);
	regfree(&all_group);
	return tap_end();
}
