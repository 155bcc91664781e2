#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 4
# boot: rcu_nocbs rcutree.enable_rcu_lazy=0
# RCU callbacks are offloaded while a CPU is isolated, if it is asked for; a CPU is taken down and up once, if that is.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
need_cpus 4
grep -qw rcu_nocbs /proc/cmdline || skip_all "needs the boot parameter rcu_nocbs"
zcat /proc/config.gz 2>/dev/null | grep -q 'CONFIG_RCU_NOCB_CPU=y' ||
	grep -q 'CONFIG_RCU_NOCB_CPU=y' "/boot/config-$(uname -r)" 2>/dev/null || pgrep -f '^\[?rcuo' >/dev/null ||
	skip_all "this kernel cannot offload RCU callbacks"
plan 21

# From 6.12 on only a CPU that is down can be switched.
rcu=(--rcu)
kernel_before 6 12 || rcu=(--rcu --replug)

# Callbacks that are put off for seconds, as a newer kernel does when they are offloaded, tell nothing: hence the boot line.
# Does the kernel thread that runs the callbacks of CPU 1 get to run while that CPU makes some? A grace period gathers what
# a slow machine makes in it, so there are as many as it takes.
offloaded() {
	local thread before _
	thread=$(pgrep '^rcuo[ps]/1$') || { echo "no thread"; return; }
	before=$(switches "$thread")
	for _ in {1..5}; do
		taskset -c 1 bash -c 'for i in {1..150}; do (:); done'
		[ $(($(switches "$thread") - before)) -lt 5 ] || { echo yes; return; }
	done
	echo no
}
switches() {
	awk '/^(non)?voluntary/ { n += $2 } END { print n }' "/proc/$1/status"
}

remember
load
is "the callbacks of the CPU are its own at first" "$(offloaded)" no
# The guard would send away what makes the callbacks, and a partition not let it onto the CPU.
check "apply" iso apply -c 1,3 --name r --guard off --no-partition "${rcu[@]}"
is "they are offloaded" "$(offloaded)" yes
is "the status says that it was asked for" "$(grep -c $'^rcu\tr$' "$PROC/status")" 1
check "revert" iso revert r
is "they are not any more" "$(offloaded)" no
is "the undo lists both CPUs" \
	"$(awk -F'\t' '$1 == "cpu" { print $2, $3, $4 }' "$PROC/undo" | sort | tr '\n' ' ')" "1 rcu restored 3 rcu restored "
same "all else is as it was"

# Replug.
downs() {
	dmesg | grep -c 'CPU 2 is now offline'
}
before=$(downs)
hire work
hire lone
ask lone cpus 2
remember
check "apply with replug" iso apply -c 2 --name p --replug --pid "${pid[work]}"
is "the CPU was down once" $(($(downs) - before)) 1
check "masks and interrupts hold" clear_of -w "${pid[work]}" 2
if [ -e /sys/fs/cgroup/cpuiso-p ]; then
	is "and the partition" "$(</sys/fs/cgroup/cpuiso-p/cpuset.cpus.partition)" isolated
else
	skip "and the partition" "this kernel makes none"
fi
check "revert" iso revert p
same "and all is as it was"

# What lies within the CPU that goes loses its mask to the kernel: that is our doing.
hire own
ask own cpus 2
find_irqs 1
set_irq "${irqs[0]}" 2
remember
kept=(-c 2 --replug --pid "${pid[own]}" --keep-irq "${irqs[0]}")
try iso apply --name p "${kept[@]}"
is "a workload and an interrupt that had chosen the CPU have it" \
	"$(cpus_of "${pid[own]}") $(irq_cpus "${irqs[0]}")" "2 2"
check "revert" iso revert p
same "and they have chosen it still"
if [ -e $fail_at ]; then
	# At the first point, and at the second, after the CPU was down. Whether that is noticed in time is chance.
	for point in 1 2; do
		for ((tries = 0; tries < 20; tries++)); do
			wait-for 60 line /sys/devices/system/cpu/online '^0-1,3$' >/dev/null && echo $point >$fail_at &
			iso apply --name p "${kept[@]}" >"$T/out" 2>&1
			status=$?
			try wait $!
			echo 0 >$fail_at
			[ "$status" -eq 0 ] || break
			try iso revert p
		done
		[ "$status" -eq 1 ] || complain "point $point: $tries applies, and the last ended with $status: $(<"$T/out")"
		try is_same
	done
	tried "also when the apply fails after that"
else
	skip "also when the apply fails after that" "not a debug build"
fi
try iso apply -c 2-3 --name p --replug "${rcu[@]}"
tried "apply with both"
finish
