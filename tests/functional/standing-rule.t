#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A rule stands: whoever comes to have the name or gets into the cgroup is workload, with nobody watching in user space.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 19

server=$T/isoserver
ln -s "$(command -v puppet)" "$server"
cgroups=/sys/fs/cgroup
grep -q " $cgroups cgroup2 " /proc/mounts || cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[ -n "$cgroups" ] || bail_out "cgroup v2 is not mounted"
group=$cgroups/isotest.$$

puppet other
puppet early "$server"
ask early cpus 0-1
remember
load

check "apply with a name" iso apply -c 1 --name byname --comm isoserver
check "who had the name before is workload" on 1 "${pid[early]}"

puppet late "$server"
ask late pid
check "who starts under the name later as well" on 1 "${pid[late]}"
ask late fork
check "and its child" on 1 "$REPLY"
dismiss late
puppet again "$server"
ask again pid
check "a server that was restarted as well" on 1 "${pid[again]}"
is "its verdict" "$(field_of tasks "${pid[again]}" 6)" workload
dismiss again

puppet renamed
ask renamed thread 2
threads=$REPLY
try on 0 "${pid[renamed]}"
ask renamed rename isoserver
# shellcheck disable=SC2086 # a list of numbers
try on 1 "${pid[renamed]}" $threads
tried "a process that renames itself is moved, with its threads"

ask other exec "$server"
ask other pid
check "a process that was moved off and executes the server comes back" on 1 "${pid[other]}"
check "nobody else is there" clear_of -w "${pid[early]}" -w "${pid[renamed]}" -w "${pid[other]}" 1

daemons=$(for d in /proc/[0-9]*; do
	read -r comm 2>/dev/null <"$d/comm" && [ "$comm" = cpuiso ] && echo "${d##*/}"
done)
is "no cpuiso process is needed for that" "$daemons" ""

check "revert" iso revert byname
try on 0-1 "${pid[early]}" "${pid[renamed]}" "${pid[other]}"
puppet free "$server"
ask free pid
try on 0-1 "${pid[free]}"
tried "and the name is nothing any more"
same "everything is as it was"
dismiss free

# The cgroup.
mkdir "$group"
try iso apply -c 1 --name bygroup --cgroup "/${group##*/}"
puppet inside
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
puppet deep
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
puppet reborn
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
