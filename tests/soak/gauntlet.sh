#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The gauntlet for a long time: apply, trouble, revert or rmmod, and after each round everything is as it was.
#
#   tests/soak/gauntlet.sh [SECONDS [OPTION OF tests/vm/run]...]      (600)
#
# Builds nothing: give --ko a module that has cpuiso_gauntlet.ko beside it (scripts/build-module.sh --helper). Ends with
# the number of rounds, and with 1 when a round went wrong or the kernel complained.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)

if [ -z "${TESTLIB-}" ]; then
	seconds=${1:-600}
	[ $# -eq 0 ] || shift
	exec "$tree/tests/vm/run" --qemu -device --qemu virtio-rng-pci --timeout $((seconds * 4 + 900)) "$@" \
		--append "soak_seconds=$seconds" "$here/gauntlet.sh"
fi

seconds=$(sed 's/.*soak_seconds=//; s/ .*//' /proc/cmdline)
# shellcheck source=tests/functional/lib.sh
. "$TESTLIB/lib.sh"
# shellcheck source=tests/functional/gauntlet.sh
. "$TESTLIB/gauntlet.sh"
plan 4
gauntlet_load || bail_out "the helper module is not built"
disk=1
disk_make || disk=''
irq=$(spare_irq) || irq=''
hire work
hire lone
ask lone cpus 0-1
remember

trouble() {
	local left=$((RANDOM % 6 + 2)) on=''
	while ((left--)); do
		case $((RANDOM % 9)) in
		0) order plain 3 ;;
		1) order widen 2 $((RANDOM % 20 + 1)) ;;
		2) order bind 1 $((RANDOM % 100)) ;;
		3) [ -z "$irq" ] || { order irq "$irq" && order free "$irq"; } 2>/dev/null ;;
		4) [ -z "$disk$on" ] || [ -n "$on" ] || { disk_mount && on=1; } ;;
		5) rebind ;;
		6) order work 1 30 ;;
		7) ask lone cpus 1 && ask lone fork && ask lone kill "$REPLY" ;;
		8) ask work fork && ask work kill "$REPLY" ;;
		esac
	done
	[ -z "$on" ] || disk_umount
	order stop
	ask lone cpus 0-1
}

rounds=0 unloads=0 evicted=0 policies=(evict evict evict report off)
end_at=$((SECONDS + seconds))
while ((SECONDS < end_at)) && [ -z "$failures" ]; do
	is_loaded || load
	try iso apply -c 1 --name "r$rounds" --pid "${pid[work]}" --guard "${policies[RANDOM % 5]}" || break
	trouble
	settle
	evicted=$((evicted + $(guard_count "r$rounds" 3)))
	if ((RANDOM % 3)); then
		iso revert >"$T/out" 2>&1
		[[ $? =~ ^[04]$ ]] || complain "revert: $(<"$T/out")"
	else
		try unload
		unloads=$((unloads + 1))
	fi
	is_same >"$T/out" || complain "round $rounds: $(<"$T/out")"
	rounds=$((rounds + 1))
done
note "$rounds rounds in $SECONDS s, $unloads ended by rmmod, $evicted evictions"
tried "after each round everything is as it was"
is "there were rounds enough to mean something" "$((rounds >= seconds / 30))" 1
! is_loaded || unload
rmmod cpuiso_gauntlet
is "no slab cache is left" "$(awk '/^cpuiso/ { print $1, $2 }' /proc/slabinfo)" ""
same "everything is as it was before"
exit 0
