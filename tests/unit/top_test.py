#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""cpuiso top on a terminal, with a fake kernel at its other end."""
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time

from tap import FAKE, TOOL, end, ok, run, skip

tmp = tempfile.mkdtemp()
os.makedirs(os.path.join(tmp, "sys/devices/system/cpu"))
for name in ("possible", "present", "online"):
    with open(os.path.join(tmp, "sys/devices/system/cpu", name), "w", encoding="ascii") as f:
        f.write("0-7\n")


class Terminal:
    """The command on a terminal of its own."""

    def __init__(self, *argv, fake="", term="vt100", rows=24, cols=100):
        self.pid, self.fd = pty.fork()
        if not self.pid:
            env = {**os.environ, "LD_PRELOAD": FAKE, "FAKE": fake, "TERM": term, "CPUISO_SYSROOT": tmp}
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            os.execve(TOOL, [TOOL, "top", *argv], env)
        self.text = ""
        self.status = None

    def wait_for(self, *parts, seconds=20):
        """Read until all of these were drawn since the last time."""
        until = time.monotonic() + seconds
        while not all(re.search(p, self.text) for p in parts) and time.monotonic() < until:
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode("utf-8", "replace")
                except OSError:
                    break
        good = all(re.search(p, self.text) for p in parts)
        self.seen = self.text
        self.text = ""
        return good

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def finish(self, sig=None):
        if sig:
            os.kill(self.pid, sig)
        self.wait_for("never", seconds=0.1)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
            self.wait_for("never", seconds=0.1)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return None


t = Terminal("-d", "50ms")
ok(t.wait_for("cpuiso top", "RATE/S", "local_timer", r"250\.0", "q quit"),
   "the screen has CPUs, sources and keys", repr(t.seen))
t.press("a")
ok(t.wait_for("all sources"), "and shows all", repr(t.seen))
t.press("p")
ok(t.wait_for("PAUSED"), "and stops it", repr(t.seen))
t.press("x")
time.sleep(0.3)
t.press("q")
ok(t.finish() == 0, "q ends it")

t = Terminal("-d", "50ms", fake="refuse=1")
t.wait_for("q quit")
t.press("x")
ok(t.wait_for("as root"), "a reset that is refused says why, and top goes on", repr(t.seen))
ok(t.finish(signal.SIGTERM) == 0, "a signal ends it")

t = Terminal("-d", "50ms", fake="many", rows=10, cols=60)
ok(t.wait_for("more CPUs"), "a small terminal", repr(t.seen))
t.press("\033[B\033[B\033[6~\033[5~")
fcntl.ioctl(t.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
os.kill(t.pid, signal.SIGWINCH)
ok(t.wait_for("q quit"), "that becomes a large one", repr(t.seen))
t.press("q")
ok(t.finish() == 0, "and ends")

t = Terminal(term="no-such-terminal")
ok(t.wait_for("has no full screen"), "a terminal that nobody knows", repr(t.seen))
ok(t.finish() == 1, "is refused")
t = Terminal(fake="absent")
ok(t.wait_for("modprobe cpuiso") and t.finish() == 3, "no module, no screen", repr(t.seen))

ENV = {"CPUISO_SYSROOT": tmp}
r = run("top", "-d", "1ms", fake="", env=ENV)
ok(r.returncode == 0 and re.search(r"^ +1 +vector +local_timer +250\.0 +0\.4000 +500 +8000000 +70000$", r.stdout, re.M),
   "without a terminal: a table", r.stdout, r.stderr)
doc = json.loads(run("top", "-d", "1ms", "-j", "-c", "2", fake="many", env=ENV).stdout)
ok(doc["interval_ns"] == 1000000 and {x["cpu"] for x in doc["stats"]} == {2} and
   {x["name"]: x for x in doc["stats"]}["wall"]["ns_per_s"] == 1e9, "and JSON", doc)
r = run("top", "-d", "never", fake="", env=ENV)
ok(r.returncode == 2 and "write it like 10s" in r.stderr, "an interval that is none", r.stderr)

# What it looks like.
if shutil.which("tmux"):
    sock = os.path.join(tmp, "tmux")

    def tmux(*argv):
        return subprocess.run(["tmux", "-f", "/dev/null", "-S", sock, *argv], capture_output=True, text=True,
                              check=False).stdout

    tmux("new-session", "-d", "-x", "100", "-y", "24",
         f"env LD_PRELOAD={FAKE} FAKE=many CPUISO_SYSROOT={tmp} {TOOL} top -d 100ms")
    until = time.monotonic() + 20
    screen = ""
    while "local_timer" not in screen and time.monotonic() < until:
        time.sleep(0.1)
        screen = tmux("capture-pane", "-p")
    shots = {}
    for key, first in (("n", "0:systemd:reschedule"), ("m", "77:kworker/1:0"), ("c", "local_timer"), ("r", "local_timer")):
        tmux("send-keys", key)
        until = time.monotonic() + 20
        shots[key] = ""
        while first not in shots[key] and time.monotonic() < until:
            time.sleep(0.1)
            shots[key] = (tmux("capture-pane", "-p").splitlines() + [""] * 10)[10]
        ok(first in shots[key], f"{key} sorts", shots[key])
    tmux("kill-server")
    lines = screen.splitlines()
    ok(len(lines) == 24 and lines[0].startswith("cpuiso top  every 0.1s, by time") and
       re.match(r" +1 \[!#+ *\] workload +89\.9 %  idle +9\.0 %  noise +1\.000 % +555/s max 2\.00 ms$", lines[1]) and
       any(re.match(r" +\d vector +local_timer +250\.0 +0\.4000 +\d+ +\S+ ms +70\.0 us$", x) for x in lines) and
       max(map(len, lines)) <= 100 and lines[-1].startswith("q quit"), "the whole screen", screen)
else:
    skip("the whole screen", "tmux is not installed")
shutil.rmtree(tmp)
end()
