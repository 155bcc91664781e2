#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 4
# Every knob is turned as the man page says and turned back, however the isolation ends; what somebody else turned stays.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
need_cpus 4
plan 42

wq=/sys/devices/virtual/workqueue
kernel=/proc/sys/kernel
cpu=/sys/devices/system/cpu

# A device with several queues, and settings that isolation has to change.
modprobe veth 2>/dev/null
ip link add tv0 numrxqueues 2 numtxqueues 2 type veth peer name tv1 || bail_out "no device with two queues"
net=/sys/class/net
set_file "$net/lo/queues/rx-0/rps_cpus" f
echo 6 >"$net/tv0/queues/rx-1/rps_cpus"
echo 7 >"$net/tv0/queues/tx-0/xps_cpus"
set_file /sys/kernel/mm/ksm/run 1
set_file "$kernel/numa_balancing" 1
set_file /sys/devices/system/machinecheck/machinecheck0/check_interval 300
set_file "$kernel/watchdog_cpumask" 0-2

value() {
	cat "$1" 2>&1
}

# All knobs that are to be turned, as "FILE VALUE" lines, for CPUs 1-2.
wanted() {
	cat <<-END
		$kernel/watchdog_cpumask 0
		$wq/cpumask 9
		$wq/writeback/cpumask 9
		$net/lo/queues/rx-0/rps_cpus 9
		$net/tv0/queues/rx-1/rps_cpus 0
		$net/tv0/queues/tx-0/xps_cpus 1
		$kernel/timer_migration 0
		/proc/sys/vm/stat_interval 60
		/sys/devices/system/machinecheck/machinecheck0/check_interval 0
		/sys/kernel/mm/ksm/run 0
		$kernel/sched_rt_runtime_us -1
	END
	# PREEMPT_RT has no such thing.
	[ ! -e "$kernel/numa_balancing" ] || echo "$kernel/numa_balancing 0"
}

are_turned() {
	local file want bad=0
	while read -r file want; do
		[ "$(value "$file")" = "$want" ] || {
			echo "$file is $(value "$file"), not $want"
			bad=1
		}
	done < <(wanted)
	return "$bad"
}

# verdict KNOB: of its first file
verdict() {
	awk -F'\t' -v k="$1" '$1 == k { print $3; exit }' "$PROC/knobs"
}

remember
load
same "insmod alone changes nothing"

iso plan -c 1-2 --json >"$T/plan"
while read -r file want; do
	grep -A5 -F "\"path\": \"$file\"" "$T/plan" | grep -qE "\"target\": \"$want\"" ||
		complain "the plan does not say that $file becomes $want"
	grep -A4 -F "\"path\": \"$file\"" "$T/plan" | grep -qF "\"present\": \"$(value "$file")\"" ||
		complain "the plan does not say that $file is $(value "$file")"
done < <(wanted)
tried "a plan names every knob with its present and its new value"
same "and changes nothing"

check "apply" iso apply -c 1-2 --name first
check "every knob is as the plan said" are_turned
servers() {
	cat "$SERVERS"/cpu*/runtime | paste -sd ' '
}
no_servers="this kernel has no deadline server for ordinary tasks that can be stopped"
if has_servers; then
	is "the deadline servers of these CPUs are off" "$(cut -d ' ' -f 2,3 <<<"$(servers)")" "0 0"
else
	skip "the deadline servers of these CPUs are off" "$no_servers"
fi
is "a knob that this machine lacks is not mentioned without --power" "$(verdict cpu.governor)" ""
has_latency() {
	[ -e $cpu/cpu1/power/pm_qos_resume_latency_us ]
}
if has_latency; then
	is "the power of a CPU is left alone" "$(value $cpu/cpu1/power/pm_qos_resume_latency_us)" 0
else
	skip "the power of a CPU is left alone" "this kernel has no power management"
fi
check "revert" iso revert
same "revert turns every knob back"
is "the undo lists each of them as restored" \
	"$(awk -F'\t' '$1 == "knob" && $4 == "restored" { print $3 }' "$PROC/undo" | sort | tr '\n' ' ')" \
	"$(awk -F'\t' '$1 == "knob" && $4 == "restored" { print $3 }' "$PROC/undo" | sort -u | tr '\n' ' ')"
iso undo --json >"$T/undo"
while read -r file want; do
	grep -A5 -F "\"name\": \"$file\"" "$T/undo" | grep -qF "\"found\": \"$want\"" ||
		complain "the undo does not say that $file was found as $want"
done < <(wanted)
tried "with what it was found as"
is "there is no record left" "$(awk 'END { print NR }' "$PROC/knobs")" 2

try iso apply -c 1-2 --name second
try are_turned
try unload
tried "rmmod while CPUs are isolated, with no controller about"
same "rmmod turns every knob back"
dmesg | tail -n 20 | grep -q 'cpuiso: undone at rmmod: [0-9]* restored, 0 gone, 0 changed since, 0 not put back'
is "and the kernel log has the counts" $? 0
load

# What is asked for and what is not.
check_exit 1 "an unknown knob is refused" iso apply -c 1-2 --keep kernel.nonsense
is "with a sentence that names the option" "$(grep -c 'no knob of that name.*--keep' "$T/out")" 1
same "and changes nothing"
try iso apply -c 1-2 --name kept --power --keep workqueue.unbound --keep net.rps_cpus
tried "apply with knobs to keep, and power"
is "what is kept is as it was" "$(value "$UNBOUND_ASKED") $(value $net/lo/queues/rx-0/rps_cpus)" "f f"
is "and has that verdict" "$(verdict workqueue.unbound) $(verdict net.rps_cpus)" "kept kept"
if has_latency; then
	is "the isolated CPUs get no latency, the others keep theirs" \
		"$(cat $cpu/cpu[0-3]/power/pm_qos_resume_latency_us | tr '\n' ' ')" "0 n/a n/a 0 "
else
	skip "the isolated CPUs get no latency, the others keep theirs" "this kernel has no power management"
fi
if [ -e $cpu/cpu1/cpufreq ]; then
	skip "a knob that this machine lacks is absent" "it has a governor"
else
	is "a knob that this machine lacks is absent" "$(verdict cpu.governor)" absent
fi
is "the status names what is kept" "$(grep -c $'^keep-knob\tkept\t' "$PROC/status")" 2
check "revert" iso revert kept
same "all knobs are as they were"
# Under a limit the kernel may refuse.
iso apply -c 1-2 --name kept --keep kernel.sched_rt_runtime_us >/dev/null 2>"$T/err"
status=$?
if has_servers; then
	[ $status = 0 ] || complain "apply: $status"
	case $(cut -d ' ' -f 2,3 <<<"$(servers)") in
	"0 0") [ ! -s "$T/err" ] || complain "it is done, and said: $(<"$T/err")" ;;
	*) [ "$(grep -c 'the deadline server cannot be switched off' "$T/err") $(wc -l <"$T/err")" = "1 1" ] || complain "$(servers): $(<"$T/err")" ;;
	esac
	tried "with the limit of realtime tasks kept they are off too, or one sentence says that they are not"
else
	skip "with the limit of realtime tasks kept they are off too, or one sentence says that they are not" "$no_servers"
fi
iso revert kept >/dev/null
same "and as they were"

# Somebody else was here: a number, a mask, and one who wrote the same in other words.
try iso apply -c 1-2 --name seen
echo 5 >/proc/sys/vm/stat_interval
echo 3 >$wq/cpumask
echo 00000009 >$wq/writeback/cpumask
echo 0-2 >"$kernel/watchdog_cpumask"
tried "somebody else turns knobs"
check_exit 4 "a revert that leaves them so says so" iso revert seen
is "they are as somebody else set them" "$(value /proc/sys/vm/stat_interval) $(value "$UNBOUND_ASKED")" "5 3"
is "the undo names them, and nobody else" \
	"$(awk -F'\t' '$4 == "changed-since" { print $3, $6, $7 }' "$PROC/undo" | sort)" \
	"$(printf '%s\n' "/proc/sys/vm/stat_interval 1 5" "$wq/cpumask f 3")"
is "and so do the events" "$(awk -F'\t' '$3 == "changed-since" { print $5, $7 }' "$PROC/events" | sort | tr '\n' ' ')" \
	"knob vm.stat_interval knob workqueue.unbound "
echo 1 >/proc/sys/vm/stat_interval
echo f >$wq/cpumask
same "all else is as it was"

# Devices come, go and are renamed.
try iso apply -c 1-2
try ip link set tv0 name tv9
ip link add tv2 numtxqueues 2 numrxqueues 2 type veth peer name tv3
try iso revert
tried "a device is renamed while CPUs are isolated"
is "its knobs are turned back under the new name" \
	"$(value $net/tv9/queues/rx-1/rps_cpus) $(value $net/tv9/queues/tx-0/xps_cpus)" "6 7"
ip link set tv9 name tv0
try iso apply -c 1-2
try ip link del tv0
try iso revert
tried "a device goes while CPUs are isolated"
is "its knobs are gone" "$(awk -F'\t' '$4 == "gone" { print $3 }' "$PROC/undo" | sort | tr '\n' ' ')" \
	"$net/tv0/queues/rx-1/rps_cpus $net/tv0/queues/tx-0/xps_cpus "
ip link del tv2

check "apply once more" iso apply -c 1-2
finish
