#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whoever makes a kernel thread may bind it until it is woken for the first time. It is left alone until then: a mask of
# ours, written beside that, could be the one that stays.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "${TESTLIB:-$(dirname "$0")}/gauntlet.sh"
plan 13

gauntlet_load || skip_all "the helper module is not built"
remember
load

make() {
	order make
	thread=$(pgrep -x gnt-make)
}
# From 7.0 on the kernel itself takes the CPUs of partitions off such a thread.
isolate() {
	iso apply -c 1 --name u --no-partition
}

make
check "apply beside a kernel thread that was not woken yet" isolate
is "it has the mask that it was made with" "$(cpus_of "$thread")" "$ALL"
order wake 1
settle
is "its maker binds it to the CPU, and there it is" "$(cpus_of "$thread")" 1
order stop

# A newer kernel gives it those of kthreadd until it is woken.
make
made=$(cpus_of "$thread")
settle
is "so has one that is made while the CPU is isolated" "$(cpus_of "$thread")" "$made"
order wake
check "woken and not bound, it is moved off" wait-for 10 mask "$thread" "$NOT_1"
check "revert" iso revert u
is "it has its mask again" "$(cpus_of "$thread")" "$ALL"
order stop

# Whoever made it may bind it while the isolation ends, too.
check "apply" isolate
make
made=$(cpus_of "$thread")
check "revert beside one that was not woken yet" iso revert u
is "it has the mask that it was made with" "$(cpus_of "$thread")" "$made"
order wake
check "woken, it has the CPUs of all" wait-for 10 mask "$thread" "$ALL"
order stop
rmmod cpuiso_gauntlet
finish
