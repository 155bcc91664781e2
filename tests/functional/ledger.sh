# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of the ledger share, after lib.sh.

MAKE=/sys/module/cpuiso_noise/parameters/make
SPENT=/sys/module/cpuiso_noise/parameters/spent

# The module that makes noise lies beside the module, or was made in the tree.
load_noise() {
	local ko
	for ko in "${CPUISO_KO%/*}/cpuiso_noise.ko" "${CPUISO_TREE-}/tests/kmod/cpuiso_noise.ko"; do
		[ ! -e "$ko" ] || insmod "$ko" 2>/dev/null || continue
		[ ! -e "$MAKE" ] || return 0
	done
	skip_all "cpuiso_noise.ko is not built for this kernel; run scripts/build-module.sh --helper"
}

unload_noise() {
	[ ! -e "$MAKE" ] || rmmod cpuiso_noise
}

# make_noise KIND CPU US COUNT: how long it took is in $spent.
make_noise() {
	echo "$*" >"$MAKE" || bail_out "no noise $*"
	# shellcheck disable=SC2034 # for the test
	read -r spent <"$SPENT"
}

# observe LIST: $REPLY is what the module says.
observe() {
	coproc OBSERVER { exec rawnl hold observe "cpus=$1"; }
	read -r -t 60 REPLY <&"${OBSERVER[0]}" || bail_out "no answer to observe $1"
}

# request COMMAND [ATTR=VALUE]...: another request on the same socket
request() {
	echo "$*" >&"${OBSERVER[1]}"
	read -r -t 60 REPLY <&"${OBSERVER[0]}" || bail_out "no answer to $*"
}

observe_no_more() {
	local p=$OBSERVER_PID
	kill -KILL "$p"
	wait "$p" 2>/dev/null
}

# stat_of FILE CPU KIND NAME: "COUNT TOTAL_NS MAX_NS LAST_NS", zeros when there is no such line
stat_of() {
	awk -F'\t' -v cpu="$2" -v kind="$3" -v name="$4" \
		'$1 == cpu && $2 == kind && $3 == name { print $4, $5, $6, $7; found = 1; exit }
		END { if (!found) print 0, 0, 0, 0 }' "$1"
}

# stats_since BEFORE AFTER CPU KIND NAME: "COUNT TOTAL_NS" of what came between
stats_since() {
	local a b
	read -r -a a < <(stat_of "$1" "$3" "$4" "$5")
	read -r -a b < <(stat_of "$2" "$3" "$4" "$5")
	echo $((b[0] - a[0])) $((b[1] - a[1]))
}

# sums FILE CPU: workload, idle and noise are the wall time, and noise is the sum of its lines
sums() {
	awk -F'\t' -v cpu="$2" '
		$1 != cpu { next }
		$2 == "time" { t[$3] = $5; next }
		$5 != "-" { sum += $5 }
		END {
			if (!t["wall"] || t["wall"] != t["workload"] + t["idle"] + t["noise"] + t["unexplained"] || sum != t["noise"]) {
				printf "wall %d workload %d idle %d noise %d unexplained %d sum %d\n", t["wall"], t["workload"],
					t["idle"], t["noise"], t["unexplained"], sum
				exit 1
			}
		}' "$1"
}

tracing=/sys/kernel/tracing
events=(sched/sched_switch irq/irq_handler_entry irq/irq_handler_exit irq/softirq_entry irq/softirq_exit
	timer/timer_expire_entry timer/timer_expire_exit timer/hrtimer_expire_entry timer/hrtimer_expire_exit
	workqueue/workqueue_execute_start workqueue/workqueue_execute_end irq_vectors)

# tracefs_load: before any window; CPU 1 is the one that is compared
tracefs_load() {
	local e
	[ -e $tracing/trace ] || mount -t tracefs tracefs $tracing || skip_all "no tracefs"
	# From 6.6.
	for e in csd/csd_function_entry csd/csd_function_exit; do
		[ ! -e "$tracing/events/$e" ] || events+=("$e")
	done
	load_noise
	irq=$(awk '$NF == "noise_irq" { print $1 + 0 }' /proc/interrupts)
}

# window SECONDS PIDS FIRST [COMMAND...]: what both say is in $T/ledger and $T/trace. PIDS are the workload, FIRST runs at
# first if nothing is switched to, COMMAND is run meanwhile instead of sleeping.
window() {
	local from to e seconds=$1 pids=$2 first=$3
	shift 3
	[ $# -gt 0 ] || set -- sleep "$seconds"
	echo local >$tracing/trace_clock
	echo 16384 >$tracing/buffer_size_kb
	echo 2 >$tracing/tracing_cpumask
	: >$tracing/trace
	for e in "${events[@]}"; do
		echo 1 >"$tracing/events/$e/enable"
	done
	echo 1 >$tracing/tracing_on
	# tracefs does not show local_clock(): what both have seen tells how far the two clocks are apart.
	make_noise irq 1 10 1
	read -r _ _ _ seen < <(stat_of "$PROC/stats" 1 irq "$irq:noise_irq")
	sleep 0.5
	cat "$PROC/stats" >"$T/stats.1"
	"$@"
	cat "$PROC/stats" >"$T/stats.2"
	sleep 0.1
	echo 0 >$tracing/tracing_on
	for e in "${events[@]}"; do
		echo 0 >"$tracing/events/$e/enable"
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
	awk -v from="$from" -v to="$to" -v pids="$pids" -v first="$first" -f "$TESTLIB/ledger-trace.awk" \
		$tracing/per_cpu/cpu1/trace | sort >"$T/trace"
	# The number of an interrupt and the pid of a thread are before the colon.
	awk -F'\t' 'NR == FNR { c[$1, $2, $3] = $4; t[$1, $2, $3] = $5; next }
		# Interrupts are sent by other CPUs, which are not traced.
		$1 != 1 || $2 == "ipi" || ($2 == "time" && $3 !~ /^(workload|idle)$/) { next }
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

# agree NAME WINDOW...: two results. Where the machine under the guest is busy, it may stop the guest just between the two
# looks at one event, which counts for one side only; not in three windows.
agree() {
	local name=$1 try
	shift
	for try in 1 2 3; do
		window "$@"
		if counts_agree >"$T/out" && times_agree >"$T/out"; then
			break
		fi
		note "attempt $try of $name:" "$(grep -v '^#' "$T/out")"
	done
	check "$name: the counts of tracefs" counts_agree
	check "$name: its times" times_agree
	grep '^#' "$T/out"
	check "$name: the parts are the whole" sums "$T/stats.2" 1
}
