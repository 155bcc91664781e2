#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# systemd: yes
# Under systemd: the keeper is a unit, and a unit that is isolated is still systemd's: it is restarted, its manager is
# reloaded, and after the revert masks and slices are as they were.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
[ -d /run/systemd/system ] || skip_all "needs systemd"
plan 11

was=$(</proc/irq/default_smp_affinity)
tree() {
	find /sys/fs/cgroup -name 'cgroup.subtree_control' | sort | while read -r file; do
		echo "$file $(<"$file")"
	done | grep -v -e cpuiso -e irqtest
}
systemd-run --quiet --unit=irqtest --service-type=simple sleep 1000 || bail_out "no transient unit"
main_pid() {
	systemctl show -P MainPID irqtest
}
unit_mask() {
	wait-for 10 mask "$(main_pid)" "$1"
}
before=$(tree)
load

check "apply to a unit" iso apply -c 1 --name a.b --unit irqtest
check "its process is there" unit_mask 1
keeper=$(systemctl list-units --plain --no-legend 'cpuiso-keep-*' | awk '{ print $1, $4 }')
is "the keeper is a transient unit" "${keeper%-*} ${keeper##* }" 'cpuiso-keep-a\x2eb running'
try systemctl restart irqtest
try unit_mask 1
tried "the unit is restarted, and is there again"
check "systemctl daemon-reload" systemctl daemon-reload
check "and still is" unit_mask 1
try iso revert
try unit_mask "$ALL"
is "reverted: default mask, slices" "$(</proc/irq/default_smp_affinity) $(tree)" "$was $before"
tried "and the unit is everywhere"

try iso apply -c 1 --name a.b --unit irqtest
try unload
try put_back
is "rmmod: the keeper puts back" "$(</proc/irq/default_smp_affinity)" "$was"
tried "soon"
gone() {
	local n
	for ((n = 0; n < 50; n++)); do
		[ -z "$(systemctl list-units --all --plain --no-legend 'cpuiso-keep-*')" ] && return
		sleep 0.2
	done
	systemctl list-units --all 'cpuiso-keep-*'
	return 1
}
check "and no unit of ours is left" gone
systemctl stop irqtest
