#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 8
# One CPU, all but two, never all; isolations beside each other, undone in either order; interrupts with eight CPUs to
# go to.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
need_cpus 8
plan 31

hire one
ask one cpus 1
hire straddle
ask straddle cpus 0,2-5
hire inner
ask inner cpus 2-3
hire wide
ask wide thread 4
read -r -a threads <<<"$REPLY"
for i in 0 1 2 3; do
	ask wide cpus "$((2 * i))-$((2 * i + 1))" "${threads[i]}"
done
hire work
hire second

# Interrupts on one CPU, on two sides of a border, on all.
find_irqs 5
set_irq "${irqs[0]}" 1
set_irq "${irqs[1]}" 1-6
set_irq "${irqs[2]}" 0-7
set_irq "${irqs[3]}" 7
set_irq "${irqs[4]}" 4-5
irq_is() {
	local have
	have=$(irq_cpus "${irqs[$1]}")
	[ "$have" = "$2" ] || complain "interrupt ${irqs[$1]} is on $have, not $2"
}
remember
load

check "isolate 1" iso apply -c 1 --name a --pid "${pid[work]}"
check "CPU 1 is clear" clear_of -w "${pid[work]}" 1
check "verdicts" snapshot verdicts -w "${pid[work]}" 1 "$BEFORE"
try on 0,2-7 "${pid[one]}"
try on 0,2-5 "${pid[straddle]}"
try on 0 "${threads[0]}"
tried "who has no other CPU gets all, who has others keeps those"
irq_is 0 0,2-7
irq_is 1 2-6
irq_is 2 0,2-7
irq_is 3 7
tried "so do interrupts"
check "revert" revert a
same "everything is as it was"

check "isolate 1-6" iso apply -c 1-6 --name b --pid "${pid[work]}"
check "CPUs 1-6 are clear" clear_of -w "${pid[work]}" 1-6
check "verdicts" snapshot verdicts -w "${pid[work]}" 1-6 "$BEFORE"
try on 0,7 "${pid[one]}" "${pid[inner]}" "${threads[1]}"
try on 0 "${pid[straddle]}" "${threads[0]}"
try on 7 "${threads[3]}"
irq_is 0 0,7
irq_is 1 0,7
irq_is 2 0,7
irq_is 3 7
tried "where they went"
wait-for 5 line "$PROC/status" $'^isolated\t1-6$' >/dev/null
is "status" "$(field_of status isolated 2) $(field_of status housekeeping 2)" "1-6 0,7"

check_exit 1 "a second isolation that overlaps is refused" iso apply -c 6-7 --name c
check_exit 1 "so is one that leaves no CPU" iso apply -c 0,7 --name c
is "past the command as well" "$(errno_of apply name=c cpus=0,7)" 22
is "and an overlap" "$(errno_of apply name=c cpus=6)" 16
check "nothing has moved" clear_of -w "${pid[work]}" 1-6
check "rmmod" unload
same "everything is as it was"
load

iso apply -c 0-7 --name all >"$T/out" 2>&1
is "all CPUs are refused" "$(($? == 1 || $? == 2)) $(wc -l <"$T/out")" "1 1"
is "past the command as well" "$(errno_of apply name=all cpus=0-7)" 22
same "nothing was changed"

# Two beside each other; undone in the order of their making, and the other way round.
with_sched fifo:4
two() {
	try iso apply -c 1-2 --name left --pid "${pid[work]}" "${sched[@]}"
	try iso apply -c 4-5 --name right --pid "${pid[second]}" --keep-irq "${irqs[0]}"
	try clear_of -w "${pid[work]}:1-2" -w "${pid[second]}:4-5" -k "${irqs[0]}" 1-2,4-5
	try on 0,3,6-7 "${pid[one]}"
	try on 3 "${pid[inner]}"
	irq_is 0 4-5
	irq_is 4 0,3,6-7
}
two
tried "two isolations beside each other"
check "verdicts" snapshot verdicts -w "${pid[work]}:1-2" -w "${pid[second]}:4-5" -k "${irqs[0]}" 1-2,4-5 "$BEFORE"
ask one fork
child=$REPLY
try revert left
# Only the second isolation is left to decide.
try clear_of -w "${pid[second]}" -k "${irqs[0]}" 4-5
try on 1 "${pid[one]}" "$child"
try on 2-3 "${pid[inner]}"
try on 0-3,6-7 "${pid[work]}"
irq_is 4 0-3,6-7
tried "after the first is undone only the second counts"
check "undo the second" revert right
same "everything is as it was"
two
try revert right
try on 0,3-7 "${pid[second]}"
try on 4-5 "${threads[2]}"
irq_is 0 0,3-7
irq_is 4 4-5
try revert left
tried "the other way round"
same "everything is as it was"
finish
