#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Isolate CPU 1 with tuna, with cset and with cpuiso in one guest, then do to each what happens on a running machine, and
# print what is back on the CPU as a reStructuredText document.
#
#   tests/bench/gauntlet.sh [OPTION OF tests/vm/run]... >Documentation/gauntlet.rst
#
# Wants tuna, cset (Debian: cpuset) and irqbalance; a tool that is missing has a row that says so.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)

if [ "${1-}" != --guest ]; then
	out=$("$tree/tests/vm/run" --qemu -device --qemu virtio-rng-pci --timeout 1200 "$@" --shell "bash '$here/gauntlet.sh' --guest") ||
		exit
	cat <<-END
		.. SPDX-License-Identifier: GPL-2.0

		============
		The gauntlet
		============

		An isolation is worth what is left of it after a while. Here CPU 1 of two is isolated, and then happens what
		happens: a file system is mounted, a driver is unbound and bound again, irqbalance runs once. Counted are the
		kernel threads and interrupts that are allowed on CPU 1 and could be moved. Two seconds pass before each
		count. The undo is the tool's own; counted are the tasks and interrupts whose CPUs are not as before.

		Made by \`\`tests/bench/gauntlet.sh >Documentation/gauntlet.rst\`\`, which runs all of it in one guest.

		.. list-table::
		   :header-rows: 1

		   * - tool
		     - time to isolate
		     - kernel threads left
		     - interrupts left
		     - kernel threads after mount and rebind
		     - interrupts after mount and rebind
		     - interrupts after irqbalance --oneshot
		     - not undone
	END
	grep '^   [* ] - ' <<<"$out"
	echo
	grep -v '^   [* ] - ' <<<"$out"
	exit
fi

T=$(mktemp -d)
PATH=$tree/tests/functional/helpers:$PATH
PROC=/proc/cpuiso
BEFORE=$T/before
export PROC
# shellcheck source=tests/functional/gauntlet.sh
. "$tree/tests/functional/gauntlet.sh"
modprobe -q virtio_rng
modprobe -q loop
modprobe -q ext4
disk_make

# count WHAT: what is allowed on CPU 1 and could be moved; what is movable was found out before.
count() {
	sleep 2
	snapshot take "$T/now"
	awk -F'\t' -v what="$1" '
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
		FNR == NR { if ($1 == "irq" && $3 == "m") movable[$2] = 1; known[$2] = $1 == "irq"; next }
		# PF_KTHREAD, PF_NO_SETAFFINITY
		what == "kthreads" && $1 == "task" && int(digit($5, 6) / 2) % 2 && int(digit($5, 7) / 4) % 2 == 0 && has_1($10) { n++ }
		what == "irqs" && $1 == "irq" && ($2 in movable || !known[$2]) && $6 != "-" && has_1($4) { n++ }
		END { print n + 0 }' "$BEFORE" "$T/now"
}

differences() {
	snapshot take "$T/now"
	snapshot diff "$BEFORE" "$T/now" | grep -c 'CPUs .* -> '
}

# By hand, for the next one: what the tool leaves behind.
put_back() {
	local pid mask
	while read -r pid mask; do
		taskset -pc "$mask" "$pid" >/dev/null 2>&1
	done < <(snapshot diff "$BEFORE" "$T/now" | sed -n 's/^task \([0-9]*\) .* CPUs \([-0-9,]*\) -> .*/\1 \2/p')
	while read -r pid mask; do
		echo "$mask" >"/proc/irq/$pid/smp_affinity_list"
	done < <(irqs_as_before) 2>/dev/null
}

milliseconds() {
	local from to
	from=$(date +%s%N)
	"$@" >"$T/out" 2>&1 || { sed 's/^/    /' "$T/out" >&2; return 1; }
	to=$(date +%s%N)
	echo $(((to - from) / 1000000))
}

row() {
	printf '   * - %s\n' "$1"
	printf '     - %s\n' "${@:2}"
}

# contest NAME UNDO COMMAND...
contest() {
	local name=$1 undo=$2 ms kthreads irqs kthreads2 irqs2 irqs3 left
	shift 2
	if ! command -v "$1" >/dev/null; then
		row "$name" "not installed" '' '' '' '' '' ''
		return
	fi
	ms=$(milliseconds "$@") || { row "$name" failed '' '' '' '' '' ''; return; }
	kthreads=$(count kthreads) irqs=$(count irqs)
	disk_mount
	rebind
	kthreads2=$(count kthreads) irqs2=$(count irqs)
	irqbalance --oneshot >/dev/null 2>&1
	irqs3=$(count irqs)
	disk_umount
	# What irqbalance and the mount did is not the tool's to undo.
	if [ "$name" != nothing ]; then
		while read -r irq mask; do
			echo "$mask" >"/proc/irq/$irq/smp_affinity_list"
		done < <(irqs_as_before) 2>/dev/null
		sleep 1
	fi
	$undo >/dev/null 2>&1
	left=-
	[ "$name" = nothing ] || left=$(differences)
	row "$name" "$ms ms" "$kthreads" "$irqs" "$kthreads2" "$irqs2" "$irqs3" "$left"
	snapshot take "$T/now"
	put_back
}

snapshot take -p "$BEFORE"
contest nothing : true
contest tuna 'tuna --cpus=1 --include' tuna --cpus=1 --isolate
contest cset 'cset shield --reset' cset shield --cpu=1 --kthread=on
insmod "$CPUISO_KO"
contest cpuiso 'cpuiso revert' cpuiso apply -c 1
echo "Linux $(uname -r); tuna $(dpkg-query -W -f '${Version}' tuna 2>/dev/null), cset $(dpkg-query -W -f '${Version}' cpuset 2>/dev/null)," \
	"irqbalance $(dpkg-query -W -f '${Version}' irqbalance 2>/dev/null). The guest is emulated, so its times are many times those of a machine."
rmmod cpuiso
rm -rf "$T"
