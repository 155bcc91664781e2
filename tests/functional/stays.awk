# SPDX-License-Identifier: GPL-2.0
# From the text of tracefs, what the tasks that ran on one CPU did there: a line "PID COMM VISITS TICKS NS" each. A visit
# ends when the task is moved off; being switched out and in again does not end it. cpu: which; exempt: pids that belong
# there, blank separated. What is bound to the CPU by the kernel is left out.
function word(after,   rest) {
	if (!index($0, after))
		return ""
	rest = substr($0, index($0, after) + length(after))
	sub(/[ \]].*/, "", rest)
	return rest
}
function belongs(pid, comm) {
	return pid == 0 || pid in mine ||
		comm ~ /^(kworker\/[0-9R]|migration\/|ksoftirqd\/|cpuhp\/|rcuc\/|rcuog\/|rcuop\/|ktimers\/|irq_work\/|idle_inject\/)/
}
BEGIN {
	n = split(exempt, list, " ")
	for (i = 1; i <= n; i++)
		mine[list[i]]
}
/^#/ { next }
{
	if (!match($0, / [0-9]+\.[0-9]+: /))
		next
	now = substr($0, RSTART + 1, RLENGTH - 3)
}
/ local_timer_entry: / { ticks++; next }
/ sched_switch: / {
	comm = $0
	sub(/.* next_comm=/, "", comm)
	sub(/ next_pid=.*/, "", comm)
	gsub(/ /, "_", comm)
	if (running) {
		ns[running] += (now - in_at) * 1000000000
		tick[running] += ticks - in_ticks
	}
	running = word(" next_pid=")
	if (belongs(running, comm))
		running = 0
	if (!running)
		next
	in_at = now
	in_ticks = ticks
	name[running] = comm
	if (!there[running]) {
		there[running] = 1
		visits[running]++
	}
}
/ sched_migrate_task: / {
	if (word(" orig_cpu=") == cpu)
		there[word(" pid=")] = 0
}
END {
	for (p in name)
		printf "%d %s %d %d %d\n", p, name[p], visits[p], tick[p], ns[p]
}
