# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of the partition share: where cgroup v2 is, and a picture of it.
CG=/sys/fs/cgroup

need_cpuset() {
	[ -e $CG/cgroup.controllers ] || skip_all "cgroup v2 is not mounted at $CG"
	grep -qw cpuset $CG/cgroup.controllers || skip_all "there is no cpuset controller"
}

need_partition() {
	need_cpuset
	! kernel_before 6 1 || skip_all "isolated partitions came with 6.1"
}

# Every cpuset file, who is switched on where, and who of these processes is where.
cgroups() {
	local file pid text
	find $CG -name 'cpuset.*' -o -name cgroup.subtree_control | sort | while read -r file; do
		text=$(cat "$file" 2>/dev/null)
		echo "$file: ${text//$'\n'/ }"
	done | grep -v -e /cpuiso-keep -e cpuset.cpus.effective: -e mems.effective:
	cat $CG/cpuset.cpus.effective 2>/dev/null
	for pid in "${pid[@]}"; do
		echo "$pid $(grep ^0:: "/proc/$pid/cgroup")"
	done
}

same_cgroups() {
	put_back
	cgroups >"$T/cgroups.now"
	diff "$T/cgroups" "$T/cgroups.now"
}

cgroup_of() {
	sed -n 's/^0:://p' "/proc/$1/cgroup"
}
