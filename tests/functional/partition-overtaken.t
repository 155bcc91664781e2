#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 2
# While an apply is at it, before any of its calls, somebody ends its isolation or unloads the module: no partition is
# left, and every mask is as it was. And an apply is faster than the keeper of the isolation before.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/keeper.sh"
. "$TESTLIB/partition.sh"
need_partition
only_cpus 2
plan 8

hire work
hire both
ask both cpus 0-1
remember
cgroups >"$T/cgroups"

# overtake SCRIPT: by it, before the first call, then before a later one, until there are no more. $name is the isolation.
overtaken=0
overtake() {
	local n=1 left=1
	while [ -n "$left" ]; do
		is_loaded || load
		rm -f "$T/did" "$T/came"
		export name=n$n
		killat -w -d "touch '$T/came'; { $1; } >/dev/null 2>&1 && touch '$T/did'; :" "$n" \
			"$CPUISO_BIN" apply -c 1 --name "$name" --pid "${pid[work]}" >"$T/out" 2>"$T/err"
		[ -e "$T/came" ] || left=''
		if [ -e "$T/did" ]; then
			overtaken=$((overtaken + 1))
		elif is_loaded && [ -n "$(field_of status isolation 2)" ]; then
			iso revert "$name" || return
		fi
		if ! is_same || ! same_cgroups; then
			echo "before call $n: $(<"$T/err")"
			return 1
		fi
		n=$((n + $(one_in 11)))
	done
	note "the last call was $n"
}
# shellcheck disable=SC2016 # expanded before the call
check "the isolation is ended by somebody who does not know of the partition" overtake 'rawnl send revert name=$name | grep -q "^0 "'
is "some of it when there was one" "$((overtaken > 3))" 1
overtaken=0
check "the module is unloaded" overtake "rmmod cpuiso"
is "some of it when there was an isolation" "$((overtaken > 3))" 1

is_loaded || load
iso apply -c 1 --name t --pid "${pid[work]}"
keeper=$(keeper_of t)
kill -STOP "$keeper"
is "an isolation ends, and its keeper does not see it" "$(rawnl send revert name=t)" "0 -"
try iso apply -c 1 --name t --pid "${pid[work]}"
kill -CONT "$keeper"
try wait-for 30 gone "$keeper"
try [ "$(<$CG/cpuiso-t/cpuset.cpus.partition)" = isolated ]
tried "the next one of its name has a partition, and keeps it"
try iso revert t
finish
