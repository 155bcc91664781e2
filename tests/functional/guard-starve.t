#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A kernel thread that is bound to the CPU and kept from running is named, with what to do. Idle, the guard costs nothing.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "${TESTLIB:-$(dirname "$0")}/gauntlet.sh"
plan 13

gauntlet_load || skip_all "the helper module is not built"
hire work
ask work spin
spinner=$REPLY
remember
load
check "apply" iso apply -c 1 --name s --pid "${pid[work]}"

settle
[ -e "$TRACE/events" ] || mount -t tracefs tracefs "$TRACE"
mkdir "$TRACE_HERE"
# Of the kernel's threads: the keeper has the same name.
echo "pid == $(pgrep -x -P 2 cpuiso)" >"$TRACE_HERE/events/sched/sched_waking/filter"
for event in sched/sched_waking irq_vectors/irq_work_entry; do
	[ ! -e "$TRACE_HERE/events/$event" ] || echo 1 >"$TRACE_HERE/events/$event/enable"
done
# What had to wait during the apply is looked at once, starve_ms after that.
for _ in {1..5}; do
	quiet 2 "$T/rest"
	grep -q sched_waking "$T/rest" || break
done
quiet 10 "$T/idle"
is "in ten seconds without anything the worker is not woken once" "$(grep -c sched_waking "$T/idle")" 0
note "$(grep -m 5 sched_waking "$T/idle")"
is "and no irq_work runs on the CPU" "$(grep -c '\[001\].*irq_work_entry' "$T/idle")" 0
# The note of a fork is handed over before the fork returns.
trace_again
for _ in 1 2 3; do (:); done
trace_read "$T/busy"
is "the trace sees what it should: a fork wakes the worker" \
	"$(grep -c sched_waking "$T/busy" | sed 's/[1-9][0-9]*/some/')" some
echo 0 >"$TRACE_HERE/events/enable"
trace_end

limit=/sys/module/cpuiso/parameters/starve_ms
is "the limit is one second" "$(<$limit)" 1000
rt=/proc/sys/kernel/sched_rt_runtime_us
rt_before=$(<$rt)
echo -1 >$rt
iso watch >>"$T/watch" &
watch=$!
puppets+=("$watch")
# It listens when it has told of something.
for _ in {1..100}; do
	[ ! -s "$T/watch" ] || break
	iso pin --name s --comm never
	iso unpin --name s --comm never
done
server=$SERVERS/cpu1/runtime
starving=("a kworker that cannot run is told" "by its name and CPU" "after that second" "watch says what to do" "each is told once"
	"with a limit of 0 nothing is, and with another it is again")
chrt -f -p 50 "$spinner"
starve() {
	order work 1 1
	# Others may wait as well, and longer: ksoftirqd is told first.
	check "a kworker that cannot run is told" wait-for 60 line "$PROC/events" $'\tstarving\t.*\tkworker/1:'
	IFS=$'\t' read -r kworker name text ns < <(awk -F'\t' '$3 == "starving" && $7 ~ /^kworker/ {
		print $6 "\t" $7 "\t" $9 "\t" $14; exit }' "$PROC/events")
	is "by its name and CPU" "${name%%:*} $text" "kworker/1 cpu=1"
	note "$name had waited for $((ns / 1000000)) ms; starving: $(awk -F'\t' '$3 == "starving" { print $7 }' "$PROC/events" | paste -sd' ')"
	is "after that second" "$((ns >= 1000000000))" 1
	check "watch says what to do" wait-for 60 line "$T/watch" 'starving .*sched_rt_runtime_us'
	n=$(events starving)
	sleep 2.5
	is "each is told once" "$(awk -F'\t' '$3 == "starving" { print $6 }' "$PROC/events" | sort | uniq -d)" ""
	note "$n at first, $(events starving) later"

	echo 0 >$limit
	another_wait
	# When this is answered the worker has read that something waits, and does not look at it.
	iso pin --name s --comm never
	iso unpin --name s --comm never
	: >"$T/watch"
	echo 1000 >$limit
	another_wait
	check "${starving[5]}" wait-for 60 line "$T/watch" 'starving .*kworker/1'
}
switches() {
	awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$kworker/status"
}
# One wait ends and another one begins.
another_wait() {
	local before _
	before=$(switches)
	chrt -o -p 0 "$spinner"
	for _ in {1..1000}; do
		[ "$(switches)" = "$before" ] || break
	done
	chrt -f -p 50 "$spinner"
	order work 1 1
}
# Not stopped where that is dangerous, and then it lets ordinary tasks run.
if [ ! -e $server ] || [ "$(<$server)" = 0 ]; then
	starve
else
	skip_each "the deadline server lets it run" "${starving[@]}"
fi
chrt -o -p 0 "$spinner"
echo "$rt_before" >$rt
kill "$watch"
wait "$watch" 2>/dev/null
ask work kill "$spinner"
rmmod cpuiso_gauntlet
finish
