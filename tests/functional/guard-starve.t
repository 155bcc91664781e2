#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A kernel thread that is bound to the CPU and kept from running is named, with what to do. Idle, the guard costs nothing.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "${TESTLIB:-$(dirname "$0")}/gauntlet.sh"
plan 12

gauntlet_load || skip_all "the helper module is not built"
hire work
ask work spin
spinner=$REPLY
remember
load
check "apply" iso apply -c 1 --name s --pid "${pid[work]}"

# Nothing happens for ten seconds, and no process is started meanwhile: each fork leaves a note.
settle
[ -e "$TRACE/events" ] || mount -t tracefs tracefs "$TRACE"
mkdir "$TRACE_HERE"
echo 'comm == "cpuiso"' >"$TRACE_HERE/events/sched/sched_waking/filter"
echo 1 >"$TRACE_HERE/events/sched/sched_waking/enable"
[ ! -e "$TRACE_HERE/events/irq_vectors" ] || echo 1 >"$TRACE_HERE/events/irq_vectors/irq_work_entry/enable"
mkfifo "$T/never"
exec {never}<>"$T/never"
sleep 1
trace_again
read -r -t 10 -u "$never" _
trace_read "$T/idle"
is "in ten seconds without anything the worker is not woken once" "$(grep -c sched_waking "$T/idle")" 0
is "and no irq_work runs on the CPU" "$(grep -c '\[001\].*irq_work_entry' "$T/idle")" 0
is "the trace sees what it should: a fork wakes the worker" \
	"$(trace_again; for _ in 1 2 3; do (:); done; sleep 0.3; trace_read "$T/busy"; grep -c sched_waking "$T/busy" | sed 's/[1-9][0-9]*/some/')" some
echo 0 >"$TRACE_HERE/events/enable"
trace_end

is "the limit is one second" "$(</sys/module/cpuiso/parameters/starve_ms)" 1000
rt=/proc/sys/kernel/sched_rt_runtime_us
rt_before=$(<$rt)
echo -1 >$rt
iso watch >"$T/watch" &
watch=$!
puppets+=("$watch")
wait-for 5 line "$PROC/status" '^busy' >/dev/null
sleep 0.5
chrt -f -p 50 "$spinner"
sleep 0.2
order work 1 1
check "a kworker that cannot run is told" wait-for 10 line "$PROC/events" $'\tstarving\t'
IFS=$'\t' read -r name text ns < <(awk -F'\t' '$3 == "starving" && $7 ~ /^kworker/ { print $7 "\t" $9 "\t" $14; exit }' "$PROC/events")
is "by its name and CPU" "${name%%:*} $text" "kworker/1 cpu=1"
note "$name had waited for $((ns / 1000000)) ms; starving: $(awk -F'\t' '$3 == "starving" { print $7 }' "$PROC/events" | paste -sd' ')"
is "after that second, not much later" "$((ns >= 1000000000 && ns < 2500000000))" 1
check "watch says what to do" wait-for 5 line "$T/watch" 'starving .*sched_rt_runtime_us'
n=$(events starving)
sleep 2.5
is "each is told once" "$(awk -F'\t' '$3 == "starving" { print $6 }' "$PROC/events" | sort | uniq -d)" ""
note "$n at first, $(events starving) later"
chrt -o -p 0 "$spinner"
echo "$rt_before" >$rt
kill "$watch"
wait "$watch" 2>/dev/null
ask work kill "$spinner"
rmmod cpuiso_gauntlet
finish
