# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Commands side by side. Whoever reads this sets jobs (how many at once) and log (a directory), and has a function "reap"
# that calls next_ended and says how it went.
# shellcheck disable=SC2154 # jobs and log are the reader's

running=0
declare -A name_of started

# start NAME COMMAND...: as soon as there is a place; what it prints goes to $log/NAME.out
start() {
	local name=$1
	shift
	[ $running -lt "$jobs" ] || reap
	"$@" >"$log/$name.out" 2>&1 </dev/null &
	name_of[$!]=$name
	started[$!]=$SECONDS
	running=$((running + 1))
}

# Waits for one to end: name, status and seconds are its own.
# shellcheck disable=SC2034 # for "reap"
next_ended() {
	local pid
	status=0
	wait -n -p pid || status=$?
	name=${name_of[$pid]} seconds=$((SECONDS - started[$pid]))
	unset "name_of[$pid]"
	running=$((running - 1))
}

reap_all() {
	while [ $running -gt 0 ]; do
		reap
	done
}

# shellcheck disable=SC2317 # the traps call it
stop() {
	local pid
	for pid in "${!name_of[@]}"; do
		kill "$pid" 2>/dev/null
	done
	wait
	exit "$1"
}
trap 'stop 130' INT
trap 'stop 143' TERM HUP
