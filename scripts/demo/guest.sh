#!/bin/bash
# The guest's half of scripts/demo.sh. Orders come over $CPUISO_CTL, one per line; each is answered by the same line when
# it is carried out. What was measured goes to stdout, under lines that begin with "==" and say what follows.
#
#   begin PHASE     plain, busy, busy-isolated or isolated: bring the guest into that state, then read the counters
#   end             read the counters again
#   finish          unload the module and compare
set -euo pipefail

cpu=1
snapshot=$CPUISO_TREE/tests/functional/helpers/snapshot
trace=/sys/kernel/tracing/events/sched
switches=hist:keys=common_cpu,next_comm:size=4096
runtime=hist:keys=common_cpu,comm:vals=runtime:size=4096
counters=(/proc/interrupts /proc/softirqs /proc/schedstat)
neighbours=()
dir=$(mktemp -d)

exec 4<>"$CPUISO_CTL"
trap '[ $? = 0 ] || echo "failed" >&4' EXIT

serve() {
	mkdir "$dir/root"
	{
		printf '<html><head><title>cpuiso</title></head><body><p>'
		printf '%0334d' 0
		printf '</p></body></html>\n'
	} >"$dir/root/index.html"
	cat >"$dir/lighttpd.conf" <<-END
		server.port = 80
		server.document-root = "$dir/root"
		server.pid-file = "$dir/pid"
		server.errorlog = "$dir/error.log"
		index-file.names = ("index.html")
		mimetype.assign = (".html" => "text/html")
	END
	# It returns when the port is open.
	lighttpd -f "$dir/lighttpd.conf" || {
		cat "$dir/error.log" >&2
		exit 1
	}
}

# They exist from the beginning, stopped, so that their masks are among those that must come back.
hire() {
	gzip </dev/zero >/dev/null &
	neighbours+=($!)
	taskset -c $cpu gzip </dev/zero >/dev/null &
	neighbours+=($!)
	bash -c 'while :; do /bin/true; done' &
	neighbours+=($!)
	# What is to be stopped has to be itself first.
	until [ "$(cat "/proc/${neighbours[1]}/comm")" = gzip ]; do :; done
	kill -STOP "${neighbours[@]}"
}

# Without a fork, which would be counted.
read_counters() {
	local file lines
	for file in "${counters[@]}"; do
		mapfile -t lines <"$file"
		data+=("== $1 $phase $file" "${lines[@]}")
	done
	data+=("== $1 $phase time" "$EPOCHREALTIME")
}

# Appended, because opening the file otherwise takes the trigger away.
histograms() {
	echo "$switches:$1" >>$trace/sched_switch/trigger
	echo "$runtime:$1" >>$trace/sched_stat_runtime/trigger
}

begin() {
	phase=$1
	case $phase in
	*isolated)
		if [ ! -d /sys/module/cpuiso ]; then
			echo "== apply"
			insmod "$CPUISO_KO"
			cpuiso apply -c $cpu --comm lighttpd
		fi
		;;
	esac
	case $phase in
	busy*) kill -CONT "${neighbours[@]}" ;;
	*) kill -STOP "${neighbours[@]}" ;;
	esac
	histograms clear
	histograms cont
	data=()
	read_counters begin
}

end() {
	histograms pause
	read_counters end
	printf '%s\n' "${data[@]}"
	echo "== switches $phase"
	cat $trace/sched_switch/hist
	echo "== runtime $phase"
	cat $trace/sched_stat_runtime/hist
}

finish() {
	local file
	for file in status tasks irqs; do
		echo "== $file"
		cat /proc/cpuiso/$file
	done
	rmmod cpuiso
	"$snapshot" take "$dir/after"
	echo "== before"
	cat "$dir/before"
	echo "== after"
	cat "$dir/after"
}

serve
hire
# Attached once and for all: attaching interrupts every CPU.
echo "$switches" >$trace/sched_switch/trigger
echo "$runtime" >$trace/sched_stat_runtime/trigger
"$snapshot" take "$dir/before"

echo ready >&4
while read -r order argument <&4; do
	case $order in
	begin) begin "$argument" ;;
	end) end ;;
	finish) finish ;;
	esac
	echo "$order $argument" >&4
	[ "$order" != finish ] || break
done
