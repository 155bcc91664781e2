#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# /proc/cpuiso is what Documentation/proc.rst says, for anybody, however it is read, and says what the dumps say.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 27

files=(status tasks irqs knobs undo stats events)
# A CPU without interrupts has no line for any, so all are kept on it, and some will come.
group=isoproc.$$
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
mkdir "$cgroups/$group"
hire odd
# A blank, a backslash, a tab and a newline.
ask odd rename 'a\040b\134c\011d\012e'
hire work
remember
load

is "the files" "$(cd "$PROC" && printf '%s\n' * | sort | xargs)" "events irqs knobs stats status tasks undo"
versions() {
	local f first
	for f in "${files[@]}"; do
		read -r first <"$PROC/$f"
		[ "$first" = "version 1" ] || echo "$f: $first"
	done
}
is "the first line of each, nothing isolated" "$(versions)" ""
is "no records while nothing is isolated" "$(awk 'FNR > 2' "$PROC"/{tasks,irqs,knobs,undo,stats})" ""

with_sched rr:2
apply=(iso apply -c 1 --name proc-1 --pid "${pid[work]}" --comm 'odd\name' --cgroup "/$group" --keep-irq 'none such*'
	--keep-irq '*' "${sched[@]}")
check "apply" "${apply[@]}"
check "revert" revert proc-1
check "apply again" "${apply[@]}"
check "settle" settle
is "the first line of each, something isolated" "$(versions)" ""

list='(-|[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)'
# What awk prints is wrong.
status_lines() {
	awk -F'\t' -v list="^$list\$" -v sched="${#sched[@]}" '
		FNR == 1 { next }
		{ n[$1]++; fields = NF; bad = 1 }
		$1 == "module" && NF == 2 && $2 ~ /^[0-9]+\.[0-9]+\.[0-9]+/ { bad = 0 }
		$1 == "generation" && NF == 2 && $2 ~ /^[0-9]+$/ { bad = 0 }
		$1 == "isolated" && NF == 2 && $2 == "1" { bad = 0 }
		$1 == "housekeeping" && NF == 2 && $2 ~ list { bad = 0 }
		$1 == "busy" && NF == 2 && $2 ~ /^(-|notes)$/ { bad = 0 }
		$1 == "lost" && NF == 2 && $2 ~ /^[0-9]+$/ { bad = 0 }
		$1 == "isolation" && NF == 5 && $2 == "proc-1" && $3 == "isolated" && $4 == "1" && $5 ~ /^[0-9]+$/ { bad = 0 }
		$1 == "rule" && NF == 4 && $2 == "proc-1" && $3 ~ /^(comm|cgroup|pid)$/ { bad = 0 }
		$1 == "keep-irq" && NF == 3 && $2 == "proc-1" && $3 ~ /^(none\\040such)?\*$/ { bad = 0 }
		$1 == "sched" && NF == 4 && $2 == "proc-1" && $3 == "rr" && $4 == 2 { bad = 0 }
		$1 == "guard" && NF == 4 && $2 == "proc-1" && $3 ~ /^(task|kthread|irq)$/ && $4 == "evict" { bad = 0 }
		$1 == "exit" && NF == 3 && $2 == "proc-1" && $3 == "keep" { bad = 0 }
		$1 == "guarded" && NF == 5 && $2 == "proc-1" && $3 $4 $5 ~ /^[0-9]+$/ { bad = 0 }
		$1 == "members" && NF == 3 && $2 == "proc-1" && $3 == 1 { bad = 0 }
		$1 == "verdict" && NF == 5 && $2 == "proc-1" && $3 ~ /^(task|irq|knob)$/ && $5 ~ /^[0-9]+$/ { bad = 0 }
		bad { print }
		END {
			split("module generation isolated housekeeping busy lost isolation exit guarded members", want, " ")
			if (n["sched"] != (sched > 0)) print n["sched"] + 0 " lines sched"
			for (i in want) if (n[want[i]] != 1) print n[want[i]] + 0 " lines " want[i]
			if (n["rule"] != 3 || n["keep-irq"] != 2) print n["rule"] " rules, " n["keep-irq"] " patterns"
			if (n["guard"] != 3) print n["guard"] + 0 " guard policies"
			if (!n["verdict"]) print "no verdicts"
		}' "$PROC/status"
}
is "status" "$(status_lines)" ""
is "its rules" "$(awk -F'\t' '$1 == "rule" { print $3, $4 }' "$PROC/status" | sort)" \
	"$(printf '%s\n' "cgroup /$group" 'comm odd\134name' "pid ${pid[work]}")"
is "its time is now" "$(($(field_of status isolation 5) / 1000000000 > $(date +%s) - 300))" 1

table() {
	awk -F'\t' -v head="$2" -v list="^$list\$" '
		FNR == 1 { next }
		FNR == 2 { gsub(/\t/, " "); if ($0 != head) print "columns: " $0; n = split(head, name, " "); next }
		NF != n { print NF " fields: " $0; next }
		{
			for (i = 1; i <= n; i++) {
				bad = $i == "" || $i ~ /[ \001-\037\177]/
				if (name[i] ~ /^(pid|tgid|errno|irq|seq|time|cpu)$/) bad = bad || $i !~ /^[0-9]+$/
				if (name[i] ~ /^(original|present|effective|from|to)$/) bad = bad || $i !~ list
				if (name[i] ~ /^(count|total_ns|max_ns|last_ns|by_pid|ns)$/) bad = bad || $i !~ /^([0-9]+|-)$/
				if (name[i] == "pending") bad = bad || $i !~ /^(pending|-)$/
				if (name[i] == "type" && head ~ /^pid/) bad = bad || $i !~ /^(user|kthread)$/
				if (bad) print name[i] ": " $0
			}
		}
		END { if (FNR < 3) print "no lines" }' "$PROC/$1"
}
is "tasks" "$(table tasks "pid tgid comm type isolation verdict errno original present")" ""
is "irqs" "$(table irqs "irq action chip isolation verdict errno original present effective pending")" ""
# Files that nobody has read yet come over an interrupt of the disk or of whatever stands for it.
for file in /usr/share/doc/*/copyright; do
	awk -F'\t' '$2 == "irq" { found = 1 } END { exit !found }' "$PROC/stats" && break
	head -qc 4096 "$file" /usr/share/doc/"${file:15:1}"*/changelog* >/dev/null 2>&1
done
is "stats" "$(table stats "cpu kind name count total_ns max_ns last_ns")" ""
is "events" "$(table events "seq time type isolation kind object name errno text from to by_pid by_comm ns" | grep -v '^text: ')" ""
is "stats are of the isolated CPU, of every kind" \
	"$(awk -F'\t' 'FNR > 2 { cpu[$1]; kind[$2] } END { for (c in cpu) printf "%s ", c
		print ("time" in kind) ("switch" in kind) ("irq" in kind) ("vector" in kind) ("softirq" in kind) }' \
		"$PROC/stats")" "1 11111"
is "the counters of time add up to what has passed" "$(awk -F'\t' -v since="$(field_of status isolation 5)" \
	-v now="$(date +%s%N)" '$2 == "time" && $3 == "wall" { wall = $5 } $2 == "time" && $3 != "wall" { sum += $5 } END {
		passed = now - since
		print (wall > passed / 2 - 1e8 && wall < passed * 2 + 1e8 && sum == wall) ? "yes" : sum " of " wall " of " passed }' "$PROC/stats")" yes
counts() {
	awk -F'\t' '$2 == "vector" && $3 == "local_timer" { print $4 }' "$PROC/stats"
}
interrupts() {
	awk '$1 == "LOC:" { print $3 }' /proc/interrupts
}
# Each look of the one is between two of the other. One interrupt may be under way.
stats_follow() {
	local a b c d e f least most
	a=$(interrupts) b=$(counts) c=$(interrupts)
	wait-for 0.3 exists /nonexistent >/dev/null
	d=$(interrupts) e=$(counts) f=$(interrupts)
	least=$((d - c - 1)) most=$((f - a + 1))
	[ -n "$b" ] && [ $((e - b)) -ge "$least" ] && [ $((e - b)) -le "$most" ] && return
	echo "stats: $b, then $e; /proc/interrupts: $a and $c, then $d and $f"
	return 1
}
check "they count what /proc/interrupts counts" stats_follow
is "seq of the events grows by one" \
	"$(awk -F'\t' 'FNR > 2 { if (last && $1 != last + 1) print last, $1; last = $1 }' "$PROC/events")" ""
is "the events of the two applies" \
	"$(awk -F'\t' '$4 == "proc-1" && $3 ~ /^(applied|reverted)$/ { print $3 }' "$PROC/events" | xargs)" \
	"applied reverted applied"

is "a name with a blank, a backslash, a tab and a newline" "$(field_of tasks "${pid[odd]}" 3)" \
	'a\040b\134c\011d\012e'
is "and does not make two lines of one" "$(grep -c "^${pid[odd]}"$'\t' "$PROC/tasks")" 1

reads() {
	try smallread "$PROC/status" 1 17 4096
	try smallread "$PROC/tasks" 1 17 100 4096
	try smallread "$PROC/irqs" 1 17 100
	try smallread "$PROC/events" 1 17 100
	try smallread -k 3 "$PROC/stats" 17 100
}
reads
tried "small reads give the text that large reads give"
check "the dumps say the same" dumpnl agree

as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}
rmdir "$cgroups/$group"
is "nobody may read them" "$(cd "$PROC" && as_nobody cat "${files[@]}" | grep -c '^version 1$')" 7
finish
