#!/bin/bash
# The guest's half of scripts/bench.sh: isolate CPU 1 in several ways among so many sleeping threads, and say how long
# each took. A line per measurement, fields separated by tabs; lines that begin with "#" are for the impatient.
#
#   guest.sh HELPERS CPUS THREADS...        HELPERS is the directory of the helper programs
set -euo pipefail

helpers=$1
cpus=$2
shift 2
cpu=1
# What would take longer is not run; the table says so.
patience=180
dir=$(mktemp -d)

declare -A best best_tasks
exec 4<>"$CPUISO_CTL"

run_cpuiso() {
	cpuiso apply -c $cpu
}

run_tuna() {
	tuna --cpus=$cpu --isolate
}

# As the script of the experiment does it: every thread, one taskset each.
run_loop() {
	local task
	for task in /proc/[0-9]*/task/[0-9]*; do
		taskset -cp 0 "${task##*/}" || true
	done
}

undo() {
	case $1 in
	cpuiso) cpuiso revert ;;
	*) "$helpers/masks" restore "$dir/masks" ;;
	esac >/dev/null 2>&1
}

report() {
	local IFS=$'\t'
	echo "$*"
}

# Nanoseconds that the module's worker has run.
worker_ns() {
	local ns
	read -r ns _ <"/proc/$worker/schedstat"
	echo "$ns"
}

too_long() {
	local guess=0
	[ -z "${best[$1]-}" ] || guess=$((best[$1] * tasks / best_tasks[$1]))
	[ $guess -gt $((patience * 1000000)) ] || return
	report guess "$cpus" "$threads" "$1" $guess
}

# Microseconds that the command takes on the clock, and that the machine below needs to play the guest's CPUs in it.
stopwatch() {
	local start end played
	echo mark >&4
	read -r played <&4
	start=$EPOCHREALTIME
	"$@" >/dev/null 2>&1
	end=$EPOCHREALTIME
	echo mark >&4
	read -r emulated <&4
	emulated=$((emulated - played))
	clock=$((${end/./} - ${start/./}))
}

measure() {
	local tool=$1 before=0 after=0 left
	echo "# $cpus CPUs, $threads threads: $tool"
	[ "$tool" != cpuiso ] || before=$(worker_ns)
	stopwatch "run_$tool"
	[ "$tool" != cpuiso ] || after=$(worker_ns)
	report time "$cpus" "$threads" "$tool" "$clock" "$emulated" $(((after - before) / 1000)) "$tasks"
	if [ "${best_tasks[$tool]-}" != "$tasks" ]; then
		best[$tool]=$clock
		best_tasks[$tool]=$tasks
		read -r -a left < <("$helpers/masks" left $cpu)
		report left "$cpus" "$threads" "$tool" "${left[1]}" "${left[2]}"
	fi
	[ "$clock" -ge "${best[$tool]}" ] || best[$tool]=$clock
	undo "$tool"
}

start_only() {
	for _ in 1 2 3 4 5; do
		stopwatch "$@"
		report start "$cpus" "$1" "$clock" "$emulated"
	done
}

# Slab caches count what they hold ready as in use, unless they have just been shrunk.
memory() {
	local cache
	for cache in /sys/kernel/slab/{cpuiso_*,radix_tree_node,kmalloc-*}; do
		echo 1 >"$cache/shrink"
	done
	awk -v OFS='\t' -v "what=slab\t$cpus\t$threads\t$1" \
		'/^(cpuiso|radix_tree_node|kmalloc)/ { print what, $1, $2, $3, $4, $5, $6 }' /proc/slabinfo
	awk -v OFS='\t' -v "what=vmalloc\t$cpus\t$threads\t$1" '/^VmallocUsed/ { print what, $2 }' /proc/meminfo
}

insmod "$CPUISO_KO"
worker=$(pgrep -x cpuiso)
report module "$(cat /sys/module/cpuiso/coresize)"

# Neither a cold cache nor the first translation of a program is what is measured.
"$helpers/masks" save "$dir/masks"
for tool in cpuiso tuna; do
	"run_$tool" >/dev/null 2>&1
	undo $tool
done
taskset -cp 1 >/dev/null
start_only cpuiso --version
start_only tuna --version
start_only taskset --version

mkfifo "$dir/stop"
for threads; do
	exec 5<>"$dir/stop"
	coproc "$helpers/threads" "$threads" <"$dir/stop" 5>&-
	read -r up <&"${COPROC[0]}"
	[ "$up" = up ]
	"$helpers/masks" save "$dir/masks"
	read -r tasks _ < <("$helpers/masks" left $cpu)

	# Twice, because the first reading of /proc leaves something behind.
	memory first >/dev/null
	memory before
	cpuiso apply -c $cpu >/dev/null
	memory after
	report records "$cpus" "$threads" "$(sed 1,2d /proc/cpuiso/tasks | wc -l)" "$(sed 1,2d /proc/cpuiso/irqs | wc -l)"
	cpuiso revert >/dev/null

	# By turns, because what else this machine does comes and goes.
	tuna_rounds=$((threads > 1000 ? 1 : 3))
	! too_long tuna || tuna_rounds=0
	for round in 1 2 3 4 5; do
		measure cpuiso
		[ $round -gt $tuna_rounds ] || measure tuna
	done
	too_long loop || measure loop
	exec 5>&-
	wait "$COPROC_PID" || true
done
rmmod cpuiso
