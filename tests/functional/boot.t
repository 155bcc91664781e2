#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 2
# boot: nohz_full=1 rcu_nocbs=1 rcu_nocb_poll isolcpus=managed_irq,domain,1 irqaffinity=0 nosoftlockup skew_tick=1
# The line that cpuiso boot prints is one that the kernel takes: this guest was booted with it.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 8

line=$(sed -n 's/^# boot: //p' "$0")
nohz=/sys/devices/system/cpu/nohz_full
[ -e $nohz ] || line=${line#nohz_full=1 rcu_nocbs=1 rcu_nocb_poll }
remember
iso boot -c 1 >"$T/boot"
is "cpuiso boot" $? 0
is "it prints the line that this guest was booted with, as far as this kernel understands it" "$(tail -n 1 "$T/boot")" "$line"
is "and finds all of it active" "$(awk 'NR > 1 && NF > 3 && $4 != "yes" { print $1 }' "$T/boot" | grep -v =)" ""
if [ -e $nohz ]; then
	is "the kernel has no tick to give to CPU 1" "$(<$nohz)" 1
else
	skip "the kernel has no tick to give to CPU 1" "this kernel has no nohz_full"
fi
is "and does not balance load there" "$(</sys/devices/system/cpu/isolated)" 1
is "interrupts are born elsewhere" "$(</proc/irq/default_smp_affinity)" 1
load
finish
