#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 2
# The module lacks memory when it is told that the cpusets change, where the guard evicts and where it reports: what the cpusets make
# of the masks is nobody's decision all the same.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/partition.sh"
need_partition
only_cpus 2
plan 6

hire work
hire both
ask both cpus 0-1
remember
cgroups >"$T/cgroups"
load
[ -e "$fail_at" ] || skip_all "not a debug build"

# at N COMMAND...: fails at its Nth point, if it has as many. The exit status is the command's.
at() {
	local status
	echo "$1" >"$fail_at"
	shift
	iso "$@" >"$T/out" 2>&1
	status=$?
	echo 0 >"$fail_at"
	settle
	return "$status"
}

# What comes after the module has isolated comes with the last points.
applies() {
	local n status
	fault_points count -c 1 --guard "$1" --pid "${pid[work]}"
	for ((n = REPLY - 8; n <= REPLY + 1; n++)); do
		at "$n" apply -c 1 --guard "$1" --name "a$n" --pid "${pid[work]}"
		status=$?
		if [ "$status" -eq 0 ]; then
			iso revert "a$n" || return
		elif [ "$status" -ne 1 ]; then
			return 1
		fi
		is_same && same_cgroups || return
	done
}

reverts() {
	local n
	for n in {1..6}; do
		iso apply -c 1 --guard "$1" --name "r$n" --pid "${pid[work]}" || return
		[ "$(<"$CG/cpuiso-r$n/cpuset.cpus.partition")" = isolated ] || return
		at "$n" revert "r$n"
		[ -z "$(field_of status isolation 2)" ] || iso revert "r$n" || return
		is_same && same_cgroups || return
	done
}

for policy in evict report; do
	check "an apply that lacks memory, --guard $policy" applies "$policy"
	check "a revert that does" reverts "$policy"
done
finish
