#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The controller is killed at its messages, and at what it does to files; in every second case its keeper is killed as
# well. Then comes a bare rmmod. What the keeper does not put back, the next command does, and nothing is left.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/keeper.sh"
plan 5

hire work
remember

left=0 most=200
# aftermath ROUND
aftermath() {
	if (($1 % 2)); then
		kill_keeper t
		try unload
		[ ! -e /run/cpuiso/t.json ] || left=$((left + 1))
		iso status >"$T/status" 2>&1
		try grep -q "module is not loaded" "$T/status"
	else
		try unload
		# Killed before it had a keeper, there is the next command as well.
		put_back >/dev/null || iso status >/dev/null 2>&1
	fi
}

apply=(apply -c 1 --name t --pid "${pid[work]}")
rounds apply 9 "$CPUISO_BIN" "${apply[@]}"
tried "apply killed, with and without its keeper, then rmmod"
rounds revert 9 "$CPUISO_BIN" revert t
tried "revert killed, with and without the keeper, then rmmod"
is "there were cases in which the next command had to do it" "$((left > 0))" 1
finish
