#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Measure `cpuiso apply -c 1` beside `tuna --cpus=1 --isolate` and a loop of taskset, in the same guest: how long each
# takes among 100, 1,000 and 10,000 threads, how that grows, with 2 and with 32 CPUs; and what the module's records
# take. Prints the aim beside what was measured, and exits 0 whether it was reached or not.
#
#   scripts/bench.sh [2|32]...       the guests to measure in, by their number of CPUs; both when none is named
set -euo pipefail

tree=$(cd "$(dirname "$0")/.." && pwd)
logs=${CPUISO_CACHE:-$HOME/.cache/cpuiso}/bench
kernel=6.1
declare -A counts=([2]='100 1000 10000' [32]='100 1000')
unset MAKEFLAGS MFLAGS MAKELEVEL

die() {
	echo "bench: $*" >&2
	exit 1
}

[ $# -gt 0 ] || set -- 2 32
for cpus; do
	[ -n "${counts[$cpus]-}" ] || die "there is no guest with '$cpus' CPUs, only with 2 and with 32."
done

work=$(mktemp -d)
child=
cleanup() {
	trap - EXIT
	[ -z "$child" ] || kill "$child" 2>/dev/null || true
	wait
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

quietly() {
	"$@" >"$work/log" 2>&1 || {
		tail -n 20 "$work/log" >&2
		die "this failed, see above: $*"
	}
}

echo "bench: packages, kernel, module, command, helpers"
"$tree/scripts/deps.sh" build vm test
"$tree/scripts/kernel-fetch.sh" $kernel
quietly "$tree/scripts/demo/module.sh" $kernel "$work/cpuiso.ko"
quietly make -C "$tree/userspace"
for helper in threads masks; do
	quietly gcc -O2 -Wall -Wextra -static -pthread -o "$work/$helper" "$tree/tests/bench/$helper.c"
done

# Silence looks like a hang.
follow() {
	local line status
	while :; do
		status=0
		IFS= read -r -t 5 line || status=$?
		if [ $status -gt 128 ]; then
			echo "       ... $SECONDS s"
			continue
		fi
		[ $status = 0 ] || return 0
		case $line in
		'# '*) echo "bench: ${line#\# }" ;;
		*$'\t'*) echo "$line" >>"$work/data" ;;
		*) echo "       $line" ;;
		esac
	done
}

# Tell the guest, whenever it asks, how many microseconds QEMU's busiest thread has run: the one that plays its CPUs.
answer() {
	local vm=$1 qemu=
	while read -r; do
		[ -n "$qemu" ] || qemu=$(pgrep -P "$vm" qemu)
		cat "/proc/$qemu/task/"*/schedstat 2>/dev/null |
			awk '$1 > most { most = $1 } END { printf "%d\n", most / 1000 }' >&8
	done <"$work/ctl.out"
}

mkfifo "$work/out" "$work/ctl.in" "$work/ctl.out"
exec 8<>"$work/ctl.in"
for cpus; do
	echo "bench: booting a guest with $cpus CPUs"
	# Merged caches would hide the module's own.
	"$tree/tests/vm/run" --cpus "$cpus" --mem 2048 --append slab_nomerge --ko "$work/cpuiso.ko" --keep "$work" \
		--timeout 1800 --log "$logs/$cpus" --qemu -chardev --qemu "pipe,id=ctl,path=$work/ctl" \
		--qemu -device --qemu virtserialport,chardev=ctl,name=ctl \
		--shell "bash tests/bench/guest.sh $work $cpus ${counts[$cpus]}" \
		</dev/null >"$work/out" 2>"$work/err" &
	child=$!
	answer $child &
	follow <"$work/out"
	wait $child || die "the guest with $cpus CPUs did not end well, its logs are in $logs/$cpus:" \
		"$(grep -m 1 FAILED "$work/err" || tail -1 "$work/err")"
	child=
done
echo "bench: done after $SECONDS s"
awk -f "$tree/tests/bench/report.awk" "$work/data"
echo
echo "What the ledger costs, in instructions (aim: below 150 more on an observed CPU, below 12 elsewhere):"
"$tree/tests/bench/ledger-cost.sh"
