#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 4
# A knob that the kernel does not let be turned is reported with its errno, at the apply and at the undo, and nothing
# else suffers for it. What refuses is the kernel itself: sched_rt_runtime_us, while tasks of SCHED_DEADLINE have more
# reserved than the new value leaves (EBUSY), and xps_cpus of a queue that belongs to no traffic class (EINVAL).
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/partition.sh"
# The kernel does not let a deadline task be moved, but for a partition.
apply_options=(--no-partition)
only_cpus 4
need_cpuset
# 5.10 takes its bound kworkers along when a partition is made, and does not work properly after that.
can_overcommit=1
! kernel_before 5 11 || can_overcommit=
plan $((can_overcommit ? 31 : 17))

knob=kernel.sched_rt_runtime_us
throttle=/proc/sys/kernel/sched_rt_runtime_us
throttle_was=$(<$throttle)
hold=$CG/hold

# A puppet that has reserved nine tenths of a CPU, and sleeps.
reserve() {
	local name
	for name in "$@"; do
		hire "$name"
		chrt -d -T 90000000 -D 100000000 -P 100000000 -p 0 "${pid[$name]}" || return
	done
}

# As long as admission is switched off they may have been bound to a CPU before, whose domain has the reservation then.
reserve_on_cpu_0() {
	local name
	echo -1 >$throttle
	for name in "$@"; do
		hire "$name"
		ask "$name" cpus 0
		chrt -d -T 90000000 -D 100000000 -P 100000000 -p 0 "${pid[$name]}" || return
	done
	echo "$throttle_was" >$throttle
}

# Two CPUs go to a partition of somebody else, and the domain of the others is promised more than it has.
overcommit() {
	echo +cpuset >$CG/cgroup.subtree_control && mkdir $hold && echo 1-2 >$hold/cpuset.cpus || return
	reserve_on_cpu_0 a b c || return
	echo root >$hold/cpuset.cpus.partition
}

undo_overcommit() {
	local name
	[ -d $hold ] || return
	echo member >$hold/cpuset.cpus.partition
	for name in a b c; do
		dismiss $name
	done
	rmdir $hold
	echo -cpuset >$CG/cgroup.subtree_control
}

end_all() {
	local status=$?
	undo_overcommit
	echo "$throttle_was" >"$throttle"
	ip link del tv0 2>/dev/null
	(exit "$status")
	end
}
trap end_all EXIT

refuses() {
	! echo "$2" 2>/dev/null >"$1"
}

# rows KEY FIELD...: these fields of the lines of /proc/cpuiso/knobs that are about that knob
rows() {
	awk -F'\t' -v k="$1" -v f="${*:2}" 'BEGIN { n = split(f, at, " ") }
		$1 == k { for (i = 1; i <= n; i++) printf "%s%s", $at[i], i < n ? " " : "\n" }' "$PROC/knobs"
}

# The knobs that are turned, with what they are to hold, and without the one that this is about.
turned() {
	awk -F'\t' -v k="$knob" '$1 != k && $3 == "set" { print $2, $7 }' "$PROC/knobs" | sort
}

# json FILE KEY=VALUE KEY: the value of the second in the object that has the first
json() {
	/usr/bin/python3 - "$@" <<-'END'
		import json, sys
		def walk(v):
		    if isinstance(v, dict):
		        if str(v.get(key)) == want and field in v: print(v[field])
		        v = list(v.values())
		    for x in v if isinstance(v, list) else []: walk(x)
		key, want = sys.argv[2].split("=", 1)
		field = sys.argv[3]
		walk(json.load(open(sys.argv[1])))
	END
}

# What an apply turns when nothing refuses.
load
try iso apply -c 3 --name free
turned >"$T/free"
try iso revert free
tried "apply without anything in the way"
unload

# The reservations are there first, so it is the apply that is refused.
refused_apply() {
	overcommit || skip_all "deadline tasks and a partition cannot be had here"
	refuses $throttle -1 || skip_all "this kernel lets the throttling be switched off all the same"
	remember
	load
	check "plan" iso plan -c 3
	check "apply" iso apply -c 3 --name own
	is "says that a knob is refused" "$(grep -c 'stays: 1 knob, refused (the kernel refuses the change; "cpuiso knobs" has the errno)' "$T/out")" 1
	is "/proc has verdict, errno, original, present and target" "$(rows $knob 3 4 5 6 7)" "refused 16 $throttle_was $throttle_was -1"
	is "the kernel's value is as it was" "$(<$throttle)" "$throttle_was"
	is "the command has the name of the errno" "$(iso knobs | awk -v k=$knob '$1 == k { print $2, $3 }')" "refused EBUSY"
	iso knobs --json >"$T/json"
	is "and its number in JSON" "$(json "$T/json" name=$knob verdict) $(json "$T/json" name=$knob errno)" "refused 16"
	is "the status counts it" "$(grep -c $'^verdict\town\tknob\trefused\t1$' "$PROC/status")" 1
	is "every other knob is turned as without it" "$(turned)" "$(<"$T/free")"
	# From 6.2 on the kernel remembers that they have chosen CPU 0.
	verdict="refused 16"
	kernel_before 6 2 || verdict="already-clear 0"
	for name in a b c; do
		found=$(awk -F'\t' -v p="${pid[$name]}" '$1 == p { print $6, $7 }' "$PROC/tasks")
		[ "$found" = "$verdict" ] || complain "task ${pid[$name]} is said to be $found, not $verdict"
	done
	[ "$(snapshot clear 3 "$BEFORE" | grep -vc puppet)" = 0 ] || complain "$(snapshot clear 3 "$BEFORE")"
	tried "nothing is left on the CPU but the deadline tasks, which the kernel does not let be moved either"
	check "revert" iso revert own
	same "all is as it was"
	is "the undo knows of nothing to put back there" "$(grep -c "$throttle" "$PROC/undo")" 0
	try iso apply -c 3 --name own
	try unload
	tried "rmmod instead of revert"
	same "all is as it was"
	undo_overcommit
	[ "$(<$throttle)" = "$throttle_was" ] || bail_out "the scene is not gone"
}
if [ -n "$can_overcommit" ]; then
	refused_apply
else
	skip "an apply that is refused" "a partition takes the kernel's own bound threads off their CPUs"
fi

# While throttling is off nothing is reserved against, so the undo may be what is refused.
remember
load
try iso apply -c 3 --name own
try reserve a b c d e
tried "deadline tasks that reserve more than there is, while CPUs are isolated"
check_exit 4 "a revert that is refused says so" iso revert own
is "and how often" "$(grep -c '1 not put back' "$T/out")" 1
is "the undo has its errno" "$(iso undo | awk -v p=$throttle '$3 == p { print $4, $5, $6, $7 }')" "refused EBUSY $throttle_was -1"
for name in a b c d e; do
	dismiss $name
done
echo "$throttle_was" >$throttle
same "all else is as it was"

# A task that reserves its time when its mask is ours already: it gets back what it had if that takes no CPU from it.
hire wide
hire narrow
ask narrow cpus 0
remember
check "apply" iso apply -c 3 --name own --pid "${pid[narrow]}"
for name in wide narrow; do
	try chrt -d -T 1000000 -D 100000000 -P 100000000 -p 0 "${pid[$name]}"
done
tried "a moved task and the workload reserve time"
check_exit 4 "revert says that something is not put back" iso revert own
is "the one has its mask again, the other not" "$(cpus_of "${pid[wide]}") $(cpus_of "${pid[narrow]}")" "0-3 3"
is "and the undo says why" \
	"$(iso undo | awk -v a="${pid[wide]}" -v b="${pid[narrow]}" '$2 == a || $2 == b { print $2 == b, $4, $5 }' | sort | xargs)" \
	"0 restored - 1 refused EBUSY"
dismiss wide
dismiss narrow
same "all else is as it was"

# A file that cannot even be read is known to the plan.
modprobe -a dummy sch_mqprio 2>/dev/null
queue=/sys/class/net/tv0/queues/tx-1/xps_cpus
if ip link add tv0 numtxqueues 2 type dummy && tc qdisc add dev tv0 root mqprio num_tc 1 map 0 queues 1@0 hw 0 &&
	! cat $queue >/dev/null 2>&1; then
	iso plan -c 3 >"$T/plan"
	is "a plan says what cannot be read, and why" "$(grep -F "$queue" "$T/plan" | awk '{ $3 = $4 = ""; print }')" \
		"net.xps_cpus refused   $queue Invalid argument"
	try iso apply -c 3
	[ "$(rows net.xps_cpus 2 3 4 5 6 7 | grep tx-1)" = "$queue refused 22 - - -" ] || complain "$(rows net.xps_cpus 2 3 4 5 6 7)"
	try iso revert
	tried "and so does the apply"
else
	skip_each "no queue without a class" "a plan says what cannot be read, and why" "and so does the apply"
fi
ip link del tv0 2>/dev/null
finish
