#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Isolate CPU 1 of two with nothing, with tuna, with cset and with cpuiso, do to each what happens on a running machine,
# and print what is back on the CPU, as a reStructuredText document. Each has the same guest for itself, because tuna
# changes the default of new interrupts and cset mounts a file system.
#
#   tests/bench/gauntlet.sh [OPTION OF tests/vm/run]... >Documentation/comparison.rst
#
# Give --ko a module that has cpuiso_gauntlet.ko beside it (scripts/build-module.sh --helper).
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)

if [ "${1-}" != --guest ]; then
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	"$tree/scripts/deps.sh" vm test >&2 && make -s -C "$tree/tests/functional" >&2 && make -s -C "$tree/userspace" >&2 || exit
	for tool in nothing tuna cset cpuiso; do
		echo "gauntlet: $tool" >&2
		"$tree/tests/vm/run" --qemu -device --qemu virtio-rng-pci --timeout 900 "$@" \
			--shell "bash '$here/gauntlet.sh' --guest $tool" >"$work/$tool" || exit
		cat "$work/$tool" >&2
	done
	cat <<-END
		.. SPDX-License-Identifier: GPL-2.0

		==========
		Comparison
		==========

		An isolation is worth what is left of it after a while. Here CPU 1 of two is isolated, and then happens what
		happens: kernel threads start, a file system is mounted on a loop device, a driver is unbound and bound again,
		an interrupt is requested, workqueues are flooded, a task is given the CPU with taskset, stress-ng forks there,
		irqbalance runs once and then for three seconds as a daemon.

		Counted is what is allowed on CPU 1 and could be moved, from /proc and two seconds after the last of it. "Ran
		there" is how many different things tracefs saw on CPU 1 in the three seconds after that, without what is bound
		to it. "Not undone" are the tasks, interrupts and defaults that differ from before when the tool has undone its
		isolation at once, with nothing happening between.

		Made by \`\`tests/bench/gauntlet.sh >Documentation/comparison.rst\`\`. Each tool has the same guest to itself.

		.. list-table::
		   :header-rows: 1

		   * - tool
		     - time to isolate
		     - not undone
		     - kernel threads / processes / interrupts left at once
		     - after the gauntlet
		     - ran there
	END
	grep -h '^   [* ] - ' "$work"/{nothing,tuna,cset,cpuiso}
	echo
	grep -h '^Linux ' "$work"/cpuiso
	exit
fi

tool=$2
T=$(mktemp -d)
TESTLIB=$tree/tests/functional
PATH=$TESTLIB/helpers:$PATH
PROC=/proc/cpuiso
BEFORE=$T/before
DEFAULT=/proc/irq/default_smp_affinity
export PROC
note() {
	echo "# $*" >&2
}
# shellcheck source=tests/functional/gauntlet.sh
. "$TESTLIB/gauntlet.sh"
gauntlet_load || exit
disk_make || exit
irq=$(spare_irq) || irq=''
sleep infinity &
spinner=$!

# What is allowed on CPU 1 and could be moved, "KTHREADS / PROCESSES / INTERRUPTS"; movable is what could be before.
count() {
	snapshot take "$T/now"
	awk -F'\t' '
		function digit(hex, n) {
			return length(hex) < n ? 0 : index("0123456789abcdef", substr(hex, length(hex) - n + 1, 1)) - 1
		}
		function has_1(list, part, ends, n, i) {
			n = split(list, part, ",")
			for (i = 1; i <= n; i++) {
				if (split(part[i], ends, "-") == 1)
					ends[2] = ends[1]
				if (ends[1] <= 1 && ends[2] >= 1)
					return 1
			}
			return 0
		}
		FNR == NR { if ($1 == "irq") { known[$2] = 1; if ($3 == "m") movable[$2] = 1 } next }
		# PF_KTHREAD, PF_NO_SETAFFINITY
		$1 == "task" && int(digit($5, 7) / 4) % 2 == 0 && has_1($10) { n[int(digit($5, 6) / 2) % 2]++ }
		$1 == "irq" && ($2 in movable || !($2 in known)) && $6 != "-" && has_1($4) { irqs++ }
		END { print n[1] + 0 " / " n[0] + 0 " / " irqs + 0 }' "$BEFORE" "$T/now"
}

differences() {
	snapshot take "$T/now"
	{
		snapshot diff "$BEFORE" "$T/now" | grep 'CPUs .* -> '
		[ "$(<$DEFAULT)" = "$default" ] || echo "$DEFAULT"
	} | wc -l
}

# By hand: what the tool has left behind.
put_back() {
	local n mask
	while read -r n mask; do
		taskset -pc "$mask" "$n"
	done < <(snapshot diff "$BEFORE" "$T/now" | sed -n 's/^task \([0-9]*\) .* CPUs \([-0-9,]*\) -> .*/\1 \2/p')
	while read -r n mask; do
		echo "$mask" >"/proc/irq/$n/smp_affinity_list"
	done < <(irqs_as_before)
	echo "$default" >$DEFAULT
} >/dev/null 2>&1

isolate() {
	case $tool in
	tuna) tuna --cpus=1 --isolate ;;
	cset) cset shield --cpu=1 --kthread=on ;;
	# A partition would not let those in who pin themselves there, and leave the guard nothing to do.
	cpuiso) cpuiso apply -c 1 --guard evict --no-partition ;;
	esac
}

undo() {
	case $tool in
	tuna) tuna --cpus=1 --include ;;
	cset) cset shield --reset ;;
	cpuiso) cpuiso revert ;;
	esac
}

default=$(<$DEFAULT)
[ "$tool" != cpuiso ] || insmod "$CPUISO_KO" || exit
snapshot take -p "$BEFORE"
left=- ms=-
if [ "$tool" != nothing ]; then
	isolate >"$T/out" 2>&1 || { cat "$T/out" >&2; exit 1; }
	undo >"$T/out" 2>&1
	sleep 1
	left=$(differences)
	snapshot diff "$BEFORE" "$T/now" | grep 'CPUs .* -> ' | head -n 5 >&2
	put_back
	from=$(date +%s%N)
	isolate >"$T/out" 2>&1 || { cat "$T/out" >&2; exit 1; }
	ms="$((($(date +%s%N) - from) / 1000000)) ms"
fi
sleep 2
at_once=$(count)

order plain 4
disk_mount
rebind
[ -z "$irq" ] || order irq "$irq"
order work 1 100
taskset -pc 0-1 $spinner >/dev/null
taskset -c 1 stress-ng --quiet --fork 2 --fork-ops 100
balance_once
balancer_start
balancer_stop 3 >&2
sleep 2
after=$(count)
trace_start 1 || exit
late=$(pending 1)
quiet 3 "$T/trace"
ran=$(intruders "$T/trace" 1 "$late" | wc -l)
intruders "$T/trace" 1 "$late" | sed 's/^/# /' >&2

printf '   * - %s\n' "$tool"
printf '     - %s\n' "$ms" "$left" "$at_once" "$after" "$ran"
version() {
	dpkg-query -W -f '${Version}' "$1"
}
echo "Linux $(uname -r), tuna $(version tuna), cset $(version cpuset), irqbalance $(version irqbalance). The guest is" \
	"emulated, so its times are many times those of a machine."
trace_end
disk_umount
rm -rf "$T"
