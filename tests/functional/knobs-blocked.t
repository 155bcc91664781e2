#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 4
# boot: rcutree.use_softirq=0
# A realtime task that owns a CPU keeps the watchdog from being turned back. All else is, the step is named, and it is
# done when the CPU is free; rmmod does not wait for that. RCU does its work above that task, in threads that are given a
# priority: as it is by default, its grace periods may wait for the CPU as well, and with them rmmod, of any module.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
apply_options=(--no-partition)
need_cpus 4
! servers_stay || skip_all "the deadline servers of this kernel let others run beside a realtime task"
plan 24

watchdog=/proc/sys/kernel/watchdog_cpumask
echo 0-3 >$watchdog
throttle=/proc/sys/kernel/sched_rt_runtime_us
throttle_was=$(<$throttle)
declare -A server_was
leave() {
	echo "$throttle_was" >"$throttle"
	for server in "${!server_was[@]}"; do
		echo "${server_was[$server]}" >"$server"
	done
	end
}
trap leave EXIT
echo -1 >$throttle
if [ -e "$SERVERS" ]; then
	for server in "$SERVERS"/cpu*/runtime; do
		server_was[$server]=$(<"$server")
		echo 0 >"$server" || bail_out "a deadline server cannot be switched off"
	done
fi
rcu_first

# Whatever did not wait for the CPU ends while this one still owns it. Should something wait, it does not for ever. Its
# priority is below that of the interrupts' threads of PREEMPT_RT, 50: the disk's may be on that CPU.
hog() {
	# shellcheck disable=SC2016 # it is that shell's
	timeout -s KILL 90 chrt -f 40 taskset -c "$1" bash -c 'echo $$ >"$0"; while :; do :; done' "$T/hogging" &
	hog_ends=$!
	wait-for 10 line "$T/hogging" '^[0-9]' || bail_out "no realtime task"
	hog=$(<"$T/hogging")
	puppets+=("$hog")
	rm "$T/hogging"
}

owns() {
	[ -d "/proc/$hog" ] && echo "yes, CPU $(cpus_of "$hog")"
}

free() {
	kill -9 "$hog"
	wait "$hog_ends" 2>/dev/null
}

verdict() {
	awk -F'\t' -v k=kernel.watchdog_cpumask '$1 == k { print $3 }' "$PROC/knobs"
}

# The task that owns the CPU is there by itself: a guard would move it off.
apply() {
	iso apply -c 1 --name "$1" --guard off
}

remember
load
check "apply" apply own
hog 1
check_exit 4 "a revert that cannot turn the watchdog back says so" iso revert own
is "without waiting for the CPU" "$(owns)" "yes, CPU 1"
is "the status says that nothing is isolated" "$(field_of status isolated 2)" -
is "the knob waits" "$(verdict)" blocked
is "and is named by the undo" "$(awk -F'\t' '$4 == "blocked" { print $3 }' "$PROC/undo")" "$watchdog"
is "as it was set" "$(<$watchdog)" 0,2-3
check "the kernel log says which CPU" grep -q 'kernel.watchdog_cpumask waits: a realtime task owns CPU 1' <(dmesg)
put_back
snapshot take "$T/now"
is "all else is as it was" "$(snapshot diff "$BEFORE" "$T/now")" "$watchdog: 0-3 -> 0,2-3"
is "and it still owns the CPU" "$(owns)" "yes, CPU 1"
free
check "when the CPU is free it is turned back" wait-for 10 line "$watchdog" '^0-3$'
settle
is "the undo says so" "$(awk -F'\t' -v p="$watchdog" '$3 == p { print $4 }' "$PROC/undo" | tail -n 1)" restored
is "and there is no record left" "$(awk 'END { print NR }' "$PROC/knobs")" 2
same "all is as it was"

# The CPU is taken before.
hog 2
check "apply beside a realtime task" apply beside
is "the knob waits" "$(verdict)" blocked
free
check "and is turned when the CPU is free" wait-for 10 line "$watchdog" '^0,2-3$'
settle
check "revert" iso revert beside
same "all is as it was"

# rmmod. A plan that was asked for on the CPU has left it a part of the slab caches.
try taskset -c 1 "$CPUISO_BIN" plan -c 1
try apply end
hog 1
try unload
tried "rmmod"
is "does not wait for the CPU" "$(owns)" "yes, CPU 1"
free
is "the kernel log says what is left and what to write" \
	"$(dmesg | grep -c "kernel.watchdog_cpumask is left as \"0,2-3\".*write \"0-3\" to $watchdog")" 1
echo 0-3 >$watchdog
finish
