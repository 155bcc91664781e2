#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What becomes of an isolation when its workload ends, when its server is started again, when its CPU goes and comes.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "${TESTLIB:-$(dirname "$0")}/gauntlet.sh"
apply_options=(--no-partition)
plan 15

server=$T/isoserver
ln -s "$(command -v puppet)" "$server"
hire lone
ask lone cpus "$ALL"
hire other
hire first
hire second
hire third
remember
load

check "--exit revert" iso apply -c 1 --name e --exit revert --pid "${pid[first]}"
is "is what status says" "$(awk -F'\t' '$1 == "exit" { print $3 }' "$PROC/status")" revert
ask first fork 2
dismiss first
check "when the last member has ended it is undone" wait-for 60 no-line "$PROC/status" '^isolation'
is "which is told" "$(awk -F'\t' '$3 == "workload-gone" { print $4, $9 }' "$PROC/events")" "e exit=revert"
same "everything is as it was"

check "--exit keep" iso apply -c 1 --name k --exit keep --pid "${pid[second]}"
dismiss second
wait-for 60 line "$PROC/events" $'workload-gone\tk' >/dev/null
is "is told as well, and stays" \
	"$(events workload-gone) $(awk -F'\t' '$1 == "isolation" { print $2, $3 }' "$PROC/status")" "2 k isolated"
try iso revert k

check "a name" iso apply -c 1 --name n --comm isoserver --exit keep
hire run1 "$server"
ask run1 pid
try on 1 "${pid[run1]}"
dismiss run1
hire run2 "$server"
ask run2 pid
try on 1 "${pid[run2]}"
tell other exec "$server"
ask other pid
try on 1 "${pid[other]}"
tried "takes the server again at each exec"
clean() {
	clear_of -w "${pid[run2]}" -w "${pid[other]}" 1
}
check "nobody else is there" clean

ask third cpus "$ALL"
evicted=$(events evicted)
for _ in 1 2; do
	try eval 'echo 0 >/sys/devices/system/cpu/cpu1/online'
	ask lone cpus "$NOT_1"
	try eval 'echo 1 >/sys/devices/system/cpu/cpu1/online'
	ask lone cpus "$ALL"
	settle
	try on 1 "${pid[run2]}" "${pid[other]}"
	try on "$NOT_1" "${pid[lone]}"
	try clean
done
tried "the CPU goes and comes back, and is isolated again"
note "evicted meanwhile: $(($(events evicted) - evicted))"
dismiss run2
dismiss other
check "revert" iso revert n
same "everything is as it was"
finish
