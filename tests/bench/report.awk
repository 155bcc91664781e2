# The tables of scripts/bench.sh, from what tests/bench/guest.sh printed.
BEGIN {
	FS = "\t"
	n_tools = split("cpuiso tuna loop", tools, " ")
	page = 4096
}

function least(array, key, value) {
	if (!(key in array) || value < array[key])
		array[key] = value
}

function place(cpus, threads) {
	if (!((cpus, threads) in known)) {
		known[cpus, threads] = 1
		places++
		place_cpus[places] = cpus
		place_threads[places] = threads
	}
}

$1 == "module" { core = $2 }
$1 == "start" {
	least(start, $2 SUBSEP $3, $4)
	least(start_cpu, $2 SUBSEP $3, $5)
}
$1 == "time" {
	place($2, $3)
	key = $2 SUBSEP $3 SUBSEP $4
	least(best, key, $5)
	runs[key]++
	run[key, runs[key]] = $5
	least(cpu, key, $6)
	tasks[$2, $3] = $8
	if ($4 == "cpuiso")
		least(own, $2 SUBSEP $3, $7)
}
$1 == "guess" {
	place($2, $3)
	best[$2, $3, $4] = $5
	guessed[$2, $3, $4] = 1
	guesses++
}
$1 == "left" { left[$2, $3, $4] = $5 " + " $6 }
$1 == "records" { records[$2, $3] = $4 + $5 }
$1 == "slab" {
	sign = $4 == "after" ? 1 : -1
	if ($5 ~ /^cpuiso/) {
		# Inside the caches: objects, and the pages they are on.
		objects[$2, $3] += sign * $6 * $8
		pages[$2, $3] += sign * $7 / $9 * $10 * page
		if ($5 == "cpuiso_task")
			size = $8
	} else {
		other[$2, $3] += sign * $6 * $8
	}
}

function seconds(cpus, threads, tool,   key) {
	key = cpus SUBSEP threads SUBSEP tool
	if (!(key in best))
		return "-"
	return sprintf("%s%.2f", (key in guessed) ? "~" : "", best[key] / 1e6)
}

function median(key,   i, j, t, a, n) {
	n = runs[key]
	for (i = 1; i <= n; i++) {
		t = run[key, i]
		for (j = i - 1; j > 0 && a[j] > t; j--)
			a[j + 1] = a[j]
		a[j + 1] = t
	}
	return n ? a[int((n + 1) / 2)] : 0
}

function ratio(cpus, threads, tool) {
	if (!((cpus, threads, tool) in best))
		return "-"
	return sprintf("%s%.0f", ((cpus, threads, tool) in guessed) ? "~" : "",
		       best[cpus, threads, tool] / best[cpus, threads, "cpuiso"])
}

function growth(cpus, a, b, tool,   x, y) {
	x = best[cpus, a, tool]
	y = best[cpus, b, tool]
	return x && y ? sprintf("%s%.1f", (cpus, b, tool) in guessed ? "~" : "", y / x) : "-"
}

function cpu_seconds(cpus, threads, tool) {
	return (cpus, threads, tool) in cpu ? sprintf("%.3f", cpu[cpus, threads, tool] / 1e6) : "-"
}

function net(cpus, threads, tool,   us) {
	us = cpu[cpus, threads, tool] - start_cpu[cpus, tool]
	return us > 0 ? us : 1
}

function beyond(cpus, threads) {
	return (pages[cpus, threads] - objects[cpus, threads] + other[cpus, threads]) / records[cpus, threads] * 100
}

function verdict(reached) {
	return reached ? "reached" : "not reached"
}

END {
	print "\nIsolating CPU 1, wall time of the whole command in seconds: the best of 5 runs of cpuiso, of 3 of tuna (1 at"
	print "10,000) and of 1 of the loop, by turns"
	printf "%5s %8s %6s %9s %9s %10s %12s %12s %14s\n", "CPUs", "threads", "tasks", "cpuiso", "tuna", "loop",
		"tuna/cpuiso", "loop/cpuiso", "cpuiso median"
	for (i = 1; i <= places; i++) {
		c = place_cpus[i]
		t = place_threads[i]
		printf "%5d %8d %6d %9s %9s %10s %12s %12s %14.2f\n", c, t, tasks[c, t], seconds(c, t, "cpuiso"),
			seconds(c, t, "tuna"), seconds(c, t, "loop"), ratio(c, t, "tuna"), ratio(c, t, "loop"),
			median(c SUBSEP t SUBSEP "cpuiso") / 1e6
	}
	print "  tasks counts kernel threads too; loop is one taskset for each of them, as in the experiment, and leaves the IRQs"
	if (guesses)
		print "  ~ would have taken more than three minutes and was not run: projected from fewer threads"

	print "\nThe same in seconds of CPU, as this machine spent them to play the guest's CPUs: nearly the same whatever else"
	print "it does, but without the waiting"
	printf "%5s %8s %9s %9s %10s %12s   %s\n", "CPUs", "threads", "cpuiso", "tuna", "loop", "tuna/cpuiso",
		"without the start of the programs"
	for (i = 1; i <= places; i++) {
		c = place_cpus[i]
		t = place_threads[i]
		printf "%5d %8d %9s %9s %10s %12.0f   %9.3f %9.2f %12.0f\n", c, t, cpu_seconds(c, t, "cpuiso"),
			cpu_seconds(c, t, "tuna"), cpu_seconds(c, t, "loop"),
			cpu[c, t, "tuna"] / cpu[c, t, "cpuiso"], net(c, t, "cpuiso") / 1e6, net(c, t, "tuna") / 1e6,
			net(c, t, "tuna") / net(c, t, "cpuiso")
	}
	for (i = 1; i <= places; i++)
		if (place_cpus[i] != place_cpus[i - 1])
			printf "  start (--version) with %d CPUs: cpuiso %.3f, tuna %.2f\n", place_cpus[i],
				start_cpu[place_cpus[i], "cpuiso"] / 1e6, start_cpu[place_cpus[i], "tuna"] / 1e6

	print "\nOf that, the module's worker, in ms by the guest's clock"
	printf "%5s %8s %9s %14s\n", "CPUs", "threads", "CPU ms", "us per task"
	for (i = 1; i <= places; i++) {
		c = place_cpus[i]
		t = place_threads[i]
		printf "%5d %8d %9.1f %14.1f\n", c, t, own[c, t] / 1e3, own[c, t] / tasks[c, t]
	}

	print "\nGrowth with ten times the threads"
	printf "%5s %16s %27s %30s %8s\n", "", "", "wall time", "CPU without start", ""
	printf "%5s %16s %9s %9s %9s %11s %9s %9s\n", "CPUs", "threads", "cpuiso", "tuna", "loop", "cpuiso", "tuna", "worker"
	for (i = 2; i <= places; i++) {
		c = place_cpus[i]
		t = place_threads[i]
		u = place_threads[i - 1]
		if (c != place_cpus[i - 1])
			continue
		printf "%5d %16s %9s %9s %9s %11.1f %9s %9.1f\n", c, u " -> " t, growth(c, u, t, "cpuiso"),
			growth(c, u, t, "tuna"), growth(c, u, t, "loop"), net(c, t, "cpuiso") / net(c, u, "cpuiso"),
			(c, t, "tuna") in cpu ? sprintf("%.1f", net(c, t, "tuna") / net(c, u, "tuna")) : "-",
			own[c, t] / own[c, u]
	}

	print "\nStill allowed on CPU 1 afterwards: tasks that could be moved + IRQs in use"
	printf "%5s %8s %9s %9s %9s\n", "CPUs", "threads", "cpuiso", "tuna", "loop"
	for (i = 1; i <= places; i++) {
		line = sprintf("%5d %8d", place_cpus[i], place_threads[i])
		for (j = 1; j <= n_tools; j++) {
			key = place_cpus[i] SUBSEP place_threads[i] SUBSEP tools[j]
			line = line sprintf(" %9s", (key in left) ? left[key] : "-")
		}
		print line
	}

	print "\nMemory in bytes (a record is " size ", that of an IRQ a little more; the module itself is " core ")"
	printf "%5s %8s %9s %12s %14s %14s %22s\n", "CPUs", "threads", "records", "in records", "their pages",
		"other slabs", "beyond, per hundred"
	for (i = 1; i <= places; i++) {
		c = place_cpus[i]
		t = place_threads[i]
		# Among few records, what others took or gave back meanwhile would be most of it.
		printf "%5d %8d %9d %12d %14d %14d %22s\n", c, t, records[c, t], objects[c, t], pages[c, t], other[c, t],
			t < 10000 ? "-" : sprintf("%d", beyond(c, t))
	}
	print "  other slabs: what the index (radix_tree_node) and kmalloc grew by during apply, somebody else's share included"

	print "\nAims"
	c = place_cpus[1]
	big = place_threads[1]
	for (i = 1; i <= places; i++)
		if (place_cpus[i] == c)
			big = place_threads[i]
	factor = best[c, 1000, "tuna"] / best[c, 1000, "cpuiso"]
	printf "  50 times faster than tuna at 1,000 threads: %.0f times by the clock: %s\n", factor, verdict(factor >= 50)
	printf "    (%.0f times in CPU, %.0f times without the start of the programs, which is dear in an emulator)\n",
		cpu[c, 1000, "tuna"] / cpu[c, 1000, "cpuiso"], net(c, 1000, "tuna") / net(c, 1000, "cpuiso")
	factor = big / 1000
	grown = net(c, big, "cpuiso") / net(c, 1000, "cpuiso")
	if (factor > 1)
		printf "  linear growth: %.1f times the CPU for %.0f times the threads: %s\n", grown, factor,
			verdict(grown < 1.5 * factor)
	if (big >= 10000)
		printf "  under 4,096 bytes per hundred records beyond the records: %d bytes at %d: %s\n", beyond(c, big),
			records[c, big], verdict(beyond(c, big) < 4096)
}
