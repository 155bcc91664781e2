/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_CMD_H
#define CPUISO_CMD_H

#include "../opts.h"

extern const struct command cmd_plan, cmd_apply, cmd_status, cmd_tasks, cmd_irqs,
	cmd_stats, cmd_pin, cmd_unpin, cmd_revert, cmd_watch, cmd_doctor,
	cmd_knobs, cmd_undo, cmd_keep, cmd_run, cmd_boot, cmd_monitor, cmd_observe,
	cmd_explain, cmd_top;

#endif
