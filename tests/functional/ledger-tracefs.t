#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The ledger against tracefs, on the same CPU in the same window: under a spinning workload, a server that sleeps and is
# woken, lighttpd under load, and with intruders. The counts of each source are equal but for what lies across the edges,
# the time of each class within 2 %.
# mem: 1536
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/gauntlet.sh"
. "$TESTLIB/ledger.sh"
plan 19

tracefs_load 1
gauntlet_load || bail_out "cpuiso_gauntlet.ko cannot be loaded"
remember
load
hire spinner
ask spinner spin
spin=$REPLY
check "apply" iso apply -c 1 --name spin --pid "$spin"

# By itself one or two stretches of 0.1 ms come to such a CPU, and the looks at a switch that is seldom made take 15 us here,
# those at an interrupt 3. Longer ones that come as well make a class of which the looks are no part that counts.
seldom() {
	make_noise thread 1 10000 10
	make_noise work 1 10000 10
	sleep 4
}
agree "spinning workload" 0 "$spin" "$spin" seldom

# Sensors that this kernel lacks are named, and no others, and what they would tell is named with them.
mapfile -t sensors < <(sed -n 's/^\t{ "\([a-z_]*\)", probe_.*/\1/p; s/^\tVECTOR(\([a-z0-9_]*\),.*/\1_entry\n\1_exit/p' \
	"$CPUISO_TREE"/kmod/probe_*.c)
iso status >"$T/status"
iso doctor | grep -w tracepoints >"$T/doctor"
note "$(<"$T/doctor")"
wrong=''
[ ${#sensors[@]} -gt 40 ] || wrong=" only ${#sensors[@]} are known"
for tp in "${sensors[@]}"; do
	lacks=$(grep -q ":$tp\$" $tracing/available_events || echo yes)
	says=$(grep -qw "$tp" "$T/status" && grep -qw "$tp" "$T/doctor" && echo yes)
	[ "$lacks" = "$says" ] || wrong+=" $tp"
done
for what in "ipi_send_cpu ipi lines" "csd_function_entry call lines" "irq_handler_entry irq lines"; do
	lacks=$(grep -q ":${what%% *}\$" $tracing/available_events || echo yes)
	says=$(grep -q "[(].*the ${what#* }[)]" "$T/doctor" && echo yes)
	[ "$lacks" = "$says" ] || wrong+=" ${what#* }"
done
is "status and doctor name the tracepoints that are missing" "$wrong" ""

# Kernel threads, interrupts and work that come to the CPU, and noise of each kind.
intrude() {
	order plain 3
	order widen 2 100
	order work 1 20
	make_noise timer 1 200 5
	make_noise hrtimer 1 200 5
	make_noise tasklet 1 200 5
	make_noise sleeping-work 1 200 5
	make_noise irq 1 200 5
	make_noise thread 1 200 5
	sleep 1
	order stop
}
agree "intruders" 0 "$spin" "$spin" intrude
dismiss spinner
iso revert >/dev/null

# A server: it sleeps until it is asked, and each answer wakes another.
coproc SERVER { while read -r line; do echo "$line"; done; }
puppets+=("$SERVER_PID")
check "apply" iso apply -c 1 --name server --pid "$SERVER_PID"
eval "exec 8>&${SERVER[1]} 9<&${SERVER[0]}"
(while echo x >&8 && read -r _ <&9; do :; done) 2>/dev/null &
client=$!
puppets+=("$client")
agree "sleeping server" 4 "$SERVER_PID" 0
kill $client
iso revert >/dev/null

cat >"$T/lighttpd.conf" <<END
server.document-root = "$T"
server.port = 8080
server.bind = "127.0.0.1"
END
lighttpd -D -f "$T/lighttpd.conf" &
web=$!
puppets+=("$web")
check "lighttpd answers" wait-for 30 line /proc/net/tcp ':1F90 .* 0A '
check "apply" iso apply -c 1 --name web --pid $web
(while :; do curl -s -o "$T/page" "http://127.0.0.1:8080/lighttpd.conf?[1-200]"; done) &
client=$!
puppets+=("$client")
agree "lighttpd under load" 4 "$web" 0
kill $client $web
wait $web 2>/dev/null
unload_noise
rmmod cpuiso_gauntlet
finish
