// SPDX-License-Identifier: GPL-2.0
/* tasks, irqs and stats: one dump, shown as it is. */
#include "list.h"
#include "nl.h"
#include "opts.h"
#include "output.h"

/**
 * list_run() - read all objects of a kind and print them
 * @args: the arguments
 * @cmd: CPUISO_CMD_*_GET
 * @key: what their array is called in JSON
 * @columns: what their table looks like
 *
 * Return: the exit code.
 */
int list_run(const struct args *args, int cmd, const char *key,
	     const struct column *columns)
{
	json_object *rows, *doc;
	struct conn *c;
	int code;

	code = conn_open(&c);
	if (code)
		return code;
	code = conn_dump(c, cmd, NULL, &rows);
	conn_close(c);
	if (code)
		return code;
	if (args->json) {
		doc = out_document();
		put(doc, key, rows);
		out_json(doc);
		json_object_put(doc);
		return 0;
	}
	out_table(rows, columns, 0);
	json_object_put(rows);
	return 0;
}
