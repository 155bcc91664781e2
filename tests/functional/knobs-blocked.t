#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 4
# boot: rcutree.use_softirq=0 rcutree.kthread_prio=80
# A realtime task that owns a CPU keeps the watchdog from being turned back. All else is, the step is named, and it is
# done when the CPU is free; rmmod does not wait for that. RCU is told to do its work above that task: as it is by default,
# its grace periods may wait for the CPU as well, and with them rmmod, of any module.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
need_cpus 4
plan 22

watchdog=/proc/sys/kernel/watchdog_cpumask
echo -1 >/proc/sys/kernel/sched_rt_runtime_us

hog() {
	chrt -f 50 taskset -c "$1" bash -c 'while :; do :; done' &
	hog=$!
	puppets+=("$hog")
	# RCU may have to wait for it too, and everybody for RCU: never for long.
	(sleep 30; exec kill -9 $hog 2>/dev/null) &
	puppets+=($!)
	sleep 0.5
}

free() {
	kill -9 "$hog"
	wait "$hog" 2>/dev/null
}

verdict() {
	awk -F'\t' -v k=kernel.watchdog_cpumask '$1 == k { print $3 }' "$PROC/knobs"
}

remember
load
try iso apply -c 1 --name own
hog 1
start=$SECONDS
check_exit 4 "a revert that cannot turn the watchdog back says so" iso revert own
is "soon" $((SECONDS - start < 15)) 1
is "the status says that nothing is isolated" "$(field_of status isolated 2)" -
is "the knob waits" "$(verdict)" blocked
is "and is named by the undo" "$(awk -F'\t' '$4 == "blocked" { print $3 }' "$PROC/undo")" "$watchdog"
is "as it was set" "$(<$watchdog)" 0,2-3
check "the kernel log says which CPU" grep -q 'kernel.watchdog_cpumask waits: a realtime task owns CPU 1' <(dmesg)
is "all else is as it was" "$(snapshot take "$T/now" && snapshot diff "$BEFORE" "$T/now")" "$watchdog: 0-3 -> 0,2-3"
free
check "when the CPU is free it is turned back" wait-for 10 line "$watchdog" '^0-3$'
settle
is "the undo says so" "$(awk -F'\t' -v p="$watchdog" '$3 == p { print $4 }' "$PROC/undo" | tail -n 1)" restored
is "and there is no record left" "$(awk 'END { print NR }' "$PROC/knobs")" 2
same "all is as it was"

# The CPU is taken before.
hog 2
check "apply beside a realtime task" iso apply -c 1 --name beside
is "the knob waits" "$(verdict)" blocked
free
check "and is turned when the CPU is free" wait-for 10 line "$watchdog" '^0,2-3$'
settle
check "revert" iso revert beside
same "all is as it was"

# rmmod.
try iso apply -c 1 --name end
hog 1
start=$SECONDS
try unload
is "rmmod does not wait for the CPU" $((SECONDS - start < 20)) 1
tried "rmmod"
free
is "the kernel log says what is left and what to write" \
	"$(dmesg | grep -c "kernel.watchdog_cpumask is left as \"0,2-3\".*write \"0-3\" to $watchdog")" 1
echo 0-3 >$watchdog
finish
