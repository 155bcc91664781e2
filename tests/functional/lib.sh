# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the functional tests share: TAP, the module, the state before and after, and puppets, processes that do what
# they are told.
#
# A test makes its puppets and hand-set masks first, then says "remember", then "load". What is different when it ends
# is a failure. Helper programs that start slowly are not started in loops: a guest without hardware acceleration needs
# about as long for a fork and an exec as the module needs for a hundred tasks.
set -u

: "${CPUISO_KO:?}" "${CPUISO_BIN:?}"
TESTLIB=${TESTLIB:-$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)}
PATH=$TESTLIB/helpers:$PATH
T=$(mktemp -d "${TMPDIR:-/tmp}/cpuiso-test.XXXXXX") || exit 1
chmod 755 "$T"
BEFORE=$T/before
PROC=/proc/cpuiso

n_results=0
n_planned=0
puppets=()

plan() {
	n_planned=$1
	echo "1..$1"
}

note() {
	printf '# %s\n' "$@"
}

ok() {
	n_results=$((n_results + 1))
	echo "ok $n_results - $1"
}

# NAME, then lines that say why.
not_ok() {
	n_results=$((n_results + 1))
	echo "not ok $n_results - $1"
	shift
	[ $# -eq 0 ] || head -n 40 <<<"# ${*//$'\n'/$'\n'# }"
}

skip() {
	n_results=$((n_results + 1))
	echo "ok $n_results - $1 # SKIP $2"
}

# skip_each WHY NAME...
skip_each() {
	local name
	for name in "${@:2}"; do
		skip "$name" "$1"
	done
}

bail_out() {
	echo "Bail out! $*"
	exit 1
}

# The whole test is not for this machine.
skip_all() {
	echo "1..0 # SKIP $*"
	exit 4
}

# check_exit STATUS NAME COMMAND...: the output is kept in $T/out.
check_exit() {
	local want=$1 name=$2 status
	shift 2
	"$@" >"$T/out" 2>&1
	status=$?
	if [ $status -eq "$want" ]; then
		ok "$name"
	else
		not_ok "$name" "\"$*\" ended with $status, not $want:" "$(<"$T/out")"
	fi
}

check() {
	check_exit 0 "$@"
}

is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "is \"$2\", should be \"$3\""
	fi
}

# Several commands make one result: "try COMMAND..." for each, then "tried NAME".
failures=''
try() {
	local status
	"$@" >"$T/out" 2>&1
	status=$?
	[ $status -eq 0 ] || failures+="\"$*\" ended with $status: $(<"$T/out")"$'\n'
	return $status
}

complain() {
	failures+="$*"$'\n'
}

tried() {
	if [ -z "$failures" ]; then
		ok "$1"
	else
		not_ok "$1" "$failures"
	fi
	failures=''
}

# A partition does not even let those in who pin themselves to its CPUs, so a test that has such says --no-partition here.
apply_options=()
iso() {
	case $1 in
	apply | plan | run) "$CPUISO_BIN" "$1" "${apply_options[@]}" "${@:2}" ;;
	*) "$CPUISO_BIN" "$@" ;;
	esac
}

# An undo that says that somebody else was here, where nobody was, shows whom it means.
revert() {
	local status
	iso revert "$@"
	status=$?
	[ $status -eq 0 ] || grep $'\tchanged-since\t' "$PROC/events"
	return $status
}

is_loaded() {
	[ -d /sys/module/cpuiso ]
}

load() {
	insmod "$CPUISO_KO" || bail_out "the module cannot be loaded"
}

unload() {
	rmmod cpuiso
}

# rmmod is refused while a dump is under way. That it is refused for ever is what may not be.
unload_in_time() {
	local i
	for ((i = 0; i < 200; i++)); do
		rmmod cpuiso 2>"$T/rmmod" && return
		grep -Eq 'in use|temporarily unavailable' "$T/rmmod" || break
	done
	echo "after $i times: $(<"$T/rmmod")"
	return 1
}

# The module has done all that it was told.
settle() {
	wait-for 30 line "$PROC/status" $'^busy\t-$'
}

remember() {
	snapshot take -p "$BEFORE" || bail_out "no snapshot"
}

# same NAME: everything is as it was when "remember" was said.
# What a keeper puts back comes a moment after what the module puts back.
put_back() {
	local file
	for file in /run/cpuiso/*.json; do
		[ ! -e "$file" ] || wait-for 30 absent "$file" || return
	done
}

is_same() {
	put_back
	snapshot same "$BEFORE"
}

same() {
	check "$1" is_same
}

# clear_of [-w PID]... [-k IRQ]... LIST
clear_of() {
	snapshot clear -t 30 "$@" "$BEFORE"
}

# kernel_before MAJOR MINOR
kernel_before() {
	local major minor
	IFS=. read -r major minor _ </proc/sys/kernel/osrelease
	((100 * major + ${minor%%[!0-9]*} < 100 * $1 + $2))
}

# with_sched POLICY: $sched is the option for it, or nothing: before 5.11 no module can set a policy.
can_sched() {
	! kernel_before 5 11
}
# shellcheck disable=SC2034 # by the tests
with_sched() {
	sched=()
	! can_sched || sched=(--sched "$1")
}

# The deadline servers that let ordinary tasks run beside realtime ones can be switched off. Not those of 6.12: see
# userspace/steps/fair_server.c.
SERVERS=/sys/kernel/debug/sched/fair_server
has_servers() {
	[ -e "$SERVERS" ] && [[ $(uname -r) != 6.12.* ]]
}
servers_stay() {
	[ -e "$SERVERS" ] && ! has_servers
}

# The CPUs of unbound work that were asked for: from 6.7 on the kernel takes those of partitions off what comes of it.
UNBOUND_ASKED=/sys/devices/virtual/workqueue/cpumask_requested
[ -e "$UNBOUND_ASKED" ] || UNBOUND_ASKED=${UNBOUND_ASKED%_requested}

# All CPUs, and all but the one that most tests isolate.
ALL=$(</sys/devices/system/cpu/online)
# shellcheck disable=SC2034 # for the tests
case $ALL in
0-1) NOT_1=0 ;;
0-2) NOT_1=0,2 ;;
*) NOT_1=0,2${ALL#0} ;;
esac

n_cpus() {
	getconf _NPROCESSORS_ONLN
}

# The expectations of a test that counts CPUs by hand hold for one number of them.
only_cpus() {
	[ "$(n_cpus)" -eq "$1" ] || skip_all "is about $1 CPUs"
}

need_cpus() {
	[ "$(n_cpus)" -ge "$1" ] || skip_all "needs $1 CPUs"
}

# one_in N: of points that are alike a test takes each Nth, and all of them if EVERY_POINT is set.
one_in() {
	if [ -n "${EVERY_POINT:-}" ]; then echo 1; else echo "$1"; fi
}

debug=/sys/kernel/debug
mount_debugfs() {
	mountpoint -q $debug || mount -t debugfs debugfs $debug
}

# At which point from now a debug build of the module finds no memory; 0 for none.
fail_at=/sys/module/cpuiso/parameters/fail_at
# fault_points NAME ARGUMENT...: how many points such an apply passes, in $REPLY
fault_points() {
	echo 1000000 >$fail_at
	try iso apply --name "$1" "${@:2}"
	REPLY=$((1000000 - $(<$fail_at)))
	echo 0 >$fail_at
	try iso revert "$1"
}

# hire NAME [FILE]: starts one; its process id is in ${pid[NAME]}. "ask NAME ORDER..." leaves the answer in $REPLY.
declare -A pid=() to=() from=()
hire() {
	local in=$T/$1.in out=$T/$1.out fd
	rm -f "$in" "$out"
	mkfifo "$in" "$out"
	"${2:-puppet}" <"$in" >"$out" &
	pid[$1]=$!
	puppets+=($!)
	exec {fd}>"$in"
	to[$1]=$fd
	exec {fd}<"$out"
	from[$1]=$fd
}

# An order that is not answered: exec.
tell() {
	printf '%s\n' "${*:2}" >&"${to[$1]}"
}

ask() {
	tell "$@"
	read -r -t 60 -u "${from[$1]}" REPLY || bail_out "puppet $1 does not answer to \"${*:2}\""
	case $REPLY in
	error*) bail_out "puppet $1 cannot \"${*:2}\": $REPLY" ;;
	esac
}

dismiss() {
	local fd
	printf 'quit\n' >&"${to[$1]}"
	fd=${to[$1]}
	exec {fd}>&-
	fd=${from[$1]}
	exec {fd}<&-
	wait "${pid[$1]}"
}

# cpus_of TID
cpus_of() {
	local lines line
	# In one go: for "read" the shell goes back to the next line's place, which moves with the state's name.
	mapfile -t lines <"/proc/$1/status"
	for line in "${lines[@]}"; do
		[[ $line != Cpus_allowed_list:* ]] || echo "${line#*$'\t'}"
	done
}

# on LIST TID...: each is allowed on exactly these CPUs, soon. A new task is bound after it was seen to be born, so
# this is not wanted at once.
on() {
	local list=$1 tid
	shift
	for tid in "$@"; do
		wait-for 60 mask "$tid" "$list" || return
	done
}

# field_of FILE KEY COLUMN: of the first line whose first field is KEY
field_of() {
	local lines line fields
	mapfile -t lines <"$PROC/$1"
	for line in "${lines[@]}"; do
		[ "${line%%$'\t'*}" = "$2" ] || continue
		IFS=$'\t' read -r -a fields <<<"$line"
		echo "${fields[$3 - 1]}"
		return
	done
}

# find_irqs N: the interrupts in use that can be moved, in ${irqs[@]}, at least N
find_irqs() {
	snapshot take -p "$T/scratch"
	mapfile -t irqs < <(awk -F'\t' '$1 == "irq" && $3 == "m" && $6 != "-" { print $2 }' "$T/scratch")
	[ ${#irqs[@]} -ge "$1" ] || bail_out "only ${#irqs[@]} interrupts can be moved"
}

irq_cpus() {
	cat "/proc/irq/$1/smp_affinity_list"
}

# set_irq IRQ LIST: by hand, and as it was when the test ends
declare -A irq_was=()
set_irq() {
	[ -n "${irq_was[$1]:-}" ] || irq_was[$1]=$(irq_cpus "$1")
	echo "$2" >"/proc/irq/$1/smp_affinity_list"
}

# Where RCU works in threads, a realtime task of the test's that never sleeps would keep it waiting, and with it everybody.
rcu_first() {
	local thread
	for thread in $(pgrep -x 'rcuc/[0-9]+'); do
		chrt -f -p 80 "$thread" || bail_out "no priority for RCU"
	done
}

# set_file FILE VALUE: likewise; of one that this machine lacks nothing is said
declare -A file_was=()
set_file() {
	[ -e "$1" ] || return 0
	[ -n "${file_was[$1]+set}" ] || file_was[$1]=$(<"$1")
	echo "$2" >"$1"
}

# errno_of COMMAND ATTR=VALUE...: what the module answers when the tool's own checks are passed by
errno_of() {
	rawnl send "$@" | cut -d ' ' -f 1
}

finish() {
	if is_loaded; then
		check "rmmod" unload
	else
		ok "the module is out already"
	fi
	wait-for 30 absent "$PROC" >/dev/null
	same "everything is as it was before insmod"
	exit 0
}

# Whatever happens, the next test finds no module and no puppet.
end() {
	local status=$? irq file
	[ ${#puppets[@]} -eq 0 ] || kill "${puppets[@]}" 2>/dev/null
	! is_loaded || rmmod cpuiso
	for irq in "${!irq_was[@]}"; do
		echo "${irq_was[$irq]}" >"/proc/irq/$irq/smp_affinity_list"
	done
	for file in "${!file_was[@]}"; do
		[ ! -e "$file" ] || echo "${file_was[$file]}" >"$file"
	done
	rm -rf "$T"
	[ "$n_results" -eq "$n_planned" ] || [ $status -ne 0 ] || status=1
	exit $status
}
trap end EXIT

! is_loaded || rmmod cpuiso || bail_out "a module from before cannot be unloaded"
[ -x "$TESTLIB/helpers/snapshot" ] || bail_out "the helpers are not built"
