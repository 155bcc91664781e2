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

passed=0 failed=0 skipped=0 running=0
out=$(mktemp -d) || exit
trap 'rm -rf "$out"' EXIT
trap 'exit 143' INT TERM HUP
declare -A name_of

# Waits for one check to end and says how it went.
reap() {
	local pid status=0 name
	wait -n -p pid || status=$?
	name=${name_of[$pid]}
	running=$((running - 1))
	case $status in
	0)
		echo "ok $name ($(<"$out/$name.s") s)"
		passed=$((passed + 1))
		;;
	4)
		echo "skip $name: $(tail -1 "$out/$name")"
		skipped=$((skipped + 1))
		;;
	*)
		echo "not ok $name ($(<"$out/$name.s") s)"
		sed 's/^/    /' "$out/$name"
		failed=$((failed + 1))
		;;
	esac
}

# shellcheck disable=SC2317 # started in the background
run() {
	local status=0
	SECONDS=0
	"$here/checks/$1" >"$out/$1" 2>&1 </dev/null || status=$?
	echo $SECONDS >"$out/$1.s"
	return $status
}

"$here/deps.sh" build check || exit
for name in "${checks[@]}"; do
	[ $running -lt "$(nproc)" ] || reap
	run "$name" &
	name_of[$!]=$name
	running=$((running + 1))
done
while [ $running -gt 0 ]; do
	reap
done
echo "$passed passed, $failed failed$([ $skipped = 0 ] || echo ", $skipped skipped")"
[ $failed = 0 ]
