#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run the harnesses, which the Makefile has built, one after the other. The last line is the totals.
#
#   run.sh MINUTES HARNESS...     fuzz each so long; what is learnt stays in the cache, what is found in build/found
#   run.sh keep HARNESS...        the least of the cache that reaches as much becomes corpus/
#   run.sh coverage HARNESS...    lines of the command's source that corpus/ reaches
set -uo pipefail
cd "$(dirname "$0")" || exit

cache=${CPUISO_CACHE:-$HOME/.cache/cpuiso}/fuzz
job=$1
shift
passed=0 failed=0
# A harness leaves its words on stderr, which nobody could read at this speed.
options=(-close_fd_mask=3 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1)

# at_most NAME: bytes
at_most() {
	case $1 in
	journal | undo | answer) echo 2048 ;;
	*) echo 512 ;;
	esac
}

fuzz() {
	local name=$1 log=build/$1.log dict=()
	mkdir -p "$cache/$name" build/found
	[ ! -e "$name.dict" ] || dict=(-dict="$name.dict")
	if "build/fuzz/$name" "${options[@]}" "${dict[@]}" -max_len="$(at_most "$name")" \
		-max_total_time=$((job * 60)) -artifact_prefix="build/found/$name-" \
		"$cache/$name" "corpus/$name" >"$log" 2>&1; then
		passed=$((passed + 1))
		echo "ok $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") executions, $(
			grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d ' ' -f 2) edges, $(
			find "$cache/$name" -type f | wc -l) inputs"
	else
		failed=$((failed + 1))
		echo "not ok $name"
		grep -vE '^#[0-9]+.*(NEW|REDUCE|pulse)' "$log" | tail -40 | sed 's/^/    /'
	fi
}

keep() {
	local name=$1 new
	new=$(mktemp -d)
	if "build/fuzz/$name" -close_fd_mask=3 -merge=1 -max_len="$(at_most "$name")" \
		"$new" "corpus/$name" "$cache/$name" >"build/$name.log" 2>&1; then
		passed=$((passed + 1))
		rm -rf "corpus/${name:?}"
		mv "$new" "corpus/$name"
		chmod 755 "corpus/$name"
		echo "ok $name: $(find "corpus/$name" -type f | wc -l) inputs"
	else
		failed=$((failed + 1))
		echo "not ok $name"
		tail -5 "build/$name.log"
	fi
}

coverage() {
	local name binaries=()
	for name; do
		LLVM_PROFILE_FILE=build/coverage/$name.profraw "build/coverage/$name" "corpus/$name" \
			>/dev/null 2>"build/$name.log" && passed=$((passed + 1)) || failed=$((failed + 1))
		binaries+=(-object "build/coverage/$name")
	done
	llvm-profdata merge -o build/coverage/all.profdata build/coverage/*.profraw
	# Of each file: lines, missed, reached.
	llvm-cov report -instr-profile build/coverage/all.profdata "${binaries[@]:1}" 2>/dev/null |
		awk '$1 ~ /[.]c$/ && $10 != "0.00%" { printf "%-24s %5d lines %8s\n", $1, $8, $10 }'
}

case $job in
coverage) coverage "$@" ;;
keep) for name; do keep "$name"; done ;;
*) for name; do fuzz "$name"; done ;;
esac
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
