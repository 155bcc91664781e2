# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A real irqbalance, and what it answers, asked without the help of cpuiso. For tests that have read lib.sh.

command -v irqbalance >/dev/null || skip_all "irqbalance is not installed"
it=

cat >"$T/banned.py" <<'PY'
import glob, os, socket, struct, sys, time
want = sys.argv[1]
is_ = -1
for _ in range(200):
    try:
        s = socket.socket(socket.AF_UNIX)
        s.connect(glob.glob("/run/irqbalance/*.sock")[0])
        s.sendmsg([b"setup"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS,
                                struct.pack("3i", os.getpid(), 0, 0))])
        is_ = int(s.recv(65536).split(b"BANNED ")[1].replace(b",", b""), 16)
        s.close()
    except (OSError, IndexError):
        pass
    if is_ == int(want, 16):
        sys.exit(0)
    time.sleep(0.2)
sys.exit(f"is {is_:x}, should be {want}")
PY

# banned MASK: soon it leaves exactly these CPUs alone.
banned() {
	python3 "$T/banned.py" "$1"
}

# start_it LIST: with a list of the administrator's
start_it() {
	mkdir -p /run/irqbalance
	IRQBALANCE_BANNED_CPULIST=$1 irqbalance --foreground --interval=1 >/dev/null 2>&1 &
	it=$!
	wait-for 20 exists "/run/irqbalance/irqbalance$it.sock"
}

# revert_beside NAME: with enough CPUs it has moved interrupts meanwhile, and so something was changed since.
revert_beside() {
	local status=0
	iso revert "$1" || status=$?
	[ $status -eq 0 ] || [ $status -eq 4 ]
}

# As systemd does, the directory goes as well.
stop_it() {
	kill "$it"
	wait "$it"
	rm -rf /run/irqbalance
}
