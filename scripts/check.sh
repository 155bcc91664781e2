#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every static check, one after the other, whatever the others say. Installs what is missing. A line for each, then what
# it found; the totals are the last line.
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

passed=0 failed=0 skipped=0
"$here/deps.sh" build check || exit
for name in "${checks[@]}"; do
	start=$SECONDS status=0
	output=$("$here/checks/$name" 2>&1 </dev/null) || status=$?
	case $status in
	0)
		echo "ok $name ($((SECONDS - start)) s)"
		passed=$((passed + 1))
		;;
	4)
		echo "skip $name: $(tail -1 <<<"$output")"
		skipped=$((skipped + 1))
		;;
	*)
		echo "not ok $name ($((SECONDS - start)) s)"
		sed 's/^/    /' <<<"$output"
		failed=$((failed + 1))
		;;
	esac
done
echo "$passed passed, $failed failed$([ $skipped = 0 ] || echo ", $skipped skipped")"
[ $failed = 0 ]
