#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 4
# allow: alloc_cpumask_var: failed|Call Trace:
# Memory runs out at any allocation of the module or of what it calls, one at a time and again and again: an apply is
# undone, a revert puts everything back all the same. With the kernel's own fault injection, which only the checking
# kernels have.
#
# FAILSLAB_STEP=0: really all of them.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
# It is the module that lacks memory here, not the cgroups.
apply_options=(--no-partition)
only_cpus 4
[ -e /proc/self/fail-nth ] || skip_all "this kernel has no fault injection"

mount_debugfs
# Also of allocations that may sleep, and without a word on the console.
for file in failslab fail_page_alloc; do
	echo N >"$debug/$file/ignore-gfp-wait"
	echo 0 >"$debug/$file/verbose"
done
echo 0 >"$debug/fail_page_alloc/min-order"
plan 11

hire lone
ask lone cpus 1
hire work
ask work thread 2
find_irqs 2
set_irq "${irqs[0]}" 1
remember
load
worker=$(pgrep -x cpuiso)

# walk VERB WHO
walk() {
	failnth "$1" "$2" "${FAILSLAB_STEP:-4}" 1 "${pid[work]}" snapshot same "$now"
}

# walked VERB WHO NAME
walked() {
	local line
	check "$3" walk "$1" "$2"
	while read -r line; do
		note "$line"
	done < <(tail -n 12 "$T/out")
}

now=$BEFORE
walked apply "$worker" "an apply that lacks memory once is undone, or does without"
walked apply 0 "who asks lacks memory: nothing or all of it"
walked plan 0 "and so for a plan, which leaves nothing"

# Another isolation stays, so that the kprobes do: one that cannot be disarmed for lack of memory is left registered by
# the kernel (6.1), whoever calls.
try iso apply -c 2 --name stays --comm nobody
now=$T/stays
snapshot take "$now"
tried "another isolation stays"
walked revert "$worker" "a revert that lacks memory once puts everything back"
walked revert 0 "who asks lacks memory: nothing or all of it"

# each PERCENT: so many of the worker's allocations fail. A mask of workqueues takes more than a hundred to set.
each() {
	echo "$1" >"$debug/failslab/probability"
	echo -1 >"$debug/failslab/times"
	echo Y >"$debug/failslab/task-filter"
	echo "$(($1 > 0))" >"/proc/$worker/make-it-fail"
}
again() {
	local n status
	for ((n = 0; n < 4; n++)); do
		each 0
		iso apply -c 1 --name n --pid "${pid[work]}" || return
		each 1
		iso revert n
		status=$?
		each 0
		[ "$status" -eq 0 ] || return
		snapshot same "$now" || return
		each 1
		iso apply -c 1 --name n --pid "${pid[work]}"
		status=$?
		each 0
		[ "$status" != 0 ] || iso revert n || return
		[ "$status" -le 1 ] || return
		snapshot same "$now" || return
	done
}
check "nor does it help to fail again and again" again
check "revert" iso revert stays
same "all is as it was"
finish
