#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 4
# An apply that fails at a knob, at every record and every step there is, leaves every knob as it was.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
need_cpus 4
plan 7

set_file /sys/class/net/lo/queues/rx-0/rps_cpus f
remember
load
[ -e $fail_at ] || skip_all "not a debug build"

# The knobs come first, each with a point at its record, then each with one at its step.
iso plan -c 1-2 --power --json >"$T/plan"
points=$((2 * $(grep -c '"path"' "$T/plan")))
with_faults() {
	local n status
	for ((n = 1; n <= points; n++)); do
		echo "$n" >"$fail_at"
		iso apply -c 1-2 --name "n$n" --power >"$T/apply" 2>&1
		status=$?
		echo 0 >"$fail_at"
		if [ "$status" -ne 1 ] || [ "$(wc -l <"$T/apply")" -ne 1 ]; then
			echo "fail_at=$n: status $status, $(<"$T/apply")"
			return 1
		fi
		if [ -n "$(field_of status isolation 2)" ] || [ "$(wc -l <"$PROC/knobs")" -ne 2 ]; then
			echo "fail_at=$n: something is left"
			return 1
		fi
		is_same || {
			echo "after a failure at point $n"
			return 1
		}
	done
}
is "there are points to fail at" $((points > 20)) 1
check "an apply that fails at any of $points points is undone" with_faults
iso apply -c 1-2 --name t --power
turned=$(awk -F'\t' '$3 == "set"' "$PROC/knobs" | wc -l)
is "the apply after that turns what the plan said" "$turned" \
	"$(awk '/"kind": "knob"/ { knob = 1 } knob && /"verdict": "set"/ { getline; print $2 + 0; exit }' "$T/plan")"
is "and undoes it" "$(iso revert t >/dev/null; awk -F'\t' '$1 == "knob" && $4 == "restored"' "$PROC/undo" | wc -l)" "$turned"
iso apply -c 1 --name one
# What is born meanwhile gets a record, which is a point as well, and is looked for again when that failed.
second_fails() {
	local n status
	for ((n = 5; n < 50; n++)); do
		echo "$n" >"$fail_at"
		iso apply -c 2 --name two
		status=$?
		echo 0 >"$fail_at"
		[ "$status" -eq 0 ] || break
		iso revert two || return
	done
	[ "$status" -eq 1 ]
}
check "a second apply fails" second_fails
finish
