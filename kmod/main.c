// SPDX-License-Identifier: GPL-2.0
/*
 * cpuiso: isolate CPUs at runtime, hold it, name what disturbs, undo it all.
 *
 * Only the order in which things come up, and its mirror. Doors open last and
 * close first; between closing and freeing, everything is undone.
 */
#include <linux/module.h>
#include "apart.h"
#include "cpusets.h"
#include "event.h"
#include "files.h"
#include "hotplug.h"
#include "isolation.h"
#include "netlink.h"
#include "notes.h"
#include "observe.h"
#include "owner.h"
#include "proc.h"
#include "record.h"
#include "snapshot.h"
#include "undo.h"
#include "verbs.h"
#include "worker.h"

static int __init cpuiso_init(void)
{
	int err;

	err = cpuiso_records_init();
	if (err)
		return err;
	err = cpuiso_isolations_init();
	if (err)
		goto records;
	err = cpuiso_events_init();
	if (err)
		goto isolations;
	err = cpuiso_verbs_init();
	if (err)
		goto events;
	err = cpuiso_snapshot_init();
	if (err)
		goto verbs;
	err = cpuiso_hotplug_init(cpuiso_worker_wake);
	if (err)
		goto snapshot;
	err = cpuiso_notes_init(cpuiso_worker_noted);
	if (err)
		goto hotplug;
	err = cpuiso_worker_init();
	if (err)
		goto notes;
	err = cpuiso_worker_call(cpuiso_files_init);
	if (err)
		goto worker;
	err = cpuiso_apart_init(cpuiso_worker_wake);
	if (err)
		goto files;
	err = cpuiso_hotplug_start();
	if (err)
		goto apart;
	err = cpuiso_proc_init();
	if (err)
		goto hotplug_stop;
	err = cpuiso_owners_init(cpuiso_worker_wake);
	if (err)
		goto proc;
	err = cpuiso_netlink_init();
	if (err)
		goto owners;
	return 0;

owners:
	cpuiso_owners_exit();
proc:
	cpuiso_proc_exit();
hotplug_stop:
	cpuiso_hotplug_stop();
apart:
	cpuiso_apart_exit();
files:
	cpuiso_files_exit();
worker:
	cpuiso_worker_exit();
notes:
	cpuiso_notes_exit();
hotplug:
	cpuiso_hotplug_exit();
snapshot:
	cpuiso_snapshot_exit();
verbs:
	cpuiso_verbs_exit();
events:
	cpuiso_events_exit();
isolations:
	cpuiso_isolations_exit();
records:
	cpuiso_records_exit();
	return err;
}

static void __exit cpuiso_exit(void)
{
	cpuiso_worker_close();
	cpuiso_netlink_exit();
	cpuiso_owners_exit();
	cpuiso_worker_revert();
	cpuiso_worker_flush();
	cpuiso_observers_exit();
	cpuiso_cpusets_exit();
	cpuiso_proc_exit();
	cpuiso_hotplug_stop();
	cpuiso_notes_stop();
	cpuiso_apart_exit();
	cpuiso_files_exit();
	cpuiso_worker_exit();
	cpuiso_notes_exit();
	cpuiso_hotplug_exit();
	cpuiso_snapshot_exit();
	cpuiso_verbs_exit();
	cpuiso_undo_exit();
	cpuiso_events_exit();
	cpuiso_isolations_exit();
	cpuiso_records_exit();
}

module_init(cpuiso_init);
module_exit(cpuiso_exit);
MODULE_LICENSE("GPL");
MODULE_VERSION(CPUISO_VERSION);
MODULE_DESCRIPTION("isolate CPUs at runtime");
