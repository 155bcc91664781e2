#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# How much memory the records take, as far as the kernel shows it, and that none is left.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 6

hire crowd
ask crowd thread 1000
remember
! grep -q '^cpuiso' /proc/slabinfo || bail_out "a slab cache was left before"
load
check "apply with a thousand threads" iso apply -c 1 --name m --comm nobody
records=$(awk 'END { print NR - 2 }' "$PROC/tasks")

# What a slab holds follows from sizes alone, so it does not matter whether the kernel has merged the cache with another.
overhead() {
	local dir=/sys/kernel/slab/$1 size slot slab per
	[ -e "$dir" ] || return
	read -r size <"$dir/object_size"
	read -r slot <"$dir/slab_size"
	read -r per <"$dir/objs_per_slab"
	slab=$((4096 << $(<"$dir/order")))
	over=$(((slab - per * size) * 100 / per))
	note "$1: records of $size bytes in slots of $slot, $per in a slab of $slab bytes;" \
		"for a hundred $over bytes beyond the records themselves"
}
over=
overhead cpuiso_irq
over=
overhead cpuiso_task
is "there is a record for each thread" "$((records > 1000))" 1
if [ -z "$over" ]; then
	skip "a hundred records" "this kernel does not show its slab caches"
elif [ "$(</sys/kernel/slab/cpuiso_task/red_zone)" = 1 ] || grep -q ' kasan_report$' /proc/kallsyms; then
	skip "a hundred records" "this kernel pads its slab caches to check them"
else
	is "a hundred records take less than 4 KiB beyond the records themselves" "$((over < 4096))" 1
fi
check "rmmod" unload
is "no cache is left" "$(awk '/^cpuiso/ { print $1, $2 }' /proc/slabinfo)" ""
wait-for 5 absent "$PROC" >/dev/null
same "everything is as it was"
exit 0
