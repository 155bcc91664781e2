// SPDX-License-Identifier: GPL-2.0
/*
 * The screen of cpuiso top: a line for each CPU, then the sources of noise in
 * the order that the user wants. Nothing here knows the module.
 */
#include <ncurses.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "duration.h"
#include "escape.h"
#include "output.h"
#include "stats.h"
#include "topview.h"

enum { PAIR_WORKLOAD = 1, PAIR_NOISE, PAIR_MESSAGE };

static const struct {
	char key;
	const char *what;
} orders[NR_TOP_ORDERS] = {
	[TOP_TIME] = { 't', "time" },
	[TOP_RATE] = { 'r', "rate" },
	[TOP_LONGEST] = { 'm', "longest" },
	[TOP_TOTAL] = { 'o', "total" },
	[TOP_CPU] = { 'c', "CPU" },
	[TOP_NAME] = { 'n', "name" },
};

static enum top_order sorting;

static int compare(json_object *a, json_object *b, const char *key)
{
	double n = json_object_get_double(get_obj(a, key));
	double m = json_object_get_double(get_obj(b, key));

	return (n < m) - (n > m);
}

static int by_order(const void *x, const void *y)
{
	static const char *const keys[NR_TOP_ORDERS] = {
		"ns_per_s", "count_per_s", "max_ns", "total_ns", "ns_per_s", "ns_per_s",
	};
	json_object *a = *(json_object *const *)x, *b = *(json_object *const *)y;
	int cmp = 0;

	if (sorting == TOP_CPU)
		cmp = -compare(a, b, "cpu");
	else if (sorting == TOP_NAME)
		cmp = strcmp(get_str(a, "name"), get_str(b, "name"));
	if (!cmp)
		cmp = compare(a, b, keys[sorting]);
	if (!cmp)
		cmp = compare(a, b, "total_ns");
	if (!cmp)
		cmp = -compare(a, b, "cpu");
	return cmp ? cmp : strcmp(get_str(a, "name"), get_str(b, "name"));
}

static void sort_sources(json_object *rows, enum top_order order)
{
	sorting = order;
	json_object_array_sort(rows, by_order);
}

/**
 * top_open() - take the terminal
 *
 * Return: false when it has no full screen.
 */
bool top_open(void)
{
	const char *no = getenv("NO_COLOR");

	if (!newterm(NULL, stdout, stdin))
		return false;
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	if (has_colors() && !(no && *no)) {
		start_color();
		use_default_colors();
		init_pair(PAIR_WORKLOAD, COLOR_GREEN, -1);
		init_pair(PAIR_NOISE, COLOR_RED, -1);
		init_pair(PAIR_MESSAGE, COLOR_YELLOW, -1);
	}
	return true;
}

/**
 * top_close() - give the terminal back
 */
void top_close(void)
{
	endwin();
}

static void number(char *dst, size_t size, double n)
{
	static const char units[] = " kMGTPE";
	int unit = 0;

	for (; n >= 1e6 && units[unit + 1]; unit++)
		n /= 1000;
	snprintf(dst, size, units[unit] == ' ' ? "%.0f" : "%.0f%c", n, units[unit]);
}

static double share(json_object *rows, uint64_t cpu, const char *part)
{
	json_object *row;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		if (get_num(row, "cpu") == cpu && !strcmp(get_str(row, "kind"), "time") &&
		    !strcmp(get_str(row, "name"), part))
			return json_object_get_double(get_obj(row, "ns_per_s")) / 1e7;
	}
	return 0;
}

/* What does not fit on the line is left out. */
static void __attribute__((format(printf, 3, 4))) put_at(int y, int x, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (x < COLS)
		mvaddnstr(y, x, line, COLS - x);
}

static int bar(int y, int x, int width, double percent, char mark, int pair)
{
	int n = percent * width / 100 + 0.5;

	/* What there is at all is to be seen. */
	if (!n && percent > 0 && mark == '!')
		n = 1;
	if (n > width)
		n = width;
	attron(COLOR_PAIR(pair));
	mvhline(y, x, mark, n);
	attroff(COLOR_PAIR(pair));
	return n;
}

static void draw_cpu(int y, json_object *rows, uint64_t cpu)
{
	double work = share(rows, cpu, "workload"), idle = share(rows, cpu, "idle");
	double noise = share(rows, cpu, "noise"), rate = 0;
	int width = COLS - 80 > 4 ? COLS - 80 : 4, n;
	uint64_t longest = 0;
	char max[32], per_s[32];
	json_object *row;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		if (get_num(row, "cpu") != cpu || !stats_is_source(row) ||
		    !strcmp(get_str(row, "kind"), "ipi"))
			continue;
		rate += json_object_get_double(get_obj(row, "count_per_s"));
		if (get_num(row, "max_ns") > longest)
			longest = get_num(row, "max_ns");
	}
	duration_format(max, sizeof(max), longest);
	number(per_s, sizeof(per_s), rate);
	if (width > 40)
		width = 40;
	put_at(y, 0, "%4llu [%*s]", (unsigned long long)cpu, width, "");
	n = bar(y, 6, width, noise, '!', PAIR_NOISE);
	if (n < width)
		bar(y, 6 + n, width - n, work * width / (width - n), '#', PAIR_WORKLOAD);
	put_at(y, 8 + width, "workload %5.1f %%  idle %5.1f %%", work, idle);
	attron(A_BOLD);
	put_at(y, 40 + width, "noise %7.3f %%", noise);
	attroff(A_BOLD);
	put_at(y, 55 + width, " %6s/s max %s", per_s, max);
}

static size_t find_cpus(json_object *rows, uint64_t *cpus, size_t max)
{
	json_object *row;
	size_t i, n = 0;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		if (strcmp(get_str(row, "kind"), "time") || strcmp(get_str(row, "name"), "wall"))
			continue;
		if (n < max)
			cpus[n] = get_num(row, "cpu");
		n++;
	}
	return n;
}

/* Return: the next free line. */
static int draw_cpus(int y, json_object *rows)
{
	uint64_t cpus[512];
	size_t n = find_cpus(rows, cpus, sizeof(cpus) / sizeof(cpus[0])), i;
	size_t room = LINES > 12 ? LINES / 3 : 1;

	if (room > sizeof(cpus) / sizeof(cpus[0]))
		room = sizeof(cpus) / sizeof(cpus[0]);
	for (i = 0; i < n && i < (n > room ? room - 1 : room); i++)
		draw_cpu(y++, rows, cpus[i]);
	if (i < n)
		put_at(y++, 0, "     and %zu more CPUs; -c LIST shows those of the list only", n - i);
	return y;
}

static void draw_source(int y, json_object *row, int name_width)
{
	double per_s = json_object_get_double(get_obj(row, "count_per_s"));
	double ns = json_object_get_double(get_obj(row, "ns_per_s"));
	char rate[32], count[32], total[32], max[32], name[256], line[512];

	escape(name, sizeof(name), get_str(row, "name"), ESC_ONCE | ESC_BLANK);
	if (per_s >= 1e6)
		number(rate, sizeof(rate), per_s);
	else
		snprintf(rate, sizeof(rate), "%.1f", per_s);
	number(count, sizeof(count), get_num(row, "count"));
	duration_format(total, sizeof(total), get_num(row, "total_ns"));
	duration_format(max, sizeof(max), get_num(row, "max_ns"));
	snprintf(line, sizeof(line), "%4llu %-7s %-*.*s %9s ",
		 (unsigned long long)get_num(row, "cpu"), get_str(row, "kind"),
		 name_width, name_width, name, rate);
	if (get_obj(row, "total_ns"))
		put_at(y, 0, "%s%8.4f %8s %8s %8s", line, ns / 1e7, count, total, max);
	else
		put_at(y, 0, "%s%8s %8s %8s %8s", line, "-", count, "-", "-");
}

static json_object *visible(const struct top *t, json_object *rows)
{
	json_object *some = json_object_new_array(), *row;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		if (stats_is_source(row) &&
		    (t->all || json_object_get_double(get_obj(row, "count_per_s")) > 0 ||
		     json_object_get_double(get_obj(row, "ns_per_s")) > 0))
			json_object_array_add(some, json_object_get(row));
	}
	sort_sources(some, t->order);
	return some;
}

static void draw_sources(struct top *t, int y, json_object *rows)
{
	json_object *some = visible(t, rows);
	size_t n = json_object_array_length(some), room = LINES - 2 > y ? LINES - 2 - y : 0, i;
	int name_width = COLS - 59 > 8 ? COLS - 59 : 8;

	if (t->first + room > n)
		t->first = n > room ? n - room : 0;
	attron(A_REVERSE);
	mvhline(y, 0, ' ', COLS);
	put_at(y++, 0, "%4s %-7s %-*s %9s %8s %8s %8s %8s", "CPU", "KIND", name_width, "NAME",
		 "RATE/S", "TIME %", "COUNT", "TOTAL", "LONGEST");
	attroff(A_REVERSE);
	for (i = t->first; i < n && i < t->first + room; i++)
		draw_source(y++, json_object_array_get_idx(some, i), name_width);
	if (!json_object_array_length(rows))
		put_at(y, 0, "there is no ledger; isolate with \"cpuiso apply\", or look with \"cpuiso observe\"");
	else if (!n)
		put_at(y, 0, "%s", t->all ? "nothing disturbed these CPUs" :
		       "nothing disturbs these CPUs now; \"a\" shows what did");
	json_object_put(some);
}

/**
 * top_draw() - show it all
 * @t: the view
 * @rows: the ledgers with their rates
 */
void top_draw(struct top *t, json_object *rows)
{
	time_t now = time(NULL);
	char clock[16] = "";
	struct tm tm;
	int y;

	if (localtime_r(&now, &tm))
		(void)strftime(clock, sizeof(clock), "%T", &tm);
	erase();
	put_at(0, 0, "cpuiso top  every %s, by %s%s%s", t->every, orders[t->order].what,
		 t->all ? ", all sources" : "", t->paused ? ", PAUSED" : "");
	mvaddstr(0, COLS > 8 ? COLS - 8 : 0, clock);
	y = draw_cpus(1, rows);
	draw_sources(t, y + 1, rows);
	move(LINES - 1, 0);
	clrtoeol();
	if (*t->message) {
		attron(COLOR_PAIR(PAIR_MESSAGE) | A_BOLD);
		addnstr(t->message, COLS - 1);
		attroff(COLOR_PAIR(PAIR_MESSAGE) | A_BOLD);
	} else {
		addnstr("q quit  by: t time r rate m longest o total c CPU n name  a all  p pause  x reset",
			COLS - 1);
	}
	refresh();
}

/**
 * top_get_key() - a key that was pressed
 *
 * Return: the key, or ERR.
 */
int top_get_key(void)
{
	return getch();
}

/**
 * top_key() - do what a key asks of the view
 * @t: the view
 * @key: the key
 *
 * Return: false when it is none of the view's.
 */
bool top_key(struct top *t, int key)
{
	size_t page = LINES > 8 ? LINES / 2 : 4;
	int i;

	for (i = 0; i < NR_TOP_ORDERS; i++) {
		if (key != orders[i].key)
			continue;
		t->order = i;
		t->first = 0;
		return true;
	}
	switch (key) {
	case 'a':
		t->all = !t->all;
		t->first = 0;
		return true;
	case 'p':
	case ' ':
		t->paused = !t->paused;
		return true;
	case KEY_DOWN:
		t->first++;
		return true;
	case KEY_UP:
		t->first -= t->first > 0;
		return true;
	case KEY_NPAGE:
		t->first += page;
		return true;
	case KEY_PPAGE:
		t->first -= t->first < page ? t->first : page;
		return true;
	case KEY_HOME:
		t->first = 0;
		return true;
	case KEY_RESIZE:
		return true;
	default:
		return false;
	}
}
