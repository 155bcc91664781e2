#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# systemd: yes
# Under systemd: a unit's processes stay in its cgroup, it is restarted, the manager is reloaded, and after the revert all
# cgroups, slices and masks are as they were.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
[ -d /run/systemd/system ] || skip_all "needs systemd"
. "$TESTLIB/partition.sh"
need_partition
plan 12

systemd-run --quiet --unit=irqtest --service-type=simple sleep 1000 || bail_out "no transient unit"
main_pid() {
	systemctl show -P MainPID irqtest
}
unit_mask() {
	wait-for 10 mask "$(main_pid)" "$1"
}
hire pinned
ask pinned cpus 0
valid() {
	grep -qx isolated "$CG"/cpuiso\\x2dt.slice/cpuset.cpus.partition
}
cgroups >"$T/cgroups"
load
check "apply to a unit" iso apply -c 1 --name t --unit irqtest
check "there is a partition" valid
check "its process is on the CPU" unit_mask 1
is "in the unit's cgroup" "$(cgroup_of "$(main_pid)")" /system.slice/irqtest.service
try systemctl restart irqtest
try unit_mask 1
tried "restarted, it is there again"
try systemctl daemon-reload
try unit_mask 1
tried "after daemon-reload as well"
check "the partition holds" valid
check "revert" revert t
try unit_mask "$ALL"
try on 0 "${pid[pinned]}"
tried "masks are as before"
check "cgroups are as before" same_cgroups
try iso apply -c 1 --name t --unit irqtest
try unload
try put_back
try unit_mask "$ALL"
try on 0 "${pid[pinned]}"
tried "rmmod: the keeper puts back"
check "cgroups are as before" same_cgroups
systemctl stop irqtest
