# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# An isolation's keeper, found by the words of its command line. For tests that have read lib.sh.
# shellcheck disable=SC2154 # apply and most are the test's

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

# rounds WHAT STEP COMMAND...: killed at one of its calls after the other, STEP calls apart. "aftermath" of the test unloads
# the module and has put back what is left; then all is as it was. The isolation is t, made with "${apply[@]}", unless WHAT
# is apply, and left behind if it is "the next command". No command has as many calls as $most.
rounds() {
	local what=$1 step n status
	step=$(one_in "$2")
	shift 2
	for ((n = 1; n < most; n += step)); do
		load
		[ "$what" = apply ] || try iso "${apply[@]}"
		[ "$what" != "the next command" ] || { try kill_keeper t && try unload; }
		killat -w "$n" "$@" >"$T/killat.out" 2>"$T/killat.err"
		status=$?
		aftermath $((n / step))
		try is_same || complain "$what killed at call $n ($(<"$T/killat.err"))"
		[ ! -e /run/cpuiso/t.json ] || complain "a journal is left"
		[ $status -eq 99 ] || break
	done
	# 3 says that there is no module.
	is_loaded || [ $status -ne 3 ] || status=0
	[ $status -eq 0 ] || complain "$what not killed ended with $status"
	note "$what was killed up to its call $n"
}
