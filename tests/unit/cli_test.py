#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The command as a whole, with a fake kernel at its other end."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from tap import FAKE, TOOL, end, ok, run, skip

CPUS = {
    "sys/devices/system/cpu/possible": "0-7\n",
    "sys/devices/system/cpu/present": "0-5\n",
    "sys/devices/system/cpu/online": "0-3,5\n",
    "proc/self/mountinfo": "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
    "sys/fs/cgroup/web/cgroup.procs": "",
    "proc/7/stat": "7 (k) thread) S 2 0 0 0 -1 2129984 0 0 0\n",
    "proc/7/status": "Name:\tk\nTgid:\t7\n",
    "proc/50/stat": "50 (a) b) S 1 50 50 0 -1 4194304 0 0 0\n",
    "proc/50/status": "Name:\ta\nTgid:\t50\n",
    "proc/51/stat": "51 (a) S 1 50 50 0 -1 4194304 0 0 0\n",
    "proc/51/status": "Name:\ta\nTgid:\t50\n",
}
tmp = tempfile.mkdtemp()
root = os.path.join(tmp, "root")
for name, text in CPUS.items():
    os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
    with open(os.path.join(root, name), "w", encoding="ascii") as f:
        f.write(text)
os.makedirs(os.path.join(root, "proc/self/ns"))
os.symlink("pid:[4026531836]", os.path.join(root, "proc/self/ns/pid"))
ROOT = {"CPUISO_SYSROOT": root}
LOG = os.path.join(tmp, "log")


def sentence(r, code, *parts):
    """One sentence on stderr, nothing on stdout."""
    return (r.returncode == code and not r.stdout and
            len(r.stderr.splitlines()) == 1 and r.stderr.startswith("cpuiso: ") and
            "\033" not in r.stderr and all(p in r.stderr for p in parts))


def refused(code, argv, *parts, fake="", env=None):
    r = run(*argv, fake=fake, env=env or ROOT)
    ok(sentence(r, code, *parts), f"{' '.join(argv) or '(nothing)'} [{fake}]: exit {code}, {', '.join(parts)}",
       r.returncode, r.stdout, r.stderr)


def done(argv, *parts, fake="", code=0, env=None):
    r = run(*argv, fake=fake, env={**ROOT, **(env or {})})
    ok(r.returncode == code and all(p in r.stdout for p in parts),
       f"{' '.join(argv)} [{fake}]: exit {code}", r.returncode, r.stdout, r.stderr)
    return r


# Refused before anything is sent: the fake kernel would have said yes.
refused(2, ["aply"], 'did you mean "cpuiso apply"')
refused(2, ["xyzzy"], "--help")
refused(2, ["apply"], "--cpus is missing")
refused(2, ["apply", "-c", ""], "empty")
refused(2, ["apply", "-c", "3-1"], "backwards")
refused(2, ["apply", "-c", "99999"], "never have")
refused(2, ["apply", "-c", "8"], "never have")
refused(2, ["apply", "-c", "1,x"], "not a CPU list")
refused(2, ["apply", "-c", "1", "\033[2J"], "\\033[2J")
refused(2, ["apply", "-c", "\033[2J"], "\\033[2J")
refused(1, ["apply", "-c", "7"], "no CPU 7")
refused(1, ["apply", "-c", "4"], "offline", "cpu4/online")
refused(2, ["apply", "-c", "0-3,5"], "all CPUs")
refused(2, ["apply", "-c", "1", "--sched", "fifo"], "fifo:PRIO")
refused(2, ["apply", "-c", "1", "--sched", "rr:100"], "1 to 99")
refused(2, ["apply", "-c", "1", "--name", "x" * 32], "31")
refused(2, ["apply", "-c", "1", "--name", "a b"], "not allowed")
refused(2, ["apply", "-c", "0,2,1,3", "-n", ""], "empty")
refused(2, ["apply", "-c", "1", "--pid", "1234567"], "no process 1234567")
refused(2, ["apply", "-c", "1", "--pid", "50,"], "no process id")
refused(2, ["apply", "-c", "1", "--pid", "-1"], "no process id")
refused(2, ["apply", "-c", "1", "--pid", "99999999999999999999"], "no process id")
refused(2, ["apply", "-c", "1", "--pid", "7"], "kernel thread")
refused(2, ["apply", "-c", "1", "--pid", "51"], "thread of process 50")
refused(2, ["apply", "-c", "1", "--comm", ""], "empty")
refused(2, ["apply", "-c", "1", "--comm", "a" * 16], "15")
refused(2, ["apply", "-c", "1", "--cgroup", "web"], "absolute")
refused(2, ["apply", "-c", "1", "--cgroup", "/nope"], "no cgroup /nope")
refused(2, ["apply", "-c", "1", "--cgroup", "/web/../web"], "..")
refused(2, ["apply", "-c", "1", "--cgroup", "/" + "a" * 1030])
refused(2, ["apply", "-c", "1", "--keep-irq", ""], "empty")
refused(2, ["apply", "-c", "1", "--keep-irq", "x" * 64], "63")
refused(2, ["apply", "-c", "1", *["--comm=a"] * 65], "64")
refused(2, ["apply", "-c", "1", "--json", "--", "true"], "--json")
refused(2, ["apply", "-c", "1", "--", "no-such-program"], "PATH")
refused(2, ["apply", "-c", "1", "--", "/etc/passwd"], "no program")
refused(2, ["apply", "-c", "1", "word"], "too many", "--")
refused(2, ["apply", "-c", "1", "--bogus"], "no option")
refused(2, ["status", "--cpus", "1"], "no option")
refused(2, ["revert", "a", "b"], "too many")
refused(2, ["apply", "-c", "1", "--guard", "on"], "evict, report or off")
refused(2, ["plan", "-c", "1", "-G", "irq=off"], "tasks, kthreads or irqs")
refused(2, ["apply", "-c", "1", "--exit", "undo"], "keep or revert")
refused(2, ["pin"], "nothing to pin")
refused(2, ["unpin", "--name", "x"], "nothing to unpin")
if not os.path.isdir("/run/systemd/system"):
    refused(2, ["apply", "-c", "1", "--unit", "lighttpd"], "systemd")
else:
    skip("--unit without systemd", "systemd runs here")
r = run(fake="")
ok(r.returncode == 2 and "usage:" in r.stderr and not r.stdout, "no command at all: the usage, exit 2")

# The module is not there, or not ours.
for c in (["apply", "-c", "1"], ["plan", "-c", "1"], ["revert"], ["status"], ["tasks"], ["irqs"],
          ["stats"], ["top"], ["explain"], ["observe", "-c", "1"], ["watch"], ["pin", "--comm", "a"], ["unpin", "--comm", "a"]):
    refused(3, c, 'load it with "modprobe cpuiso"', fake="absent")
    refused(3, c, "version 9.9", "version", fake="version=9.9")
refused(3, ["status"], "not loaded", fake="vanish")
refused(1, ["status"], "root", fake="eperm")
r = run("status", "--json", fake="absent")
ok(r.returncode == 3 and json.loads(r.stdout)["module"] is None, "status --json without the module")

# Refused by the kernel: its sentence first, then errno and option.
refused(1, ["apply", "-c", "1"], "belongs to the isolation db", "(Device or resource busy, --cpus)",
        fake="refuse=16 reason")
refused(1, ["apply", "-c", "1"], "no reason", "Device or resource busy", fake="refuse=16")
refused(1, ["revert", "cpu1"], "as root", fake="refuse=1")
refused(1, ["apply", "-c", "1"], "ended; name another (No such process, --pid)", fake="fails=3")
refused(1, ["plan", "-c", "1"], "bring it online (Invalid argument)", fake="dumperr=22")
refused(3, ["apply", "-c", "1"], "unloaded", fake="unload")
refused(3, ["revert", "cpu1"], "unloaded", fake="unload")
for c in (["tasks"], ["irqs"], ["stats"], ["status"], ["plan", "-c", "1"]):
    refused(3, c, "cannot read", fake="garbage")
refused(3, ["tasks"], "cannot read", fake="truncated")

# Done.
done(["apply", "-c", "1"], "cpu1: CPU 1 is isolated: 57 tasks and 12 interrupts moved",
     "5 tasks, per-cpu-kthread (", "2 interrupts, managed-irq (")
done(["apply", "-c", "2,1"], "cpu1-2: CPU 1-2 is")
done(["apply", "-c", "1"], "is isolated", fake="early")
done(["apply", "-c", "1", "-p", "50", "-C", "a", "-g", "/web", "-g", "/sys/fs/cgroup/web/", "-k", "24",
      "-s", "rr:1", "-G", "irqs=report", "--guard", "off", "-e", "revert"], "is isolated")
done(["revert"], "69 restored, 2 gone, 0 changed since")
r = done(["revert", "cpu1"], "3 changed since", fake="changed", code=4)
ok("left as they are" in r.stderr, "what was changed since is reported")
r = done(["revert", "cpu1"], "1 not put back", fake="failed", code=4)
ok("cpuiso undo" in r.stderr, "what is not put back is warned of", r.stderr)
refused(1, ["revert"], "nothing is isolated", fake="isolations=0")
refused(1, ["pin", "--comm", "a"], "nothing is isolated", fake="isolations=0")
refused(2, ["pin", "--comm", "a"], "--name", fake="isolations=2")
done(["pin", "--comm", "a"], "cpu1: workload of 3 tasks")
done(["unpin", "--name", "cpu2", "--comm", "a"], "cpu2: ", fake="isolations=2")
r = done(["plan", "-c", "1"], "nothing is changed", "kworker/1:0", "Invalid argument", "boot line lacks")
ok("already-clear  " not in r.stdout.partition("what cannot")[2], "plan shows what stays only")
done(["plan", "-c", "1", "--all"], "tmux:\\040server")

done(["status"], "  guard      evict\n", "6 evicted, 5 reported, 4 fights", "  exit       keep")
done(["status"], "  guard      tasks=evict kthreads=evict irqs=report\n", fake="report")

# A changing state: read again, and say so when that does not help.
r = done(["tasks"], "kworker", fake="intr=7")
ok(not r.stderr and r.stdout.count("kworker") == 1, "seven interrupted dumps are read again, silently")
r = done(["tasks"], "kworker", fake="intr=8")
ok("something changed" in r.stderr and r.stdout.count("kworker") == 1, "after eight it says so")
r = run("tasks", fake="tasks=10000")
ok(len(r.stdout.splitlines()) == 10001, "10,000 tasks")

# Whatever a name holds, it is text.
for c in (["status"], ["tasks"], ["plan", "-c", "1", "--all"], ["watch"]):
    for how in ([], ["--json"]):
        r = run(*c, *how, fake="", env=ROOT)
        ok(not re.search(r"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", r.stdout + r.stderr),
           f"{' '.join(c + how)}: no control character", repr(r.stdout))
r = run("tasks", fake="")
ok({len(line.split()) for line in r.stdout.splitlines()} == {9}, "no field of a table holds a blank")
ok("\033" not in run("tasks", fake="", env={"TERM": "xterm"}).stdout, "no colour in a pipe")
if shutil.which("script"):
    def tty(**env):
        full = {**os.environ, "LD_PRELOAD": FAKE, "FAKE": "", "TERM": "xterm", **env}
        return subprocess.run(["script", "-qec", f"{TOOL} tasks", "/dev/null"], env=full,
                              capture_output=True, text=True, check=False).stdout
    ok("\033[32mmoved\033[0m" in tty(NO_COLOR=""), "colour on a terminal")
    ok("\033" not in tty(NO_COLOR="1"), "unless NO_COLOR is set")
else:
    skip("colour on a terminal", "script is not installed")
    skip("NO_COLOR", "script is not installed")

# JSON: whole, with the members that are documented.
with open(os.path.join(os.path.dirname(TOOL), "../Documentation/man/cpuiso.8.rst"), encoding="utf-8") as f:
    man = f.read()
man = man[man.index("\nJSON\n===") : man.index("\nENVIRONMENT\n")]


def members(entry):
    text = re.search(rf"^{entry}\n((?:    .*\n)+)", man, re.M).group(1)
    text = re.sub(r"\([^()]*\([^()]*\)[^()]*\)|\([^()]*\)", "", text)
    return set(re.findall(r"\*([a-z_]+)\*", text))


# stats: marks, and what came since.
run_dir = os.path.join(root, "run")
os.makedirs(run_dir)
refused(1, ["stats", "--since", "m"], 'there is no mark "m"', "--mark m")
done(["stats", "--mark", "m"], "m: marked", "--since m")
r = json.loads(done(["stats", "--since", "m", "--json"], fake="dumps=3").stdout)
rows = {(x["cpu"], x["kind"], x["name"]): x for x in r["stats"]}
x = rows[1, "vector", "local_timer"]
ok(r["since"] == "m" and x["count"] == 750 and x["total_ns"] == 12000000 and x["first_ns"] is None and
   x["histogram"][10] == 750 and x["histogram"][20] == 0, "what came since a mark", x)
ok(x["max_ns"] == 1023 and rows[1, "time", "wall"]["total_ns"] == 3 * 10**9 and
   rows[1, "time", "wall"]["first_ns"] == 6 * 10**9, "its longest is within what the histogram says", x)
r = json.loads(done(["stats", "--since", "m", "--json"], fake="dumps=3 renamed").stdout)
rows = {x["name"]: x for x in r["stats"]}
ok(rows["77:new name"]["count"] == 6, "a thread that changed its name is the same", rows)
r = json.loads(done(["stats", "--since", "m", "--json"]).stdout)
ok([x["name"] for x in r["stats"]] == ["wall", "workload", "idle", "noise", "unexplained", "context"],
   "what did nothing since is left out", r)
r = json.loads(done(["stats", "--since", "m", "--json"], fake="anew dumps=3").stdout)
ok({x["name"]: x for x in r["stats"]}["local_timer"]["count"] == 1000, "a new ledger is all since the mark")
r = json.loads(done(["stats", "--json"], fake="huge").stdout)
ok(max(x["count"] or 0 for x in r["stats"]) > 2**64 - 300, "numbers of 64 bits")
refused(2, ["stats", "--mark", "a/b"], "use 1 to 31 letters")
refused(2, ["stats", "--since", ""], "use 1 to 31 letters")
refused(2, ["stats", "--mark", "a", "--reset"], "give one of them")
refused(2, ["stats", "--mark", "a", "-c", "1"], "of all CPUs")
refused(1, ["stats", "-c", "7"], "no CPU 7")
mark = os.path.join(run_dir, "cpuiso/m.mark")
for text in ("", "{", "[]", '{"format":2,"stats":[]}', '{"format":1,"stats":[{"cpu":1}]}', '{"format":1,"stats":7}'):
    with open(mark, "w", encoding="ascii") as f:
        f.write(text)
    refused(1, ["stats", "--since", "m"], "damaged")
os.chmod(mark, 0o644)
refused(1, ["stats", "--since", "m"], "not yours alone")
os.remove(mark)
os.symlink("/etc/passwd", mark)
refused(1, ["stats", "--since", "m"], "not yours alone")
os.remove(mark)
shutil.rmtree(os.path.join(run_dir, "cpuiso"))
r = done(["stats", "-c", "2", "--json"], fake="many")
ok({x["cpu"] for x in json.loads(r.stdout)["stats"]} == {2}, "the ledger of one CPU")
done(["stats", "--reset"], "the ledgers of all CPUs begin anew\n")
done(["stats", "--reset", "-c", "1,2"], "the ledgers of CPU 1-2 begin anew\n")
refused(1, ["stats", "--reset"], "as root", fake="refuse=1")
r = json.loads(done(["stats", "--reset", "--json"]).stdout)
ok(r["verb"] == "reset" and r["cpus"] is None, "a reset in JSON", r)

# observe.
refused(2, ["observe"], "--cpus is missing")
refused(2, ["observe", "-c", "1", "--for", "soon"], "write it like 10s")
refused(2, ["observe", "-c", "1", "--for", "0"], "too short")
refused(2, ["observe", "-c", "1", "--for", "1e99"], "too long")
refused(2, ["observe", "-c", "1", "--for", "0x10"], "write it like 10s")
refused(1, ["observe", "-c", "7"], "no CPU 7")
refused(1, ["observe", "-c", "1"], "as root", fake="refuse=1")
refused(1, ["observe", "-c", "1"], "name another", fake="fails=3")
r = done(["observe", "-c", "0-5", "--for", "1ms"], "local_timer", "COUNT")
ok(re.search(r"^ *1 +vector +local_timer +250 ", r.stdout, re.M), "observe shows what came meanwhile", r.stdout)

# apply --proof.
refused(2, ["apply", "-c", "1", "--proof", "1x"], "write it like 10s")
refused(2, ["apply", "-c", "1", "--proof", "1s", "--", "true"], "--pid")
refused(1, ["apply", "-c", "1", "--proof", "1ms"], "as root", fake="refuse=1")
r = done(["apply", "-c", "1", "--proof", "1ms"], "is isolated", "before       555.0 disturbances/s,   1.0000 %")
ok(re.search(r"^ *1 +kthread +kworker/1:0 +2.0 +2.0 +3000000 +3000000 ", r.stdout, re.M), "sources side by side", r.stdout)
r = json.loads(done(["apply", "-c", "1", "--proof", "1ms", "--json"]).stdout)["proof"]
x = {(x["kind"], x["name"]): x for x in r["sources"]}["vector", "local_timer"]
ok(x["before"]["count"] == 250 and x["after"]["count_per_s"] == 250.0 and r["cpus"][0]["before"]["wall_ns"] == 10**9,
   "a proof in JSON", x)


# explain: what this machine has is not advised.
def explained(fake="", **files):
    for name, text in files.items():
        path = os.path.join(root, name.replace("__", "/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
    r = run("explain", "--json", fake=fake, env=ROOT)
    for name in files:
        os.remove(os.path.join(root, name.replace("__", "/")))
    return {x["names"][0]: x for x in json.loads(r.stdout)["sources"]}


x = explained()
ok([r[:11] for r in x["local_timer"]["remedies"]] == ["nohz_full=1"] and x["local_timer"]["nothing"] is None and
   x["local_timer"]["known"], "the tick of an isolated CPU asks for nohz_full", x["local_timer"])
ok(not x["nobody_knows[this]"]["known"] and x["vmstat_update"]["known"], "what has no entry is told apart")
ok(x["24:eth0 rx"]["remedies"] == [] and "moved off" in x["24:eth0 rx"]["nothing"], "an interrupt that was moved", x)
x = explained(proc__cmdline="quiet nohz_full=1 skew_tick=1\n", sys__devices__system__cpu__nohz_full="1\n")
ok(x["local_timer"]["remedies"] == [] and x["tick_sched_timer"]["remedies"] == [] and
   "nothing" in x["local_timer"]["nothing"], "what the boot line has is not advised", x["local_timer"])
x = explained("isolations=0", proc__sys__vm__stat_interval="1\n")
ok(x["24:eth0 rx"]["remedies"] == ["cpuiso apply -c 1"] and
   x["vmstat_update"]["remedies"] == ["cpuiso apply -c 1", "echo 60 > /proc/sys/vm/stat_interval"],
   "a CPU that is only observed is to be isolated", x)
x = explained("isolations=0", proc__sys__vm__stat_interval="60\n")
ok(x["vmstat_update"]["remedies"] == ["cpuiso apply -c 1"], "a setting that is right is not advised", x)
x = explained("report")
ok("guard irqs=evict" in x["24:eth0 rx"]["remedies"][0], "a guard that only reports", x["24:eth0 rx"])
r = json.loads(run("explain", "--json", fake="many", env=ROOT).stdout)["sources"]
ok(sorted(x["cpus"] for x in r if x["names"] == ["vmstat_update"]) == ["1", "2-7"], "what needs the same is shown together", r)
r = done(["explain"], "vector local_timer on CPU 1: 250 times, 4.00 ms, longest 70.0 us\n    is  ",
         "\n    because  ", "\n    remove   nohz_full=1")
refused(1, ["explain", "-c", "3"], "there is no ledger of CPU 3; isolate")
refused(1, ["explain", "--since", "nope"], 'no mark "nope"', fake="")


LISTS = "tasks, irqs, knobs, undo"


def schema(argv, entry, *inner):
    r = run(*argv, "--json", fake="", env=ROOT)
    docs = [json.loads(line) for line in r.stdout.splitlines()] if argv[0] == "watch" else \
        [json.loads(r.stdout)]
    want = members(entry)
    if entry == LISTS:
        want -= {"tasks", "irqs", "knobs", "records"} - {"records" if argv[0] == "undo" else argv[0]}
    if argv[0] == "watch":
        want -= {"count"}
    if argv[0] in ("pin", "unpin"):
        want -= {"proof"}
    if argv[0] == "stats":
        want -= {"mark", "verb", "name", "cpus"}
    ok(set(docs[0]) == want and docs[0].get("version", 1) == 1, f"{argv[0]} --json is as documented",
       set(docs[0]) ^ want)
    for key, name in inner:
        for row in docs[0][key] if isinstance(docs[0][key], list) else [docs[0][key]]:
            ok(set(row) == members(name), f"{argv[0]} --json: {key} is as documented",
               set(row) ^ members(name))
    return docs[0]


doc = schema(["status"], "status", ("isolations", "ISOLATION"))
iso = doc["isolations"][0]
ok(iso["workload"] == {"pid": [4242], "comm": ["light\\033[31mtpd", "zwei"], "cgroup": []} and
   iso["sched"] == {"policy": "fifo", "prio": 50} and iso["exit"] == "keep" and
   iso["guard"] == {"tasks": "evict", "kthreads": "evict", "irqs": "evict", "evicted": 6,
                    "reported": 5, "fights": 4} and iso["since"] == 1700000000123456789,
   "an isolation in JSON", iso)
doc = schema(["plan", "-c", "1"], "plan", ("tasks", "TASK"), ("irqs", "IRQ"), ("knobs", "KNOB"))
ok(doc["boot_lacks"] == ["nohz_full", "rcu_nocbs", "isolcpus=managed_irq"] and
   {"kind": "irq", "verdict": "managed-irq", "count": 1} in doc["verdicts"], "a plan in JSON", doc)
doc = schema(["tasks"], LISTS, ("tasks", "TASK"))
ok(doc["tasks"][4]["comm"] == "\\377\u00e4\\302\\233z" and doc["tasks"][5]["verdict"] == "unknown" and
   doc["tasks"][0]["kthread"] is True, "tasks in JSON")
schema(["irqs"], LISTS, ("irqs", "IRQ"))
doc = schema(["knobs"], LISTS, ("knobs", "KNOB"))
ok(doc["knobs"][0]["target"] == "60" and doc["knobs"][1]["verdict"] == "absent", "knobs in JSON", doc)
doc = schema(["undo"], LISTS, ("records", "RECORD"))
ok(doc["records"][0]["result"] == "gone" and doc["records"][1]["kind"] == "knob", "records in JSON", doc)
doc = schema(["stats"], "stats", ("stats", "STAT"))
ok([(r["name"], r["kind"]) for r in doc["stats"]][:7] ==
   [("wall", "time"), ("workload", "time"), ("idle", "time"), ("noise", "time"), ("unexplained", "time"),
    ("local_timer", "vector"), ("77:kworker/1:0", "kthread")] and doc["stats"][-1]["max_ns"] is None and
   doc["stats"][1]["histogram"][10] == 5 and doc["since"] is None, "what hurts most comes first", doc)
schema(["observe", "-c", "1", "--for", "1ms"], "observe", ("stats", "STAT"))
schema(["explain"], "explain", ("sources", "EXPLANATION"))
doc = schema(["apply", "-c", "1", "--proof", "1ms"], "apply, pin, unpin", ("isolation", "ISOLATION"))
x = doc["proof"]["sources"][-1]
ok(set(doc["proof"]) == {"cpus", "sources"} and set(doc["proof"]["cpus"][0]) == members("PART") - {"wall_ns"} and
   set(x) == members("DIFFERENCE") and set(x["before"]) == members("WINDOW") and
   set(doc["proof"]["cpus"][0]["after"]) == members("WINDOW") | {"wall_ns"}, "a proof is as documented", doc["proof"])
schema(["apply", "-c", "1"], "apply, pin, unpin", ("isolation", "ISOLATION"))
schema(["pin", "--comm", "a"], "apply, pin, unpin", ("isolation", "ISOLATION"))
ok(schema(["revert"], "revert", ("records", "RECORD"))["name"] is None, "revert of all has no name")
schema(["watch"], "watch")

# watch.
r = done(["watch"], "applied isolation=cpu1", "name=evil\\040\\033[2J\\040name",
         "from=0-1 to=0 by_pid=4321 by_comm=irq\\040balance ns=5000000000\n")
done(["watch"], "starving", "name=kworker/1:0", "sched_rt_runtime_us", fake="starving")
ok("unloaded" in r.stderr and len(r.stderr.splitlines()) == 1, "watch ends when the module goes")
done(["watch"], "missed 5 events\n", fake="gap")
r = run("watch", "--json", fake="gap")
ok(json.loads(r.stdout.splitlines()[1]) == {"type": "missed", "count": 5}, "missed events in JSON")
r = done(["watch"], "missed 5 events\n", "changed-since", fake="overrun")
ok("faster" in r.stderr, "a full buffer is no end")


def start(argv, fake, **kw):
    return subprocess.Popen([TOOL, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env={**os.environ, **ROOT, "LD_PRELOAD": FAKE, "FAKE": fake,
                                 "FAKE_LOG": LOG},
                            # A shell lets its background jobs ignore SIGINT.
                            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **kw)


for sig in (signal.SIGINT, signal.SIGTERM):
    p = start(["watch"], "stay")
    p.stdout.readline()
    p.send_signal(sig)
    out, err = p.communicate(timeout=20)
    ok(p.returncode == 0 and not err, f"watch ends cleanly at {sig.name}", p.returncode, err)
p = start(["observe", "-c", "1"], "")
time.sleep(0.3)
p.send_signal(signal.SIGINT)
out, err = p.communicate(timeout=20)
ok(p.returncode == 0 and "local_timer" in out and err == "cpuiso: observing CPU 1; Ctrl-C ends it\n", "observe until Ctrl-C", p.returncode, out, err)
p = start(["watch"], "stay")
p.stdout.close()
time.sleep(0.2)
ok(p.poll() in (None, 1, -signal.SIGPIPE), "watch with nobody reading")
p.kill()
err = p.stderr.read()
p.wait()
ok(not err, "is quiet about it", err)

# Interrupted while the module works.
for sig in (signal.SIGINT, signal.SIGTERM):
    open(LOG, "w", encoding="ascii").close()
    p = start(["apply", "-c", "1"], "silent")
    time.sleep(0.3)
    p.send_signal(sig)
    out, err = p.communicate(timeout=20)
    ok(p.returncode == -sig and "the module goes on" in err, f"apply at {sig.name}", p.returncode, err)
    with open(LOG, encoding="utf-8") as f:
        ok("result=not-awaited" in f.read(), "is logged as not awaited")
p = start(["apply", "-c", "1", "--", "sh", "-c", "echo ran"], "silent")
time.sleep(0.3)
p.kill()
ok(p.communicate(timeout=20)[0] == "", "a command does not run when apply was killed before")

# A command of its own.
r = run("apply", "-c", "1", "--", "sh", "-c", "echo out; exit 7", fake="", env=ROOT)
ok(r.returncode == 7 and r.stdout == "out\n" and "is isolated" in r.stderr, "apply -- CMD", r)
r = run("apply", "-c", "1", "--", "sh", "-c", "kill -9 $$", fake="", env=ROOT)
ok(r.returncode == 137, "a command ended by a signal", r)
r = run("apply", "-c", "1", "--", "sh", "-c", "echo ran", fake="fails=3", env=ROOT)
ok(sentence(r, 1, "name another"), "a command does not run when apply failed", r)
r = run("apply", "-c", "1", "--", "grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status", fake="", env=ROOT)
ok(re.search(r"SigBlk:\s+0+\n", r.stdout), "a command starts without blocked signals", r)
p = start(["apply", "-c", "1", "--", "sh", "-c", "trap 'exit 9' TERM; echo up; while :; do sleep 0.05; done"], "")
p.stdout.readline()
p.send_signal(signal.SIGTERM)
ok(p.wait(timeout=20) == 9, "SIGTERM is passed on to the command", p.returncode)
p.communicate()
bad = os.path.join(tmp, "bad")
with open(bad, "w", encoding="ascii") as f:
    f.write("#!/no/such/interpreter\n")
os.chmod(bad, 0o755)
r = run("apply", "-c", "1", "--", bad, fake="", env=ROOT)
ok(r.returncode == 127 and "cpuiso revert cpu1" in r.stderr, "a command that cannot be started", r)

# pid namespaces: the module's ids are those of the initial one.
os.remove(os.path.join(root, "proc/self/ns/pid"))
os.symlink("pid:[4026532000]", os.path.join(root, "proc/self/ns/pid"))
refused(1, ["apply", "-c", "1", "--pid", "50"], "pid namespace")
done(["apply", "-c", "1", "--comm", "a"], "is isolated")

# Output that does not arrive.
for target in ("/dev/full", None):
    for argv in (["--version"], ["status"], ["status", "--json"], ["doctor"], ["--help"]):
        with tempfile.TemporaryFile("w+") as err:
            cmd = f'exec "$0" "$@" {">" + target if target else ">&-"}'
            p = subprocess.run(["sh", "-c", cmd, TOOL, *argv], stderr=err, check=False,
                               env={**os.environ, "LD_PRELOAD": FAKE, "FAKE": ""})
            err.seek(0)
            text = err.read()
        ok(p.returncode == 1 and "output was lost" in text,
           f"{' '.join(argv)} > {target or 'closed'}: exit 1", p.returncode, text)
r = subprocess.run(["sh", "-c", '"$0" tasks 2>&1 <&- >&- 2>&-; echo $?', TOOL], capture_output=True,
                   text=True, check=False, env={**os.environ, "LD_PRELOAD": FAKE, "FAKE": ""})
ok(r.stdout == "1\n", "all three closed: exit 1, no crash", r)

# The log.
def logged(argv, fake):
    open(LOG, "w", encoding="ascii").close()
    run(*argv, fake=fake, env={**ROOT, "FAKE_LOG": LOG})
    with open(LOG, encoding="utf-8") as f:
        return f.read()


t = logged(["apply", "-c", "1"], "")
ok(t == "<5> verb=apply name=cpu1 cpus=1 result=done tasks_moved=57 irqs_moved=12 members=3\n",
   "apply in syslog, one line", t)
t = logged(["apply", "-c", "1"], "fails=3")
ok(t.startswith("<4> verb=apply name=cpu1 cpus=1 result=refused errno=3 reason=the\\040process\\040") and
   t.count("\n") == 1 and "\033" not in t, "a refusal in syslog", t)
t = logged(["revert"], "changed isolations=2")
ok(t == "<4> verb=revert name=cpu1\\040cpu2 cpus=1-2 result=changed-since restored=69 gone=2 changed_since=3\n", "revert in syslog", t)
t = logged(["revert", "cpu2"], "isolations=2")
ok(t == "<5> verb=revert name=cpu2 cpus=2 result=done restored=69 gone=2 changed_since=0\n",
   "revert of one in syslog", t)
t = logged(["apply", "-c", "1"], "journal").splitlines()
ok({"MESSAGE=verb=apply name=cpu1 cpus=1 result=done tasks_moved=57 irqs_moved=12 members=3",
    "PRIORITY=5", "SYSLOG_IDENTIFIER=cpuiso", "CPUISO_VERB=apply", "CPUISO_NAME=cpu1", "CPUISO_CPUS=1",
    "CPUISO_RESULT=done", "CPUISO_TASKS_MOVED=57", "CPUISO_MEMBERS=3"} <= set(t), "apply in the journal", t)
ok(not logged(["status"], "") and not logged(["apply", "-c", "3-1"], "") and
   not logged(["plan", "-c", "1"], ""), "what changes nothing is not logged")

if shutil.which("valgrind"):
    for argv, fake in ((["plan", "-c", "1", "--all"], "intr=2"), (["apply", "-c", "1", "-C", "a", "-g", "/web"], ""),
                       (["status", "--json"], ""), (["explain"], "many"), (["stats"], ""),
                       (["apply", "-c", "1", "--proof", "1ms"], ""), (["observe", "-c", "1", "-f", "1ms"], ""), (["watch"], "gap"), (["tasks"], "garbage"),
                       (["apply", "-c", "3-1", "-C", "a"], ""), (["revert"], "changed"),
                       (["doctor", "-c", "1"], ""), (["apply", "-c", "1"], "refuse=16 reason"),
                       (["pin", "-C", "a"], "")):
        r = run(*argv, fake=fake, env=ROOT, wrap=("valgrind", "-q", "--leak-check=full",
                "--errors-for-leak-kinds=all", "--show-leak-kinds=all", "--error-exitcode=99",
                "--trace-children=no"))
        ok(r.returncode != 99 and "==" not in r.stderr, f"valgrind: {' '.join(argv)} [{fake}]", r.stderr)
else:
    skip("no leaks", "valgrind is not installed")
shutil.rmtree(tmp)
end()
