#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The monitor with a fake kernel: what it logs, what it exports, what it survives."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from tap import FAKE, TREE, TOOL, end, ok, run, skip

tmp = tempfile.mkdtemp()
os.makedirs(os.path.join(tmp, "root/run/irqbalance"))
PROM = os.path.join(tmp, "cpuiso.prom")
LOG = os.path.join(tmp, "log")


class Monitor:
    """One that runs until stop()."""

    def __init__(self, fake, *argv, root="root"):
        self.text = ""
        env = {**os.environ, "LD_PRELOAD": FAKE, "FAKE": fake, "FAKE_LOG": LOG,
               "CPUISO_SYSROOT": os.path.join(tmp, root)}
        env.pop("NOTIFY_SOCKET", None)
        # A shell's background jobs ignore it.
        self.p = subprocess.Popen([TOOL, "monitor", *argv], stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.PIPE, env=env, errors="surrogateescape",
                                  preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def until(self, pattern):
        """Read until a line matches."""
        for line in self.p.stderr:
            self.text += line
            if re.search(pattern, line):
                return True
        return False

    def stop(self, sig=signal.SIGTERM):
        """End it; all that it said."""
        self.p.send_signal(sig)
        out, err = self.p.communicate(timeout=60)
        self.text += err
        return self.p.returncode, out, self.text


def metrics(text):
    """The samples."""
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


m = Monitor("stay ledger", "--interval", "10ms", "--textfile", PROM)
ok(m.until("event=applied isolation=cpu1 "), "an event is logged", m.text)
ok(m.until("event=status isolation=cpu1 state=isolated cpus=1 members=3 tasks_moved=57 irqs_moved=12 "
           "evicted=6 reported=5 fights=4 wall_ns=1500000000 workload_ns=1500000001 noise_ns=1500000003"),
   "so is the status", m.text)
ok(m.until("event=status ") and m.until("event=status "), "and again, at the interval")
with open(PROM, encoding="utf-8") as f:
    text = f.read()
mode = os.stat(PROM).st_mode & 0o777
code, out, said = m.stop()
ok(code == 0 and not out, "it ends cleanly at a signal", code, out)
ok(not os.path.exists(PROM) and not os.path.exists(PROM + ".new"), "and takes the metrics along")
ok(mode == 0o644, "which anybody could read", oct(mode))
ok("name=evil\\040\\033[2J\\040name" in said, "names are escaped once", said)
s = metrics(text)
ok(s["cpuiso_up"] == "1" and
   s['cpuiso_isolation_info{isolation="cpu1",cpus="1",state="isolated"}'] == "1" and
   s['cpuiso_cpu_seconds_total{cpu="1",mode="noise"}'] == "1.500000003" and
   s['cpuiso_context_switches_total{cpu="1"}'] == "3", "metrics of CPU and isolation", text)
ok(s['cpuiso_noise_events_total{cpu="1",kind="timer",name="twice"}'] == "6" and
   s['cpuiso_noise_seconds_total{cpu="1",kind="timer",name="twice"}'] == "3.000000014" and
   s['cpuiso_noise_max_seconds{cpu="1",kind="timer",name="twice"}'] == "0.000001008" and
   s['cpuiso_noise_events_total{cpu="2",kind="timer",name="twice"}'] == "3",
   "sources of one name are one", text)
ok(s['cpuiso_noise_events_total{cpu="1",kind="user",name="7:a\\"b\\\\134c\\\\012g\\\\377"}'] == "3",
   "labels are escaped", text)
ok('cpuiso_noise_events_total{cpu="1",kind="ipi",name="0:sh:reschedule"}' in s and
   'cpuiso_noise_seconds_total{cpu="1",kind="ipi",name="0:sh:reschedule"}' not in s, "what has no length")
H = 'cpuiso_noise_duration_seconds_bucket{cpu="1",kind="timer",le="%s"}'
ok(s[H % "1.024e-06"] == "0" and s[H % "4.096e-06"] == "4" and s[H % "1.07374182"] == "4" and
   s[H % "+Inf"] == "6" and s['cpuiso_noise_duration_seconds_count{cpu="1",kind="timer"}'] == "6",
   "the histogram", text)
names = [line.split("{")[0].split(" ")[0] for line in text.splitlines() if not line.startswith("#")]
ok(len(s) == len(names), "no sample stands twice")
grouped = [n for i, n in enumerate(names) if not i or names[i - 1] != n]
ok(len(set(grouped)) == len([g for g in grouped if not g.startswith("cpuiso_noise_duration")]) + 3,
   "a metric's samples stand together", grouped)
with open(os.path.join(TREE, "Documentation/man/cpuiso.8.rst"), encoding="utf-8") as f:
    man = f.read()
part = man[man.index("\nMETRICS\n") : man.index("\nKERNEL KNOBS\n")]
ok(set(re.findall(r"^(cpuiso_[a-z_]+)", part, re.M)) == set(re.findall(r"^# TYPE (\S+)", text, re.M)),
   "the man page has every metric, and no other")
if shutil.which("promtool"):
    r = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True,
                       check=False)
    ok(r.returncode == 0 and not r.stderr and not r.stdout, "promtool has nothing to say", r.stdout, r.stderr)
    r = subprocess.run(["promtool", "check", "metrics"], input=text + 'cpuiso_up{a="b} 1\n',
                       capture_output=True, text=True, check=False)
    ok(r.returncode != 0, "unlike when something is wrong")
else:
    skip("promtool has nothing to say", "promtool is not installed")
    skip("unlike when something is wrong", "promtool is not installed")

# The module comes and goes.
m = Monitor("stay late", "--textfile", PROM)
ok(m.until("event=module-loaded module="), "a module that is loaded later is noticed", m.text)
ok(m.until("event=status isolation=cpu1 "), "without waiting for the interval", m.text)
m.stop()
m = Monitor("absent", "--textfile", PROM)
ok(m.until("event=status module=absent isolations=0"), "without a module it waits", m.text)
while not os.path.exists(PROM):
    time.sleep(0.01)
with open(PROM, encoding="utf-8") as f:
    ok(metrics(f.read())["cpuiso_up"] == "0", "and says so")
ok(m.p.poll() is None, "for as long as it takes")
m.stop(signal.SIGINT)
m = Monitor("stay reload")
ok(m.until("event=module-unloaded") and m.until("event=module-loaded") and m.until("event=status isolation"),
   "it survives unload and reload", m.text)
m.stop()
m = Monitor("stay version=9.9")
ok(m.until("event=module-of-another-version module=9.9") and m.until("event=status module=absent"),
   "a module of another version is as none", m.text)
m.stop()
m = Monitor("stay overrun", "--interval", "10ms", "--textfile", PROM)
ok(m.until("event=changed-since") and m.until("event=status ") and m.until("event=status "),
   "a full buffer is no end", m.text)
with open(PROM, encoding="utf-8") as f:
    ok(metrics(f.read())["cpuiso_events_missed_total{}"] == "5", "missed events are counted")
m.stop()

# Where the log goes.
open(LOG, "w", encoding="ascii").close()
m = Monitor("stay journal", "--interval", "10ms")
while "CPUISO_MEMBERS=3" not in open(LOG, encoding="utf-8").read():
    time.sleep(0.01)
code, out, said = m.stop()
with open(LOG, encoding="utf-8") as f:
    t = f.read().splitlines()
ok({"PRIORITY=6", "SYSLOG_IDENTIFIER=cpuiso", "CPUISO_EVENT=status", "CPUISO_ISOLATION=cpu1",
    "CPUISO_CPUS=1", "CPUISO_EVENT=changed-since", "PRIORITY=4"} <= set(t) and not said,
   "to the journal where there is one, and nowhere else", t, said)

# Refused, before anything is looked at.
for argv, part in ((["--textfile", "x.prom"], "absolute"), (["--textfile", "/tmp/x"], ".prom"),
                   (["--textfile", "/tmp/.prom"], ".prom"), (["--textfile", "/no/such/x.prom"], "directory"),
                   (["--interval", "0"], "short"), (["--interval", "soon"], "no time"),
                   (["--interval", "-1s"], "no time"), (["word"], "too many")):
    r = run("monitor", *argv, fake="stay")
    ok(r.returncode == 2 and part in r.stderr and len(r.stderr.splitlines()) == 1,
       f"monitor {' '.join(argv)}: exit 2", r.returncode, r.stderr)
os.makedirs(os.path.join(tmp, "netns/proc/cpuiso"))
open(os.path.join(tmp, "netns/proc/cpuiso/status"), "w", encoding="ascii").close()
m = Monitor("absent", root="netns")
out, err = m.p.communicate(timeout=60)
ok(m.p.returncode == 3 and "network namespace" in err, "in another network namespace: exit 3", err)
os.symlink("/etc/passwd", PROM + ".new")
os.symlink("/etc/no-such-file", PROM)
m = Monitor("stay", "--interval", "10ms", "--textfile", PROM)
m.until("event=status isolation")
m.until("event=status isolation")
ok(not os.path.islink(PROM) and os.path.isfile(PROM), "symbolic links in its way are replaced, not followed")
m.stop()

if shutil.which("valgrind"):
    p = subprocess.Popen(["valgrind", "-q", "--leak-check=full", "--errors-for-leak-kinds=all",
                          "--show-leak-kinds=all", "--error-exitcode=99", TOOL, "monitor", "--interval", "10ms",
                          "--textfile", PROM], stderr=subprocess.PIPE, text=True,
                         env={**os.environ, "LD_PRELOAD": FAKE, "FAKE": "stay ledger reload"})
    lines = [next(p.stderr) for _ in range(8)]
    p.send_signal(signal.SIGTERM)
    err = p.communicate(timeout=60)[1]
    ok(p.returncode == 0 and "==" not in err, "valgrind: monitor", "".join(lines), err)
else:
    skip("no leaks", "valgrind is not installed")
shutil.rmtree(tmp)
end()
