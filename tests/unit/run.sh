#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Run TAP tests, show what fails (all with V=1), end with totals. A test that
# ends without its plan, or with another number of lines, has failed.
set -u

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0
failed=0
skipped=0

for test in "$@"; do
	case $test in
	*.py) "${PYTHON:-python3}" "$test" >"$dir/out" 2>"$dir/err" ;;
	*) "$test" >"$dir/out" 2>"$dir/err" ;;
	esac
	code=$?
	plan=$(sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p' "$dir/out")
	ok=$(grep -c '^ok ' "$dir/out")
	bad=$(grep -c '^not ok ' "$dir/out")
	skip=$(grep -c '^ok .*# SKIP' "$dir/out")
	echo "# $test"
	if [ "${V:-0}" = 1 ]; then
		cat "$dir/out"
	else
		grep -E '^not ok |^ok .*# SKIP|^# ' "$dir/out"
	fi
	if [ "$bad" != 0 ] || [ "$code" != 0 ]; then
		sed 's/^/# /' "$dir/err"
	fi
	if [ "$plan" != $((ok + bad)) ] || { [ "$code" != 0 ] && [ "$bad" = 0 ]; }; then
		echo "not ok - $test ran to its end (plan ${plan:-none}, $((ok + bad)) lines, exit status $code)"
		bad=$((bad + 1))
	fi
	passed=$((passed + ok - skip))
	skipped=$((skipped + skip))
	failed=$((failed + bad))
done

[ "$skipped" = 0 ] || echo "# $skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
