#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Shows that the test machine fails when it should, and says why: a harness that cannot fail proves nothing.
# Boots five guests one after the other; prints TAP. Options go to tests/vm/run.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
options=("$@")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
count=0
bad=0

# Standard input is the test; the plan and a good result are there unless it does without.
make_test() {
	{
		echo '#!/bin/bash'
		cat
	} >"$dir/$1"
	chmod +x "$dir/$1"
}

boot() {
	"$here/run" "${options[@]}" "$@" >"$dir/out" 2>&1
	status=$?
	last=$(tail -1 "$dir/out")
}

check() {
	local name=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		sed 's/^/# /' "$dir/out"
		bad=1
	fi
}

# shellcheck disable=SC2317
says() {
	grep -qE -- "$1" "$dir/out"
}

# shellcheck disable=SC2317
does_not_say() {
	! says "$1"
}

make_test good.t <<'END'
echo 1..2; echo ok 1 - one; echo 'ok 2 - two # SKIP for show'
END
make_test skip.t <<'END'
exit 4
END
make_test tree.t <<'END'
echo 1..5
[ "$(uname -n)" = cpuiso-vm ] && echo ok 1 - in the guest || echo not ok 1 - in the guest
[ "$PWD" = "$CPUISO_TREE" ] && [ -x tests/vm/run ] && echo ok 2 - the tree || echo not ok 2 - the tree
touch /usr/vm-selftest && echo ok 3 - writable or so it looks || echo not ok 3 - writable or so it looks
[ -e /sys/fs/cgroup/cgroup.procs ] && echo ok 4 - cgroup2 || echo not ok 4 - cgroup2
[ -d /sys/kernel/tracing/events ] && echo ok 5 - tracefs || echo not ok 5 - tracefs
END
make_test not-ok.t <<'END'
echo 1..2; echo '# the reason is this'; echo not ok 1 - two and two; echo ok 2 - fine
END
make_test no-plan.t <<'END'
echo ok 1 - only
END
make_test short.t <<'END'
echo 1..3; echo ok 1 - first; echo ok 2 - second
END
make_test status.t <<'END'
echo 1..1; echo ok 1 - first; exit 3
END
make_test dies.t <<'END'
echo 1..1; echo ok 1 - first; kill -SEGV $$
END
make_test leaves.t <<'END'
echo 1..1; sleep 1000 & echo ok 1 - first
END
make_test warns.t <<'END'
echo 1..1; echo '<4>WARNING: test' >/dev/kmsg; echo ok 1 - first
END
make_test hangs.t <<'END'
echo 1..1; exec sleep 1000
END
make_test panics.t <<'END'
echo 1..1; echo ok 1 - first; echo c >/proc/sysrq-trigger; sleep 1000
END
make_test stops.t <<'END'
echo 1..1; echo ok 1 - first; busybox poweroff -f; sleep 1000
END

echo 1..24

boot "$dir/good.t" "$dir/skip.t" "$dir/tree.t"
check 'a good run passes' [ $status = 0 ]
check 'and counts its sub-tests' [ "$last" = '6 passed, 0 failed, 2 skipped' ]
check 'the machine itself was left alone' [ ! -e /usr/vm-selftest ]

boot "$dir/good.t" "$dir"/{not-ok,no-plan,short,status,dies,leaves,warns}.t
check 'a bad run fails' [ $status = 1 ]
check 'a failed result is named' says '^FAILED: not-ok.t: not ok 1 - two and two'
check 'with what was said before it' says 'the reason is this'
check 'a missing plan' says '^FAILED: no-plan.t: no plan'
check 'a result too few' says '^FAILED: short.t: 3 results planned, 2 seen'
check 'a bad exit status' says '^FAILED: status.t: exit status 3'
check 'a test killed by a signal' says '^FAILED: dies.t: killed by signal 11'
check 'a process left behind is no failure' does_not_say '^FAILED: leaves.t'
check 'a warning on the console' says '^FAILED: the console has a bad word: .*WARNING: test'
check 'and the totals' [ "$last" = '9 passed, 6 failed, 1 skipped' ]

boot --allow 'WARNING: test' "$dir/warns.t"
check 'a warning that is allowed' [ "$status $last" = '0 1 passed, 0 failed' ]

boot --timeout 25 "$dir/good.t" "$dir/hangs.t"
check 'a hang fails' [ $status = 1 ]
check 'and is named' says '^FAILED: timeout after 25 s in hangs.t'
check 'and the totals' [ "$last" = '1 passed, 1 failed, 1 skipped' ]

SECONDS=0
boot --timeout 120 "$dir/good.t" "$dir/panics.t"
check 'a panic fails' [ $status = 1 ]
check 'and is named' says '^FAILED: the console has a bad word: .*(Kernel panic|BUG:|Oops|sysrq)'
check 'and it is known where' says '^FAILED: the guest went away without powering off, in panics.t'
check 'and ends the run at once' [ $SECONDS -lt 60 ]

boot --timeout 120 "$dir/stops.t" "$dir/good.t"
check 'a guest that goes away early fails' [ $status = 1 ]
check 'and it is known where' says '^FAILED: the guest went away without powering off, in stops.t'

boot --shell 'echo hello; exit 7'
check 'a command gives its output and its status' [ "$status $(grep -c '^hello$' "$dir/out")" = '7 1' ]

exit $bad
