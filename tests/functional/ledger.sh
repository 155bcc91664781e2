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
	# shellcheck disable=SC2034 # for the test that sources this
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
