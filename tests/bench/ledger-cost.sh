#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the ledger costs, in guest instructions: per context switch, and per interrupt of the CPU (irq_work), interrupt
# handler and softirq with its beginning and its end. The test machine counts instructions, so the figures repeat on any
# machine to about 1 %.
#
#   tests/bench/ledger-cost.sh [--kernel NAME]
#
# Without the module; with its probes attached, but only another CPU observed; with this CPU observed.
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
	local kind a b c
	declare -gA cost
	insmod "$tree/tests/kmod/cpuiso_noise.ko"
	all absent
	insmod "$CPUISO_KO"
	observe 1
	all elsewhere
	kill "$OBSERVER_PID"
	wait
	observe 0
	all observed
	printf '%-10s %8s %10s %6s %9s %6s\n' per absent elsewhere more observed more
	for kind in "${kinds[@]}"; do
		a=${cost[absent-$kind]} b=${cost[elsewhere-$kind]} c=${cost[observed-$kind]}
		printf '%-10s %8d %10d %6d %9d %6d\n' "$kind" "$a" "$b" $((b - a)) "$c" $((c - a))
	done
}

if [ "${1-}" = --in-guest ]; then
	in_guest
	exit
fi
exec "$tree/tests/vm/run" "$@" --icount --qemu -smp --qemu 1,maxcpus=2 \
	--shell "bash '$(realpath "$0")' --in-guest"
