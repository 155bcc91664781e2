#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The monitor: sees module, isolations and irqbalance come and go, and tells each irqbalance what it has to know. What
# it journals gives each one back what that had by itself.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/irqbalance.sh"
plan 27

default=/proc/irq/default_smp_affinity
was=$(<$default)
prom=$T/cpuiso.prom
monitor=

start_monitor() {
	# What it says grows; where the next line is looked for is in $from.
	: >"$T/log"
	"$CPUISO_BIN" monitor --interval "$1" --textfile "$prom" 2>>"$T/log" &
	monitor=$!
}

# said REGEX: soon, in a line that was not looked at before
said() {
	wait-for 30 line "$T/log" "$1" || { cat "$T/log"; return 1; }
}
forget() {
	: >"$T/log"
}

start_monitor 1h
check "without a module it says so, and waits" said '^event=status module=absent isolations=0$'
check "the metrics do" wait-for 10 line "$prom" '^cpuiso_up 0$'
load
check "it sees the module come" said '^event=module-loaded module='
check "and looks at once, not at the interval" wait-for 10 line "$prom" '^cpuiso_up 1$'

try iso apply -c 1 --name t
try said '^event=applied isolation=t'
try said '^event=status isolation=t state=isolated cpus=1 '
try wait-for 10 line "$prom" '^cpuiso_isolation_info[{]isolation="t",cpus="1",state="isolated"[}] 1$'
tried "an isolation is logged and exported"
if command -v promtool >/dev/null; then
	check "promtool has nothing to say" promtool check metrics <"$prom"
else
	skip "promtool has nothing to say" "it is not installed"
fi
# Every number is at most what it is now, under the same name.
cat >"$T/compare.awk" <<'A'
FILENAME ~ /stats$/ { if (FNR > 2) count[$1 FS $2 FS $3] += $4; next }
/^cpuiso_noise_events_total/ {
	gsub(/\\\\/, "\\")
	split($0, f, "\"")
	n++
	if (!((f[2] FS f[4] FS f[6]) in count) || substr(f[7], 3) + 0 > count[f[2] FS f[4] FS f[6]])
		{ print; bad++ }
}
END { print n + 0 " sources"; exit bad || !n }
A
check "the sources are those of /proc/cpuiso/stats" awk -F '\t' -f "$T/compare.awk" "$PROC/stats" "$prom"
note "$(tail -n 1 "$T/out")"

try start_it ""
try said '^event=irqbalance-told object=/run/irqbalance/irqbalance[0-9]*.sock cpus=1 result=done$'
try banned 2
tried "an irqbalance that is started later is told"
stop_it
forget
try start_it 0
try banned 3
tried "one that is restarted, with a list of the administrator's, is told again"
is "the journal is about that one only" "$(grep -c '"step": *"irqbalance"' /run/cpuiso/t.json) $(
	grep -c "irqbalance$it.sock" /run/cpuiso/t.json)" "1 1"
forget
check "revert" revert_beside t
check "gives it back the list that it would have" banned 1
check "that is logged" said '^event=reverted isolation=t'

try iso apply -c 1 --name t
stop_it
try start_it 0
try banned 3
try unload
try put_back
try banned 1
tried "rmmod does as well, with the controller dead"
try said '^event=module-unloaded'
try wait-for 10 line "$prom" '^cpuiso_up 0$'
tried "the monitor sees the module go"
forget
load
check "and come again" said '^event=module-loaded'

# Where there was nothing to set outside the module, there is no journal and no keeper until now.
stop_it
echo 1 >$default
first=$(<$default)
try iso apply -c 1 --name t --no-partition --keep fair-server
[ ! -e /run/cpuiso/t.json ] || complain "there is a journal"
tried "an isolation without a journal"
try start_it ""
try banned 2
try wait-for 10 exists /run/cpuiso/t.json
tried "irqbalance comes: a journal is begun for it"
try unload
try put_back
try banned 0
is "its keeper puts that back" "$(<$default)" "$first"
tried "the list as well"
stop_it
echo "$was" >$default

# Nobody is left to put it back.
kill "$monitor"
check "it ends at a signal" wait "$monitor"
check "and takes the metrics along" wait-for 10 absent "$prom"
load
start_monitor 200ms
try said '^event=module-loaded'
try iso apply -c 1 --name t
try pkill -9 -f 'cpuiso keep t$'
try unload_in_time
try wait-for 30 absent /run/cpuiso/t.json
is "a keeper that was killed: the monitor does its work" "$(<$default)" "$was"
tried "soon"

# Nothing is told without a look that comes later; of these there is one each 200 ms.
looked() {
	forget
	said '^event=status isolation=t state=isolated' && forget && said '^event=status isolation=t state=isolated'
}
told() {
	sed -n 's/^cpuiso_irqbalance_told_total //p' "$prom"
}
load
try start_it 0
try banned 1
before=$(told)
try iso apply -c 1 --name t --keep default-irq-affinity --keep irqbalance
try looked
is "--keep irqbalance: the monitor leaves it alone as well" "$(told)" "$before"
stop_it
try start_it 0
try banned 1
try looked
is "and one that comes later" "$(told)" "$before"
# It has moved interrupts meanwhile, which is its right.
iso revert t >/dev/null 2>&1
try banned 1
tried "nor is it at the end"
stop_it
kill "$monitor"
wait "$monitor"
unload
