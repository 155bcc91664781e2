#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module goes while others read, watch, dump and apply. All of them end, and so does rmmod.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 8

hire work
ask work thread 2
remember

# Each loop ends when it finds no module.
applies() {
	local n=0
	while is_loaded; do
		iso apply -c 1 --name race --pid "${pid[work]}" >/dev/null 2>>"$T/apply.err" && n=$((n + 1))
		is_loaded && iso revert race >/dev/null 2>>"$T/apply.err"
	done
	echo "$n applies"
}
readers() {
	local n=0
	while is_loaded; do
		iso tasks --all >/dev/null 2>&1
		iso irqs --json >/dev/null 2>&1
		iso status >/dev/null 2>&1
		n=$((n + 1))
	done
	echo "$n readings"
}

ended() {
	local p status
	for p in "$@"; do
		wait-for 30 gone "$p" || return
		wait "$p"
		status=$?
		case $status in
		0 | 1 | 3) ;;
		*)
			echo "process $p ended with $status"
			return 1
			;;
		esac
	done
}

# It watches when it has seen something.
watching() {
	local i
	for ((i = 0; i < 20; i++)); do
		iso apply -c 1 --name seen >/dev/null || return
		iso revert seen >/dev/null || return
		wait-for 0.3 line "$T/watch.out" reverted >/dev/null && return
	done
	echo "watch shows nothing"
	return 1
}

# One at a time first, so that a failure has a name.
race() {
	local name=$1 cycles=$2 i p=()
	shift 2
	for ((i = 0; i < cycles; i++)); do
		load
		"$@" >"$T/$name.out" 2>&1 &
		p=($!)
		puppets+=("${p[@]}")
		# It has begun when it has done what only it does, or, where that does not show, soon.
		case $name in
		watch) try watching ;;
		applies) try wait-for 10 line "$PROC/status" '^isolation' ;;
		esac
		try unload_in_time
		try ended "${p[@]}"
	done
	tried "rmmod and $name, $cycles times"
	note "$(tail -n 1 "$T/$name.out")"
}
race hammer 3 dumpnl hammer
race proc 3 smallread -l "$PROC/status" "$PROC/tasks" "$PROC/irqs" "$PROC/stats" "$PROC/events"
race watch 2 iso watch
race applies 3 applies

for ((cycle = 0; cycle < 4; cycle++)); do
	load
	crowd=()
	for one in "dumpnl hammer" "smallread -l $PROC/status $PROC/tasks $PROC/irqs $PROC/knobs $PROC/undo $PROC/stats $PROC/events" \
		"iso watch" applies readers; do
		$one >"$T/crowd${#crowd[@]}" 2>&1 &
		crowd+=($!)
	done
	puppets+=("${crowd[@]}")
	if ((cycle & 1)); then try wait-for 20 line "$PROC/status" '^isolation'; fi
	try unload_in_time
	try ended "${crowd[@]}"
done
tried "rmmod and all of them at once, $cycle times"

# A file that is open outlives the module, and reads as nothing then.
load
try iso apply -c 1 --pid "${pid[work]}"
exec {open}<"$PROC/tasks"
read -r -u $open version
try unload_in_time
cat <&$open >"$T/rest" 2>/dev/null
exec {open}<&-
[ "$version" = "version 1" ] || complain "the file began with \"$version\""
tried "rmmod with a file of /proc/cpuiso open"
finish
