#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is wrong is refused in one sentence and changes nothing, whether the command sees it or only the module does.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 67

hire work
ask work thread
read -r thread <<<"$REPLY"
hire other
remember

# refused "STATUS..." NAME COMMAND...: no process but the command itself, there are many of these.
refused() {
	local want=$1 name=$2 status said lines line isolations=''
	shift 2
	"$@" >"$T/stdout" 2>"$T/err" </dev/null
	status=$?
	[[ " $want " = *" $status "* ]] || complain "status $status, should be $want"
	mapfile -t said <"$T/err"
	[ ${#said[@]} -eq 1 ] || complain "${#said[@]} lines on stderr: ${said[*]}"
	[ "${#said[0]}" -gt 20 ] || complain "no sentence on stderr"
	[ ! -s "$T/stdout" ] || complain "stdout: $(<"$T/stdout")"
	if is_loaded; then
		mapfile -t lines <"$PROC/status"
		for line in "${lines[@]}"; do
			[[ $line != isolation$'\t'* ]] || isolations+="${line:10} "
		done
		# If it stayed, one mistake would be that of all that follow.
		if [ "${isolations%%$'\t'*}" != "${isolation:-}" ]; then
			complain "isolated: $isolations"
			iso revert >/dev/null 2>&1
		fi
	fi
	tried "$name"
}

# No module.
for verb in "apply -c 1" "revert" "status" "tasks" "irqs" "pin --name x --comm y" "watch"; do
	# shellcheck disable=SC2086 # several words
	refused 3 "no module: ${verb%% *}" iso $verb
done
load

# A tool of another version is this one with another number in it.
version=$(sed -n 's/^module\t//p' "$PROC/status")
other=${version//[0-9]/9}
[ "$other" != "$version" ] || other=${version//9/8}
LC_ALL=C sed "s/${version//./\\.}/$other/g" "$CPUISO_BIN" >"$T/cpuiso"
chmod 755 "$T/cpuiso"
if cmp -s "$CPUISO_BIN" "$T/cpuiso"; then
	not_ok "a module of another version" "the command does not contain \"$version\""
else
	refused 3 "a module of another version" "$T/cpuiso" apply -c 1
fi

last=$(($(getconf _NPROCESSORS_CONF) - 1))
refused "1 2" "empty list" iso apply -c ""
refused "1 2" "no list" iso apply
refused "1 2" "3-1" iso apply -c 3-1
refused "1 2" "99999" iso apply -c 99999
refused "1 2" "a CPU that is not there" iso apply -c $((last + 1))
refused "1 2" "all CPUs" iso apply -c "0-$last"
refused "1 2" "a list with an error in it" iso apply -c 1,,x
refused "1 2" "a negative CPU" iso apply -c -1
refused "1 2" "more digits than fit" iso apply -c 18446744073709551617
refused "1 2" "a stride of nothing" iso apply -c 0-1:2/0
refused "1 2" "a pid that does not exist" iso apply -c 1 --pid 4194303
refused "1 2" "pid 0" iso apply -c 1 --pid 0
refused "1 2" "a negative pid" iso apply -c 1 --pid -1
refused "1 2" "a pid that is none" iso apply -c 1 --pid 12x
refused "1 2" "a list of pids with a hole" iso apply -c 1 --pid "${pid[work]},,${pid[other]}"
refused "1 2" "a kthread as workload" iso apply -c 1 --pid 2
refused "1 2" "a thread of another process" iso apply -c 1 --pid "$thread"
refused "1 2" "a unit that does not exist" iso apply -c 1 --unit no-such-unit.service
refused "1 2" "a unit's name that is none" iso apply -c 1 --unit 'a b/c'
refused "1 2" "a cgroup that does not exist" iso apply -c 1 --cgroup /no/such/cgroup
refused "1 2" "a cgroup's path that is none" iso apply -c 1 --cgroup ../x
refused "1 2" "an empty comm" iso apply -c 1 --comm ""
refused "1 2" "a comm of 16 bytes" iso apply -c 1 --comm 0123456789abcdef
refused "1 2" "a name with a blank" iso apply -c 1 --name "a b"
refused "1 2" "a name of 32 bytes" iso apply -c 1 --name 0123456789abcdef0123456789abcdef
refused "1 2" "an empty name" iso apply -c 1 --name ""
refused "1 2" "a priority of 0" iso apply -c 1 --sched fifo:0
refused "1 2" "a priority of 100" iso apply -c 1 --sched rr:100
refused "1 2" "a policy that is none" iso apply -c 1 --sched deadline:1
refused "1 2" "a pattern that is too long" iso apply -c 1 --keep-irq "$(printf 'x%.0s' {1..64})"
refused "1 2" "a revert of nothing" iso revert
refused "1 2" "a revert of what is not isolated" iso revert nobody
refused "1 2" "a pin into what is not isolated" iso pin --name nobody --comm x
refused "2" "an option that is none" iso apply -c 1 --frobnicate
refused "2" "a verb that is none" iso frobnicate
refused "1 2" "control characters in a list" iso apply -c $'1\n2\e[31m'
is "and none in the answer" "$(LC_ALL=C tr -d '\n' <"$T/err" | LC_ALL=C grep -c '[[:cntrl:]]')" 0

as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}
refused 1 "an unprivileged user: apply" as_nobody "$CPUISO_BIN" apply -c 1
refused 1 "an unprivileged user: revert" as_nobody "$CPUISO_BIN" revert nobody
check "who may read" as_nobody "$CPUISO_BIN" status
refused "1 3" "root of another user namespace" unshare -U -r "$CPUISO_BIN" apply -c 1
refused "1 3" "another network namespace" unshare -n "$CPUISO_BIN" apply -c 1
refused 1 "root without the capability" setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$CPUISO_BIN" apply -c 1
is "who has a socket from better days" "$(rawnl dropped apply name=x cpus=1 | cut -d ' ' -f 1)" 1
is "nothing is isolated after all this" "$(field_of status isolated 2)" -
same "and nothing changed"

# What the command would not let through. Each kind is a result of its own.
check "wrong messages" badnl kinds 1
note "$(grep -c '^ok ' "$T/out") kinds of wrong messages"
same "wrong messages change nothing"
check "damaged messages" badnl fuzz 20240501 400 1
note "$(<"$T/out")"
settle >/dev/null
same "damaged messages leave nothing behind"
check "forty changes without reading an answer" rawnl flood 40 1
note "$(<"$T/out")"
settle >/dev/null
same "leave nothing behind"

# Two applies with one name.
try iso apply -c 1 --name twice --pid "${pid[work]}"
tried "one apply"
isolation=twice
refused 1 "another with its name" iso apply -c 0 --name twice
refused 1 "another with its CPU" iso apply -c 1 --name thrice
refused 1 "another with its process" iso pin --name twice --pid "${pid[work]}"
check "the first holds" clear_of -w "${pid[work]}" 1
finish
