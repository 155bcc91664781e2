#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 8
# CPUs that go and come while CPUs are isolated. The last one that is not isolated does not go.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
need_cpus 8
plan 23

online() {
	echo "$2" 2>"$T/online.err" >"/sys/devices/system/cpu/cpu$1/online"
}
# The kernel itself gives tasks and interrupts that lose their last CPU others, for good.
for cpu in 3 5; do
	online "$cpu" 0 || bail_out "CPU $cpu cannot go"
	online "$cpu" 1 || bail_out "CPU $cpu cannot come back"
done

server=$SERVERS/cpu3/runtime
[ ! -e "$server" ] || runtime=$(<$server)
hire straddle
ask straddle cpus 2-3
hire edge
ask edge cpus 3-4
hire alone
ask alone cpus 3
hire work
ask work thread 2
remember

load
with_sched fifo:9
check "apply" iso apply -c 2-3 --name h --pid "${pid[work]}" "${sched[@]}"
online 3 0
is "an isolated CPU goes" $? 0
check "the rest of the isolation stands" clear_of -w "${pid[work]}:2-3" 2
is "the machine knows" "$(</sys/devices/system/cpu/online)" 0-2,4-7
online 3 1
is "it comes back" $? 0
check "and is isolated again, with the workload" clear_of -w "${pid[work]}" 2-3
ask work fork
check "what the workload begets now is on both" on 2-3 "$REPLY"
ask work kill "$REPLY"
is "both are in the events" "$(awk -F'\t' '$3 ~ /^cpu-o/ { print $3, $6 }' "$PROC/events" | sort | uniq)" \
	"$(printf '%s\n' 'cpu-offline 3' 'cpu-online 3')"
online 5 0
is "a housekeeping CPU goes" $? 0
online 5 1
is "and comes back" $? 0
check "nothing came to the isolated CPUs by that" clear_of -w "${pid[work]}" 2-3
check "revert" revert h
same "everything is as it was"

# The last one. CPU 0 cannot go anyway on this kind of machine, so it is another that must not.
# Whatever runs only there wakes up on a CPU that is half gone, so this is tried more than once. 6.12 warns when it has
# counted a partition twice as gone, which it does, with a module or without, before one can refuse.
whole=()
[[ $(uname -r) != 6.12.* ]] || whole=(--no-partition)
try iso apply -c 0-6 --name most --pid "${pid[work]}" "${whole[@]}"
for ((i = 0; i < 4; i++)); do
	online 7 0 && complain "the last housekeeping CPU has gone"
	grep -q 'busy' "$T/online.err" || complain "refused with: $(<"$T/online.err")"
done
[ "$(</sys/devices/system/cpu/online)" = 0-7 ] || complain "online are $(</sys/devices/system/cpu/online)"
tried "the last housekeeping CPU stays"
check "nothing came to the isolated CPUs by that" clear_of -w "${pid[work]}" 0-6
is "it is in the events" "$(awk -F'\t' '$3 == "offline-refused" { print $6 }' "$PROC/events" | sort -u)" 7
try online 6 0
try online 6 1
try revert most
try online 7 0
try online 7 1
tried "another one goes, and that one too after the revert"
same "everything is as it was"

# rmmod while a CPU is away.
try iso apply -c 2-3 --name away --pid "${pid[work]}" --no-partition
try online 3 0
try unload
try put_back
tried "rmmod while an isolated CPU is away"
try online 3 1
tried "it comes back with no module about"
# The kernel does not switch on the deadline server of a CPU that is offline; then this is for the administrator.
[ ! -e "$server" ] || [ "$(<$server)" != 0 ] || echo "$runtime" >$server
# The kernel gives a task that wakes up without a CPU all of them, so this may be what it would have without us. From 6.12
# on a module cannot give it the one it chose together with others.
others=0-7
kernel_before 6 12 || others=0-2,4-7
case $(cpus_of "${pid[alone]}") in
3 | 0-7 | "$others") ok "a task that has only this CPU has it again, or all" ;;
*) not_ok "a task that has only this CPU has it again, or all" "it has $(cpus_of "${pid[alone]}")" ;;
esac
taskset -pc 3 "${pid[alone]}" >/dev/null
finish
