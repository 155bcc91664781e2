#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# After apply nothing that can be moved is allowed on the CPU, the workload is there and nowhere else, and every task
# and interrupt has the verdict that it should.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
only_cpus 2
plan 24

hire lone
ask lone cpus 1
hire both
ask both cpus 0-1
ask both fork 2
both_children=$REPLY
hire realtime
ask realtime cpus 1
ask realtime fifo 20
hire polite
ask polite nice 5
hire many
ask many thread 6
read -r first second _ <<<"$REPLY"
ask many cpus 1 "$first"
ask many cpus 0 "$second"
hire work
ask work cpus 0
ask work thread 3
ask work fork
work_child=$REPLY
hire busy
ask busy spin
spinner=$REPLY

# Interrupts in every state: on the CPU alone, on both, off it, and one that is to be kept.
find_irqs 4
set_irq "${irqs[0]}" 1
set_irq "${irqs[1]}" 0-1
set_irq "${irqs[2]}" 0
set_irq "${irqs[3]}" 0
keep=${irqs[3]}

remember
load
with_sched fifo:10
check "apply" iso apply -c 1 --name t --pid "${pid[work]}" --keep-irq "$keep" "${sched[@]}"
scheduled="1 10"
can_sched || scheduled="0 0"
ask busy kill "$spinner"

workload=(-w "${pid[work]}" -w "$work_child")
check "nothing that can be moved is allowed on the CPU, the workload only there" clear_of "${workload[@]}" -k "$keep" 1
check "the verdicts, the original and the present masks" \
	snapshot verdicts "${workload[@]}" -k "$keep" 1 "$BEFORE"

closed_list() {
	awk -F'\t' '
		BEGIN {
			n = split("moved already-clear workload per-cpu-kthread no-setaffinity managed-irq " \
				"per-cpu-irq no-vectors refused exited", a, " ")
			for (i = 1; i <= n; i++)
				known[a[i]] = 1
		}
		FNR > 2 {
			v = FILENAME ~ /tasks$/ ? $6 : $5
			lines++
		}
		FNR > 2 && !(v in known) { print FILENAME ": " v; bad = 1 }
		END { exit bad || !lines }' "$PROC/tasks" "$PROC/irqs"
}
check "every verdict is from the list" closed_list

verdicts() {
	local pid want
	while read -r pid want; do
		[ "$(field_of tasks "$pid" 6)" = "$want" ] || echo "$pid is $(field_of tasks "$pid" 6), not $want"
	done
}
is "verdicts of tasks made by hand" "$(verdicts <<-END
	${pid[lone]} moved
	${pid[both]} moved
	${pid[realtime]} moved
	${pid[polite]} moved
	$first moved
	$second already-clear
	${pid[work]} workload
	$work_child workload
	2 moved
END
)" ""
is "the mask that a moved task had is in its record" "$(field_of tasks "${pid[lone]}" 8)" 1
is "the mask that the workload had is in its record" "$(field_of tasks "${pid[work]}" 8)" 0
is "verdict and mask of the kept interrupt" \
	"$(field_of irqs "$keep" 5) $(irq_cpus "$keep")" "workload 1"

is "the policy of the workload's threads" \
	"$(snapshot show "${pid[work]}" | awk '{ print $2, $3, $4 }' | sort -u)" "1 $scheduled"
is "the policy of the workload's child" "$(snapshot show "$work_child" | awk '{ print $2, $3, $4 }')" "1 $scheduled"
is "others keep theirs" "$(snapshot show "${pid[realtime]}" | awk '{ print $3, $4 }')" "1 20"

# What is born now.
ask work thread
late_thread=$REPLY
ask work fork
late_child=$REPLY
ask work daemon
daemon=$REPLY
check "a thread, a child and a daemon that are born later are on the CPU" on 1 "$late_thread" "$late_child" "$daemon"
is "and scheduled like their parent" \
	"$(for p in "$late_thread" "$late_child" "$daemon"; do snapshot show "$p"; done | awk '{ print $3, $4 }' | sort -u)" \
	"$scheduled"
ask both fork
both_late=$REPLY
ask lone daemon
lone_late=$REPLY
# shellcheck disable=SC2086 # a list of numbers
check "children of others are off it, those born earlier and those born later" \
	on 0 $both_children "$both_late" "$lone_late"
workload+=(-w "$late_child" -w "$daemon")
check "and so it stays" clear_of "${workload[@]}" -k "$keep" 1

wait-for 10 line "$PROC/status" $'^members\tt\t8$' >/dev/null
is "members are counted" "$(awk -F'\t' '$1 == "members" && $2 == "t" { print $3 }' "$PROC/status")" 8
counts() {
	smallread -c "$T" && awk -F'\t' '
		FILENAME ~ /status$/ && $1 == "verdict" { want[$3 " " $4] = $5 }
		FILENAME ~ /tasks$/ && FNR > 2 { have["task " $6]++ }
		FILENAME ~ /irqs$/ && FNR > 2 { have["irq " $5]++ }
		FILENAME ~ /knobs$/ && FNR > 2 { have["knob " $3]++ }
		END {
			for (k in want)
				have[k] += 0
			for (k in have)
				if (have[k] != want[k]) {
					print k ": " have[k] " lines, " want[k] " counted"
					bad = 1
				}
			exit bad || !want["task moved"] || !want["task workload"]
		}' "$T/tasks" "$T/irqs" "$PROC/knobs" "$T/status"
}
check "the counts of verdicts are those of the lines" counts

check "revert" revert t
same "everything is as it was before apply"

# An interrupt is kept by the name of its action, or by that of its chip, as well. Column 6 is the one, 5 the other.
kept_by() {
	local column=$1 pattern keep
	pattern=$(awk -F'\t' -v n="${irqs[0]}" -v c="$column" '$1 == "irq" && $2 == n { print $c }' "$BEFORE")
	mapfile -t keep < <(awk -F'\t' -v p="$pattern" -v c="$column" \
		'$1 == "irq" && $3 == "m" && $6 != "-" && $c == p { print "-k" $2 }' "$BEFORE")
	# A bracket makes it a pattern that matches nothing else.
	iso apply -c 1 --name k --keep-irq "[${pattern:0:1}]${pattern:1}" || return
	clear_of "${keep[@]}" 1 && snapshot verdicts "${keep[@]}" 1 "$BEFORE" && revert k
}
check "interrupts kept by action" kept_by 6
check "interrupts kept by chip" kept_by 5
same "everything is as it was"
finish
