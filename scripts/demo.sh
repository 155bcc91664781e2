#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Watch a lighttpd being isolated: boot a guest with two CPUs, start lighttpd in it, drive it from here with httperf,
# without and with `cpuiso apply`, and show what changed and that rmmod puts everything back.
#
#   scripts/demo.sh [CONNECTIONS]     100 when not given, 10 per second
#
# Exit 0 when all was measured and every affinity is back, 1 otherwise. Environment: CPUISO_CACHE (~/.cache/cpuiso).
set -euo pipefail

tree=$(cd "$(dirname "$0")/.." && pwd)
logs=${CPUISO_CACHE:-$HOME/.cache/cpuiso}/demo/log
kernel=6.1
rate=10
conns=${1:-100}
phases=(plain busy busy-isolated isolated)

tty=
[ -t 1 ] && tty=1
# What make hands to its children is not for the makes that run here.
unset MAKEFLAGS MFLAGS MAKELEVEL

die() {
	[ -z "$tty" ] || printf '\r\033[K'
	echo "demo: $*" >&2
	exit 1
}

[[ $conns =~ ^[1-9][0-9]{0,4}$ ]] || die "the number of connections is a number from 1 to 99999, not '$conns'."

work=$(mktemp -d)
jobs=()
cleanup() {
	trap - EXIT
	trap '' INT TERM HUP
	local job
	for job in ${jobs[@]+"${jobs[@]}"}; do
		kill -TERM -- "-$job" 2>/dev/null || true
	done
	wait 2>/dev/null || true
	rm -rf "$work"
	[ -z "${1-}" ] || echo "demo: $1" >&2
}
trap cleanup EXIT
trap '[ -z "$tty" ] || echo; cleanup "interrupted; the guest and the temporary files are gone."; exit 130' INT
trap 'exit 143' TERM HUP

# Every job in its own process group, to be ended as a whole; every event of all of them comes in through one pipe.
set -m
mkfifo "$work/events" "$work/ctl.in" "$work/ctl.out"
exec 7<>"$work/events" 8<>"$work/ctl.in"

job() {
	local name=$1
	shift
	{
		# It outlives what it started, so that to wait for it is to wait for everything.
		trap : TERM
		"$@" </dev/null >"$work/$name.out" 2>"$work/$name.err" 7>&- 8>&- && status=0 || status=$?
		echo "$name $status" >&7
	} 2>/dev/null &
	jobs+=($!)
}

# A line of progress: what is being done, since when.
step=0
doing=
begin() {
	doing=$1 started=$SECONDS said=$SECONDS
	step=$((step + 1))
	if [ -n "$tty" ]; then
		printf '\r\033[K%d/%d  %s ...' $step 9 "$doing"
	else
		printf '%d/%d  %s ...\n' $step 9 "$doing"
	fi
}

tick() {
	local now=$((SECONDS - started)) counter=
	case $doing in
	lighttpd*)
		counter=$((now * rate))
		counter=", about $((counter > conns ? conns : counter)) of $conns connections"
		;;
	esac
	if [ -n "$tty" ]; then
		printf '\r\033[K%d/%d  %s ... %d s%s' $step 9 "$doing" $now "$counter"
	elif [ $((SECONDS - said)) -ge 4 ]; then
		said=$SECONDS
		printf '     ... %d s%s\n' $now "$counter"
	fi
}

done_with() {
	local line
	line=$(printf '%d/%d  %s: %s' $step 9 "$doing" "$1")
	if [ -n "$tty" ]; then
		printf '\r\033[K%s\n' "$line"
	else
		printf '%s\n' "$line"
	fi
}

last_words() {
	grep -m 1 FAILED "$1" || tail -1 "$1" | grep . || echo "it said nothing"
}

# Wait for an event. Returns its argument in $REPLY. The guest must not end before it is told to.
expect() {
	local want=$1 name value line begun=
	while :; do
		# Time may be up in the middle of a line, which then has its beginning here.
		if ! read -r -t 1 -u 7 line; then
			begun+=$line
			tick
			continue
		fi
		read -r name value <<<"$begun$line"
		begun=
		REPLY=$value
		case $name in
		"$want") return ;;
		vm) die "the guest ended early, its logs are in $logs: $(last_words "$work/vm.err")" ;;
		failed) die "the guest's part failed, its logs are in $logs: $(last_words "$work/vm.out")" ;;
		esac
	done
}

# Run a command to its end; when it fails, say so and show what it said.
run() {
	local name=$1 sentence=$2
	shift 2
	job "$name" "$@"
	expect "$name"
	[ "$REPLY" = 0 ] && return
	[ -z "$tty" ] || echo
	tail -n 20 "$work/$name.out" "$work/$name.err" >&2
	die "$sentence"
}

free_port() {
	local port
	for _ in {1..100}; do
		port=$((20000 + RANDOM % 10000))
		grep -qi ":$(printf %04X $port) " /proc/net/tcp /proc/net/tcp6 2>/dev/null || break
	done
	echo $port
}

# The first page after a boot comes slowly, from a cold cache; no phase should pay for it.
fetch_page() {
	local line
	{
		printf 'GET / HTTP/1.0\r\n\r\n' >&5
		read -r -t 60 line <&5
	} 5<>"/dev/tcp/127.0.0.1/$port"
	echo "$line"
	[[ $line = HTTP/*200* ]]
}

measure() {
	echo "begin $1" >&8
	expect begin
	run "$1" "httperf failed; its output is above." \
		httperf --server 127.0.0.1 --port "$port" --num-conns "$conns" --rate $rate --timeout 1
	echo "end" >&8
	expect end
	summary=$(awk '/^Total:/ { replies = $7 } /^Connection time.*median/ { median = $11 } /^Reply time/ { response = $5 }
		END { printf "%d replies, median connection %s ms, mean response %s ms\n", replies, median, response }' \
		"$work/$1.out")
}

begin "packages"
run packages "the packages are not all there; see above." "$tree/scripts/deps.sh" build vm demo
done_with "all there"

begin "kernel of the guest"
run kernel "the guest's kernel could not be had; see above." "$tree/scripts/kernel-fetch.sh" $kernel
done_with "Linux $("$tree/scripts/kernel-fetch.sh" --abi $kernel)"

begin "module and command"
run module "the module could not be built; see above." "$tree/scripts/demo/module.sh" $kernel "$work/cpuiso.ko"
run tool "the command could not be built; see above." make -C "$tree/userspace"
run helper "a helper program could not be built; see above." make -C "$tree/tests/functional" helpers/snapshot
done_with "built for that kernel"

begin "guest with 2 CPUs and lighttpd"
port=$(free_port)
job vm "$tree/tests/vm/run" --cpus 2 --ko "$work/cpuiso.ko" --net "$port" --log "$logs" \
	--timeout $((600 + conns)) --qemu -chardev --qemu "pipe,id=ctl,path=$work/ctl" \
	--qemu -device --qemu virtserialport,chardev=ctl,name=ctl --shell "bash scripts/demo/guest.sh"
while read -r line; do
	echo "$line" >&7
done <"$work/ctl.out" &
jobs+=($!)
expect ready
run page "lighttpd in the guest did not answer." fetch_page
done_with "booted in $((SECONDS - started)) s, http://127.0.0.1:$port/ answers"

for phase in "${phases[@]}"; do
	case $phase in
	plain) begin "lighttpd, quiet guest, not isolated" ;;
	busy) begin "lighttpd, busy guest, not isolated" ;;
	busy-isolated) begin "lighttpd, busy guest, isolated on CPU 1" ;;
	isolated) begin "lighttpd, quiet guest, isolated on CPU 1" ;;
	esac
	measure "$phase"
	done_with "$summary"
done

begin "rmmod, and every affinity compared"
echo finish >&8
expect finish
run_status=0
expect vm
[ "$REPLY" = 0 ] || run_status=1
done_with "done, $SECONDS s in all"

files=()
for phase in "${phases[@]}"; do
	files+=("$work/$phase.out")
done
awk -f "$tree/scripts/demo/report.awk" -v conns="$conns" -v rate=$rate "$work/vm.out" "${files[@]}" || exit 1
[ $run_status = 0 ] || die "the guest did not end well, its logs are in $logs: $(last_words "$work/vm.err")"
