#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The functional tests on the kernels that check themselves, which are built first where they are missing. The last line is
# the totals over all of them.
#
#   scripts/test-debug.sh [KERNEL...]      of scripts/kernel-build-checking.sh --list; all when none is named
#
# TEST_OPTIONS in the environment goes to scripts/test.sh.
set -uo pipefail

tree=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/lib/totals.sh
. "$tree/scripts/lib/totals.sh"
output=$(mktemp)
trap 'rm -f "$output"' EXIT

read -r -a known < <("$tree/scripts/kernel-build-checking.sh" --list)
kernels=("$@")
[ $# -gt 0 ] || kernels=("${known[@]}")
for kernel in "${kernels[@]}"; do
	[[ " ${known[*]} " = *" $kernel "* ]] || {
		echo "test-debug: no kernel $kernel; choose from: ${known[*]}." >&2
		exit 2
	}
done
read -r -a options <<<"${TEST_OPTIONS-}"

"$tree/scripts/deps.sh" debug || exit
for kernel in "${kernels[@]}"; do
	echo "== $kernel"
	if ! "$tree/scripts/kernel-build-checking.sh" "$kernel"; then
		echo "not ok $kernel: it could not be built"
		failed=$((failed + 1))
		continue
	fi
	status=0 before=$failed
	"$tree/scripts/test.sh" --kernel "$kernel" "${options[@]}" 2>&1 | tee "$output" || status=$?
	if ! add_totals "$output" || { [ $status != 0 ] && [ "$failed" = "$before" ]; }; then
		echo "not ok $kernel: the tests ended with status $status"
		failed=$((failed + 1))
	fi
done
totals
[ "$failed" = 0 ]
