#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The controller is killed between any two of its messages. What it asked for is then done whole or not at all, and
# rmmod alone puts everything back.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 6

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
	clear_of -w "${pid[work]}" -s 1:10 1
}

# kill_at_each WHAT COMMAND...: kill COMMAND at its first message, its second, and so on until it comes through.
isolated=0 n_kills=0
kill_at_each() {
	local what=$1 n status
	shift
	isolated=0
	for ((n = 1; n < 100; n++)); do
		load
		[ "$what" = apply ] || try iso apply -c 1 --name t --pid "${pid[work]}" --sched fifo:10
		killat "$n" "$@" >"$T/killat.out" 2>"$T/killat.err"
		status=$?
		try consistent || complain "killed at message $n of $what"
		[ -z "$(field_of status isolation 2)" ] || isolated=$((isolated + 1))
		try unload
		try is_same || complain "killed at message $n of $what, after rmmod"
		[ $status -eq 99 ] || break
	done
	[ $status -eq 0 ] || complain "$what not killed ended with $status: $(<"$T/killat.err")"
	[ $n -gt 3 ] || complain "$what makes only $((n - 1)) calls"
	n_kills=$n
	note "$what was killed at each of its $((n - 1)) calls; $isolated times it was isolated then"
}

kill_at_each apply "$CPUISO_BIN" apply -c 1 --name t --pid "${pid[work]}" --sched fifo:10
tried "apply, killed at each of its messages"
is "some kills came before it was isolated and some after" "$((isolated > 0 && isolated < n_kills))" 1
kill_at_each revert "$CPUISO_BIN" revert t
tried "revert, killed at each of its messages"
is "some kills came before it was reverted and some after" "$((isolated > 0 && isolated < n_kills))" 1
finish
