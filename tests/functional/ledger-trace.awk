# SPDX-License-Identifier: GPL-2.0
# What the ledger should say, from the text of tracefs for one CPU: events between the times from and to (of the ledger), a
# line "KIND NAME COUNT NS" for each source that ended there. Times are net of what interrupts. scale: ns for a tick of
# tracefs; zero: the tick that is seen on the ledger's clock; pids: workload, blank separated; first: the pid that runs if
# none is switched in.
function charge(t) { stack[depth, "net"] += t - last; last = t }
function push(kind, name) { depth++; stack[depth, "kind"] = kind; stack[depth, "name"] = name; stack[depth, "net"] = 0 }
function book(d,   key) {
	key = stack[d, "kind"] " " stack[d, "name"]
	count[key]++
	total[key] += stack[d, "net"]
}
function pop(kind) {
	if (depth && stack[depth, "kind"] == kind) {
		book(depth)
		depth--
	}
}
# A word, or two where the second is a module: "function [module]".
function word(after,   rest) {
	rest = substr($0, index($0, after) + length(after))
	if (match(rest, /^[^], ]+ \[[^] ]+\]/)) {
		rest = substr(rest, 1, RLENGTH)
		sub(/ /, "", rest)
		return rest
	}
	sub(/[], ].*/, "", rest)
	return rest
}
function run(pid) {
	depth = 0
	stack[0, "net"] = 0
	stack[0, "kind"] = pid == 0 ? "time" : pid in workload ? "time" : "thread"
	stack[0, "name"] = pid == 0 ? "idle" : pid in workload ? "workload" : pid
}
BEGIN {
	n = split(pids, list, " ")
	for (i = 1; i <= n; i++)
		workload[list[i]]
	last = from
	# Who runs at first is only known when it is switched out.
	run(-1)
}
/^#/ { next }
{
	if (!match($0, / [0-9]+: /))
		next
	t = seen + (substr($0, RSTART + 1, RLENGTH - 3) - zero) * scale
	event = substr($0, RSTART + RLENGTH)
	sub(/:.*/, "", event)
	if (t <= from || t > to)
		next
	charge(t)
}
event == "sched_switch" {
	match($0, /prev_pid=[0-9]+/)
	prev = substr($0, RSTART + 9, RLENGTH - 9)
	match($0, /next_pid=[0-9]+/)
	next_pid = substr($0, RSTART + 9, RLENGTH - 9)
	switches++
	for (n_parked[prev] = depth; depth; depth--) {
		parked[prev, depth, "kind"] = stack[depth, "kind"]
		parked[prev, depth, "name"] = stack[depth, "name"]
		parked[prev, depth, "net"] = stack[depth, "net"]
	}
	if (stack[0, "name"] == -1) {
		net = stack[0, "net"]
		run(prev)
		stack[0, "net"] = net
	}
	book(0)
	run(next_pid)
	for (i = 1; i <= n_parked[next_pid]; i++) {
		push(parked[next_pid, i, "kind"], parked[next_pid, i, "name"])
		stack[depth, "net"] = parked[next_pid, i, "net"]
	}
	next
}
event == "irq_handler_entry" { push("irq", word("irq=")); next }
event == "irq_handler_exit" { pop("irq"); next }
event == "softirq_entry" { push("softirq", word("action=")); next }
event == "softirq_exit" { pop("softirq"); next }
event == "timer_expire_entry" { push("timer", word("function=")); next }
event == "timer_expire_exit" { pop("timer"); next }
event == "hrtimer_expire_entry" { push("hrtimer", word("function=")); next }
event == "hrtimer_expire_exit" { pop("hrtimer"); next }
event == "workqueue_execute_start" { push("work", word("function ")); next }
event == "workqueue_execute_end" { pop("work"); next }
event == "csd_function_entry" { push("call", word("func=")); next }
event == "csd_function_exit" { pop("call"); next }
event ~ /_entry$/ { sub(/_entry$/, "", event); push("vector", event); next }
event ~ /_exit$/ { pop("vector"); next }
END {
	charge(to)
	# What has not ended is booked as if it did.
	if (stack[0, "name"] == -1) {
		net = stack[0, "net"]
		d = depth
		run(first)
		stack[0, "net"] = net
		depth = d
	}
	while (depth >= 0)
		book(depth--)
	for (key in count)
		printf "%s %d %.0f\n", key, count[key], total[key]
	printf "switch context %d -\n", switches
}
