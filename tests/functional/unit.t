#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# systemd: yes
# A systemd unit as workload: as it runs, when it is restarted, and before it is started for the first time.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
[ -d /run/systemd/system ] || skip_all "systemd is not process 1"
plan 12

main_pid() {
	systemctl show -P MainPID "$1"
}
mkdir -p /run/systemd/system
for unit in isotest isolater; do
	printf '[Service]\nExecStart=/bin/sleep 1000\n' >"/run/systemd/system/$unit.service"
done
systemctl daemon-reload
systemctl start isotest
first=$(main_pid isotest)
remember
load

check "apply" iso apply -c 1 --name unit --unit isotest
check "the unit's process is on the CPU" on 1 "$first"
check "and nobody else" clear_of -w "$first" 1
check "restart" systemctl restart isotest
second=$(main_pid isotest)
check "the new process is on the CPU" on 1 "$second"
is "its verdict" "$(field_of tasks "$second" 6)" workload
check "apply was logged" journalctl -q --no-pager -t cpuiso --grep unit
check "revert" revert unit
try iso apply -c 1 --name later --unit isolater.service
try systemctl start isolater
try on 1 "$(main_pid isolater)"
try on "$NOT_1" "$second"
try revert later
tried "a unit that is started after its rule was made"
iso apply -c 1 --unit no-such-unit >"$T/out" 2>&1
is "a unit that does not exist is refused in one sentence" "$(($? == 1 || $? == 2)) $(wc -l <"$T/out")" "1 1"
systemctl stop isotest isolater
rm -f /run/systemd/system/iso{test,later}.service
systemctl daemon-reload
finish
