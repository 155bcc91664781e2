#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Who comes back again and again is left alone for longer and longer, and named. The guard costs a housekeeping CPU next
# to nothing.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "${TESTLIB:-$(dirname "$0")}/gauntlet.sh"
plan 13

gauntlet_load || skip_all "the helper module is not built"
hire lone
hire opponent
snapshot take -p "$T/scratch"
irq=$(awk -F'\t' '$1 == "irq" && $3 == "m" && $6 != "-" { print $2; exit }' "$T/scratch")
echo 0-1 >"/proc/irq/$irq/smp_affinity_list"
remember
load
check "apply" iso apply -c 1 --name f --comm nobody

worker=$(pgrep -x cpuiso)
ticks() {
	awk '{ print $14 + $15 }' "/proc/$worker/stat"
}
now() {
	awk '{ print int($1 * 1000) }' /proc/uptime
}
ticks_before=$(ticks) began=$(now)
order widen 2 5
sleep 0.1
mapfile -t kthreads < <(pgrep -x gnt-widen)
until (($(now) - began > 8000)); do
	ask opponent cpus 1 "${pid[lone]}"
	ask opponent cpus 0-1 "${pid[lone]}"
	echo 0 >"/proc/irq/$irq/smp_affinity_list"
	echo 0-1 >"/proc/irq/$irq/smp_affinity_list"
done
for _ in {1..20}; do
	echo 0-1 >"/proc/irq/$irq/smp_affinity_list"
	wait-for 1 line "/proc/irq/$irq/smp_affinity_list" '^0$' >/dev/null
done
took=$(($(now) - began))
settle

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
	((total <= 16)) || complain "$object was evicted $total times"
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
waits=$(awk -F'\t' -v p="${kthreads[0]}" '$3 == "fight" && $6 == p { print $9 }' "$PROC/events" | head -n 3 | paste -sd' ')
is "it waits twice as long each time" "$waits" "wait=1000ms wait=2000ms wait=4000ms"
is "fights are counted" "$(guard_count f 5)" "$(events fight)"
share=$((($(ticks) - ticks_before) * 10000 / took))
note "the worker used $((share / 10)).$((share % 10)) % of a CPU" "$(events evicted) evictions, $(events fight) fights"
is "the guard uses less than a tenth of a CPU" "$((share < 100))" 1

order stop
check "when it is over, all is off again within the last wait" clear_of -t 20 1
ask lone cpus 0-1
ask opponent cpus 0-1
check_exit 4 "revert says that somebody else had set some of it" iso revert f
rmmod cpuiso_gauntlet
finish
