#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 4
# Processes are born, change their name and end as fast as this machine can make them, while CPUs are isolated and
# given back and the module is loaded and unloaded. None may be missed, none kept, nothing lost.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 12

rate=2000 seconds=10
grep -q 'cpuiso' /proc/slabinfo && bail_out "a slab cache was left before"

hire quiet
ask quiet cpus 1
remember
load
try iso apply -c 1 --name warm --comm storm-member
try revert
tried "apply and revert before the storm"

mkfifo "$T/hold"
storm $rate $seconds storm-member <"$T/hold" >"$T/storm" 2>"$T/storm.err" &
storm_pid=$!
puppets+=($!)
exec {hold}>"$T/hold"
SECONDS=0

# Every verb in turn for as long as it lasts, and on a slow machine often enough; rmmod with and without a revert before.
applies=0 reverts=0 unloads=0
until ((SECONDS >= seconds && applies >= 6)); do
	[ $SECONDS -lt 300 ] || break
	if try iso apply -c 1 --name "s$applies" --comm storm-member; then applies=$((applies + 1)); fi
	if ((applies % 3 != 1)); then
		if try revert; then reverts=$((reverts + 1)); fi
	fi
	if ((applies % 3)); then
		if try unload; then unloads=$((unloads + 1)); fi
		is_loaded || load
	fi
done
echo >&"$hold"
try wait-for 60 line "$T/storm" '^done'
read -r _ forked renamed took <<<"$(tail -n 1 "$T/storm")"
note "$forked processes in $took s ($rate in a second were wanted), $renamed renames;" \
	"$applies applies, $reverts reverts, $unloads unloads"
tried "every apply, revert and rmmod in the storm was done"
is "there were enough of them to mean something" "$((applies >= 6 && unloads >= 4 && reverts >= 4))" 1

# The survivors: born at any moment of all that.
mapfile -t stays < <(awk '$1 == "stays" { print $2 }' "$T/storm")
is "the storm left survivors" "$((${#stays[@]} > 5))" 1
! is_loaded || try revert 2>/dev/null
failures=''
masks() {
	local p
	for p in "${stays[@]}"; do
		cpus_of "$p"
	done | sort | uniq -c
}
is "without isolation, each survivor is allowed on all CPUs" "$(masks | awk '{ print $2 }')" \
	"$(cpus_of $$)"
same "everything is as it was, while the survivors live"

# Isolate while it storms, and look when it is over.
exec {hold}>&-
wait "$storm_pid"
mkfifo "$T/hold2"
storm $rate 3 storm-member <"$T/hold2" >"$T/storm" 2>&1 &
storm_pid=$!
puppets+=($!)
exec {hold}>"$T/hold2"
try wait-for 30 line "$T/storm" '^stays'
try iso apply -c 1 --name held --comm storm-member
echo >&"$hold"
try wait-for 60 line "$T/storm" '^done'
try settle
tried "isolate while it storms"
mapfile -t stays < <(awk '$1 == "stays" { print $2 }' "$T/storm")
members=()
others=()
for p in "${stays[@]}"; do
	read -r comm <"/proc/$p/comm"
	if [ "$comm" = storm-member ]; then members+=(-w "$p"); else others+=("$p"); fi
done
note "${#members[@]} survivors with the name, ${#others[@]} without"
check "every survivor with the name is on the CPU, and nobody else" clear_of "${members[@]}" 1
note "lost notes: $(field_of status lost 2)"
exec {hold}>&-
wait "$storm_pid"
check "rmmod" unload
is "no slab cache is left" "$(awk '/^cpuiso/ { print $1, $2 }' /proc/slabinfo)" ""
finish
