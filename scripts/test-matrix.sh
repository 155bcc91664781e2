#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Module and command on the kernels people run: for each of Debian's, from 5.10 to the newest, the module built against
# its own headers with gcc and clang at the kernel's warning level 1, and the functional tests on 2 and on 8 CPUs. What cannot
# work on a kernel is skipped there, by name. Writes these results into Documentation/kernels.rst and leaves the others in
# it. The last line is the totals.
#
#   scripts/test-matrix.sh [--cpus 2|8] [KERNEL...]
#
#   --cpus N        not on the other number of CPUs
#   KERNEL          of scripts/kernel-fetch.sh --list; those below when none is named
#
# TEST_OPTIONS in the environment goes to scripts/test.sh; with --only the table is left alone.
set -uo pipefail

tree=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/lib/totals.sh
. "$tree/scripts/lib/totals.sh"
table=$tree/Documentation/kernels.rst
standard=(5.10 6.1 6.1-rt 6.12 7.3 7.3-rt)
of=$(git -C "$tree" rev-parse --short HEAD 2>/dev/null || cat "$tree/VERSION")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' INT TERM HUP

sizes=(2 8)
if [ "${1-}" = --cpus ]; then
	[[ ${2-} =~ ^[28]$ ]] || {
		echo "test-matrix: --cpus is 2 or 8; see the head of $0." >&2
		exit 2
	}
	sizes=("$2")
	shift 2
fi
mapfile -t known < <("$tree/scripts/kernel-fetch.sh" --list)
kernels=("$@")
[ $# -gt 0 ] || kernels=("${standard[@]}")
for kernel in "${kernels[@]}"; do
	[[ " ${known[*]} " = *" $kernel "* ]] || {
		echo "test-matrix: no kernel $kernel; choose from: ${known[*]}." >&2
		exit 2
	}
done
read -r -a options <<<"${TEST_OPTIONS-}"

result() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	else
		failed=$((failed + 1))
		echo "not ok $2"
	fi
}

# build KERNEL COMPILER: sets $verdict
build() {
	local kernel=$1 compiler=$2 status=0
	set -- W=1 KCFLAGS=-Werror
	[ "$compiler" != clang ] || set -- CC=clang "$@"
	"$tree/scripts/build-module.sh" "$kernel" "$@" >/dev/null || status=1
	"$tree/scripts/build-module.sh" "$kernel" DEBUG=1 "$@" >/dev/null || status=1
	"$tree/scripts/build-module.sh" --helper "$kernel" "$@" >/dev/null || status=1
	verdict=clean
	[ $status = 0 ] || verdict="not clean"
	result $status "$kernel: $compiler, W=1"
}

# suite KERNEL CPUS: sets $verdict; what failed is in $work/fails, why something was skipped in $work/skips
suite() {
	local status=0 before=$failed free=()
	# Those that ask for a number of CPUs have it on 2.
	[ "$2" = 2 ] || free=(--free)
	"$tree/scripts/test.sh" --kernel "$1" --cpus "$2" "${free[@]}" "${options[@]}" 2>&1 | tee "$work/out" || status=$?
	if ! add_totals "$work/out" || { [ $status != 0 ] && [ "$failed" = "$before" ]; }; then
		echo "not ok $1: the tests on $2 CPUs ended with status $status"
		failed=$((failed + 1))
	fi
	verdict=$(grep -E '^[0-9]+ passed, ' "$work/out" | tail -1)
	verdict=${verdict/, 0 failed/}
	sed -n 's/^ *FAILED: //p' "$work/out" >"$work/fails"
	# What is about another number of CPUs is tested on those.
	sed -n '/# SKIP is about [0-9]* CPUs$/d; s/^ *ok [0-9]* \(- \)*\(.*\) # SKIP *\(.*\)/\2: \3/p' "$work/out" >"$work/skips"
}

# bullets TITLE FILE: its lines, if there are any
bullets() {
	local bullet
	[ -s "$2" ] || return 0
	printf '%s\n\n' "$1"
	sort -u "$2" | sed 's/[\\*`|_]/\\&/g' | while IFS= read -r bullet; do
		fold -s -w 76 <<<"$bullet" | sed '1s/^/* /; 1!s/^/  /; s/ *$//'
	done
	echo
}

# part KERNEL CPUS
part() {
	local line="=========== ============================================"
	printf '.. on %s %s\n\n' "$1" "$2"
	printf '%s\n' "$line" "$2 CPUs      $verdict" "kernel      $abi" "cpuiso      $of" "gcc, W=1    $gcc" \
		"clang, W=1  $clang" "$line" ""
	bullets "Failed there:" "$work/fails"
	bullets "Not tested there:" "$work/skips"
}

# write_table KERNEL CPUS: what was there stays, but for this part; the order is that of the kernels.
write_table() {
	local kernel size
	[[ " ${options[*]} " != *" --only "* ]] || return 0
	part "$1" "$2" >"$work/part.$1.$2"
	{
		cat <<-'END'
			.. SPDX-License-Identifier: GPL-2.0

			=======
			Kernels
			=======

			What ``make test-matrix`` found on Debian's kernels; it wrote this. The module is
			built against each kernel's own headers and tested in the test machine, on the
			build with fault injection. Tests that ask for a number of CPUs, 1, 4 or 8, have it
			and are counted under 2 CPUs. A test that needs what a kernel has not got is skipped
			there and says what that is; ``cpuiso doctor`` says it to the user.

		END
		for kernel in "${known[@]}"; do
			for size in 2 8; do
				[ -e "$work/part.$kernel.$size" ] || awk -v marker=".. on $kernel $size" '
					/^[.][.] / { on = $0 == marker }
					on' "$table" >"$work/part.$kernel.$size"
			done
			[ -s "$work/part.$kernel.2" ] || [ -s "$work/part.$kernel.8" ] || continue
			printf '.. kernel\n\n%s\n%s\n\n' "$kernel" "${kernel//?/=}"
			cat "$work/part.$kernel.2" "$work/part.$kernel.8"
			echo
		done
	} | cat -s | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >"$work/table"
	cp "$work/table" "$table"
}

"$tree/scripts/deps.sh" build vm test matrix || exit
for kernel in "${kernels[@]}"; do
	echo "== $kernel"
	if ! abi=$("$tree/scripts/kernel-fetch.sh" --abi "$kernel"); then
		echo "not ok $kernel: it cannot be had"
		failed=$((failed + 1))
		continue
	fi
	build "$kernel" gcc
	gcc=$verdict
	build "$kernel" clang
	clang=$verdict
	for size in "${sizes[@]}"; do
		suite "$kernel" "$size"
		write_table "$kernel" "$size"
	done
done
totals
[ "$failed" = 0 ]
