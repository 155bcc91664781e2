#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The tests: on this machine those of the command's parts, in the test machine those of module and command together and
# those of the test machine itself. Installs and builds what is missing. The last line is the totals over everything.
#
#   scripts/test.sh [--kernel NAME] [--cpus N] [--free] [--only REGEX] [--jobs N] [--append PARAMS]
#
#   --kernel NAME   the functional tests only, on this kernel (see tests/vm/run)
#   --cpus N        in the guests of tests that do not ask for a number (2)
#   --free          none of those that do
#   --only REGEX    of "unit", "packaging", "vm-selftest" and the files in tests/functional only those that match
#   --jobs N        that many guests side by side (2)
#   --append PARAMS more of the boot line of each guest
#
# A functional test says in the comment at its head what machine it needs, one "# KEY: VALUE" each: cpus (2), boot (more of
# the kernel's boot line), mem (MiB), systemd (yes), icount (yes, and one CPU), qemu (one argument "-device X"), allow
# (console lines that it provokes, a regular expression). Tests with the same needs share a guest.
set -uo pipefail

tree=$(cd "$(dirname "$0")/.." && pwd)
cache=${CPUISO_CACHE:-$HOME/.cache/cpuiso}
kernel='' cpus=2 free='' only='' jobs=2 append=''
# The functional tests run on the build with fault injection; these show that the other one, which users get, works too.
plain=(apply-clears.t undo.t)

die() {
	echo "test: $*" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	case $1 in
	--kernel | --cpus | --only | --jobs | --append)
		[ $# -ge 2 ] || die "$1 needs a value; see the head of $0."
		declare "${1#--}=$2"
		shift 2
		;;
	--free)
		free=1
		shift
		;;
	*) die "unknown argument $1; see the head of $0." ;;
	esac
done

# shellcheck source=scripts/lib/totals.sh
. "$tree/scripts/lib/totals.sh"
# shellcheck source=scripts/lib/jobs.sh
. "$tree/scripts/lib/jobs.sh"
mkdir -p "$cache/log"
log=$(mktemp -d "$cache/log/test.XXXXXX") || exit

finish() {
	if [ "$failed" = 0 ]; then
		rm -rf "$log"
	else
		echo "logs: $log"
	fi
	totals
	[ "$failed" = 0 ]
	exit
}

wanted() {
	[[ -z $only || $1 =~ $only ]]
}

# A build is a result only when it fails.
build() {
	local what=$1
	shift
	if ! "$@" >"$log/build" 2>"$log/build.err"; then
		echo "not ok $what"
		sed 's/^/    /' "$log/build" "$log/build.err"
		failed=$((failed + 1))
		finish
	fi
}

# Waits for one job to end and says how it went.
reap() {
	local name status seconds out before=$failed p=$passed f=$failed s=$skipped
	next_ended
	out=$log/$name.out
	if ! add_totals "$out" || { [ "$status" != 0 ] && [ "$failed" = "$before" ]; }; then
		echo "ended with status $status" >>"$out"
		failed=$((failed + 1))
	fi
	if [ "$failed" = "$before" ]; then
		echo "ok $name: $((passed - p)) passed$([ $s = "$skipped" ] || echo ", $((skipped - s)) skipped"), $seconds s"
		# Why something was not tested is part of the result.
		grep -hE '^ *ok .*# SKIP|^# .*: skipped' "$out" "$log/$name"/ktap.log 2>/dev/null | sed 's/^ */    /'
	else
		echo "not ok $name: $((passed - p)) passed, $((failed - f)) failed, $seconds s"
		sed 's/^/    /' "$out"
	fi
}

needs_of() {
	sed -n '/^[^#]/q; s/^# \(cpus\|boot\|mem\|systemd\|icount\|allow\|qemu\): \(.*\)/\1=\2/p' "$1" | sort | paste -sd '\t'
}

# guest NAME KO NEEDS TEST...
guest() {
	local name=$1 ko=$2 need key value word boot=$append options=() needs=()
	IFS=$'\t' read -r -a needs <<<"$3"
	for need in "${needs[@]}"; do
		key=${need%%=*} value=${need#*=}
		case $key in
		boot) boot+=" $value" ;;
		qemu) for word in $value; do options+=(--qemu "$word"); done ;;
		systemd | icount) [ "$value" != yes ] || options+=("--$key") ;;
		*) options+=("--$key" "$value") ;;
		esac
	done
	start "$name" "$tree/tests/vm/run" --kernel "${kernel:-6.1}" --cpus "$cpus" --ko "$ko" --timeout "$timeout" \
		--log "$log/$name" --append "$boot" "${options[@]}" "${@:4}"
}

sets=(build vm test)
# Kernels that check themselves are many times slower.
timeout=2700
if [ -n "$kernel" ] && [ -e "$cache/kernels/$kernel/stamp" ]; then
	sets+=(debug)
	timeout=3600
fi
build "packages" "$tree/scripts/deps.sh" "${sets[@]}"

tests=()
for file in "$tree"/tests/functional/*.t; do
	wanted "${file##*/}" || continue
	[ -n "$free" ] && grep -qE '^# (cpus|icount): ' "$file" || tests+=("$file")
done
wanted vm-selftest && [ -z "$kernel" ] && selftest=1 || selftest=
wanted packaging && [ -z "$kernel" ] && packaging=1 || packaging=
wanted unit && [ -z "$kernel" ] && unit=1 || unit=
[ -n "${tests[*]}$selftest$unit$packaging" ] || die "nothing matches $only."

build "the command" make -s -j"$(nproc)" -C "$tree/userspace"
if [ -n "$selftest" ] || [ ${#tests[@]} -gt 0 ]; then
	build "the module with fault injection" "$tree/scripts/build-module.sh" "${kernel:-6.1}" DEBUG=1
	# A copy, which no other build replaces under a running guest.
	mkdir "$log/debug" "$log/plain"
	cp "$(<"$log/build")" "$log/debug/cpuiso.ko"
	build "the modules of the tests" "$tree/scripts/build-module.sh" --helper "${kernel:-6.1}"
	cp "$(dirname "$(<"$log/build")")"/*.ko "$log/debug/"
	build "the programs of the tests" make -s -j"$(nproc)" -C "$tree/tests/functional"
fi

[ -z "$unit" ] || start unit make -s -C "$tree/tests/unit" test

declare -A group=()
needs=()
for file in "${tests[@]}"; do
	need=$(needs_of "$file")
	[ -n "${group[-$need]-}" ] || needs+=("$need")
	group[-$need]+="$file"$'\n'
done
# The largest groups first, so that none of them is the last, beside an idle processor.
mapfile -t needs < <(for need in "${needs[@]}"; do
	printf '%d\t%s\n' "$(wc -l <<<"${group[-$need]}")" "$need"
done | sort -srn -k 1,1 | cut -f 2-)
for need in "${needs[@]}"; do
	mapfile -t files <<<"${group[-$need]%$'\n'}"
	label=functional${need:+-$(tr -cs '[:alnum:]\n' - <<<"$need")}
	# A guest uses one processor of this machine, so the tests without special needs, which are most, go into two.
	if [ -z "$need" ] && [ "$jobs" -gt 1 ] && [ ${#files[@]} -gt 3 ]; then
		half=()
		for ((i = 1; i < ${#files[@]}; i += 2)); do
			half+=("${files[i]}")
			unset "files[i]"
		done
		guest "$label-b" "$log/debug/cpuiso.ko" "$need" "${half[@]}"
		label+=-a
	fi
	guest "$label" "$log/debug/cpuiso.ko" "$need" "${files[@]}"
done

if [ -z "$kernel" ]; then
	files=()
	for file in "${plain[@]}"; do
		! wanted "$file" || files+=("$tree/tests/functional/$file")
	done
	if [ ${#files[@]} -gt 0 ]; then
		build "the module" "$tree/scripts/build-module.sh" 6.1
		cp "$(<"$log/build")" "$log/plain/cpuiso.ko"
		guest plain "$log/plain/cpuiso.ko" '' "${files[@]}"
	fi
	[ -z "$selftest" ] || start vm-selftest "$tree/tests/vm/selftest.sh"
fi
[ -z "$packaging" ] || start packaging "$tree/tests/packaging.sh"
reap_all
finish
