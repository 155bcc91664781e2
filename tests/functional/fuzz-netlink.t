#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever root sends, in whatever order, the module answers, is idle in the end, and leaves everything as it was.
# FUZZ_SEED, FUZZ_SEQUENCES, FUZZ_STEPS: other sequences than those of fuzz-netlink.seeds and a few by chance.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 6

seeds=() steps=${FUZZ_STEPS:-60}
if [ -z "${FUZZ_SEED:-}" ]; then
	read -r -a seeds < <(sed -n 's/^\([0-9][0-9]*\).*/\1/p' "$TESTLIB/fuzz-netlink.seeds" | paste -sd ' ')
fi
chance=${FUZZ_SEED:-$((SRANDOM % 1000000000))}
last=$(($(n_cpus) - 1))

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

# sequences SEED COUNT
sequences() {
	fuzznl "$1" "$2" "$steps" "$last" "${pid[lone]}" "${pid[many]}" "${pid[other]}" && settle && is_same
}

for seed in "${seeds[@]}"; do
	try sequences "$seed" 1 || break
done
tried "the sequences that are kept, and all is as it was after each"
note "by chance: seed $chance"
check "sequences by chance" sequences "$chance" "${FUZZ_SEQUENCES:-5}"
note "$(tail -n 1 "$T/out")"
is "nothing is isolated" "$(field_of status isolated 2)" -
# Observations of sockets that are closed end with them.
is "and nothing is observed" "$(awk 'END { print NR }' "$PROC/stats")" 2
finish
