#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 4
# The isolated CPUs out of the scheduler's domains: an isolated partition, and the workload in it. However it ends, every
# file of the cpusets, who is in which cgroup and every mask are as before, masks that somebody chose as well.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/keeper.sh"
. "$TESTLIB/partition.sh"
# shellcheck source=tests/functional/gauntlet.sh
. "$TESTLIB/gauntlet.sh"
need_partition
only_cpus 4
plan 50

rcu_first
# Under systemd the test itself is in the cgroup of a unit.
hire work
ask work cgroup $CG
ask work cpus 0-2
ask work fork
child=$REPLY
hire pinned
ask pinned cpus 1
hire shared
ask shared cpus 1,3
hire apart
mkdir $CG/isotest
ask apart cgroup $CG/isotest
ask apart cpus 0,2
gauntlet_load || bail_out "the helper module is not built"
remember
cgroups >"$T/cgroups"
load

part=$CG/cpuiso-t
apply() {
	iso apply -c 1 --name t --pid "${pid[work]}"
}
made() {
	is "$1: the partition is there, and valid" "$(cat $part/cpuset.cpus.partition $part/cpuset.cpus.effective 2>&1 | paste -sd ' ')" "isolated 1"
}

iso plan -c 1 --name t >"$T/plan"
is "plan" $? 0
check "shows it" grep -q "partition .*$part .*none .*isolated" "$T/plan"
check "apply" apply
made apply
is "the workload is in it" "$(cgroup_of "${pid[work]}") $(cgroup_of "$child")" "/cpuiso-t /cpuiso-t"
try on 1 "${pid[work]}" "$child"
try on 0,2-3 "${pid[pinned]}"
try on 3 "${pid[shared]}"
try on 0,2 "${pid[apart]}"
tried "masks are what isolation makes of them, and no more"
check "nobody else is there" clear_of -w "${pid[work]}" -w "$child" 1
is "nobody is said to have come, or to have decided anything" \
	"$(awk -F'\t' '$3 ~ /evicted|intruder|changed-since/' "$PROC/events")" ""
ask work fork
check "a child that is born there stays" on 1 "$REPLY"
is "in the partition" "$(cgroup_of "$REPLY")" /cpuiso-t
ask work kill "$REPLY"
check "revert" revert t
same "revert: masks"
check "revert: cgroups" same_cgroups

# What somebody chose before the partition ended, off the isolated CPU.
try apply
ask shared cpus 0
ask apart cpus 2
check_exit 4 "revert says that something was changed since" iso revert t
is "and that is left as it is" "$(cpus_of "${pid[shared]}") $(cpus_of "${pid[apart]}")" "0 2"
ask shared cpus 1,3
ask apart cpus 0,2

try apply
try unload
try put_back
tried "rmmod alone"
same "the keeper: masks"
check "the keeper: cgroups" same_cgroups

load
try apply
try kill_keeper t
try unload
iso status >"$T/status" 2>&1
try grep -q "had ended without its keeper" "$T/status"
tried "keeper killed, rmmod, next call"
same "the next call: masks"
check "the next call: cgroups" same_cgroups

load
check "with --no-partition" iso apply -c 1 --name t --pid "${pid[work]}" --no-partition
check "there is none" same_cgroups
try revert t
try iso apply -c 1 --name t --cgroup /isotest
try on 1 "${pid[apart]}"
[ "$(cgroup_of "${pid[apart]}")" = /isotest ] || complain "it was moved out of its cgroup"
grep -qx isolated $part/cpuset.cpus.partition || complain "no partition"
try iso apply -c 3 --name u
[ "$(cat $CG/cpuiso-u/cpuset.cpus.partition)" = isolated ] || complain "no second partition"
try on 1 "${pid[apart]}"
try revert t
try on 0,2 "${pid[apart]}"
[ -e $CG/cpuiso-u ] || complain "the second has gone as well"
try revert u
tried "a workload in a cgroup of its own stays there; two isolations, the first ends first"
same "masks"
check "cgroups" same_cgroups

# When a CPU goes or comes the kernel gives what is in a cpuset other masks, before 6.2 all its CPUs; that is nobody's
# decision. When the only CPU of a partition goes there is none until it is back.
online() {
	echo "$2" >"/sys/devices/system/cpu/cpu$1/online"
}
try iso apply -c 1-2 --name t --pid "${pid[work]}"
try online 2 0
try wait-for 10 line $part/cpuset.cpus.effective "^1$"
try online 2 1
try on 1-2 "${pid[work]}" "$child"
try revert t
tried "a CPU of the partition goes and comes"
same "masks"
check "cgroups" same_cgroups
try apply
try online 1 0
try iso status
try online 1 1
try on 1 "${pid[work]}" "$child"
try revert t
tried "the only CPU of the partition goes and comes"
same "masks"
check "cgroups" same_cgroups
try iso apply -c 1 --name t --pid "${pid[work]}" --guard kthreads=off
try order plain 1
try online 1 0
try wait-for 10 line $part/cpuset.cpus.partition invalid
try online 1 1
try wait-for 10 line $part/cpuset.cpus.partition "^isolated$"
try settle
try revert t
try on 0-3 "$(pgrep -x gnt-plain)"
try order stop
tried "a kernel thread that may be there meanwhile has then what it had"
same "masks"
check "cgroups" same_cgroups

# A workload that never sleeps owns the CPU.
ask work spin
spinner=$REPLY
with_sched fifo:9
try iso apply -c 1 --name t --pid "${pid[work]}" "${sched[@]}"
made "a realtime workload that never sleeps"
try on 1 "$spinner"
try revert t
tried "revert while it owns the CPU"
ask work kill "$spinner"
same "masks"
check "cgroups" same_cgroups

# Whoever changes cpusets says so, and then that is nobody's decision; also if its end is never told.
is "nothing is isolated: there is nothing to hold" "$(rawnl send cpusets-begin)" \
	"2 nothing is isolated, so no masks are held against the cpusets; isolate first"
try apply
is "who has not begun cannot end" "$(rawnl send cpusets-end)" "2 no masks were held for this socket, or the last isolation has ended meanwhile; set them by hand"
for end in told closed; do
	exec {holder}> >(exec rawnl hold cpusets-begin >"$T/held")
	try wait-for 10 line "$T/held" "^0"
	echo member >$part/cpuset.cpus.partition
	taskset -p -c 2 "${pid[apart]}" >/dev/null
	try wait-for 10 line "$PROC/tasks" "^${pid[apart]}(	[^	]*){6}	2(	|\$)"
	ask pinned fork
	born=$REPLY
	echo isolated >$part/cpuset.cpus.partition
	[ $end = closed ] || echo cpusets-end >&"$holder"
	exec {holder}>&-
	try on 1 "${pid[work]}" "$child"
	try on 0,2-3 "${pid[pinned]}" "$born"
	try on 3 "${pid[shared]}"
	try revert t
	try on 1 "${pid[pinned]}" "$born"
	try on 1,3 "${pid[shared]}"
	[ "$(cpus_of "${pid[apart]}")" = 2 ] || complain "what was decided meanwhile is not what it was"
	ask pinned kill "$born"
	ask apart cpus 0,2
	tried "the partition ends and is made again meanwhile, $end"
	try apply
done
try revert t
tried "twice"
same "masks"

# What is in the way.
echo +cpuset >$CG/cgroup.subtree_control
mkdir $CG/foreign
echo 1 >$CG/foreign/cpuset.cpus
echo root >$CG/foreign/cpuset.cpus.partition
apply >"$T/out" 2>&1
status=$?
is "a partition of somebody else: refused in one sentence" "$status $(wc -l <"$T/out") $(grep -c 'belongs to the partition of the cgroup /foreign' "$T/out")" "1 1 1"
is "nothing is isolated" "$(field_of status isolated 2)" -
echo member >$CG/foreign/cpuset.cpus.partition
rmdir $CG/foreign
apply >/dev/null
mkdir $CG/user
echo 2 >$CG/user/cpuset.cpus
try iso revert t
grep -qw cpuset $CG/cgroup.subtree_control || complain "the controller was switched off"
rmdir $CG/user
echo -cpuset >$CG/cgroup.subtree_control
tried "the controller was on before, and stays on"
for name in pinned shared apart work; do
	case $name in
	pinned) ask $name cpus 1 ;;
	shared) ask $name cpus 1,3 ;;
	apart) ask $name cpus 0,2 ;;
	work) ask $name cpus 0-2 ;;
	esac
done
taskset -p -c 0-2 "$child" >/dev/null
rmmod cpuiso_gauntlet
finish
