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

# An interrupt line that is not in use.
spare_irq() {
	local irq
	for irq in 5 7 3 6 13; do
		compgen -G "/proc/irq/$irq/*/" >/dev/null && continue
		if order irq $irq 2>/dev/null; then
			order free $irq
			echo $irq
			return
		fi
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

# trace_start CPU: from now on, what runs on this CPU.
trace_start() {
	[ -e "$TRACE/events" ] || mount -t tracefs tracefs "$TRACE" || return
	mkdir -p "$TRACE_HERE"
	echo 0 >"$TRACE_HERE/tracing_on"
	printf '%x\n' $((1 << $1)) >"$TRACE_HERE/tracing_cpumask"
	echo mono >"$TRACE_HERE/trace_clock"
	echo 4096 >"$TRACE_HERE/buffer_size_kb"
	echo 1 >"$TRACE_HERE/events/sched/sched_switch/enable"
	echo 1 >"$TRACE_HERE/events/irq/irq_handler_entry/enable"
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

trace_end() {
	[ ! -d "$TRACE_HERE" ] || rmdir "$TRACE_HERE"
}

# intruders FILE [PID]...: what ran there besides the threads of that CPU and these, with how often. Kernel threads that
# belong to the CPU and workers of workqueues cannot be moved by anybody.
intruders() {
	awk -v mine=" ${*:2} " '
		/ sched_switch: / {
			comm = pid = $0
			sub(/.* next_comm=/, "", comm)
			sub(/ next_pid=.*/, "", comm)
			sub(/.* next_pid=/, "", pid)
			sub(/ .*/, "", pid)
			if (comm ~ /^(swapper|kworker|migration|ksoftirqd|cpuhp|rcuc|rcuog|rcuop|ktimers|irq_work|idle_inject|gnt-bind)/)
				next
			if (index(mine, " " pid " "))
				next
			seen["task " pid " " comm]++
		}
		/ irq_handler_entry: / {
			irq = $0
			sub(/.* irq=/, "", irq)
			seen["irq " irq]++
		}
		END {
			for (s in seen)
				print seen[s], s
		}' "$1"
}

# How long what was moved off had been running there, from the events: "N moved, M of them ran there: median ... max ...".
times() {
	awk -F'\t' '$3 == "evicted" { n++; if ($14) print $14; else early++ }
		END { print "total", n + 0, early + 0 }' "$PROC/events" | sort -n | awk '
		$1 == "total" { total = $2; early = $3; next }
		{ t[++n] = $1 }
		END {
			printf "%d moved off, %d before they ran there", total, early
			if (n)
				printf "; ns on the CPU of the others: min %d, median %d, p90 %d, max %d", t[1], t[int((n + 1) / 2)],
					t[int((n * 9 + 9) / 10)], t[n]
			print ""
		}'
}

median_ns() {
	awk -F'\t' '$3 == "evicted" && $14 { print $14 }' "$PROC/events" | sort -n |
		awk '{ t[NR] = $1 } END { print NR ? t[int((NR + 1) / 2)] : 0 }'
}

# Objects that ran there, were moved off, and ran there again.
ran_twice() {
	awk -F'\t' '$3 == "evicted" && $14 && n[$5 " " $6]++ == 1 { twice++ } END { print twice + 0 }' "$PROC/events"
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
