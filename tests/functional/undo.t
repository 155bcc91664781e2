#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# However an isolation ends, everything is as it was; what was born meanwhile is as it would have been; what somebody
# else changed meanwhile is left alone and reported.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
apply_options=(--no-partition)
only_cpus 2
plan 23

hire lone
ask lone cpus 1
hire both
ask both cpus 0-1
hire many
ask many thread 4
ask many cpus 1 "${REPLY%% *}"
hire work
ask work nice 3

find_irqs 3
irq_alone=${irqs[0]} irq_both=${irqs[1]}
set_irq "$irq_alone" 1
set_irq "$irq_both" 0-1

remember
load
same "insmod alone changes nothing"

check "plan" iso plan -c 1 --pid "${pid[work]}"
same "a plan changes nothing"

# Children get what they would have got.
with_sched rr:7
try iso apply -c 1 --name first --pid "${pid[work]}" "${sched[@]}"
ask lone fork 2
lone_children=$REPLY
ask both fork
both_child=$REPLY
ask both daemon
both_daemon=$REPLY
ask work fork
work_child=$REPLY
ask work thread
work_thread=$REPLY
# shellcheck disable=SC2086 # a list of numbers
try on 0 $lone_children "$both_child" "$both_daemon"
try on 1 "$work_child" "$work_thread"
try revert first
same "revert puts everything back"
# shellcheck disable=SC2086
try on 1 $lone_children
try on 0-1 "$both_child" "$both_daemon" "$work_child" "$work_thread"
tried "what was born meanwhile has the mask that its parent had"
is "and the workload's child the policy that its parent had" \
	"$(snapshot show "$work_child" | awk '{ print $3, $4, $5 }')" "0 0 3"
ask both kill "$both_daemon"

for round in 1 2 3; do
	try iso apply -c 1 --name "round$round" --comm nobody
	try revert
done
tried "three times over"
same "and everything is as it was"

with_sched fifo:3
try iso apply -c 1 --pid "${pid[work]}" "${sched[@]}"
try unload
tried "rmmod while a CPU is isolated, with no controller about"
same "rmmod puts everything back"
load

# Somebody else was here: a moved task, a workload task, a moved interrupt. And one who set again what was there.
try iso apply -c 1 --name seen --pid "${pid[work]}"
try taskset -pc 0-1 "${pid[lone]}"
try taskset -pc 0 "${pid[work]}"
try taskset -pc 0-1 "${pid[both]}"
set_irq "$irq_alone" 0-1
tried "somebody else changes what was isolated"
check_exit 4 "a revert that leaves alone what somebody else has set says so" iso revert seen
is "the tasks are as somebody else set them" \
	"$(cpus_of "${pid[lone]}") $(cpus_of "${pid[work]}") $(cpus_of "${pid[both]}")" "0-1 0 0-1"
is "and the interrupt" "$(irq_cpus "$irq_alone")" 0-1
is "the events name them, and nobody else" \
	"$(awk -F'\t' '$3 == "changed-since" { print $5, $6 }' "$PROC/events" | sort)" \
	"$(printf '%s\n' "task ${pid[lone]}" "task ${pid[work]}" "irq $irq_alone" | sort)"
taskset -pc 1 "${pid[lone]}" >/dev/null
taskset -pc 0-1 "${pid[work]}" >/dev/null
set_irq "$irq_alone" 1
same "all else is as it was"

# An apply that fails half way, at every point where there can be no memory, or, in a module that was not built for
# that, at those points that can be reached from outside.
# Each record of a task is one more point like the last, so of these some are left out, unless EVERY_POINT is set; what
# comes at the end, the interrupts and the steps, is not. Tasks come and end meanwhile, so the last point is known by this,
# that an apply failed there and the next one, told to fail at one point more, passed.
with_faults() {
	local n=1 points left status failed=0
	with_sched fifo:5
	fault_points count -c 1 --pid "${pid[work]}" "${sched[@]}"
	points=$REPLY
	while :; do
		echo "$n" >"$fail_at"
		iso apply -c 1 --name "n$n" --pid "${pid[work]}" "${sched[@]}" >"$T/apply" 2>&1
		status=$?
		left=$(<"$fail_at")
		echo 0 >"$fail_at"
		if [ "$status" -eq 0 ]; then
			iso revert "n$n" >/dev/null
			points=$((n - left))
			((n > failed + 1)) || break
			n=$failed
		elif [ "$status" -ne 1 ] || [ "$(wc -l <"$T/apply")" -ne 1 ]; then
			echo "fail_at=$n: status $status, $(<"$T/apply")"
			return 1
		elif [ -n "$(field_of status isolation 2)" ]; then
			echo "fail_at=$n: $(grep ^isolation "$PROC/status") is left"
			return 1
		elif is_same; then
			failed=$n
		else
			echo "after a failure at point $n"
			return 1
		fi
		next_point
	done
	echo "succeeded at last with fail_at=$n"
	[ "$failed" -gt 20 ]
}
# The point to fail at after n.
next_point() {
	local step=1
	if [ -z "${EVERY_POINT:-}" ] && ((n >= 3)); then
		step=$((n / 3))
		((n + step <= points - 20)) || step=$((n < points - 20 ? points - 20 - n : 1))
	fi
	n=$((n + step))
}
without_faults() {
	local status
	iso apply -c 1 --pid 4194303
	[ $? -eq 2 ] || return
	# Past the tool's own checks.
	[ "$(errno_of apply name=raw pid=u:4194303 cpus=1)" = 3 ] || return
	iso apply -c 1 --name one --comm nobody || return
	iso apply -c 1 --name two --comm other
	status=$?
	iso revert one && [ "$status" -eq 1 ]
}
if [ -e $fail_at ]; then
	check "an apply that fails at any point is undone" with_faults
	note "$(grep '^succeeded' "$T/out")"
else
	check "an apply that is refused" without_faults
	note "not a debug build: no failures half way"
fi
same "a failed apply changes nothing"
is "nothing is isolated" "$(field_of status isolated 2)" -
is "and there is no record" "$(awk 'END { print NR }' "$PROC/tasks")" 2

check "apply again" iso apply -c 1 --pid "${pid[work]}"
finish
