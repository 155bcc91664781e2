#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The controller is killed at what it does to cgroups, files and masks; then its keeper, or the next command, puts all of
# it back.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/keeper.sh"
. "$TESTLIB/partition.sh"
need_partition
partition=(--partition)
plan 5

hire work
hire pinned
ask pinned cpus 0
remember
cgroups >"$T/cgroups"

at_masks=0
rounds() {
	local what=$1 step=$2 n status
	shift 2
	for ((n = 1; n < 400; n += step)); do
		load
		[ "$what" = apply ] || try iso apply -c 1 --name t --pid "${pid[work]}"
		killat -w "$n" "$@" >"$T/killat.out" 2>"$T/killat.err"
		status=$?
		! grep -q setaffinity "$T/killat.err" || at_masks=$((at_masks + 1))
		# Who is to put it back has to be told that it is over, which rmmod does.
		((n / step % 2)) || kill_keeper t
		try unload
		wait-for 3 absent /run/cpuiso/t.json >/dev/null || iso status >/dev/null 2>&1
		try is_same || complain "$what killed at call $n ($(<"$T/killat.err"))"
		try same_cgroups || complain "$what killed at call $n"
		[ $status -eq 99 ] || break
	done
	[ $status -eq 0 ] || complain "$what not killed ended with $status"
	note "$what was killed up to its call $n"
}
apply=(apply -c 1 --name t --pid "${pid[work]}" --partition)
rounds apply 7 "$CPUISO_BIN" "${apply[@]}"
tried "apply killed"
rounds revert 7 "$CPUISO_BIN" revert t
tried "revert killed"
if grep -q '^[0-5]\.\|^6\.[01]\.' /proc/sys/kernel/osrelease; then
	is "some of it while masks were set again" "$((at_masks > 0))" 1
else
	skip "some of it while masks were set again" "this kernel keeps them itself"
fi
finish
