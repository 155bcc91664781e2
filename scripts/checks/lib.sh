# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the checks share. A check is a program here that prints what is wrong; exit 0 is fine, 1 is not, 4 is "skipped", for
# the reason on its last line.
set -u
export LC_ALL=C.UTF-8

tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$tree" || exit

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# sources [PATHSPEC...]: the tree's files that are not products, committed or not yet; what fuzzers made up is no source
# shellcheck disable=SC2120 # the checks give arguments
sources() {
	{
		git ls-files -co --exclude-standard -- "$@" 2>/dev/null || all_sources "$@"
	} | sort -u | while read -r file; do
		[ ! -f "$file" ] || echo "$file"
	done | grep -v '^tests/fuzz/corpus/'
}

# All of them that are text and not empty.
text_sources() {
	# shellcheck disable=SC2119
	sources | tr '\n' '\0' | xargs -0 grep -lI .
}

# The same for a tree that is not git's, as in a release: by name only.
all_sources() {
	local pattern patterns=()
	[ $# -gt 0 ] || set -- '*'
	for pattern; do
		patterns+=(-o -path "./$pattern")
	done
	find . -name .git -prune -o -name build -prune -o -type f \( "${patterns[@]:1}" \) \
		! -name '*.o' ! -name '*.d' ! -name '*.ko' ! -name '*.mod' ! -name '*.mod.c' ! -name '*.cmd' \
		! -name Module.symvers ! -name modules.order -print | sed 's|^\./||'
}

# Scripts may have no suffix, and libraries no first line to tell them by.
shell_sources() {
	# shellcheck disable=SC2119
	sources | tr '\n' '\0' | xargs -0 awk '
		FNR == 1 { named = FILENAME ~ /[.]sh$/ }
		named || /^#!.*[\/ ](ba|da)?sh( |$)/ || /^# shellcheck shell=/ { print FILENAME; nextfile }
		FNR >= 3 { nextfile }'
}

skip() {
	echo "$*"
	exit 4
}

need() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null || { echo "$tool is missing; run scripts/deps.sh check"; exit 1; }
	done
}

# complain TEXT: prints standard input under TEXT and fails when there is any. Pipelines end with it, so their status is its.
complain() {
	local text
	text=$(cat)
	[ -n "$text" ] || return 0
	printf '%s\n' ${1:+"$1"} "$text"
	return 1
}
