#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 4
# Where the kernel has no function tracer a kprobe is a breakpoint first, and what it sees is known there as well as later,
# when it is a jump: what the cpusets write is nobody's decision, and who has written a mask has a name.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
optimization=/proc/sys/debug/kprobes-optimization
need_cpus 4
[ -e $optimization ] || skip_all "kprobes are not made jumps here"
mount_debugfs
plan 8

hire work
hire some
ask some cpus 0,2
hire last
ask last cpus 2-3
hire lone
ask lone cpus "$ALL"
remember
load
set_file $optimization 0
check "isolate" iso apply -c 1-2 --name t --pid "${pid[work]}"
probe=$(grep -w set_cpus_allowed_common $debug/kprobes/list)
if [[ $probe = *FTRACE* ]]; then
	skip "the kprobe is a breakpoint" "the function tracer calls it here"
else
	is "the kprobe is a breakpoint" "${probe#*+0x0}" "    "
fi
original() {
	awk -F'\t' -v t="${pid[$1]}" '$1 == t { print $8 }' "$PROC/tasks"
}
is "originals are what was chosen, and not what cpusets write" "$(original some) $(original last) $(original lone)" "0,2 2-3 $ALL"
check "revert" iso revert t
iso apply -c 1-2 --name u --no-partition
try taskset -pc 1 "${pid[lone]}"
try on "0,3" "${pid[lone]}"
is "the events name who gave a task the CPU, and nobody else" \
	"$(awk -F'\t' -v t="${pid[lone]}" '$3 == "evicted" && $6 == t { print $10, $13 }' "$PROC/events")" "1 taskset"
iso revert u >/dev/null
ask lone cpus "$ALL"
same "all is as it was"
finish
