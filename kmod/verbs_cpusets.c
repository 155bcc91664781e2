// SPDX-License-Identifier: GPL-2.0
/*
 * The operations around a change of cpusets.
 */
#include "cpusets.h"
#include "isolation.h"
#include "probe_guard.h"
#include "sweep.h"
#include "verbs_parts.h"

/*
 * The records learn of every mask, which then is put right. Cpusets have been
 * @changing.
 */
static void settle(struct cpuiso_world *world, bool changing)
{
	bool more;

	if (list_empty(&cpuiso_isolations))
		return;
	cpuiso_world_look(world);
	world->rewritten = changing && !cpuiso_guard_sees_masks();
	cpuiso_sweep_notes(world, &more);
	cpuiso_sweep_settle(world);
	world->rewritten = false;
}

/**
 * cpuiso_verbs_cpusets_begin - a socket is about to change cpusets
 * @world: for the worker's computations
 * @op: the operation; its outcome is filled in
 *
 * Context: the worker.
 */
void cpuiso_verbs_cpusets_begin(struct cpuiso_world *world,
				struct cpuiso_op *op)
{
	bool changing = cpuiso_cpusets_changing;

	if (list_empty(&cpuiso_isolations)) {
		cpuiso_op_fail(op, -ENOENT, 0,
		     "nothing is isolated, so no masks are held against the cpusets; isolate first");
	} else if (cpuiso_cpusets_begin(&op->owner)) {
		cpuiso_op_fail_nomem(op);
	} else {
		/* A decision that took nothing from us was not noted. */
		settle(world, changing);
	}
}

/**
 * cpuiso_verbs_cpusets_end - a socket has changed the cpusets
 * @world: for the worker's computations
 * @op: the operation; its outcome is filled in
 *
 * Context: the worker.
 */
void cpuiso_verbs_cpusets_end(struct cpuiso_world *world, struct cpuiso_op *op)
{
	if (cpuiso_cpusets_end(op->portid))
		settle(world, true);
	else
		cpuiso_op_fail(op, -ENOENT, 0,
		     "no masks were held for this socket, or the last isolation has ended meanwhile; set them by hand");
}

/**
 * cpuiso_verbs_cpusets_owners - go on where a socket was closed in between
 * @world: for the worker's computations
 *
 * Context: the worker.
 */
void cpuiso_verbs_cpusets_owners(struct cpuiso_world *world)
{
	if (cpuiso_cpusets_reap())
		settle(world, true);
}
