#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the ledger costs, in guest instructions: per context switch, and per interrupt of the CPU (irq_work), interrupt
# handler and softirq with its beginning and its end. The test machine counts instructions, so the figures repeat on any
# machine to about 1 %.
#
#   tests/bench/ledger-cost.sh [--kernel NAME]
#
# Without the module; with an empty probe at the same tracepoints, which is what any probe costs every CPU; with the
# ledger's probes, but only another CPU observed; with this CPU observed. More is than without, own than with the empty.
set -euo pipefail

tree=$(cd "$(dirname "$0")/../.." && pwd)
kinds=(switch irq-work irq softirq)
count=20000
parameters=/sys/module/cpuiso_noise/parameters

# -icount shift=1: an instruction takes 2 ns of guest time. The least of several is what nothing came between.
measure() {
	local best=0 spent i
	for ((i = 0; i < 5; i++)); do
		echo "$1 $count" >$parameters/cost
		read -r spent <$parameters/spent
		[ "$best" != 0 ] && [ "$best" -le "$spent" ] || best=$spent
	done
	# A round trip is two switches.
	[ "$1" != switch ] || best=$((best / 2))
	echo $((best / 2 / count))
}

# observe CPU: until the coprocess ends.
observe() {
	local answer
	coproc OBSERVER { "$tree/tests/functional/helpers/rawnl" hold observe "cpus=$1"; }
	read -r answer <&"${OBSERVER[0]}"
	[ "${answer%% *}" = 0 ] || { echo "cannot observe CPU $1: $answer" >&2; exit 1; }
}

all() {
	local kind
	for kind in "${kinds[@]}"; do
		cost[$1-$kind]=$(measure "$kind")
	done
}

in_guest() {
	local kind a b c e
	declare -gA cost
	insmod "$(dirname "$CPUISO_KO")/cpuiso_noise.ko"
	all absent
	echo 1 >$parameters/empty
	all empty
	echo 0 >$parameters/empty
	insmod "$CPUISO_KO"
	observe 1
	all elsewhere
	kill "$OBSERVER_PID"
	wait
	observe 0
	all observed
	printf '%-10s %8s %8s %6s %10s %6s %6s %9s %6s %6s\n' per absent empty more elsewhere more own observed more own
	for kind in "${kinds[@]}"; do
		a=${cost[absent-$kind]} e=${cost[empty-$kind]} b=${cost[elsewhere-$kind]} c=${cost[observed-$kind]}
		printf '%-10s %8d %8d %6d %10d %6d %6d %9d %6d %6d\n' "$kind" "$a" "$e" $((e - a)) "$b" $((b - a)) $((b - e)) \
			"$c" $((c - a)) $((c - e))
	done
}

if [ "${1-}" = --in-guest ]; then
	in_guest
	exit
fi
kernel=6.1 options=()
while [ $# -gt 0 ]; do
	case $1 in
	--kernel) kernel=${2-} options+=("$1" "${2-}"); shift 2 ;;
	*) echo "ledger-cost: unknown argument $1; see the head of $0." >&2; exit 2 ;;
	esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$("$tree/scripts/build-module.sh" "$kernel")" "$work/"
cp "$(dirname "$("$tree/scripts/build-module.sh" --helper "$kernel")")/cpuiso_noise.ko" "$work/"
make -s -C "$tree/tests/functional"
"$tree/tests/vm/run" "${options[@]}" --ko "$work/cpuiso.ko" --icount --qemu -smp --qemu 1,maxcpus=2 \
	--shell "bash '$(realpath "$0")' --in-guest"
