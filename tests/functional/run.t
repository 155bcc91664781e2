#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpuiso run: the isolation ends with the command, and with cpuiso run, whatever ends it.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 15

hire lone
ask lone cpus 1
remember
load

running() {
	"$CPUISO_BIN" run -c 1 --name r -- "$@" 2>"$T/err" &
	runner=$!
	wait-for 20 line "$PROC/status" $'^isolation\tr\tisolated'
}
ended() {
	wait-for 20 no-line "$PROC/status" ^isolation
}

iso run -c 1 --name r -- sh -c 'grep Cpus_allowed_list: /proc/self/status; exit 7' >"$T/out" 2>"$T/err"
is "the exit status is the command's" $? 7
is "which runs where it is isolated, and has the output for itself" "$(awk '{ print $1, $2 }' "$T/out")" \
	"Cpus_allowed_list: 1"
check "what was done is said on stderr" grep -q "r: CPU 1 is isolated" "$T/err"
same "then all is as it was"

check "a command that stays" running sleep 300
check "status says that it is owned" grep -q "owned" <(iso status)
kill -9 "$runner"
wait "$runner" 2>/dev/null
check "SIGKILL of cpuiso run ends the isolation" ended
same "all is as it was"

running nohup sleep 300
kill -HUP "$runner"
wait "$runner"
is "the terminal goes, though the command stays" $? 129
is "and so does the isolation" "$(field_of status isolated 2)" -
same "all is as it was"

running sleep 300
iso revert r >/dev/null
kill "$runner"
wait "$runner"
is "somebody else reverted it, and that is no error" "$? $(grep -c revert "$T/err")" "143 0"

# Killed at any moment of its beginning, nothing is left.
for ((n = 2; n < 200; n += 4)); do
	timeout 60 killat "$n" "$CPUISO_BIN" run -c 1 --name r -- true >/dev/null 2>"$T/killat"
	status=$?
	try settle
	try ended || complain "killed at message $n"
	[ "$status" -eq 99 ] || break
done
[ "$status" -eq 0 ] || complain "not killed it ended with $status: $(<"$T/killat")"
tried "killed at one message after the other"
pkill -x sleep
finish
