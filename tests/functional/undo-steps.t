#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is done outside the module, interrupted: calls that apply and revert make to a file, a socket or a process fail,
# one in each round, and the keeper is killed at its own calls; at some of them, or all if EVERY_POINT is set. What was
# not applied is undone, what was applied can be.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/keeper.sh"
plan 10

remember
load

# puts_back CALL COMMAND: after an error at a call of it; what it said is in $T/said
puts_back() {
	local value file
	settle
	[ -z "$(field_of status isolation 2)" ] || try iso revert t
	wait-for 3 absent /run/cpuiso/t.json >/dev/null || try iso status
	# When it is the very call that puts something back, it says so, and what to do.
	while read -r value file; do
		echo "$value" >"$file"
	done < <(sed -n 's|.* cannot be .*; .*write \(.*\) to \(/[^ ]*\)$|\1 \2|p' "$T/said")
	grep -q "the cgroup .*cpuiso-t cannot be removed" "$T/said" && rmdir /sys/fs/cgroup/cpuiso-t
	try is_same || complain "$2, call $1 failed: $(<"$T/said")"
}

# fails STEP COMMAND...: with an error at one call after the other, STEP calls apart
refused=0
fails() {
	local step n calls status well=0
	step=$(one_in "$1")
	shift
	for ((n = 1; n < 400; n += step)); do
		[ "$1" = apply ] || try iso apply -c 1 --name t
		killat -w -e 5 "$n" "$CPUISO_BIN" "$@" >"$T/killat.out" 2>"$T/said"
		status=$?
		read -r calls _ < <(tail -n 1 "$T/said")
		cat "$T/killat.out" >>"$T/said"
		case $status in
		0 | 4) well=$((well + 1)) ;;
		# When it is the socket that fails the module is as good as absent.
		1 | 3) refused=$((refused + 1)) ;;
		*) complain "$1 ended with $status at call $n" ;;
		esac
		puts_back "$n" "$1"
		[ "$calls" -ge "$n" ] || break
	done
	note "$*: one in $step of $calls calls, $well times it was done all the same"
}
fails 7 apply -c 1 --name t --no-partition
tried "apply, with an error at its calls"
is "some were refused for it" $((refused > 0)) 1
fails 17 apply -c 1 --name t
tried "apply with a partition, with an error at its calls"
fails 7 revert t
tried "revert, with an error at its calls"

for ((n = 1; n < 100; n++)); do
	try iso apply -c 1 --name t
	strace -qq -o "$T/calls" -e trace=sendmsg -e inject=sendmsg:error=EIO:when=$n "$CPUISO_BIN" revert t >"$T/said" 2>&1
	puts_back "$n" revert
	grep -q INJECTED "$T/calls" || break
done
tried "revert, with an error at each of its requests"
is "it has some" $((n > 5)) 1
note "$((n - 1)) requests"

kept=0
step=$(one_in 5)
for ((n = 1; n < 400; n += step)); do
	try iso apply -c 1 --name t
	try kill_keeper t
	rm -f /run/cpuiso/t.keeper
	killat -w "$n" "$CPUISO_BIN" keep t >/dev/null 2>"$T/keep" &
	killer=$!
	until wait-for 1 exists /run/cpuiso/t.keeper >/dev/null || ! kill -0 "$killer" 2>/dev/null; do :; done
	try unload_in_time
	wait "$killer"
	status=$?
	[ -e /run/cpuiso/t.json ] || kept=$((kept + 1))
	iso status >"$T/status" 2>&1
	try is_same || complain "the keeper was killed at call $n: $(<"$T/keep")"
	load
	[ $status -eq 99 ] || break
done
note "the keeper, not killed: $(tail -n 1 "$T/keep")"
[ "$status" -eq 0 ] || complain "not killed, the keeper ended with $status"
tried "the keeper, killed at its calls"
is "it has some, and not each time it had done its work" "$((n > 5 && kept < n / 3)) $((kept > 0))" "1 1"
finish
