#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A rule stands: whoever comes to have the name or gets into the cgroup is workload, with nobody watching in user space.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
only_cpus 2
plan 21

server=$T/isoserver
ln -s "$(command -v puppet)" "$server"
cgroups=/sys/fs/cgroup
grep -q " $cgroups cgroup2 " /proc/mounts || cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[ -n "$cgroups" ] || bail_out "cgroup v2 is not mounted"
group=$cgroups/isotest.$$

hire other
hire early "$server"
ask early cpus 0-1
remember
load

check "apply with a name" iso apply -c 1 --name byname --comm isoserver
check "who had the name before is workload" on 1 "${pid[early]}"

hire late "$server"
ask late pid
check "who starts under the name later as well" on 1 "${pid[late]}"
ask late fork
check "and its child" on 1 "$REPLY"
dismiss late
hire again "$server"
ask again pid
check "a server that was restarted as well" on 1 "${pid[again]}"
is "its verdict" "$(field_of tasks "${pid[again]}" 6)" workload
dismiss again

hire renamed
ask renamed thread 2
threads=$REPLY
try on 0 "${pid[renamed]}"
ask renamed rename isoserver
# shellcheck disable=SC2086 # a list of numbers
try on 1 "${pid[renamed]}" $threads
tried "a process that renames itself is moved, with its threads"
hire parent
ask parent fork
child=$REPLY
try on 0 "$child"
ask parent rename isoserver
try on 1 "${pid[parent]}" "$child"
tried "and one that has no other thread, with its child"

tell other exec "$server"
ask other pid
check "a process that was moved off and executes the server comes back" on 1 "${pid[other]}"
check "nobody else is there" clear_of -w "${pid[early]}" -w "${pid[renamed]}" -w "${pid[parent]}" -w "$child" \
	-w "${pid[other]}" 1

# The module's own workqueue has that name as well, and no command line.
user_processes() {
	local d comm first
	for d in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$d/comm" || continue
		[ "$comm" = cpuiso ] && read -r -n 1 first <"$d/cmdline" && echo "${d##*/} $first"
	done
}
is "no cpuiso process is needed for that" "$(user_processes)" ""

check "revert" revert byname
try on 0-1 "${pid[early]}" "${pid[renamed]}" "${pid[other]}"
hire free "$server"
ask free pid
try on 0-1 "${pid[free]}"
tried "and the name is nothing any more"
same "everything is as it was"
dismiss free

# The cgroup.
mkdir "$group"
try iso apply -c 1 --name bygroup --cgroup "/${group##*/}"
hire inside
try on 0 "${pid[inside]}"
ask other enter "${pid[inside]}" "$group"
try on 1 "${pid[inside]}"
tried "who is moved into the cgroup is workload"
ask inside fork
child=$REPLY
try on 1 "$child"
mkdir "$group/below"
ask inside enter "$child" "$group/below"
try on 1 "$child"
hire deep
ask deep cgroup "$group/below"
try on 1 "${pid[deep]}"
tried "who is forked in it, and who is below it"
dismiss deep
ask inside kill "$child"
dismiss inside
try wait-for 10 no-line "$group/cgroup.procs" .
try wait-for 10 no-line "$group/below/cgroup.procs" .
try rmdir "$group/below" "$group"
mkdir "$group"
hire reborn
ask reborn cgroup "$group"
try on 1 "${pid[reborn]}"
ask reborn thread
try on 1 "$REPLY"
tried "and when the cgroup was removed and made again"
check "nobody else is there" clear_of -w "${pid[reborn]}" 1
dismiss reborn
wait-for 10 no-line "$group/cgroup.procs" . >/dev/null
rmdir "$group"
try iso pin --name bygroup --comm isoserver
try on 1 "${pid[early]}"
try iso unpin --name bygroup --comm isoserver
try on 0 "${pid[early]}"
tried "a rule is added and taken away while the CPU is isolated"
finish
