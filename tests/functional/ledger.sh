# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of the ledger share, after lib.sh.

MAKE=/sys/module/cpuiso_noise/parameters/make
SPENT=/sys/module/cpuiso_noise/parameters/spent
WITNESS=/sys/module/cpuiso_noise/parameters/witness
STOPPED=/sys/module/cpuiso_noise/parameters/stopped

# The module that makes noise lies beside the module, or was made in the tree. A test that failed may have left it.
load_noise() {
	local ko
	[ ! -e "$MAKE" ] || return 0
	for ko in "${CPUISO_KO%/*}/cpuiso_noise.ko" "${CPUISO_TREE-}/tests/kmod/cpuiso_noise.ko"; do
		[ -e "$ko" ] || continue
		insmod "$ko" || bail_out "$ko cannot be loaded"
		return
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
				printf "wall %.0f workload %.0f idle %.0f noise %.0f unexplained %.0f sum %.0f\n", t["wall"], t["workload"],
					t["idle"], t["noise"], t["unexplained"], sum
				exit 1
			}
		}' "$1"
}

tracing=/sys/kernel/tracing
events=(sched/sched_switch irq/irq_handler_entry irq/irq_handler_exit irq/softirq_entry irq/softirq_exit
	timer/timer_expire_entry timer/timer_expire_exit timer/hrtimer_expire_entry timer/hrtimer_expire_exit
	workqueue/workqueue_execute_start workqueue/workqueue_execute_end irq_vectors)

# tracefs_load CPU: the one that is compared; before any window
tracefs_load() {
	local e
	cpu=$1
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
	local from to e seen later zero scale seconds=$1 pids=$2 first=$3
	shift 3
	[ $# -gt 0 ] || set -- sleep "$seconds"
	# local_clock(), which the ledger shows, would be rounded to microseconds.
	echo x86-tsc >$tracing/trace_clock
	echo 16384 >$tracing/buffer_size_kb
	printf '%x\n' $((1 << cpu)) >$tracing/tracing_cpumask
	: >$tracing/trace
	for e in "${events[@]}"; do
		echo 1 >"$tracing/events/$e/enable"
	done
	echo "$cpu" >$WITNESS
	echo 1 >$tracing/tracing_on
	# An interrupt of which nothing is left but the looks of the two at its beginning and its end. The last one also tells
	# how far the two clocks are apart, and one that comes later how fast they are.
	make_noise irq "$cpu" 0 21
	read -r _ _ _ seen < <(stat_of "$PROC/stats" "$cpu" irq "$irq:noise_irq")
	sleep 0.5
	cat "$PROC/stats" >"$T/stats.1"
	"$@"
	cat "$PROC/stats" >"$T/stats.2"
	make_noise irq "$cpu" 0 1
	read -r _ _ _ later < <(stat_of "$PROC/stats" "$cpu" irq "$irq:noise_irq")
	echo 0 >$tracing/tracing_on
	read -r stopped <$STOPPED
	echo -1 >$WITNESS
	for e in "${events[@]}"; do
		echo 0 >"$tracing/events/$e/enable"
	done
	from=$(stat_of "$T/stats.1" "$cpu" time wall)
	to=$(stat_of "$T/stats.2" "$cpu" time wall)
	# The one in the middle by its length is one that the machine under the guest did not stop.
	read -r zero scale between < <(awk -v seen="$seen" -v later="$later" -v irq="irq=$irq " '
		!match($0, / [0-9]+: /) || !index($0, irq) { next }
		{ t = substr($0, RSTART + 1, RLENGTH - 3) }
		/ irq_handler_entry: / { began = t }
		/ irq_handler_exit: / { last = t; n++ }
		/ irq_handler_exit: / && n <= 21 {
			zero = t
			for (i = n; i > 1 && took[i - 1] > t - began; i--)
				took[i] = took[i - 1]
			took[i] = t - began
		}
		END {
			scale = (later - seen) / (last - zero)
			printf "%.0f %.12f %.0f\n", zero, scale, took[11] * scale
		}' "$tracing/per_cpu/cpu$cpu/trace")
	awk -v zero="$zero" -v scale="$scale" -v seen="$seen" -v from="${from##* }" -v to="${to##* }" -v pids="$pids" \
		-v first="$first" -f "$TESTLIB/ledger-trace.awk" "$tracing/per_cpu/cpu$cpu/trace" | sort >"$T/trace"
	# The number of an interrupt and the pid of a thread are before the colon.
	awk -F'\t' -v cpu="$cpu" 'NR == FNR { c[$1, $2, $3] = $4; t[$1, $2, $3] = $5; next }
		# Interrupts are sent by other CPUs, which are not traced.
		$1 != cpu || $2 == "ipi" || ($2 == "time" && $3 !~ /^(workload|idle)$/) { next }
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

# Both look at the same event one after the other, at its beginning and at its end, and what lies between their looks is
# booked to another by the one than by the other: what the one needs for its look, which is as much as a short stretch
# takes at all, and for how long the machine under the guest stopped it just there. Both are measured. So the times of a
# class are equal within 2 %, and within $between ns for each stretch, and $stopped ns. With $exactly within 2 % alone.
exactly=''
times_agree() {
	awk -v between="$between" -v stopped="$stopped" -v exactly="$exactly" '$4 == "-" { next }
		{ class = $1 == "time" ? $2 : $1 }
		NR == FNR { a[class] += $4; n[class] += $3; next }
		{ b[class] += $4 }
		END {
			for (c in a) {
				d = a[c] - b[c]
				if (d < 0)
					d = -d
				printf "# %-8s %6d times: tracefs %9.3f ms, ledger %9.3f ms, %4.1f %% apart, %5.2f us a time of %.2f\n",
					c, n[c], a[c] / 1e6, b[c] / 1e6, a[c] ? 100 * d / a[c] : 0, d / n[c] / 1e3, between / 1e3
				if (d > a[c] / 50 + (exactly ? 0 : n[c] * between + stopped)) {
					printf "%s differs by %.1f %%\n", c, 100 * d / a[c]
					bad = 1
				}
			}
			exit bad
		}' "$T/trace" "$T/ledger"
}

# agree NAME WINDOW...: three results. A window in which the guest was stopped is of less worth, so it is repeated if that
# seems to have done harm, twice at most.
agree() {
	local name=$1 try
	shift
	for try in 1 2 3; do
		window "$@"
		if counts_agree >"$T/out" && stopped=0 times_agree >"$T/out"; then
			break
		fi
		note "attempt $try of $name, stopped for $stopped ns:" "$(grep -v '^#' "$T/out")"
	done
	check "$name: the counts of tracefs" counts_agree
	check "$name: its times" times_agree
	grep '^#' "$T/out"
	check "$name: the parts are the whole" sums "$T/stats.2" "$cpu"
}
