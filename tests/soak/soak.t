#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# For a long time: isolations come and go, and meanwhile intruders, fork storms, CPUs that go and come, irqbalance,
# controllers that are killed, and memory that there is not. After each cycle everything is as it was.
#
# scripts/soak.sh runs it; soak_seconds= on the boot line says for how long.
TESTLIB=${TESTLIB:-$(dirname "$0")/../functional}
# shellcheck source=tests/functional/lib.sh
. "$TESTLIB/lib.sh"
# shellcheck source=tests/functional/gauntlet.sh
. "$TESTLIB/gauntlet.sh"
plan 6

seconds=$(sed -n 's/.*soak_seconds=\([0-9]*\).*/\1/p' /proc/cmdline)
seconds=${seconds:-60}
gauntlet_load || bail_out "the helper module is not built"
disk=''
! disk_make 2>/dev/null || disk=1
irq=$(spare_irq) || irq=''
last=$(($(n_cpus) - 1))
# Of two CPUs one, of eight some.
if [ $last -eq 1 ]; then lists=(1); else lists=(1 "1-2" "$last" "2-$last" "1-$last:2/4"); fi
hire work
hire lone
ask lone cpus "0-$last"

# What the kernel and the module hold, in KiB, with what slab caches keep ready given back. SUnreclaim also counts pages
# of which an object or two are left, as after a fork storm on many CPUs; "objects" counts the objects alone.
memory() {
	local cache bytes=0
	echo 3 >/proc/sys/vm/drop_caches
	for cache in /sys/kernel/slab/*; do
		[ ! -L "$cache" ] || continue
		echo 1 >"$cache/shrink"
		[ "$(<"$cache/reclaim_account")" = 1 ] || bytes=$((bytes + $(cut -d ' ' -f 1 "$cache/objects") * $(<"$cache/slab_size")))
	done
	awk '/^(MemAvailable|Slab|SUnreclaim|VmallocUsed):/ { printf "%s %d, ", $1, $2 }' /proc/meminfo
	echo -n "objects: $((bytes / 1024)), "
	awk '/^kmalloc-/ { kmalloc += $2 * $4 } /^cpuiso/ { own += $2 * $4 }
		END { printf "kmalloc: %d, caches of cpuiso: %d\n", kmalloc / 1024, own / 1024 }' /proc/slabinfo
}

replug() {
	local cpu=$((RANDOM % last + 1))
	echo 0 >/sys/devices/system/cpu/cpu$cpu/online
	echo 1 >/sys/devices/system/cpu/cpu$cpu/online
} 2>/dev/null

# A pass of the whole vocabulary, in any order.
declare -A done_n=()
trouble() {
	local left=$((RANDOM % 6 + 2)) on='' what
	while ((left--)); do
		what=$((RANDOM % 14))
		case $what in
		0) what=kthreads && order plain 3 ;;
		1) what='widening kthreads' && order widen 2 $((RANDOM % 20 + 1)) ;;
		2) what='bound kthread' && order bind 1 $((RANDOM % 100)) ;;
		3) what='irq requests' && [ -n "$irq" ] && { order irq "$irq" && order free "$irq"; } 2>/dev/null ;;
		4) what=mounts && [ -n "$disk" ] && [ -z "$on" ] && disk_mount && on=1 ;;
		5) what=rebinds && has_rng && rebind ;;
		6) what='work floods' && order work 1 100 ;;
		# A partition does not let it in.
		7) what=tasks && taskset -pc 1 "${pid[lone]}" >/dev/null 2>&1 && decided=1 && ask lone fork && ask lone kill "$REPLY" ;;
		8) what='workload forks' && ask work fork && ask work kill "$REPLY" ;;
		9 | 10) what='fork storms' && storm 2000 1 storm-member </dev/null >"$T/storm" 2>&1 ;;
		11) what=hotplugs && replug ;;
		12) what=irqbalance && command -v irqbalance >/dev/null && balance_once ;;
		13) what=newcomers && newcomers 1 1 >"$T/out" ;;
		esac && done_n["$what"]=$((${done_n["$what"]-0} + 1))
	done
	[ -z "$on" ] || disk_umount
	order stop
}

# A controller that dies at any of its calls. What it asked for is then there or not.
killed=0
kill_one() {
	killat -w $((RANDOM % 30 + 1)) "$CPUISO_BIN" "$@" >"$T/killat" 2>&1
	[ $? -ne 99 ] || killed=$((killed + 1))
	settle
}

# An apply that finds no memory somewhere undoes what it did.
faults=0
apply_with_fault() {
	[ -e $fail_at ] || return
	echo $((RANDOM % 200 + 1)) >$fail_at
	if iso apply "$@" >"$T/fault" 2>&1; then
		iso revert "$name" >"$T/fault" 2>&1 || complain "revert after a fault: $(<"$T/fault")"
	else
		faults=$((faults + 1))
	fi
	echo 0 >$fail_at
	settle
}

# What the command and the kernel say of it when something is not as it was.
evidence() {
	echo "status: $(<"$T/status")"
	grep -rs . /run/cpuiso /sys/fs/cgroup/cpuiso-*/cpuset.cpus* | head -n 60
}

is_isolated() {
	[ -n "$(field_of status isolation 2)" ]
}

# As it was: the interrupts that irqbalance or hotplug has moved are put back by hand, outside of any isolation.
as_before() {
	local n mask
	while read -r n mask; do
		[ ! -e "/proc/irq/$n/smp_affinity_list" ] || [ "$(irq_cpus "$n")" = "$mask" ] || echo "$mask" >"/proc/irq/$n/smp_affinity_list"
	done < <(irqs_as_before) 2>/dev/null
}

cycles=0 unloads=0 evicted=0 fights=0 rescans=0 policies=(evict evict evict evict report off)
cycle() {
	local list=${lists[RANDOM % ${#lists[@]}]} options decided=''
	name=r$cycles
	options=(-c "$list" --name "$name" --pid "${pid[work]}" --comm storm-member --guard "${policies[RANDOM % 6]}")
	((RANDOM % 2)) || options+=(--no-partition)
	is_loaded || load
	((RANDOM % 3)) || apply_with_fault "${options[@]}"
	((RANDOM % 3)) || kill_one apply "${options[@]}"
	is_isolated || try iso apply "${options[@]}" || return
	trouble
	((RANDOM % 3)) || kill_one pin --name "$name" --comm never
	settle || complain "it does not come to rest: $(grep '^busy' "$PROC/status")"
	evicted=$((evicted + $(guard_count "$name" 3)))
	fights=$((fights + $(guard_count "$name" 5)))
	rescans=$((rescans + $(events rescanned)))
	# What others have set meanwhile is theirs, so this is said, and is put back by hand.
	((RANDOM % 4)) || kill_one revert "$name"
	if ((RANDOM % 3)); then
		if is_isolated; then
			iso revert "$name" >"$T/out" 2>&1
			[[ $? =~ ^[04]$ ]] || complain "revert: $(<"$T/out")"
		fi
	else
		try unload
		unloads=$((unloads + 1))
	fi
	iso status >"$T/status" 2>&1
	as_before
	# Before 6.2 all CPUs cannot be asked for while there is a partition.
	[ -z "$decided" ] || ask lone cpus "0-$last"
	is_same >"$T/out" || complain "cycle $cycles ($list): $(<"$T/out")"$'\n'"$(evidence)"
	cycles=$((cycles + 1))
}

# The first one fills what the kernel keeps from then on.
remember
cycle
! is_loaded || unload
order stop
before=$(memory)
cycles=0 unloads=0 evicted=0 faults=0 killed=0 done_n=()
end_at=$((SECONDS + seconds))
while ((SECONDS < end_at)) && [ -z "$failures" ]; do
	cycle
	((cycles % 10)) || note "$SECONDS s: $cycles cycles"
done
tried "after each cycle everything is as it was"
! is_loaded || unload
after=$(memory)
note "$cycles cycles in $SECONDS s on $(n_cpus) CPUs, Linux $(uname -r), $unloads of them ended by rmmod" \
	"$evicted evictions, $fights fights, $rescans rescans" \
	"$killed controllers killed, $faults applies that failed for lack of memory and were undone" \
	"$(for k in "${!done_n[@]}"; do printf '%s %d, ' "$k" "${done_n[$k]}"; done)" \
	"before (KiB): $before" "after (KiB):  $after"
is "there were cycles enough to mean something" "$((cycles >= seconds / 60 + 2))" 1
value() {
	local rest=${2#*"$1: "}
	echo "${rest%%,*}"
}
grown=$(($(value objects "$after") - $(value objects "$before")))
# What a cycle would leave behind, if it left one page each, and what the kernel itself takes.
note "objects that are not reclaimed have grown by $grown KiB"
is "what is not reclaimed has not grown with the cycles" "$((grown < 1024 + cycles * 2))" 1
is "no slab cache is left" "$(awk '/^cpuiso/ { print $1, $2 }' /proc/slabinfo)" ""
is "nor anything in vmalloc" "$(grep -c '\[cpuiso\]' /proc/vmallocinfo)" 0
rmmod cpuiso_gauntlet
same "everything is as it was before"
exit 0
