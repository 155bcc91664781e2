#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Who comes back again and again is left alone for longer and longer, and named. However many come, the guard uses no more
# of a housekeeping CPU than it may.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "${TESTLIB:-$(dirname "$0")}/gauntlet.sh"
apply_options=(--no-partition)
plan 16

gauntlet_load || skip_all "the helper module is not built"
hire lone
hire opponent
snapshot take -p "$T/scratch"
irq=$(awk -F'\t' '$1 == "irq" && $3 == "m" && $6 != "-" { print $2; exit }' "$T/scratch")
echo "$ALL" >"/proc/irq/$irq/smp_affinity_list"
remember
load
check "apply" iso apply -c 1 --name f --comm nobody

worker=$(pgrep -x -P 2 cpuiso)
# Nanoseconds on a CPU.
used() {
	local ns _
	read -r ns _ <"/proc/$worker/schedstat"
	echo "$ns"
}
now=0
look_at_clock() {
	local up _
	read -r up _ </proc/uptime
	now=$((10 * 10#${up/./}))
}
used_before=$(used)
look_at_clock
began=$now
order widen 2 5
mapfile -t kthreads < <(pgrep -x gnt-widen)
until ((now - began > 8000)); do
	look_at_clock
	ask opponent cpus 1 "${pid[lone]}"
	ask opponent cpus "$ALL" "${pid[lone]}"
	echo 0 >"/proc/irq/$irq/smp_affinity_list"
	echo "$ALL" >"/proc/irq/$irq/smp_affinity_list"
done
for _ in {1..20}; do
	echo "$ALL" >"/proc/irq/$irq/smp_affinity_list"
	wait-for 1 line "/proc/irq/$irq/smp_affinity_list" "^$NOT_1\$" >/dev/null
done
look_at_clock
took=$((now - began))
spent=$(($(used) - used_before))
note "fights: the worker used $((spent / 1000000)) ms of $took ms"
is "for these the guard uses less than a twentieth of a CPU" "$((spent * 20 < took * 1000000))" 1

# What is counted below is counted when nobody fights any more.
order stop
check "when it is over, all is off again within the last wait" clear_of -t 20 1
settle
look_at_clock
took=$((now - began))

per_object() {
	awk -F'\t' -v kind="$1" -v object="$2" '
		$3 == "evicted" && $5 == kind && $6 == object {
			n++
			s = int($2 / 1000000000)
			if (++in_second[s] > most)
				most = in_second[s]
		}
		END { print n + 0, most + 0 }' "$PROC/events"
}
worst=0
for object in "task ${kthreads[0]}" "task ${kthreads[1]}" "task ${pid[lone]}" "irq $irq"; do
	# shellcheck disable=SC2086 # two words
	read -r total most < <(per_object $object)
	note "$object: evicted $total times in $took ms, at most $most in a second"
	((total > 3)) || complain "$object was evicted $total times only"
	# Four, then two at the end of each wait, which are 1, 2, 4 ... seconds.
	limit=4 wait=1000
	for ((t = 0; t <= took; t += wait, wait *= 2)); do
		limit=$((limit + 2))
	done
	((total <= limit)) || complain "$object was evicted $total times, not at most $limit"
	((most > worst)) && worst=$most
done
tried "each is moved off a few times, and then seldom"
# A burst may begin in one second of the clock and end in the next.
is "at most eight times in a second" "$((worst <= 8))" 1
opponents() {
	awk -F'\t' -v kind="$1" -v object="$2" '$3 == "fight" && $5 == kind && $6 == object { print $13 }' "$PROC/events" |
		sort -u | paste -sd' '
}
is "a kernel thread's opponent is itself" "$(opponents task "${kthreads[0]}")" gnt-widen
is "a task's is named" "$(opponents task "${pid[lone]}")" puppet
is "an interrupt's too" "$(opponents irq "$irq")" "${0##*/}"
# From the first again when it has come late.
waits=$(awk -F'\t' -v p="${kthreads[0]}" '
	$3 == "fight" && $6 == p {
		sub(/wait=/, "", $9)
		now = $9 + 0
		if (now != 1000 && now != 2 * last)
			print "not " $9
		last = now
		if (now == 4000)
			print "reached"
	}' "$PROC/events" | sort -u | paste -sd' ')
is "it waits twice as long each time" "$waits" reached
is "fights are counted" "$(guard_count f 5)" "$(events fight)"
note "$(events evicted) evictions, $(events fight) fights"

# Newcomers are nobody's fight, and there may be any number of them.
share=/sys/module/cpuiso/parameters/guard_share
is "it may use a quarter of a CPU" "$(<$share)" 25
flood() {
	local before
	settle
	before=$(used)
	read -r came took < <(newcomers 10 1)
	spent=$(($(used) - before))
	note "$1: $came newcomers in $((took / 1000000)) ms, the worker used $((spent / 1000000)) ms, $((spent * 100 / took)) %"
}
echo 0 >$share
flood "without a limit"
free=$spent
echo 5 >$share
flood "5 %"
# What it has saved, half a second, and one pass through what was noted.
limit=$((took / 20 + 600000000))
is "not more than its share and what it had saved" "$((spent <= limit || spent * 1000 / limit))" 1
((free > limit)) || note "without a limit it would not have used more on this machine"
echo 25 >$share
flood "25 %"
check "and afterwards nobody is left there" clear_of -t 60 1
ask lone cpus "$ALL"
ask opponent cpus "$ALL"
check_exit 4 "revert says that somebody else had set some of it" iso revert f
rmmod cpuiso_gauntlet
finish
