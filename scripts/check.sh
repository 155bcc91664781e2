#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every static check, as many at once as there are processors, whatever the others say. Installs what is missing. A line
# for each, in the order in which they end, then what it found; the totals are the last line.
#
#   scripts/check.sh [NAME...]      only these, of the programs in scripts/checks
set -u

here=$(cd "$(dirname "$0")" && pwd)
# Quick ones first.
checks=(spdx whitespace file-size places includes module-rules shellcheck yamllint codespell rst checkpatch
	module-gcc module-clang sparse smatch kernel-doc symbols cppcheck gcc-analyzer clang-analyzer clang-analyzer-module
	coccinelle)
for name in "${@:-}"; do
	[ -z "$name" ] || [[ " ${checks[*]} " = *" $name "* ]] || {
		echo "check: no check $name; choose from: ${checks[*]}." >&2
		exit 2
	}
done
[ $# -eq 0 ] || checks=("$@")

# shellcheck source=scripts/lib/totals.sh
. "$here/lib/totals.sh"
# shellcheck source=scripts/lib/jobs.sh
. "$here/lib/jobs.sh"
jobs=$(nproc)
log=$(mktemp -d) || exit
trap 'rm -rf "$log"' EXIT

# Waits for one check to end and says how it went.
reap() {
	local name status seconds
	next_ended
	case $status in
	0)
		echo "ok $name ($seconds s)"
		passed=$((passed + 1))
		;;
	4)
		echo "skip $name: $(tail -1 "$log/$name.out")"
		skipped=$((skipped + 1))
		;;
	*)
		echo "not ok $name ($seconds s)"
		sed 's/^/    /' "$log/$name.out"
		failed=$((failed + 1))
		;;
	esac
}

"$here/deps.sh" build check || exit
# What is told of a download is nothing that a check found.
"$here/kernel-fetch.sh" 6.1 || exit
for name in "${checks[@]}"; do
	start "$name" "$here/checks/$name"
done
reap_all
totals
[ "$failed" = 0 ]
