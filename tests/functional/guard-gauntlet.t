#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The gauntlet: everything that brings things to a CPU, at once. Two seconds later nothing that can be moved is allowed
# there, says /proc, and nothing runs there, says tracefs. Printed is how long each had been running there.
# qemu: -device virtio-rng-pci
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "${TESTLIB:-$(dirname "$0")}/gauntlet.sh"
apply_options=(--no-partition)
plan 16

gauntlet_load || skip_all "the helper module is not built"
disk_make || bail_out "no file system"
irq=$(spare_irq) || irq=''
spare_was=${irq:+$(irq_cpus "$irq")}
hire work
n_tasks=4
for ((i = 0; i < n_tasks; i++)); do
	hire "task$i"
	ask "task$i" cpus "$ALL"
	ask "task$i" spin
	spinners+=("$REPLY")
done
remember
load
check "apply" iso apply -c 1 --name g --pid "${pid[work]}"
settle
trace_start 1 || bail_out "no tracefs"

order plain 8 || complain "no kernel threads"
order widen 2 500 || complain "no kernel threads that widen their masks"
order bind 1 300 || complain "no bound kernel thread"
tried "kernel threads start, some widen their masks again, one is bound late"
order work 1 200 || complain "no work"
order work 0 200 || complain "no work"
tried "workqueues are flooded"
if [ -n "$irq" ]; then
	for _ in 1 2 3; do
		order irq "$irq" || complain "cannot be requested"
		order free "$irq" || complain "cannot be freed"
	done
	order irq "$irq" || complain "cannot be requested"
	tried "an interrupt is requested and freed, again and again"
else
	skip "an interrupt is requested and freed, again and again" "no line is free"
fi
machine_stirs
for ((i = 0; i < n_tasks; i++)); do
	if ((i % 2)); then
		ask "task$i" cpus 1 "${spinners[i]}"
	else
		try taskset -pc 1 "${spinners[i]}"
	fi
done
tried "tasks are given the CPU"
check "stress-ng forks there" taskset -c 1 stress-ng --quiet --fork 2 --fork-ops 40

check "irqbalance goes on all the while" balancer_stop 3
order calm
sleep 2
check "two seconds later nothing that can be moved is allowed on the CPU" clear_of -w "${pid[work]}" 1
trace_read "$T/during"
late=$(pending 1)
bound=$(pgrep -x gnt-bind)
quiet 3 "$T/after"
is "and nothing runs there" "$(intruders "$T/after" 1 "$late" "${pid[work]}" "$bound")" ""

# Those that widen their own masks, and irqbalance's interrupts, come back by themselves, or are brought.
stays "$T/during" 1 "${pid[work]}" "$bound" >"$T/stays"
mapfile -t again < <(awk '$3 > 1 && $2 != "gnt-widen"' "$T/stays")
is "none of those that were brought there once ran there a second time" "${again[*]-}" ""
for what in gnt-plain gnt-widen puppet; do
	awk -v what="$what" '$2 == what' "$T/stays" >"$T/of"
	note "$(distribution "$T/of" "$what")"
done
awk '$2 !~ /^(gnt-|puppet)/' "$T/stays" >"$T/of"
note "$(distribution "$T/of" others)" "$(distribution "$T/stays" all)" "interrupts there (IRQ TIMES): $(hits "$T/during" | paste -sd';')"
note "$(events evicted) evictions, $(awk -F'\t' '$3 == "evicted" && !$14 { n++ } END { print n + 0 }' "$PROC/events") of them of what had not run there, $(events fight) fights"
note "others: $(cut -d ' ' -f 2,3,5 "$T/of" | head -n 8 | paste -sd';')"
# Of everything that was moved off, also of what never ran. A tick that came while it ran is counted, and not a time, which
# passes on a busy host without the guest.
is "the median stay is shorter than a tick" "$(
	{
		awk '{ print $4 }' "$T/stays"
		awk -F'\t' 'FNR == NR { split($0, f, " "); ran[f[1]] = 1; next }
			$3 == "evicted" && $5 == "task" && !($6 in ran) && !n[$6]++ { print 0 }' "$T/stays" "$PROC/events"
	} | sort -n | awk '{ t[NR] = $1 } END { print NR ? t[int((NR + 1) / 2)] : 0 }'
)" 0
trace_end

order stop
if [ -n "$irq" ]; then
	# irqbalance may have given it another mask, and what then is pending is shown for ever once it is free.
	echo "$spare_was" >"/proc/irq/$irq/smp_affinity_list"
	settle
	order free "$irq"
fi
disk_umount
rmmod cpuiso_gauntlet
for ((i = 0; i < n_tasks; i++)); do
	ask "task$i" kill "${spinners[i]}"
done
while read -r n mask; do
	echo "$mask" >"/proc/irq/$n/smp_affinity_list"
done < <(irqs_as_before) 2>/dev/null
settle
finish
