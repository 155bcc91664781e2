#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Who may do what: every operation of the family and every command, by whoever may come. And what is in /run/cpuiso is
# obeyed only when nobody but root can have had a hand in it.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 41

remember
load

# The tree may stand where nobody else comes.
chmod 755 "$T"
install -m 755 "$TESTLIB/helpers/privnl" "$CPUISO_BIN" "$T/"

# as WHO COMMAND...
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all --inh-caps -all"
declare -A as=(
	[root]="env"
	[CAP_SYS_ADMIN]="setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps -all,+sys_admin --ambient-caps -all,+sys_admin"
	[CAP_NET_ADMIN]="setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps -all,+net_admin --ambient-caps -all,+net_admin"
	[nobody]=$nobody
	[rootless-root]="setpriv --bounding-set -all --inh-caps -all"
	[user-namespace]="$nobody unshare --user --map-root-user"
	[network-namespace]="unshare --net"
	[both-namespaces]="$nobody unshare --user --map-root-user --net"
)
who=(root CAP_SYS_ADMIN CAP_NET_ADMIN nobody rootless-root user-namespace network-namespace both-namespaces)

# The operations.
reads="info-get isolation-get task-get irq-get stat-get knob-get undo-get events"
vector() {
	local line op err want=$1
	while read -r op err; do
		[[ " $reads " != *" $op "* ]] || { [ "$err" = 0 ] || echo "$op $err"; continue; }
		[ "$err" = "$want" ] || echo "$op $err"
	done <"$T/ops"
	[ "$(wc -l <"$T/ops")" -eq 17 ] || cat "$T/ops"
}
for name in "${who[@]}"; do
	${as[$name]} "$T/privnl" 1 >"$T/ops" 2>&1
	case $name in
	root | CAP_SYS_ADMIN) is "operations by $name: all" "$(vector 0)" "" ;;
	network-namespace | both-namespaces) is "operations by $name: there is no family" "$(<"$T/ops")" "no family" ;;
	*) is "operations by $name: reading only" "$(vector 1)" "" ;;
	esac
	is "and nothing is left isolated" "$(field_of status isolated 2)" -
done

# The commands. Outside the table: revert ends what apply by root has begun, where somebody else could not.
commands() {
	local changing=$2 reading=$3 status words
	while read -r want words; do
		case $want in
		read) want=$reading ;;
		change) want=$changing ;;
		esac
		# shellcheck disable=SC2086 # several words
		timeout 60 ${as[$1]} "$T/cpuiso" $words >"$T/out" 2>"$T/err" </dev/null
		status=$?
		[ "$status" = "$want" ] || complain "$words: status $status, should be $want: $(<"$T/err")"
		[ "$status" = 0 ] || [ "$(wc -l <"$T/err")" = 1 ] || complain "$words: no sentence: $(<"$T/err")"
	done <<'LIST'
read status
read tasks --json
read irqs
read knobs
read stats
read undo
read plan -c 1
0 doctor
0 boot -c 1
change apply -c 1 --name p
change pin --name p --comm no-such-comm
change unpin --name p --comm no-such-comm
change revert p
change run -c 1 -- true
1 keep nothing
LIST
	[ "$1" = root ] || {
		${as[$1]} "$T/cpuiso" boot -c 1 --install >"$T/out" 2>&1
		[ $? = 1 ] || complain "boot --install: $(<"$T/out")"
	}
}
commands root 0 0
tried "commands by root"
commands CAP_SYS_ADMIN 0 0
tried "commands by CAP_SYS_ADMIN"
for name in CAP_NET_ADMIN nobody rootless-root user-namespace; do
	commands $name 1 0
	tried "commands by $name"
done
for name in network-namespace both-namespaces; do
	commands $name 3 3
	tried "commands by $name"
done
is "and nothing is left isolated" "$(field_of status isolated 2)" -
$nobody "$T/cpuiso" monitor 2>"$T/log" &
monitor=$!
check "anybody may have a monitor" wait-for 30 line "$T/log" '^event=status module='
kill "$monitor"
wait "$monitor"

# A journal that would turn the default mask, if it were believed.
default=/proc/irq/default_smp_affinity
dir=/run/cpuiso
was=$(<$default)
try iso apply -c 1 --name t
cp $dir/t.json "$T/forged"
try iso revert t
tried "a journal to forge"
echo "${was/3/1}" >$default
now=$(<$default)
fresh() {
	rm -rf $dir
	mkdir -m 700 $dir
	install -m 600 "$T/forged" $dir/t.json
}
# refused NAME: nobody believes it, and no command hangs
refused() {
	timeout 60 "$CPUISO_BIN" status >"$T/out" 2>&1 || complain "status: $? $(<"$T/out")"
	timeout 60 "$CPUISO_BIN" keep t >"$T/out" 2>&1 && complain "keep: $(<"$T/out")"
	[ "$(<$default)" = "$now" ] || complain "believed: $(<$default)"
	echo "$now" >$default
	tried "$1"
}
# and apply refuses to go on with it.
refused_all() {
	iso apply -c 1 --name u >"$T/out" 2>&1
	[ $? = 1 ] || complain "apply: $(<"$T/out")"
	grep -q "^cpuiso: /run/cpuiso" "$T/out" || complain "apply says: $(<"$T/out")"
	[ "$(field_of status isolated 2)" = - ] || complain "it is isolated"
	refused "$1"
}
fresh
try iso status
[ "$(<$default)" = "$was" ] || complain "not put back"
echo "$now" >$default
tried "root's own is believed"
fresh; chown nobody $dir
refused_all "the directory is somebody else's"
fresh; chmod 770 $dir
refused_all "the directory is open to a group"
fresh; mv $dir "$T/dir"; ln -s "$T/dir" $dir
refused_all "the directory is a symbolic link"
rm -rf "$T/dir" $dir; touch $dir
refused_all "the directory is a file"
rm -f $dir
fresh; chown nobody $dir/t.json
refused "the journal is somebody else's"
fresh; chmod 604 $dir/t.json
refused "the journal is open to others"
fresh; rm $dir/t.json; install -m 600 "$T/forged" "$T/t.json"; ln -s "$T/t.json" $dir/t.json
refused "the journal is a symbolic link"
fresh; rm $dir/t.json; mkfifo -m 600 $dir/t.json
refused "the journal is a pipe"
fresh; rm $dir/t.json; mkdir -m 700 $dir/t.json
refused "the journal is a directory"
fresh; ln -s /dev/null $dir/lock
refused "the lock is a symbolic link"
fresh; install -m 666 /dev/null $dir/lock
refused "the lock is open to others"
rm -rf $dir
echo "$was" >$default
finish
