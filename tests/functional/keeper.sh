# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# An isolation's keeper, found by the words of its command line. For tests that have read lib.sh.

# keeper_of NAME: its process id. No process is started for it, there are many of them to look at.
keeper_of() {
	local file words
	for file in /proc/[0-9]*/cmdline; do
		words=()
		{ mapfile -d '' -t words <"$file"; } 2>/dev/null
		if [ "${words[*]}" = "cpuiso keep $1" ]; then
			file=${file#/proc/}
			echo "${file%/cmdline}"
			return
		fi
	done
	return 1
}

# kill_keeper NAME: and it is gone. That there is none is no success.
kill_keeper() {
	local keeper
	keeper=$(keeper_of "$1") && kill -9 "$keeper" && wait-for 5 gone "$keeper"
}
