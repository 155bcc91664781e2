#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The commands about the ledger: observe, marks, reset, the proof of an apply, explain against what this kernel really
# shows, and top without a terminal and on one.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/ledger.sh"
apply_options=(--no-partition)
need_cpus 2
plan 27

load_noise
remember
load
TIMER='noise_timer_fn[cpuiso_noise]'

# row_of KIND NAME: "COUNT TOTAL_NS MAX_NS" in a table of the tool
row_of() {
	awk -v kind="$1" -v name="$2" '$2 == kind && $3 == name { print $4, $5, $6 }' "$T/out"
}

# Nothing has a ledger.
check_exit 1 "explain without a ledger" iso explain
check_exit 1 "top without a ledger" iso top </dev/null

# observe begins when it says so, and shows what came from then on.
# shellcheck disable=SC2069 # only stderr goes to the pipe
coproc OBSERVE { exec "$CPUISO_BIN" observe -c 1 2>&1 >"$T/observed"; }
read -r -t 60 line <&"${OBSERVE[0]}"
is "observe says when it has begun" "$line" "cpuiso: observing CPU 1; Ctrl-C ends it"
make_noise timer 1 1000 20
p=$OBSERVE_PID
kill -TERM "$p"
wait "$p"
is "observe ends with a signal" $? 0
cp "$T/observed" "$T/out"
read -r count total max < <(row_of timer "$TIMER")
is "it has seen all of a noise" "$count" 20
if [ "$total" -ge "$spent" ] && [ "$max" -ge 1000000 ]; then
	ok "and how long that was"
else
	not_ok "and how long that was" "$total ns, longest $max, should be $spent" "$(<"$T/out")"
fi
check "and leaves nothing" wait-for 10 no-line $PROC/stats '^1'

# A proof: the same noise before and after, which no mask removes.
(
	while [ ! -e "$T/stop" ]; do
		echo "timer 1 200 5" >"$MAKE"
	done
) &
noise=$!
prove() {
	iso apply -c 1 --proof 3s --json 2>"$T/says" >"$T/proof" || cat "$T/says" "$T/proof"
}
check "apply --proof" prove
[ ! -s "$T/says" ] || note "$(<"$T/says")"
touch "$T/stop"
wait $noise
check "both windows have what nobody can remove" python3 - "$T/proof" "$TIMER" <<'EOF'
import json, sys
doc = json.load(open(sys.argv[1]))
proof = doc["proof"]
row = [x for x in proof["sources"] if x["kind"] == "timer" and x["name"] == sys.argv[2]]
assert len(row) == 1, proof["sources"]
for when in "before", "after":
    part, cpu = row[0][when], proof["cpus"][0][when]
    assert part["count"] > 0 and part["total_ns"] >= 200000 * part["count"], part
    assert cpu["wall_ns"] >= 3 * 10**9, cpu
    total = sum(x[when]["total_ns"] for x in proof["sources"] if x["kind"] not in ("time", "switch"))
    assert total == cpu["total_ns"], (when, total, cpu)
users = [x for x in proof["sources"] if x["kind"] == "user" and x["after"]["count"] > 3]
assert not users, users
EOF

# Marks.
check "a mark" iso stats --mark here
make_noise timer 1 1000 20
check "what came since" iso stats --since here
read -r count total max < <(row_of timer "$TIMER")
is "is what came since" "$count" 20
if [ "$total" -ge "$spent" ] && [ "$max" -ge 1000000 ]; then
	ok "with its time and its longest"
else
	not_ok "with its time and its longest" "$total ns, longest $max, should be $spent" "$(<"$T/out")"
fi
check "a reset" iso stats --reset -c 1
iso stats >"$T/out"
is "begins anew" "$(row_of timer "$TIMER")" ""
iso stats --since here >"$T/out"
read -r count _ < <(row_of vector local_timer)
if [ "${count:-0}" -lt 1000000 ]; then
	ok "a mark from before a reset does no harm"
else
	not_ok "a mark from before a reset does no harm" "$count"
fi
check_exit 1 "what has no ledger is not reset" iso stats --reset -c 0

# Some of everything, then explain has to know all of it.
[ -e /sys/kernel/tracing/trace ] || mount -t tracefs tracefs /sys/kernel/tracing
for kind in timer hrtimer work irq-work tasklet irq call thread; do
	make_noise $kind 1 100 2
done
hire guest
ask guest cpus 1
dismiss guest
taskset -c 1 find /proc/self /sys/kernel >/dev/null 2>&1
sync
ping -c 2 -i 0.2 127.0.0.1 >/dev/null 2>&1
iso stats >"$T/stats"
check "explain" iso explain --json
cp "$T/out" "$T/explained"
check "it has every source, once" python3 - "$T/stats" "$T/explained" <<'EOF'
import json, sys
rows = [line.split()[1:3] for line in open(sys.argv[1]).read().splitlines()[1:]]
shown = [(e["kind"], n.replace(" ", "\\040")) for e in json.load(open(sys.argv[2]))["sources"] for n in e["names"]]
lacks = [r for r in rows if r[0] not in ("time", "switch") and tuple(r) not in shown]
assert not lacks and len(shown) == len(set(shown)), (lacks, shown)
EOF
check "of every kind that this kernel tells of" python3 - "$T/explained" /sys/kernel/tracing/available_events <<'EOF'
import json, sys
kinds = {e["kind"] for e in json.load(open(sys.argv[1]))["sources"]}
events = open(sys.argv[2]).read().split()
want = {"vector", "softirq", "irq", "kthread", "timer", "hrtimer", "work"}
want |= {"call" for e in events if e == "csd:csd_function_entry"}
want |= {"ipi" for e in events if e == "ipi:ipi_send_cpu"}
assert kinds >= want, sorted(want - kinds)
EOF
check "and knows all that is not of this test" python3 - "$T/explained" <<'EOF'
import json, sys
for e in json.load(open(sys.argv[1]))["sources"]:
    mine = all("noise" in n for n in e["names"])
    assert e["known"] or mine, e
    assert e["what"] and e["why"] and bool(e["remedies"]) != bool(e["nothing"]), e
EOF
nohz=$(cat /sys/devices/system/cpu/nohz_full 2>/dev/null)
case $nohz in
'' | *null*) want=1 ;;
*) want=0 ;;
esac
is "it advises nohz_full where the boot line lacks it" \
	"$(grep -c '"nohz_full=1 on the boot line' "$T/explained" | sed 's/[1-9].*/1/')" "$want"

# top.
check "top without a terminal" iso top -d 200ms </dev/null
if grep -qE '^ +1 +time +wall ' "$T/out" && grep -qE '^CPU +KIND +NAME +COUNT/S ' "$T/out"; then
	ok "shows a table"
else
	not_ok "shows a table" "$(<"$T/out")"
fi
if command -v script >/dev/null; then
	# shellcheck disable=SC2016 # for the inner shell
	check "top on a terminal ends with q" sh -c '(sleep 3; printf q) |
		TERM=linux timeout 60 script -qec "stty rows 24 cols 100; $1 top -d 500ms" "$2"' sh "$CPUISO_BIN" "$T/screen"
else
	skip "top on a terminal ends with q" "script is not installed"
fi
rm -f /run/cpuiso/here.mark
unload_noise
finish
