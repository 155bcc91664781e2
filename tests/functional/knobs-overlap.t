#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 8
# Isolations that need the same knobs: each knob follows from all of them, whichever ends first, and the last one puts
# back the original.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
need_cpus 8
plan 27

wq=/sys/devices/virtual/workqueue/cpumask
writeback=/sys/devices/virtual/workqueue/writeback/cpumask
timers=/proc/sys/kernel/timer_migration
watchdog=/proc/sys/kernel/watchdog_cpumask
has_latency() {
	[ -e /sys/devices/system/cpu/cpu0/power/pm_qos_resume_latency_us ]
}
latency() {
	! has_latency || cat /sys/devices/system/cpu/cpu[0-7]/power/pm_qos_resume_latency_us | tr '\n' ' '
}
# latencies TEXT: where there are any
latencies() {
	! has_latency || echo "$1 "
}

now() {
	echo "$(<"$UNBOUND_ASKED") $(<$writeback) $(<$timers) $(<$watchdog)"
}

remember
load
try iso apply -c 1-2 --name a
is "one isolation" "$(now)" "f9 f9 0 0,3-7"
try iso apply -c 4,6 --name b
is "and another" "$(now)" "a9 a9 0 0,3,5,7"
try iso revert a
is "the first is reverted first" "$(now)" "af af 0 0-3,5,7"
is "what stays for the other is no undone record" \
	"$(awk -F'\t' '$1 == "knob"' "$PROC/undo")" ""
try iso revert b
is "then the last" "$(now)" "ff ff 1 0-7"
tried "apply twice, revert in the same order"
same "all is as it was"

try iso apply -c 1-2 --name a
try iso apply -c 4,6 --name b
try iso revert b
is "the last is reverted first" "$(now)" "f9 f9 0 0,3-7"
try iso revert a
tried "apply twice, revert in the other order"
same "all is as it was"

# Each keeps something else.
try iso apply -c 1-2 --name a --keep workqueue.unbound --power
is "one keeps a knob" "$(now) $(latency)" "ff f9 0 0,3-7 $(latencies "0 n/a n/a 0 0 0 0 0")"
try iso apply -c 4 --name b --keep kernel.timer_migration --keep kernel.watchdog_cpumask
is "another keeps others" "$(now) $(latency)" "ef e9 0 0,3-7 $(latencies "0 n/a n/a 0 0 0 0 0")"
try iso revert a
is "what only the first had turned is turned back" "$(now) $(latency)" "ef ef 1 0-7 $(latencies "0 0 0 0 0 0 0 0")"
try iso revert b
tried "two isolations with knobs to keep"
same "all is as it was"

# Somebody else comes in between.
try iso apply -c 1-2 --name a
try iso apply -c 4,6 --name b
echo 77 >$wq
tried "somebody else turns a knob that two need"
check_exit 4 "the first revert says so" iso revert a
is "and leaves it" "$(<"$UNBOUND_ASKED")" 77
check "the second has nothing to say" iso revert b
is "and leaves it too" "$(now)" "77 ff 1 0-7"
echo ff >$wq
same "all else is as it was"

# A new apply takes what somebody else set as the original.
try iso apply -c 1-2 --name a
echo 77 >$wq
try iso apply -c 4,6 --name b
is "a second apply takes over what somebody else set" "$(<"$UNBOUND_ASKED")" 21
try iso revert
tried "and a revert of all is no surprise"
is "and it is what is put back" "$(<"$UNBOUND_ASKED")" 77
echo ff >$wq

try iso apply -c 1-2 --name a
try iso apply -c 4,6 --name b
tried "two isolations again"
finish
