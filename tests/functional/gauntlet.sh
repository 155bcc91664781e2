# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What comes to an isolated CPU: for the tests of the guard, the soak and the comparison with other tools. Wants lib.sh
# or, of it, only $T.

GAUNTLET=/proc/cpuiso_gauntlet
TRACE=/sys/kernel/tracing
TRACE_HERE=$TRACE/instances/cpuiso-test

# The helper module lies where the module does, or where it is made.
gauntlet_load() {
	local ko
	for ko in "${CPUISO_KO%/*}/cpuiso_gauntlet.ko" "$CPUISO_TREE/tests/kmod/cpuiso_gauntlet.ko"; do
		[ ! -e "$ko" ] || break
	done
	[ -e "$GAUNTLET" ] || insmod "$ko" || return
	modprobe -q virtio_rng
	modprobe -q loop
	modprobe -q ext4
	return 0
}

order() {
	echo "$*" >"$GAUNTLET"
}

# An interrupt line that is not in use, and not the old interrupt controller's, whose lines nothing can move.
spare_irq() {
	local irq chip
	for irq in 5 7 3 6 13; do
		compgen -G "/proc/irq/$irq/*/" >/dev/null && continue
		order irq $irq 2>/dev/null || continue
		chip=$(grep "^ *$irq:" /proc/interrupts)
		order free $irq
		[[ $chip != *XT-PIC* ]] || continue
		echo $irq
		return
	done
	return 1
}

disk_make() {
	truncate -s 16M "$T/disk" && mkfs.ext4 -q -E lazy_itable_init=1 "$T/disk" && mkdir -p "$T/mnt"
}

disk_mount() {
	mount -o loop "$T/disk" "$T/mnt"
}

disk_umount() {
	umount "$T/mnt"
}

has_rng() {
	compgen -G '/sys/bus/virtio/drivers/virtio_rng/virtio*' >/dev/null
}

# A driver gives its interrupts back and requests them again.
rebind() {
	local dir=/sys/bus/virtio/drivers/virtio_rng dev
	for dev in "$dir"/virtio*; do
		[ -e "$dev" ] || return
		echo "${dev##*/}" >"$dir/unbind"
		echo "${dev##*/}" >"$dir/bind"
	done
}

# What the machine's own doing brings, a result each. Wants lib.sh.
machine_stirs() {
	check "a file system is mounted on a loop device" disk_mount
	if has_rng; then
		check "a driver is bound anew" rebind
	else
		skip "a driver is bound anew" "no virtio-rng"
	fi
	if command -v irqbalance >/dev/null; then
		try balance_once
		try balancer_start
		tried "irqbalance --oneshot, and then as a daemon"
		[ -z "$balancer" ] || puppets+=("$balancer")
	else
		skip "irqbalance --oneshot, and then as a daemon" "not installed"
	fi
}

# trace_start CPU: from now on, what runs on this CPU, and what is moved off it, wherever that is done.
trace_start() {
	local event
	[ -e "$TRACE/events" ] || mount -t tracefs tracefs "$TRACE" || return
	mkdir -p "$TRACE_HERE"
	echo 0 >"$TRACE_HERE/tracing_on"
	echo mono >"$TRACE_HERE/trace_clock"
	echo 4096 >"$TRACE_HERE/buffer_size_kb"
	echo "orig_cpu == $1" >"$TRACE_HERE/events/sched/sched_migrate_task/filter"
	for event in sched/sched_switch irq/irq_handler_entry irq_vectors/local_timer_entry; do
		[ ! -e "$TRACE_HERE/events/$event" ] || echo "CPU == $1" >"$TRACE_HERE/events/$event/filter" || return
	done
	for event in sched/sched_switch irq/irq_handler_entry irq_vectors/local_timer_entry sched/sched_migrate_task; do
		[ ! -e "$TRACE_HERE/events/$event" ] || echo 1 >"$TRACE_HERE/events/$event/enable" || return
	done
	trace_again
}

trace_again() {
	echo >"$TRACE_HERE/trace"
	echo 1 >"$TRACE_HERE/tracing_on"
}

# Stops and keeps what there is in FILE.
trace_read() {
	echo 0 >"$TRACE_HERE/tracing_on"
	cat "$TRACE_HERE/trace" >"$1"
}

# In the foreground, for as a daemon it comes to it ten seconds later, when something else is looked at. Without the
# directory for its socket it ends at once.
balance_once() {
	mkdir -p /run/irqbalance
	irqbalance --foreground --oneshot --interval=1 >/dev/null 2>&1
}

# The daemon.
balancer=''
balancer_start() {
	mkdir -p /run/irqbalance
	irqbalance --foreground --interval=1 >"$T/irqbalance" 2>&1 &
	balancer=$!
	wait-for 60 exists "/run/irqbalance/irqbalance$balancer.sock"
}

# balancer_stop SECONDS: it goes on for so long beside nothing else, then it is the last to have acted.
balancer_stop() {
	local status
	[ -n "$balancer" ] || return 0
	sleep "$1"
	kill "$balancer"
	status=$?
	wait "$balancer"
	[ $status -eq 0 ] || cat "$T/irqbalance"
	return $status
}

# quiet SECONDS FILE: a trace of so long, in which no task came, went or became another. The kernel starts and ends workers of its own now
# and then, and then it is not the time that is meant, and another is taken.
quiet() {
	local never _
	[ -p "$T/never" ] || mkfifo "$T/never"
	exec {never}<>"$T/never"
	for event in sched_process_fork sched_process_exec sched_process_exit; do
		echo 1 >"$TRACE_HERE/events/sched/$event/enable"
	done
	for _ in {1..10}; do
		trace_again
		read -r -t "$1" -u "$never" _
		trace_read "$2"
		grep -q 'sched_process_[a-z]*: ' "$2" || break
		note "not quiet: $(grep -m 1 'sched_process_[a-z]*: ' "$2")"
	done
	exec {never}>&-
}

trace_end() {
	[ ! -d "$TRACE_HERE" ] || rmdir "$TRACE_HERE"
}

# stays FILE CPU [PID]...: what ran there besides the threads of that CPU and these: PID COMM VISITS TICKS NS
stays() {
	awk -v cpu="$2" -v exempt="${*:3}" -f "$TESTLIB/stays.awk" "$1"
}

# hits FILE: interrupts that were handled there, IRQ TIMES
hits() {
	awk '/ irq_handler_entry: / {
			sub(/.* irq=/, "")
			n[$1]++
		}
		END {
			for (i in n)
				print i, n[i]
		}' "$1"
}

# pending CPU: lines that are not allowed there any more and are handled there once more, by which the hardware is told
pending() {
	local dir irq mask effective
	for dir in /proc/irq/[0-9]*; do
		irq=${dir##*/}
		read -r mask 2>/dev/null <"$dir/smp_affinity_list" || continue
		read -r effective 2>/dev/null <"$dir/effective_affinity_list" || continue
		[ "$effective" != "$1" ] || [ "$mask" = "$1" ] || echo "$irq"
	done
}

# intruders FILE CPU PENDING [PID]...: what ran there and should not have, a line each; PENDING: what "pending" said
# before, each of which may be handled once.
intruders() {
	stays "$1" "$2" "${@:4}" | awk '{ print "task " $1 " " $2 " ran for " $5 " ns" }'
	hits "$1" | awk -v pending=" $(paste -sd' ' <<<"$3") " '
		$2 > 1 || !index(pending, " " $1 " ") { print "irq " $1 " was handled " $2 " times" }'
}

# distribution FILE WHAT: of the column of "stays" that comes last
distribution() {
	sort -n -k 5 "$1" | awk -v what="$2" '
		{ t[++n] = $5; tick[n] = $4; bucket[$5 < 100000 ? 1 : $5 < 1000000 ? 2 : $5 < 4000000 ? 3 : $5 < 10000000 ? 4 : 5]++ }
		END {
			if (!n) {
				print what ": none ran there"
				exit
			}
			printf "%s: %d ran there; us on the CPU: min %d, median %d, p90 %d, max %d;", what, n, t[1] / 1000,
				t[int((n + 1) / 2)] / 1000, t[int((n * 9 + 9) / 10)] / 1000, t[n] / 1000
			printf " < 0.1 ms %d, < 1 ms %d, < 4 ms %d, < 10 ms %d, longer %d\n", bucket[1], bucket[2], bucket[3],
				bucket[4], bucket[5]
		}'
}

# events TYPE [KIND [OBJECT]]: how many there are
events() {
	awk -F'\t' -v type="$1" -v kind="${2-}" -v object="${3-}" '
		$3 == type && (kind == "" || $5 == kind) && (object == "" || $6 == object) { n++ }
		END { print n + 0 }' "$PROC/events"
}

# guard_count NAME COLUMN: 3 evicted, 4 reported, 5 fights
guard_count() {
	awk -F'\t' -v name="$1" -v col="$2" '$1 == "guarded" && $2 == name { print $col }' "$PROC/status"
}

# As an administrator would: every interrupt has again the mask that it had when "remember" was said.
irqs_as_before() {
	awk -F'\t' '$1 == "irq" && $3 == "m" { print $2, $4 }' "$BEFORE"
}
