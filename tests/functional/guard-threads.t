#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# boot: threadirqs
# The thread of an interrupt leaves with its interrupt, also when no other interrupt comes that would take it along.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "${TESTLIB:-$(dirname "$0")}/gauntlet.sh"
plan 8

gauntlet_load || skip_all "the helper module is not built"
irq=$(spare_irq) || skip_all "no interrupt is unused"
set_irq "$irq" 1
remember
load
check "apply" iso apply -c 1 --name t

check "an interrupt is requested that goes to the CPU" order irq "$irq"
check "it leaves" wait-for 30 line "/proc/irq/$irq/smp_affinity_list" "^$NOT_1\$"
thread=$(pgrep -x "irq/$irq-gauntlet")
check "its thread as well" clear_of 1
is "and no interrupt has come" "$(awk -v irq="$irq:" '$1 == irq { for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i; print n }' /proc/interrupts)" 0
settle
is "the interrupt is what is told of" \
	"$(awk -F'\t' -v irq="$irq" -v thread="$thread" '$3 == "evicted" && ($6 == irq || $6 == thread) { print $5, $10, $11 }' "$PROC/events")" \
	"irq 1 $NOT_1"
order free "$irq"
finish
