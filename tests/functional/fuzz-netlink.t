#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever root sends, in whatever order, the module answers, is idle in the end, and leaves everything as it was.
# FUZZ_SEED, FUZZ_SECONDS, FUZZ_SEQUENCES, FUZZ_STEPS: other sequences than those of fuzz-netlink.seeds and a few by chance.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 6

recipes=() steps=${FUZZ_STEPS:-60}
if [ -z "${FUZZ_SEED:-}" ]; then
	mapfile -t recipes < <(grep '^[0-9]' "$TESTLIB/fuzz-netlink.seeds")
fi
chance=${FUZZ_SEED:-$((SRANDOM % 1000000000))}
last=$(($(n_cpus) - 1))
mount_debugfs

hire lone
ask lone cpus "$last"
hire many
ask many thread 3
ask many cpus "$last" "${REPLY%% *}"
hire other
ask other nice 3
find_irqs 2
set_irq "${irqs[0]}" "$last"
remember
load

# sequences RECIPE COUNT
sequences() {
	fuzznl "$1" "$2" "$steps" "$T/corpus" "$last" "${pid[lone]}" "${pid[many]}" "${pid[other]}" && settle && is_same
}

for recipe in "${recipes[@]}"; do
	try sequences "$recipe" 1 || break
done
tried "the sequences that are kept, and all is as it was after each"
kept=$([ ! -e "$T/corpus" ] || wc -l <"$T/corpus")
end_at=$((SECONDS + ${FUZZ_SECONDS:-0}))
while :; do
	try sequences "$chance" "${FUZZ_SEQUENCES:-5}" || break
	note "by chance: seed $chance: $(tail -n 1 "$T/out")"
	((SECONDS < end_at)) || break
	chance=$((chance + 1000))
done
tried "sequences by chance"
[ -z "$kept" ] || note "to new code: $(tail -n +"$((kept + 1))" "$T/corpus" | paste -sd ' ')"
is "nothing is isolated" "$(field_of status isolated 2)" -
# Observations of sockets that are closed end with them.
is "and nothing is observed" "$(awk 'END { print NR }' "$PROC/stats")" 2
finish
