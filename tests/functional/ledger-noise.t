#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Noise of known length is booked under its name with its length; the sums are right; a reset, an observer that is killed,
# a table that is full.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/ledger.sh"
plan 25

load_noise
remember
load

# whole COUNT: is each booked, and all that it spun? Other irq_works have no name of their own.
whole() {
	{ [ "$count" -eq "$1" ] || { [ "$count" -gt "$1" ] && [ "$kind" = vector ]; }; } && [ "$over" -ge 0 ]
}

# more US COUNT: what is booked for that many, in $count and $total. Does it fit?
more() {
	mv "$T/stats.2" "$T/stats.1"
	make_noise "$what" "$cpu" "$1" "$2"
	cat $PROC/stats >"$T/stats.2"
	read -r count total < <(stats_since "$T/stats.1" "$T/stats.2" "$cpu" "$kind" "$name")
	over=$((total - spent)) most=$((spent / 50 + 2 * besides * count / n))
	whole "$2" && [ "$over" -le "$most" ]
}

# What is booked is net: all of what the function spun, and what it needs besides, which is measured with functions that
# do not spin; other irq_works need no more than those. If the machine under the guest stopped it in between, or it was
# preempted at the end of its spinning, that counts, too, so of some by themselves one is to fit.
booked() {
	local what=$1 cpu=$2 us=$3 n=$4 kind=$5 name=$6 count total besides=0 over most i fits
	local title="$what: $n times $us us are booked as $name"
	cat $PROC/stats >"$T/stats.2"
	more 0 "$n"
	besides=$total
	more "$us" "$n"
	fits=$?
	if ! whole "$n"; then
		not_ok "$title" "$count times $total ns, should be $n times $spent ns" "$(grep -F "$name" "$T/stats.2")"
		return
	fi
	note "$what: $n times $((spent / 1000)) us are $((total / 1000)) us, 0 are $((besides / 1000))"
	for ((i = 0; i < 20 && fits; i++)); do
		more "$us" 1
		fits=$?
		note "$what: $count times $over ns more than $spent, $most may be"
	done
	if [ $fits -eq 0 ]; then
		ok "$title"
	else
		not_ok "$title" "none of $i by itself fits"
	fi
}

observe 1
is "observe" "$REPLY" "0 -"
booked timer 1 1000 20 timer 'noise_timer_fn[cpuiso_noise]'
booked hrtimer 1 1000 20 hrtimer 'noise_hrtimer_fn[cpuiso_noise]'
booked work 1 1000 20 work 'noise_work_fn[cpuiso_noise]'
booked sleeping-work 1 1000 20 work 'noise_sleeping_work_fn[cpuiso_noise]'
booked irq-work 1 1000 20 vector irq_work
booked tasklet 1 1000 20 softirq TASKLET

irq=$(awk '$NF == "noise_irq" { print $1 + 0 }' /proc/interrupts)
booked irq 1 1000 20 irq "$irq:noise_irq"

# Each thread is a new one; what they have in common is the name.
threads() {
	awk -F'\t' '$2 == "kthread" && $3 ~ /:noise_thread$/ { n++; t += $5 } END { print n + 0, t + 0 }' $PROC/stats
}
# What a thread does besides takes longer if the machine under the guest stopped just then, so that is tried again.
for _ in 1 2 3; do
	read -r _ before < <(threads)
	make_noise thread 1 0 10
	read -r count besides < <(threads)
	make_noise thread 1 1000 10
	read -r now total < <(threads)
	total=$((total - besides)) most=$((spent + spent / 50 + 2 * (besides - before)))
	if [ "$now" -ne $((count + 10)) ] || [ "$total" -le "$most" ]; then
		break
	fi
done
is "thread: each of 10 has a line" "$((now - count))" 10
if [ "$total" -ge "$spent" ] && [ "$total" -le "$most" ]; then
	ok "and they have their time"
else
	not_ok "and they have their time" "$total ns, should be $spent ns"
fi

# Whoever reads sees what has not ended, too.
cat $PROC/stats >"$T/stats.1"
check "the parts are the whole" sums "$T/stats.1" 1
read -r _ _ max last < <(stat_of "$T/stats.1" 1 timer 'noise_timer_fn[cpuiso_noise]')
read -r _ _ _ now < <(stat_of "$T/stats.1" 1 time wall)
if [ "$max" -ge 1000000 ] && [ "$last" -lt "$now" ]; then
	ok "the longest and the last"
else
	not_ok "the longest and the last" "max $max ns, last $last ns, now $now ns"
fi

# What /proc has no place for: when it was first seen, and how long each took, in powers of two.
spread() {
	iso stats --json >"$T/json" && python3 - "$T/json" <<-'END'
		import json, sys
		row = next(s for s in json.load(open(sys.argv[1]))["stats"]
		           if s["name"] == "noise_timer_fn[cpuiso_noise]")
		h = row["histogram"]
		# What is in place i took less than 2^i ns and, but for the last, no less than half of that.
		least, most = sum(n << i >> 1 for i, n in enumerate(h)), sum(n << i for i, n in enumerate(h))
		longest = max(i for i, n in enumerate(h) if n)
		if len(h) != 32 or sum(h) != row["count"] or not least <= row["total_ns"] < most or \
		        longest != row["max_ns"].bit_length() or sum(h[20:]) < 20:
		    sys.exit("histogram %s of %s" % (h, row))
		if row["last_ns"] - row["first_ns"] < 19 * 1000000:
		    sys.exit("seen from %d to %d" % (row["first_ns"], row["last_ns"]))
	END
}
check "the first and the histogram" spread

# The sums hold at each moment, while it runs.
yes >/dev/null &
yes=$!
taskset -p 2 $yes >/dev/null
for ((i = 0; i < 20; i++)); do
	cat $PROC/stats >"$T/stats.1"
	try sums "$T/stats.1" 1
done
tried "at 20 moments under load the parts are the whole"
kill $yes
wait $yes 2>/dev/null

# The first is when it began, not that less what interrupted it: this one sleeps for 3 ms in between.
began() {
	iso stats --json >"$T/json" && python3 - "$T/json" "$spent" <<-'END'
		import json, sys
		row = next(s for s in json.load(open(sys.argv[1]))["stats"]
		           if s["name"] == "noise_sleeping_work_fn[cpuiso_noise]")
		if row["count"] != 1 or row["last_ns"] - row["first_ns"] < int(sys.argv[2]) + 3000000:
		    sys.exit("%d times from %d to %d" % (row["count"], row["first_ns"], row["last_ns"]))
	END
}
request reset cpus=1
make_noise sleeping-work 1 1000 1
check "the first is when it began" began

request reset cpus=1
cat $PROC/stats >"$T/stats.2"
read -r count _ < <(stat_of "$T/stats.2" 1 timer 'noise_timer_fn[cpuiso_noise]')
is "a reset begins anew" "$REPLY $count" "0 - 0"
check "and the parts are the whole" sums "$T/stats.2" 1
request reset cpus=0
is "what has no ledger cannot be reset" "$REPLY" \
	"2 CPU 0 is neither isolated nor observed; \"cpuiso stats\" shows those that are"

# A name is kept when its module goes.
make_noise timer 1 100 3
rmmod cpuiso_noise
read -r count _ < <(stat_of $PROC/stats 1 timer 'noise_timer_fn[cpuiso_noise]')
is "a function of a module that was unloaded keeps its name" "$count" 3
addresses=$(grep -cE '0x|unknown' $PROC/stats)
is "and no address is shown" "$addresses" 0

# More threads than there is room for.
hire many
ask many cpus 1
ask many thread 180
dismiss many
read -r count total _ < <(stat_of $PROC/stats 1 user overflow)
if [ "$count" -gt 20 ] && [ "$total" -gt 0 ]; then
	ok "who finds no room is booked as overflow"
else
	not_ok "who finds no room is booked as overflow" "$count times $total ns"
fi
cat $PROC/stats >"$T/stats.1"
check "and the parts are the whole" sums "$T/stats.1" 1

observe_no_more
check "an observer that was killed leaves nothing" wait-for 10 no-line $PROC/stats '^1'
finish
