#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# On a CPU that the boot line freed of the tick, with a workload that spins: a window without any noise is reached, the
# ledger adds nothing, and tracefs agrees. With "ledger_seconds=60" on the boot line the window is that long.
# boot: nohz_full=1 rcu_nocbs=1 isolcpus=managed_irq,domain,1
# mem: 1536
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/ledger.sh"

seconds=$(sed -n 's/.*ledger_seconds=\([0-9]*\).*/\1/p' /proc/cmdline)
[ "$(cat /sys/devices/system/cpu/nohz_full 2>/dev/null)" = 1 ] || skip_all "this kernel has no nohz_full"
plan 9
tracefs_load 1
remember
load
hire spinner
ask spinner spin
spin=$REPLY
check "apply" iso apply -c 1 --name quiet --pid "$spin"

# noise_between BEFORE AFTER: the lines that grew, but for workload and wall
noise_between() {
	awk -F'\t' '$1 != 1 || ($2 == "time" && $3 ~ /^(wall|workload)$/) { next }
		NR == FNR { was[$2, $3] = $4 " " $5; next }
		($2, $3) in was ? was[$2, $3] != $4 " " $5 : $4 $5 != "00" { print $2, $3, $4, $5 }' "$1" "$2"
}

reach_quiet() {
	local quiet='' i
	for ((i = 0; i < 30; i++)); do
		cat $PROC/stats >"$T/stats.1"
		sleep 1
		cat $PROC/stats >"$T/stats.2"
		quiet=$(noise_between "$T/stats.1" "$T/stats.2")
		[ -n "$quiet" ] || break
	done
	is "${reached[0]}" "$quiet" ""
	note "at attempt $((i + 1))"
	read -r _ before _ < <(stat_of "$T/stats.1" 1 time workload)
	read -r _ after _ < <(stat_of "$T/stats.2" 1 time workload)
	read -r _ from _ < <(stat_of "$T/stats.1" 1 time wall)
	read -r _ to _ < <(stat_of "$T/stats.2" 1 time wall)
	is "${reached[1]}" $((after - before)) $((to - from))
}
reached=("a second without noise is reached" "and all of it is the workload's")
if servers_stay; then
	skip_each "the deadline server of this kernel brings the tick back once a second" "${reached[@]}"
else
	reach_quiet
fi

agree "quiet" "${seconds:-5}" "$spin" "$spin"
note "in ${seconds:-5} s:" "$(noise_between "$T/stats.1" "$T/stats.2")"
ours=$(noise_between "$T/stats.1" "$T/stats.2" | grep -F '[cpuiso]')
is "nothing of it is of the module's making" "$ours" ""
unload_noise
finish
