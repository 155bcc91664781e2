// SPDX-License-Identifier: GPL-2.0
/* Verdicts by number: the part of a result that everybody reads. */
#include <string.h>

#include <cpuiso.h>

#include "isolations.h"
#include "names.h"
#include "output.h"
#include "request.h"
#include "summary.h"

/* A line for each reason why something could not be moved. */
static void stays(FILE *to, json_object *verdicts)
{
	static const char *const nouns[] = { "task", "interrupt", "knob", "CPU" };
	unsigned int k, v;
	uint64_t n;

	for (k = 0; k < kind_names.count; k++) {
		for (v = 0; v < verdict_names.count; v++) {
			n = count_of(verdicts, name_of(&kind_names, k),
				     name_of(&verdict_names, v));
			/* What the machine has not got needs no words here. */
			if (!n || v == CPUISO_VERDICT_ABSENT || !verdict_reason(v))
				continue;
			fprintf(to, "  stays: %llu %s%s, %s (%s", (unsigned long long)n, nouns[k],
				n == 1 ? "" : "s", name_of(&verdict_names, v), verdict_reason(v));
			if (v == CPUISO_VERDICT_REFUSED)
				fprintf(to, "; \"cpuiso %ss\" has the errno", name_of(&kind_names, k));
			fputs(")\n", to);
		}
	}
}

/**
 * summary_applied() - that CPUs are isolated, and what was moved for it
 * @to: where to
 * @req: what was asked for
 * @after: the isolation, or NULL when it cannot be had
 */
void summary_applied(FILE *to, const struct request *req, json_object *after)
{
	json_object *verdicts = after ? get_obj(after, "verdicts") : NULL;
	unsigned long long tasks = count_of(verdicts, "task", "moved");
	unsigned long long irqs = count_of(verdicts, "irq", "moved");
	unsigned long long members = after ? get_num(after, "members") : 0;

	fprintf(to, "%s: CPU %s is isolated", req->name, req->cpus);
	if (after)
		fprintf(to, ": %llu task%s and %llu interrupt%s moved, workload of %llu task%s",
			tasks, tasks == 1 ? "" : "s", irqs, irqs == 1 ? "" : "s",
			members, members == 1 ? "" : "s");
	fputc('\n', to);
	stays(to, verdicts);
}

static void count(json_object *verdicts, const char *kind, json_object *rows)
{
	size_t n = json_object_array_length(rows), i;
	unsigned int v;
	uint64_t sum;
	json_object *obj;

	for (v = 0; v < verdict_names.count; v++) {
		for (i = 0, sum = 0; i < n; i++)
			sum += !strcmp(get_str(json_object_array_get_idx(rows, i), "verdict"),
				       name_of(&verdict_names, v));
		if (!sum)
			continue;
		obj = json_object_new_object();
		put_str(obj, "kind", kind);
		put_str(obj, "verdict", name_of(&verdict_names, v));
		put_num(obj, "count", sum);
		json_object_array_add(verdicts, obj);
	}
}

/**
 * summary_count() - count the verdicts of a plan
 * @tasks: array of tasks
 * @irqs: array of interrupts
 * @knobs: array of knobs
 *
 * Return: array of kind, verdict and count for json_object_put().
 */
json_object *summary_count(json_object *tasks, json_object *irqs,
			   json_object *knobs)
{
	json_object *verdicts = json_object_new_array();

	count(verdicts, "task", tasks);
	count(verdicts, "irq", irqs);
	count(verdicts, "knob", knobs);
	return verdicts;
}
