#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Memory runs out at any allocation of the module or of what it calls, one at a time and again and again: an apply is
# undone, a revert puts everything back all the same.
#
# With the kernel's own fault injection where there is any, else with cpuiso_failslab.ko, where the kernel lets it.
# FAILSLAB_STEP=0: really all of them.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
only_cpus 2

faults=/sys/module/cpuiso_failslab/parameters debug=/sys/kernel/debug
if [ -e /proc/self/fail-nth ]; then
	where=proc
	mountpoint -q $debug || mount -t debugfs debugfs $debug
	# Also of allocations that may sleep, and without a word on the console.
	for file in failslab fail_page_alloc; do
		echo N >$debug/$file/ignore-gfp-wait
		echo 0 >$debug/$file/verbose
	done
	echo 0 >$debug/fail_page_alloc/min-order
else
	where=$faults
	! grep -q ^cpuiso_failslab /proc/modules || rmmod cpuiso_failslab
	insmod "${CPUISO_KO%/*}/cpuiso_failslab.ko" 2>"$T/insmod" ||
		skip_all "this kernel has no fault injection, and no should_failslab() either: $(<"$T/insmod")"
fi
plan 8

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
	failnth "$where" "$1" "$2" "${FAILSLAB_STEP:-4}" 1 "${pid[work]}" snapshot same "$BEFORE"
}

# walked VERB WHO NAME
walked() {
	check "$3" walk "$1" "$2"
	note "$(tail -n 12 "$T/out")"
}

walked apply "$worker" "an apply that lacks memory once is undone, or does without"
walked revert "$worker" "a revert that lacks memory once puts everything back"
walked apply 0 "who asks lacks memory: nothing or all of it"
walked revert 0 "and so for a revert"
walked plan 0 "and for a plan, which leaves nothing either"

# each N: of the worker's allocations, every N-th fails. A mask of workqueues takes more than a hundred to set.
each() {
	if [ $where = proc ]; then
		echo "$(($1 ? 1 : 0))" >$debug/failslab/probability
		echo -1 >$debug/failslab/times
		echo Y >$debug/failslab/task-filter
		echo 1 >"/proc/$worker/make-it-fail"
	else
		echo "$worker" >$faults/tid
		echo "$1" >$faults/each
	fi
}
again() {
	local n status
	for n in 400 250; do
		each 0
		iso apply -c 1 --name n --pid "${pid[work]}" || return
		each "$n"
		iso revert n
		status=$?
		each 0
		[ $status = 0 ] && is_same || return
		each "$n"
		iso apply -c 1 --name n --pid "${pid[work]}"
		status=$?
		each 0
		[ $status != 0 ] || iso revert n || return
		[ $status -le 1 ] && is_same || return
	done
}
check "nor does it help to fail again and again" again
[ $where = proc ] || rmmod cpuiso_failslab
finish
