// SPDX-License-Identifier: GPL-2.0
/* cpuiso revert: end one isolation or all, and say what came of each record. */
#include <stdio.h>

#include "../change.h"
#include "../fail.h"
#include "../isolations.h"
#include "../nl.h"
#include "../output.h"
#include "../request.h"
#include "cmd.h"

static int check_any(struct conn *c)
{
	json_object *rows;
	int code;

	code = isolation_list(c, &rows);
	if (!code && !json_object_array_length(rows))
		code = fail(EXIT_REFUSED, "nothing is isolated, so there is nothing to revert; \"cpuiso apply\" isolates");
	json_object_put(rows);
	return code;
}

static void report(const struct request *req, const struct done *done)
{
	printf("%s: reverted, %u restored, %u gone, %u changed since", req->name[0] ? req->name : "all",
	       done->restored, done->gone, done->changed);
	if (done->failed)
		printf(", %u not put back", done->failed);
	putchar('\n');
	if (done->changed)
		warn("%u objects were changed by somebody else since and are left as they are; \"cpuiso undo\" names them",
		     done->changed);
	if (done->failed)
		warn("%u objects could not be put back, or not yet; \"cpuiso undo\" names them",
		     done->failed);
}

static json_object *joined(json_object *records, json_object *more)
{
	size_t i;

	for (i = 0; records && i < json_object_array_length(more); i++)
		json_object_array_add(records, json_object_get(json_object_array_get_idx(more, i)));
	return records;
}

static int run(const struct args *args)
{
	struct request req = { 0 };
	struct conn *c = NULL;
	struct done done;
	json_object *doc, *records = NULL, *outside = NULL;
	int code = 0;

	if (args->nr_words)
		code = request_name(&req, args->words[0]);
	if (!code)
		code = conn_open(&c);
	if (!code && !args->nr_words)
		code = check_any(c);
	if (!code) {
		code = change_run(c, CPUISO_CMD_REVERT, &req, &done, &outside);
		if ((!code || code == EXIT_CHANGED) && args->json) {
			doc = change_document(CPUISO_CMD_REVERT, &req, &done);
			/* What was done is worth telling even if this fails. */
			conn_dump(c, CPUISO_CMD_UNDO_GET, NULL, &records);
			put(doc, "records", joined(records, outside));
			out_json(doc);
			json_object_put(doc);
		} else if (!code || code == EXIT_CHANGED) {
			report(&req, &done);
		}
	}
	json_object_put(outside);
	conn_close(c);
	return code;
}

const struct command cmd_revert = {
	.name = "revert",
	.summary = "end an isolation and undo it",
	.words = "[NAME]",
	.about = "End the isolation NAME, or all of them, and put everything back. What somebody\n"
		 "else changed meanwhile is left as it is and reported; the exit code is then 4.",
	.opts = O(JSON),
	.max_words = 1,
	.run = run,
};
