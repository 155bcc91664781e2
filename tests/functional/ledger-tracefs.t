#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The ledger against tracefs, on the same CPU in the same window: under a spinning workload, and under a server that
# sleeps and is woken. The counts of each source are equal but for what lies across the edges, the time of each class
# within 2 %.
# mem: 1536
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/ledger.sh"
plan 10

tracing=/sys/kernel/tracing
[ -e $tracing/trace ] || mount -t tracefs tracefs $tracing || skip_all "no tracefs"
events=(sched/sched_switch irq/irq_handler_entry irq/irq_handler_exit irq/softirq_entry irq/softirq_exit
	timer/timer_expire_entry timer/timer_expire_exit timer/hrtimer_expire_entry timer/hrtimer_expire_exit
	workqueue/workqueue_execute_start workqueue/workqueue_execute_end irq_vectors)

# window SECONDS PIDS FIRST: what both say is in $T/ledger and $T/trace
window() {
	local from to e
	echo local >$tracing/trace_clock
	echo 16384 >$tracing/buffer_size_kb
	echo 2 >$tracing/tracing_cpumask
	: >$tracing/trace
	for e in "${events[@]}"; do
		echo 1 >$tracing/events/"$e"/enable
	done
	echo 1 >$tracing/tracing_on
	# tracefs does not show local_clock(): what both have seen tells how far the two clocks are apart.
	make_noise irq 1 10 1
	read -r _ _ _ seen < <(stat_of $PROC/stats 1 irq "$irq:noise_irq")
	sleep 0.5
	cat $PROC/stats >"$T/stats.1"
	sleep "$1"
	cat $PROC/stats >"$T/stats.2"
	sleep 0.1
	echo 0 >$tracing/tracing_on
	for e in "${events[@]}"; do
		echo 0 >$tracing/events/"$e"/enable
	done
	from=$(stat_of "$T/stats.1" 1 time wall)
	to=$(stat_of "$T/stats.2" 1 time wall)
	awk -v from="${from##* }" -v to="${to##* }" -v seen="$seen" -v irq="irq=$irq" '
		/irq_handler_exit: / && index($0, irq " ") && match($0, / [0-9]+\.[0-9]+: /) {
			off = substr($0, RSTART + 1, RLENGTH - 3) - seen / 1e9
			printf "%.6f %.6f\n", from / 1e9 + off, to / 1e9 + off
			exit
		}' $tracing/per_cpu/cpu1/trace >"$T/edges"
	read -r from to <"$T/edges"
	awk -v from="$from" -v to="$to" -v pids="$2" -v first="$3" -f "$TESTLIB/ledger-trace.awk" \
		$tracing/per_cpu/cpu1/trace | sort >"$T/trace"
	# The number of an interrupt and the pid of a thread are before the colon.
	awk -F'\t' 'NR == FNR { c[$1, $2, $3] = $4; t[$1, $2, $3] = $5; next }
		$1 != 1 || ($2 == "time" && $3 !~ /^(workload|idle)$/) { next }
		{
			kind = $2 ~ /^(kthread|user)$/ ? "thread" : $2
			name = $3
			if (kind == "irq" || kind == "thread")
				sub(/:.*/, "", name)
			n = $4 - c[$1, $2, $3]
			ns = $5 == "-" ? "-" : $5 - t[$1, $2, $3]
			if (n || ns > 0)
				print kind, name, n, ns
		}' "$T/stats.1" "$T/stats.2" | sort >"$T/ledger"
}

# An interrupted stretch at either edge may count on one side only, so one more or less is equal.
counts_agree() {
	awk 'NR == FNR { a[$1, $2] = $3; next }
		{ b[$1, $2] = $3 }
		END {
			for (k in a)
				b[k] += 0
			for (k in b) {
				d = a[k] - b[k]
				if (d > 1 || d < -1) {
					split(k, w, SUBSEP)
					printf "%s %s: tracefs %d, ledger %d\n", w[1], w[2], a[k], b[k]
					bad = 1
				}
			}
			exit bad
		}' "$T/trace" "$T/ledger"
}

# Within 2 % of the class, and 20 us for each stretch: both look at the same event one after the other, and on a guest
# without hardware acceleration each takes about that long for it.
times_agree() {
	awk '$4 == "-" { next }
		{ class = $1 == "time" ? $2 : $1 }
		NR == FNR { a[class] += $4; n[class] += $3; next }
		{ b[class] += $4 }
		END {
			for (c in a) {
				d = a[c] - b[c]
				if (d < 0)
					d = -d
				printf "# %-8s %6d times: tracefs %9.1f ms, ledger %9.1f ms\n", c, n[c], a[c] / 1e6, b[c] / 1e6
				if (d > a[c] / 50 + n[c] * 20000) {
					printf "%s differs by %.1f %%\n", c, 100 * d / a[c]
					bad = 1
				}
			}
			exit bad
		}' "$T/trace" "$T/ledger"
}

load_noise
irq=$(awk '$NF == "noise_irq" { print $1 + 0 }' /proc/interrupts)
remember
load
(while :; do :; done) &
spin=$!
puppets+=("$spin")
check "apply" iso apply -c 1 --name spin --pid $spin
window 10 "$spin" "$spin"
check "spinning workload: the counts of tracefs" counts_agree
check "spinning workload: its times" times_agree
grep '^#' "$T/out"
check "the parts are the whole" sums "$T/stats.2" 1
kill $spin
iso revert >/dev/null

# A server: it sleeps until it is asked, and each answer wakes another.
coproc SERVER { while read -r line; do echo "$line"; done; }
check "apply" iso apply -c 1 --name server --pid "$SERVER_PID"
eval "exec 8>&${SERVER[1]} 9<&${SERVER[0]}"
(while echo x >&8 && read -r _ <&9; do :; done) 2>/dev/null &
client=$!
puppets+=("$client")
window 5 "$SERVER_PID" 0
kill $client
check "sleeping server: the counts of tracefs" counts_agree
check "sleeping server: its times" times_agree
grep '^#' "$T/out"
check "the parts are the whole" sums "$T/stats.2" 1
unload_noise
finish
