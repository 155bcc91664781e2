#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 4
# The controller is killed at what it does to cgroups, files and masks; then its keeper, or the next command, puts all of
# it back.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/keeper.sh"
. "$TESTLIB/partition.sh"
need_partition
only_cpus 4
plan 6

hire work
hire pinned
ask pinned cpus 0
hire both
ask both cpus 0-1
remember
cgroups >"$T/cgroups"

at_masks=0 most=400
# aftermath ROUND
aftermath() {
	! grep -q setaffinity "$T/killat.err" || at_masks=$((at_masks + 1))
	# Who is to put it back has to be told that it is over, which rmmod does.
	if is_loaded; then
		(($1 % 2)) || kill_keeper t
		try unload
	fi
	wait-for 3 absent /run/cpuiso/t.json >/dev/null || iso status >/dev/null 2>&1
	try same_cgroups || complain "cgroups ($(<"$T/killat.err"))"
}
apply=(apply -c 1 --name t --pid "${pid[work]}")
rounds apply 13 "$CPUISO_BIN" "${apply[@]}"
tried "apply killed"
rounds revert 13 "$CPUISO_BIN" revert t
tried "revert killed"
# Then it is this that sets masks again.
rounds "the next command" 11 "$CPUISO_BIN" status
tried "the next command killed, when the module had gone without a keeper"
if kernel_before 6 2; then
	is "some of it while masks were set again" "$((at_masks > 0))" 1
else
	skip "some of it while masks were set again" "this kernel keeps them itself"
fi
finish
