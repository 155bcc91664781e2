#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# systemd: yes
# The monitor as a service, with irqbalance's own service restarted beside it.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/irqbalance.sh"
[ -d /run/systemd/system ] || skip_all "needs systemd"
plan 11

units=/run/systemd/system
make -s -C "$CPUISO_TREE/userspace" install PREFIX=/usr/local UNITDIR=$units >"$T/out" 2>&1 || bail_out "$(<"$T/out")"
mkdir -p /var/lib/prometheus/node-exporter $units/irqbalance.service.d $units/cpuiso-monitor.service.d
prom=/var/lib/prometheus/node-exporter/cpuiso.prom
printf '[Service]\nEnvironment="CPUISO_MONITOR_OPTIONS=--interval 1h --textfile %s"\n' $prom \
	>$units/cpuiso-monitor.service.d/test.conf
# It does not start in a guest that it takes for a container, or looks around every ten seconds.
printf '[Unit]\nConditionVirtualization=\nConditionCPUs=\n[Service]\nEnvironment=IRQBALANCE_ARGS=--interval=1 IRQBALANCE_BANNED_CPULIST=\n' \
	>$units/irqbalance.service.d/test.conf
systemctl daemon-reload
was=$(</proc/irq/default_smp_affinity)

logged() {
	local n
	for ((n = 0; n < 100; n++)); do
		journalctl -q --no-pager -u cpuiso-monitor -o cat "$@" | grep -q . && return
		sleep 0.2
	done
	journalctl --no-pager -u cpuiso-monitor
	return 1
}

check "systemctl start, ready without a module" systemctl start cpuiso-monitor
is "it runs as it says" "$(systemctl is-active cpuiso-monitor) $(systemctl show -P Type cpuiso-monitor)" "active notify"
load
try iso apply -c 1 --name t
try logged CPUISO_EVENT=status CPUISO_ISOLATION=t CPUISO_STATE=isolated CPUISO_CPUS=1
tried "its log has fields"
check "and the metrics are where node_exporter looks" wait-for 30 line $prom '^cpuiso_isolation_info.*"t"'
check "irqbalance starts" systemctl start irqbalance
check "and is told" banned 2
try systemctl restart irqbalance
try banned 2
tried "restarted, and told again"
check "nothing was denied" bash -c '! journalctl -q --no-pager -u cpuiso-monitor | grep -iE "denied|read-only|not permitted"'
try revert_beside t
try banned 0
is "reverted: as it was" "$(</proc/irq/default_smp_affinity)" "$was"
tried "irqbalance as well"
try iso apply -c 1 --name t
try systemctl stop cpuiso-monitor
[ ! -e $prom ] || complain "the metrics stayed"
[ -e /run/cpuiso/t.json ] || complain "the journal went with the service"
try unload
try put_back
try banned 0
tried "stopped: what it journalled is put back without it"
systemctl stop irqbalance
rm -rf $units/irqbalance.service.d $units/cpuiso-monitor.service*
systemctl daemon-reload
