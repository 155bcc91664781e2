#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The controller is killed between two of its messages, at some of them, or all if EVERY_POINT is set. What it asked for is
# then done whole or not at all, and rmmod alone puts everything back.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 5

hire lone
ask lone cpus 1
hire work
ask work thread 2
remember

# Either all of it or nothing.
consistent() {
	settle || return
	if [ -z "$(field_of status isolation 2)" ]; then
		is_same
		return
	fi
	[ "$(field_of status isolation 3)" = isolated ] || {
		echo "the state is $(field_of status isolation 3)"
		return 1
	}
	clear_of -w "${pid[work]}" -s "$scheduled" 1
}

# kill_at N VERB...: VERB is killed at its Nth message; true when there was one
declare -A kills=([apply]=0 [revert]=0) whole=([apply]=0 [revert]=0)
kill_at() {
	local n=$1 status
	shift
	killat "$n" "$CPUISO_BIN" "$@" >"$T/killat.out" 2>"$T/killat.err"
	status=$?
	try consistent || complain "killed at message $n of $1"
	if [ $status -eq 99 ]; then
		kills[$1]=$((kills[$1] + 1))
		[ -n "$(field_of status isolation 2)" ] && whole[$1]=$((whole[$1] + 1))
		return 0
	fi
	[ $status -eq 0 ] || complain "$1, not killed, ended with $status: $(<"$T/killat.err")"
	return 1
}

# Both are killed at one of their messages after the other, until they come through.
with_sched fifo:10
apply=(apply -c 1 --name t --pid "${pid[work]}" "${sched[@]}")
scheduled=1:10
can_sched || scheduled=0:0
more=1
step=$(one_in 2)
for ((n = 1; more && n < 100; n += step)); do
	more=''
	load
	kill_at "$n" "${apply[@]}" && more=1
	[ -n "$(field_of status isolation 2)" ] || try iso "${apply[@]}"
	kill_at "$n" revert t && more=1
	try unload
	try is_same || complain "killed at message $n, after rmmod"
done
note "apply was killed ${kills[apply]} times; ${whole[apply]} times it was isolated then" \
	"revert was killed ${kills[revert]} times; ${whole[revert]} times it was isolated still"
tried "apply and revert, killed at their messages"
for verb in apply revert; do
	is "$verb was killed before the module had its order and after" \
		"$((whole[$verb] > 0 && whole[$verb] < kills[$verb]))" 1
done
finish
