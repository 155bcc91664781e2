#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The ledger against tracefs where time is counted in instructions, so that no host stops the guest between the looks of
# the two: noise of each kind, and processes that come and go. The time of each class is the same within 2 %, but where
# lockdep adds to each look.
# icount: yes
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/ledger.sh"
plan 6

tracefs_load 0
remember
load
observe 0
is "observe" "$REPLY" "0 -"

noises() {
	local kind
	for kind in timer hrtimer work sleeping-work tasklet irq irq-work call thread; do
		make_noise "$kind" 0 200 10
	done
	taskset -c 0 find /sys/kernel >/dev/null 2>&1
	sync
	sleep 1
}
[ -e /proc/lockdep ] || exactly=1
agree "one CPU" 0 "" 0 noises
observe_no_more
wait-for 10 no-line $PROC/stats '^0'
unload_noise
finish
