#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the guard is told to do it does, for each class of things, and no more.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "${TESTLIB:-$(dirname "$0")}/gauntlet.sh"
apply_options=(--no-partition)
plan 23

gauntlet_load || skip_all "the helper module is not built"
hire lone
ask lone cpus "$ALL"
hire work
hire pinned
snapshot take -p "$T/scratch"
irq=$(awk -F'\t' '$1 == "irq" && $3 == "m" && $6 != "-" { print $2; exit }' "$T/scratch")
[ -n "$irq" ] || bail_out "no interrupt can be moved"
echo "$ALL" >"/proc/irq/$irq/smp_affinity_list"
remember
load

intrude() {
	echo "$ALL" >"/proc/irq/$irq/smp_affinity_list"
	ask lone cpus "$ALL"
	order plain 1
	settle
	kthread=$(pgrep -nx gnt-plain)
}
masks() {
	echo "$(cpus_of "${pid[lone]}") $(cpus_of "$kthread") $(cat "/proc/irq/$irq/smp_affinity_list")"
}
# How often each of them was told of. The kernel may bring a thread of its own meanwhile, which is told of as well.
told() {
	echo "$(events intruder task "${pid[lone]}") $(events intruder task "$kthread") $(events intruder irq "$irq")"
}
policy() {
	awk -F'\t' '$1 == "guard" { print $4 }' "$PROC/status" | paste -sd' '
}

check "report" iso apply -c 1 --name p --guard report --pid "${pid[work]}"
is "is what status says" "$(policy)" "report report report"
intrude
is "everything is left where it was brought" "$(masks)" "$ALL $ALL $ALL"
is "and told" "$(told)" "1 1 1"
note "$(awk -F'\t' '$3 == "intruder" { print $5, $6, $7, $10 }' "$PROC/events" | paste -sd ';')"
is "counted as it is told, and nothing is moved" "$(guard_count p 3) $(guard_count p 4) $(events evicted)" \
	"0 $(events intruder) 0"
is "with who did it" \
	"$(awk -F'\t' -v p="${pid[lone]}" '$3 == "intruder" && $6 == p { print $10, $11, $12, $13 }' "$PROC/events")" \
	"$ALL - ${pid[lone]} puppet"
ask lone fork
child=$REPLY
settle
is "a child of what is there is told as well, and left" "$(cpus_of "$child") $(events intruder task "$child")" "$ALL 1"
ask lone cpus 0
ask lone cpus "$ALL"
settle
is "what went and came back is told again" "$(told)" "2 1 1"
echo 0 >/sys/devices/system/cpu/cpu1/online
echo 1 >/sys/devices/system/cpu/cpu1/online
settle
is "hotplug is no reason to move it" "$(cpus_of "${pid[lone]}")" "$ALL"
ask lone kill "$child"
order stop
check "revert; what somebody set is what it was" iso revert p
same "and everything is as it was"

check "off" iso apply -c 1 --name p -G off --pid "${pid[work]}"
before=$(events evicted)/$(events intruder)
intrude
is "nothing is moved" "$(masks)" "$ALL $ALL $ALL"
is "nor told" "$(events evicted)/$(events intruder) $(guard_count p 3) $(guard_count p 4)" "$before 0 0"
order stop
iso revert p >/dev/null
same "everything is as it was before"

check "each class by its own" iso apply -c 1 --name p -G irqs=evict -G kthreads=report -G off --pid "${pid[work]}"
is "whatever the order" "$(policy)" "off report evict"
intrude
is "the interrupt is moved, the kernel thread and the task stay" "$(masks)" "$ALL $ALL $NOT_1"
is "one is moved, one told" "$(guard_count p 3) $(events evicted irq "$irq") $(told)" "1 1 2 1 1"
order stop
iso revert p >/dev/null

try iso apply -c 1 --name p --pid "${pid[work]}"
before=$(events evicted)
try iso pin --name p --pid "${pid[pinned]}"
try on 1 "${pid[pinned]}"
ask work fork
try on 1 "$REPLY"
is "a pin is no intrusion, nor is a child of the workload" "$(events evicted)" "$before"
tried "they are there"
iso revert p >/dev/null
rmmod cpuiso_gauntlet
finish
