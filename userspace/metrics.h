/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_METRICS_H
#define CPUISO_METRICS_H

#include <stdint.h>
#include <json-c/json.h>

#include <cpuiso.h>

/* What is exported, as of one moment. */
struct metrics {
	const char *module;		/* its version, or NULL while it is not loaded */
	json_object *isolations;	/* see isolation_list(), or NULL */
	json_object *stats;		/* rows of the ledgers, sorted here, or NULL */
	uint64_t events[__CPUISO_EVENT_MAX];	/* seen, by type */
	uint64_t missed;		/* events that were lost */
	uint64_t told;			/* how often an irqbalance was told again */
};

char *metrics_text(const struct metrics *m);

#endif
