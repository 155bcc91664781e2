#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What comes to an isolated CPU, or back to it, is moved off, the events say who brought it, and all of it is undone.
# qemu: -device virtio-rng-pci
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "${TESTLIB:-$(dirname "$0")}/gauntlet.sh"
apply_options=(--no-partition)
plan 22

gauntlet_load || skip_all "the helper module is not built"
disk_make || bail_out "no file system"
irq=$(spare_irq) || irq=''
cgroups=/sys/fs/cgroup
grep -q " $cgroups cgroup2 " /proc/mounts || cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
group=$cgroups/gauntlet.$$
if [ -n "$cgroups" ] && echo +cpuset >"$cgroups/cgroup.subtree_control" 2>/dev/null; then
	mkdir "$group"
	echo 0-1 >"$group/cpuset.cpus"
else
	group=''
fi

hire work
hire lone
ask lone cpus "$ALL"
ask lone spin
spinner=$REPLY
hire self
hire grouped
[ -z "$group" ] || ask grouped cgroup "$group"
remember
load
check "apply" iso apply -c 1 --name g --pid "${pid[work]}"

order plain 4 || complain "no kernel threads"
order bind 1 300 || complain "no bound kernel thread"
order work 1 50 || complain "no work"
tried "kernel threads start, one is bound late, work is queued"
if [ -n "$irq" ]; then
	check "an interrupt is requested" order irq "$irq"
else
	skip "an interrupt is requested" "no line is free"
fi
machine_stirs
ask self cpus 1
try taskset -pc 1 "$spinner"
try on "$NOT_1" "$spinner"
try taskset -pc "$ALL" "$spinner"
tried "a task takes the CPU, another is given it"
check "stress-ng forks there" taskset -c 1 stress-ng --quiet --fork 1 --timeout 2
if [ -n "$group" ]; then
	echo 0 >"$group/cpuset.cpus" || complain "no cpuset"
	echo 0-1 >"$group/cpuset.cpus" || complain "no cpuset"
	tried "a cpuset is written"
else
	skip "a cpuset is written" "no cpuset controller"
fi
check "irqbalance goes on all the while" balancer_stop 2
sleep 2
check "two seconds later nothing that can be moved is allowed on the CPU" clear_of -w "${pid[work]}" 1
bound=$(pgrep -x gnt-bind)
is "the kernel thread that was bound late is where it was bound" "$(cpus_of "$bound")" 1
is "and was let alone" "$(events evicted task "$bound")" 0

is "the events name who gave the task the CPU" \
	"$(awk -F'\t' -v p="$spinner" '$3 == "evicted" && $6 == p { print $8, $10, $11, $13 }' "$PROC/events" | head -n 1)" \
	"0 1 $NOT_1 taskset"
is "who took it by itself" \
	"$(awk -F'\t' -v p="${pid[self]}" '$3 == "evicted" && $6 == p { print $10, $11, $12 }' "$PROC/events")" \
	"1 $NOT_1 ${pid[self]}"
[ -z "$group" ] || is "who wrote the cpuset" \
	"$(awk -F'\t' -v p="${pid[grouped]}" '$3 == "evicted" && $6 == p { print $10, $11, $13 }' "$PROC/events" | head -n 1)" \
	"0-1 0 ${0##*/}"
[ -n "$group" ] || skip "who wrote the cpuset" "no cpuset controller"
note "kinds: $(awk -F'\t' '$3 == "evicted" { n[$5 " by " $13]++ } END { for (k in n) printf "%s %d; ", k, n[k] }' "$PROC/events")"

# As it was, by hand: then that is the original again.
order stop
settle
is "what was evicted is counted" "$(guard_count g 3)" "$(events evicted)"
disk_umount
ask self cpus "$ALL"
while read -r n mask; do
	echo "$mask" >"/proc/irq/$n/smp_affinity_list"
done < <(irqs_as_before)
[ -z "$irq" ] || order free "$irq"
settle
check_exit 4 "revert says that somebody else had set some of it" iso revert g
same "everything is as it was"

try iso apply -c 1 --name h --pid "${pid[work]}"
try order plain 4
try disk_mount
try taskset -pc "$ALL" "$spinner"
try on "$NOT_1" "$spinner"
try disk_umount
try order stop
tried "apply once more, with less of it"
check "rmmod" unload
same "rmmod puts everything back"
if [ -n "$group" ]; then
	ask grouped cgroup "$cgroups"
	rmdir "$group"
fi
rmmod cpuiso_gauntlet
wait-for 5 absent "$PROC" >/dev/null
exit 0
