/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a sequence follows from: seeds, and after how many steps the next one takes over, as "17*20,993". Those that led
 * somewhere new are kept, and others made of them by going another way at some step.
 */
#ifndef RECIPE_H
#define RECIPE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define RECIPE_PARTS	8
#define RECIPE_TEXT	(RECIPE_PARTS * 24)
#define RECIPES		1024

struct recipe {
	struct {
		uint32_t seed;
		int steps;		/* 0 for all the rest */
	} parts[RECIPE_PARTS];
	int n;
};

static struct recipe recipes[RECIPES];
static int n_recipes;

static bool recipe_read(struct recipe *r, const char *text)
{
	char *end;

	for (r->n = 0; r->n < RECIPE_PARTS; text = end + 1) {
		r->parts[r->n].seed = strtoul(text, &end, 10);
		r->parts[r->n].steps = *end == '*' ? strtol(end + 1, &end, 10) : 0;
		r->n++;
		if (*end != ',')
			return *end == '\0' || *end == '\n';
	}
	return false;
}

static const char *recipe_text(const struct recipe *r)
{
	static char text[RECIPE_TEXT];
	int i, at = 0;

	for (i = 0; i < r->n; i++)
		at += snprintf(text + at, sizeof(text) - at, r->parts[i].steps ? "%s%u*%d" : "%s%u", i ? "," : "",
			       r->parts[i].seed, r->parts[i].steps);
	return text;
}

static void recipe_keep(const struct recipe *r)
{
	if (n_recipes < RECIPES)
		recipes[n_recipes++] = *r;
	else
		recipes[random() % RECIPES] = *r;
}

/* One that is kept, left at some step of @steps for another way; or one that begins anew. */
static struct recipe recipe_make(int steps)
{
	struct recipe r = { .n = 0 };
	const struct recipe *from;
	int left, n;

	if (n_recipes && random() % 4) {
		from = &recipes[random() % n_recipes];
		left = 1 + random() % steps;
		do {
			n = from->parts[r.n].steps ? : steps;
			r.parts[r.n] = from->parts[r.n];
			if (n >= left)
				r.parts[r.n].steps = left;
			left -= n;
			r.n++;
		} while (left > 0 && r.n < from->n && r.n < RECIPE_PARTS - 1);
	}
	r.parts[r.n++].seed = random() & 0x7fffffff;
	return r;
}

/* Those in a file, or none when there is no file. */
static void recipes_load(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[RECIPE_TEXT];
	struct recipe r;

	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		if (recipe_read(&r, line))
			recipe_keep(&r);
	fclose(f);
}

static void recipe_append(const char *path, const struct recipe *r)
{
	FILE *f = fopen(path, "ae");

	if (!f || fprintf(f, "%s\n", recipe_text(r)) < 0 || fclose(f)) {
		perror(path);
		exit(3);
	}
}

#endif
