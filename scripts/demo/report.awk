# SPDX-License-Identifier: GPL-2.0
# The tables of scripts/demo.sh. Reads what scripts/demo/guest.sh printed, then the output of httperf, one file per
# phase named after it. Exit 1 when some affinity is not what it was.
BEGIN {
	columns = split("plain isolated busy busy-isolated", phase)
	cpu = 1
	why["moved"] = "taken off CPU 1"
	why["already-clear"] = "was not allowed on CPU 1"
	why["workload"] = "lighttpd, put onto CPU 1"
	why["per-cpu-kthread"] = "kernel thread that belongs to this CPU"
	why["no-setaffinity"] = "kernel thread whose mask the kernel keeps for itself"
	why["managed-irq"] = "interrupt that the kernel places by itself"
	why["per-cpu-irq"] = "interrupt that belongs to its CPU"
	why["no-vectors"] = "no interrupt vector is left on the other CPUs"
	why["refused"] = "the kernel refuses the move"
	why["exited"] = "ended meanwhile"
}

/^== / && FILENAME ~ /vm\.out$/ {
	section = $2
	which = $3
	source = $4
	# What follows is not the rest of another section.
	lines = 0
	next
}

FILENAME ~ /vm\.out$/ {
	lines++
	if (section == "begin" || section == "end")
		counters()
	else if (section == "switches" || section == "runtime")
		hist()
	else if (section == "tasks" && lines > 2)
		verdict("task", $6, $1, $3, $9)
	else if (section == "irqs" && lines > 2)
		verdict("irq", $5, $1, $2, $8)
	else if (section == "before" || section == "after" || section == "later")
		snapshot()
	next
}

FNR == 1 {
	p = FILENAME
	sub(/.*\//, "", p)
	sub(/\.out$/, "", p)
}
/^Total: / { h["replies", p] = $7 }
/^Connection time.*min/ {
	h["cmin", p] = $5; h["cavg", p] = $7; h["cmax", p] = $9; h["cmedian", p] = $11; h["cstddev", p] = $13
}
/^Connection time.*connect/ { h["connect", p] = $5 }
/^Reply rate/ {
	h["rmin", p] = $5; h["ravg", p] = $7; h["rmax", p] = $9; h["rstddev", p] = $11
	h["samples", p] = substr($12, 2) + 0
	if (!h["samples", p])
		h["rmin", p] = h["ravg", p] = h["rmax", p] = h["rstddev", p] = "-"
}
/^Reply time/ { h["response", p] = $5; h["transfer", p] = $7 }
/^Errors: total/ { h["errors", p] = $3; h["timeouts", p] = $5 }

function add(key, value, text) {
	if (!((key) in label)) {
		label[key] = text
		keys[++n_keys] = key
	}
	count[key, which] += section == "end" ? value : -value
}

function counters(   i, name, text) {
	if (source == "time") {
		add("time", $1, "seconds")
	} else if (source ~ /interrupts$/) {
		if (lines == 1) {
			for (i = 1; i <= NF; i++)
				if ($i == "CPU" cpu)
					col = i + 1
			cpus = NF
			return
		}
		if (NF < cpus + 1)
			return
		name = $1
		sub(/:$/, "", name)
		text = ""
		if (name ~ /^[0-9]+$/)
			text = "irq " name " " $NF
		else {
			for (i = cpus + 2; i <= NF; i++)
				text = text " " tolower(substr($i, 1, 1)) substr($i, 2)
			sub(/ interrupts$/, "", text)
			text = name text
		}
		if (name ~ /^[0-9]+$/)
			device[which] += section == "end" ? $col : -$col
		add((name ~ /^[0-9]+$/ ? "irq:" : "vector:") name, $col, text)
	} else if (source ~ /softirqs$/) {
		if (lines > 1) {
			sub(/:$/, "", $1)
			add("softirq:" $1, $(cpu + 2), "softirq " $1)
		}
	} else if ($1 == "cpu" cpu) {
		add("schedstat:run", $8, "tasks ran, s")
		add("schedstat:wait", $9, "tasks waited to run, s")
		add("schedstat:slices", $10, "time slices")
	}
}

# { common_cpu: 1, next_comm: gzip } hitcount: 12 runtime: 345
function hist(   on, name) {
	if ($0 !~ /^\{/)
		return
	on = $0
	sub(/^.*common_cpu: */, "", on)
	sub(/[ ,].*$/, "", on)
	name = $0
	sub(/^.*comm: */, "", name)
	sub(/ *\} hitcount:.*$/, "", name)
	match($0, /hitcount: *[0-9]+/)
	value = substr($0, RSTART + 9, RLENGTH - 9) + 0
	if (section == "runtime") {
		match($0, /runtime: *[0-9]+/)
		value = substr($0, RSTART + 8, RLENGTH - 8) + 0
	}
	if (name == "lighttpd")
		server[section, on + 0, which] = value
	if (section != "switches" || on != cpu)
		return
	switches[which] += value
	if (name ~ /^swapper/)
		return
	# Workers are many, and come and go; what they are counts.
	if (name ~ /^kworker\/u/)
		name = "kworker/u*"
	else if (name ~ /^kworker/)
		name = "kworker/" cpu "*"
	ran[name, which] += value
	total[name] += value
	if (name != "lighttpd")
		foreign[which] += value
}

function verdict(kind, v, number, name, present) {
	if (!(v in seen)) {
		seen[v] = 1
		verdicts[++n_verdicts] = v
	}
	n[kind, v]++
	if (v == "moved" || v == "already-clear" || v == "workload" || v == "exited" || present == cpu "")
		return
	gsub(/\\040/, " ", name)
	if (v == "per-cpu-kthread" || v == "per-cpu-irq")
		return
	sub(/-.*/, "", name)
	if (kind == "irq")
		name = "irq " number " (" name ")"
	stays[v] = stays[v] (stays[v] ? ", " : "") name
}

# PF_NO_SETAFFINITY: nobody may set the mask of such a thread. The kernel does so itself, when a workqueue's rescuer
# goes to help on a CPU, and leaves it at that.
function kernel_owned(flags) {
	return substr(flags, length(flags) - 6, 1) ~ /[4-7c-f]/ && length(flags) > 6
}

# task TGID TID START FLAGS POLICY PRIO NICE STATE MASK COMM; irq NUMBER MOVABLE MASK CHIP ACTIONS; knob PATH VALUE
function snapshot(   f, fields, kind, key, value, later) {
	fields = split($0, f, "\t")
	kind = f[1]
	if (kind == "task") {
		key = f[3] " " f[4]
		value = f[10] " policy " f[6] " priority " f[7] " nice " f[8]
	} else if (kind == "irq") {
		key = f[2] " " f[6]
		value = f[4]
	} else {
		key = f[2]
		value = f[3]
	}
	# What only user space puts back, and what the end of the partition gives kernel threads.
	later = kind == "knob" || kind == "task" && kernel_owned(f[5])
	if (section == "before") {
		was[kind, key] = value
		mask[key] = f[10]
	} else if ((kind, key) in was && later == (section == "later")) {
		if (kind == "task" && kernel_owned(f[5]))
			fixed++
		else
			compared[kind]++
		if (was[kind, key] != value && kind == "task" && kernel_owned(f[5]) && mask[key] != f[10]) {
			rescuers++
			own_doing = own_doing (own_doing ? ", " : "") f[11] " " mask[key] " -> " f[10]
		} else if (was[kind, key] != value) {
			differ[kind]++
			wrong[++wrongs] = kind " " key " " f[11] ": " was[kind, key] " -> " value
		}
	}
}

function row(text, key, format,   i, line) {
	line = sprintf("%-26s", text)
	for (i = 1; i <= columns; i++)
		line = line sprintf(" %12s", (key, phase[i]) in h ? sprintf(format, h[key, phase[i]]) : "-")
	print line
}

function heading(text) {
	printf "\n%-26s %25s %25s\n", text, "quiet guest", "busy guest"
	printf "%-26s %12s %12s %12s %12s\n", "", "not isolated", "isolated", "not isolated", "isolated"
}

function event_row(key, divide,   i, line, any) {
	line = sprintf("  %-24s", substr(label[key], 1, 24))
	for (i = 1; i <= columns; i++) {
		any += count[key, phase[i]]
		line = line sprintf(" %12s", sprintf(divide ? "%.2f" : "%d", count[key, phase[i]] / (divide ? divide : 1)))
	}
	if (any)
		print line
}

function events(prefix,   i) {
	for (i = 1; i <= n_keys; i++)
		if (index(keys[i], prefix) == 1)
			event_row(keys[i], 0)
}

function shares(   i, line, one, all, what, text) {
	for (what = 1; what <= 2; what++) {
		section = what == 1 ? "runtime" : "switches"
		line = sprintf("  %-24s", what == 1 ? "of its CPU time" : "of its wake-ups")
		for (i = 1; i <= columns; i++) {
			one = server[section, cpu, phase[i]]
			all = one + server[section, 0, phase[i]]
			line = line sprintf(" %12s", all ? sprintf("%.1f %%", 100 * one / all) : "-")
		}
		print line
	}
}

# The busiest first; a handful is enough to see who it is.
function who(   i, name, best, shown, line, rest, all) {
	for (shown = 0; shown < 12; shown++) {
		best = ""
		for (name in total)
			if (!(name in listed) && (best == "" || total[name] > total[best] ||
						  (total[name] == total[best] && name < best)))
				best = name
		if (best == "")
			return
		listed[best] = 1
		line = sprintf("  %-24s", best)
		for (i = 1; i <= columns; i++)
			line = line sprintf(" %12d", ran[best, phase[i]])
		print line
	}
	line = sprintf("  %-24s", "others")
	all = 0
	for (i = 1; i <= columns; i++) {
		rest = 0
		for (name in total)
			if (!(name in listed))
				rest += ran[name, phase[i]]
		all += rest
		line = line sprintf(" %12d", rest)
	}
	if (all)
		print line
}

function totals(text, from,   i, line) {
	line = sprintf("%-26s", text)
	for (i = 1; i <= columns; i++)
		line = line sprintf(" %12d", from[phase[i]])
	print line
}

function wrap(indent, text,   words, count_words, i, line) {
	count_words = split(text, words, " ")
	line = indent
	for (i = 1; i <= count_words; i++) {
		if (length(line) + length(words[i]) + 1 > 78) {
			print line
			line = indent
		}
		line = line (line == indent ? "" : " ") words[i]
	}
	print line
}

function share(p,   all) {
	all = server["runtime", 0, p] + server["runtime", cpu, p]
	return all ? sprintf("%.0f %%", 100 * server["runtime", cpu, p] / all) : "-"
}

function in_short(text, a, b) {
	printf "  %-12s other tasks started %d -> %d times, device interrupts %d -> %d,\n", text ":", foreign[a],
		foreign[b], device[a], device[b]
	printf "  %-12s share of lighttpd's work done there %s -> %s\n", "", share(a), share(b)
}

END {
	heading("httperf, " conns " connections")
	print "connection time, ms"
	row("  min", "cmin", "%s"); row("  avg", "cavg", "%s"); row("  max", "cmax", "%s")
	row("  median", "cmedian", "%s"); row("  stddev", "cstddev", "%s"); row("  connect", "connect", "%s")
	print "reply rate, replies/s"
	row("  min", "rmin", "%s"); row("  avg", "ravg", "%s"); row("  max", "rmax", "%s")
	row("  stddev", "rstddev", "%s"); row("  samples of 5 s", "samples", "%s")
	print "reply time, ms"
	row("  response", "response", "%s"); row("  transfer", "transfer", "%s")
	row("replies", "replies", "%s")
	row("errors", "errors", "%s"); row("  of them time-outs", "timeouts", "%s")

	heading("events on CPU 1")
	event_row("time", 1)
	print "device interrupts"; events("irq:")
	print "interrupts of the CPU"; events("vector:")
	print "softirqs"; events("softirq:")
	totals("context switches", switches)
	totals("  to others than lighttpd", foreign)
	print "/proc/schedstat"
	event_row("schedstat:slices", 0)
	event_row("schedstat:run", 1e9); event_row("schedstat:wait", 1e9)

	heading("tasks started on CPU 1")
	who()
	heading("lighttpd on CPU 1")
	shares()

	printf "\nWhat cpuiso apply -c 1 --comm lighttpd did, now\n"
	printf "  %-16s %6s %6s\n", "verdict", "tasks", "IRQs"
	for (i = 1; i <= n_verdicts; i++) {
		v = verdicts[i]
		printf "  %-16s %6d %6d  %s\n", v, n["task", v], n["irq", v], why[v]
	}
	print "What stays allowed on CPU 1, and does not belong to one CPU"
	for (v in stays) {
		print "  " v ":"
		wrap("    ", stays[v])
	}

	print "\nThe figures are as measured, whatever they say. The guest's CPUs are emulated and take turns on one CPU of"
	print "this machine, so times tell little; counts do. The quiet guest is as it booted; in the busy one two gzip (one"
	print "bound to CPU 1 by hand) and a shell that starts programs run all the time, in both columns alike. One page is"
	print "fetched before the first measurement. Connections are accepted by the emulator, hence connect 0.0. CAL are"
	print "mostly wake-ups of lighttpd from CPU 0; what the tick causes (LOC, TIMER, SCHED, RCU) only the boot line can"
	print "take away: see cpuiso doctor."

	print "\nIn short, on CPU 1, not isolated -> isolated:"
	in_short("quiet guest", "plain", "isolated")
	in_short("busy guest", "busy", "busy-isolated")

	printf "\nAfter rmmod: %d task masks and %d IRQ masks compared with those before insmod, %d differ.\n",
		compared["task"], compared["irq"], differ["task"] + differ["irq"]
	printf "%d settings (sysctl, workqueues, default IRQ affinity, which the keeper puts back) compared, %d differ.\n",
		compared["knob"], differ["knob"]
	bad = differ["task"] + differ["irq"] + differ["knob"]
	printf "Not counted: %d kernel threads whose masks only the kernel may set; %d of these differ%s.\n", fixed, rescuers,
		rescuers ? ": " own_doing : ""
	for (i = 1; i <= wrongs; i++)
		print "  " wrong[i]
	if (compared["task"] < 10 || !compared["irq"]) {
		print "That is too few to prove anything."
		bad++
	}
	exit bad ? 1 : 0
}
