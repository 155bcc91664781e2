#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Random sequences of what may happen while CPUs are isolated, against a naive model.

    model.py [--seed N] [--first N] [--sequences N] [--steps N] [--seconds N]

The model knows of each object the value that it would have without cpuiso, and of each isolation its CPUs, and works out
from these two what the object should be now. After each step all of that is compared with /proc and /sys. A sequence
depends on the seed and its number alone, so "--seed S --first N --sequences 1" repeats it.
"""
import argparse
import glob
import os
import random
import re
import signal
import subprocess
import sys
import time

BIN, KO, PROC = os.environ["CPUISO_BIN"], os.environ["CPUISO_KO"], "/proc/cpuiso"
N = os.cpu_count()
ALL = frozenset(range(N))
KERNEL = tuple(int(n) for n in re.match(r"(\d+)\.(\d+)", os.uname().release).groups())
FAULTS = "/sys/module/cpuiso/parameters/fail_at"
IRQ_DEFAULT = "/proc/irq/default_smp_affinity"


def read(path):
    try:
        with open(path) as f:
            return f.read().strip()
    except OSError:
        return None


def write(path, text):
    try:
        with open(path, "w") as f:
            f.write(text)
        return True
    except OSError:
        return False


def of_mask(text):
    n = int(text.replace(",", ""), 16)
    return frozenset(c for c in range(n.bit_length()) if n >> c & 1)


def to_mask(cpus):
    return f"{sum(1 << c for c in cpus):x}"


def of_list(text):
    cpus = set()
    for part in filter(None, text.split(",")):
        a, _, b = part.partition("-")
        cpus |= set(range(int(a), int(b or a) + 1))
    return frozenset(cpus)


def to_list(cpus):
    return ",".join(str(c) for c in sorted(cpus))


class Failure(Exception):
    pass


def until(done, seconds, failure):
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise Failure(failure)
        time.sleep(0.02)


class Knob:
    """What it holds (now), held when the module looked last (seen), and would hold without us (base)."""

    def __init__(self, name, path, parse, form, target):
        self.name, self.path, self.parse, self.form, self.target = name, path, parse, form, target
        # Where a partition shows in what came of it, this is what was asked for.
        self.shown = path + "_requested" if os.path.exists(path + "_requested") else path
        self.base = self.seen = self.now = self.first = parse(read(self.shown))
        self.theirs = False

    def look(self, m, undo):
        """Returns whether an undo has to report it."""
        report = False
        if self.now != self.seen:
            self.theirs = self.base != self.seen
            report = undo and self.theirs and self.now != self.base
            self.base = self.seen = self.now
        if undo and self.theirs:
            return report
        self.theirs = False
        claimed = m.claimed(self.name)
        self.seen = self.now = self.target(m, self.base, claimed) if claimed else self.base
        return report


def mask_target(m, base, claimed):
    return base - claimed or ALL - m.isolated()


class Task:
    def __init__(self, pid, base, parent=None):
        self.pid, self.base, self.parent, self.iso, self.sets = pid, base, parent, None, 0


class Puppet:
    def __init__(self):
        self.p = subprocess.Popen(["puppet"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, order):
        self.p.stdin.write(order + "\n")
        self.p.stdin.flush()
        return self.p.stdout.readline().strip()


class Isolation:
    def __init__(self, cpus, keep, parted, runner=None):
        self.cpus, self.keep, self.parted, self.runner = frozenset(cpus), keep, parted, runner


class Model:
    def __init__(self):
        self.isolations = {}
        self.knobs = [k for k in (
            Knob("workqueue.unbound", "/sys/devices/virtual/workqueue/cpumask", of_mask, to_mask, mask_target),
            Knob("kernel.watchdog_cpumask", "/proc/sys/kernel/watchdog_cpumask", of_list, to_list, mask_target),
            Knob("net.rps_cpus", "/sys/class/net/lo/queues/rx-0/rps_cpus", of_mask, to_mask,
                 lambda m, base, claimed: base - claimed),
            Knob("kernel.timer_migration", "/proc/sys/kernel/timer_migration", int, str, lambda m, b, c: 0),
            Knob("vm.stat_interval", "/proc/sys/vm/stat_interval", int, str, lambda m, b, c: max(b, 60)),
        )]
        self.irq_default = of_mask(read(IRQ_DEFAULT))
        self.puppets = [Puppet() for _ in range(4)]
        self.roots = [Task(p.p.pid, ALL) for p in self.puppets]
        self.tasks = list(self.roots)
        self.irqs, self.wild_irqs = {}, False
        for d in glob.glob("/proc/irq/[0-9]*"):
            mask = read(d + "/smp_affinity")
            if glob.glob(d + "/*/") and write(d + "/smp_affinity", mask):
                self.irqs[int(os.path.basename(d))] = of_mask(mask)
        self.first_irqs = dict(self.irqs)
        self.balancer = None
        self.keeper_killed = self.foreign = False

    def isolated(self):
        return frozenset().union(*(i.cpus for i in self.isolations.values()))

    def parted(self):
        """CPUs that nobody can choose, because they are a partition."""
        return frozenset().union(*(i.cpus for i in self.isolations.values() if i.parted))

    def claimed(self, knob):
        return frozenset().union(*(i.cpus for i in self.isolations.values() if knob not in i.keep))

    def place(self, base):
        if not base & self.isolated():
            return base
        return base - self.isolated() or ALL - self.isolated()

    def task_mask(self, t):
        if not t.iso:
            return self.place(t.base)
        cpus = self.isolations[t.iso].cpus
        # The kernel leaves it of these what it has chosen itself, if there is any.
        return KERNEL >= (6, 12) and cpus & t.base or cpus

    def wrong(self):
        for t in self.tasks:
            is_, want = frozenset(os.sched_getaffinity(t.pid)), self.task_mask(t)
            if is_ != want:
                yield f"task {t.pid} is on {to_list(is_)}, should be on {to_list(want)}"
        for irq, base in self.irqs.items():
            is_ = of_mask(read(f"/proc/irq/{irq}/smp_affinity"))
            if self.wild_irqs:
                if is_ & self.isolated() and is_ - self.isolated():
                    yield f"interrupt {irq} is on {to_list(is_)}"
            elif is_ != self.place(base):
                yield f"interrupt {irq} is on {to_list(is_)}, should be on {to_list(self.place(base))}"
        for k in self.knobs:
            is_ = k.parse(read(k.shown))
            if is_ != k.now:
                yield f"{k.name} is {is_}, should be {k.now}"
        claimed, is_ = self.claimed("default-irq-affinity"), of_mask(read(IRQ_DEFAULT))
        want = self.irq_default - claimed or ALL - claimed
        if is_ != want:
            yield f"default_smp_affinity is {to_list(is_)}, should be {to_list(want)}"

    def check(self):
        end = time.monotonic() + 30
        while True:
            wrong = list(self.wrong())
            if not wrong:
                return
            if time.monotonic() > end:
                raise Failure("\n".join(wrong))
            time.sleep(0.02)


class Sequence:
    def __init__(self, model, rng):
        self.m, self.rng, self.log, self.n, self.parted = model, rng, [], 0, False

    def say(self, text):
        self.log.append(text)

    def cpuiso(self, *args, codes=(0,)):
        p = subprocess.run([BIN, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        self.say(f"cpuiso {' '.join(args)} -> {p.returncode}")
        if p.returncode not in codes:
            raise Failure(f"exit {p.returncode}, not {codes}: {p.stdout}")
        return p.returncode

    def free_cpus(self):
        free = sorted(ALL - self.m.isolated() - {0})
        return sorted(self.rng.sample(free, self.rng.randint(1, len(free)))) if free else []

    def join(self, root, name):
        for t in self.m.tasks:
            if t is root or t.parent is root:
                t.iso = name

    def options(self, cpus):
        keep = [k for k in ("workqueue.unbound", "net.rps_cpus", "vm.stat_interval", "default-irq-affinity")
                if self.rng.random() < 0.15]
        self.n += 1
        name = f"s{self.n}"
        self.parted = self.rng.random() < 0.5
        args = ["-c", to_list(cpus), "--name", name] + [a for k in keep for a in ("--keep", k)]
        return name, keep, args + ([] if self.parted else ["--no-partition"])

    def looks(self, undo):
        # Each knob is looked at, so no short cut.
        reports = any([k.look(self.m, undo) for k in self.m.knobs])
        if not self.m.isolations:
            for k in self.m.knobs:
                k.base, k.theirs = k.now, False
        return reports

    def begin(self, name, cpus, keep, runner=None):
        if not self.m.isolations:
            self.m.foreign = self.m.balancer is not None
        self.m.isolations[name] = Isolation(cpus, keep, self.parted, runner)
        self.looks(False)

    def apply(self):
        cpus = self.free_cpus()
        if not cpus:
            taken = sorted(self.m.isolated())[0]
            self.cpuiso("apply", "-c", str(taken), "--name", "no", codes=(1,))
            return
        name, keep, args = self.options(cpus)
        roots = [t for t in self.m.roots if not t.iso]
        root = self.rng.choice(roots) if roots and self.rng.random() < 0.5 else None
        if root:
            args += ["--pid", str(root.pid)]
        fault = self.rng.randint(1, 250) if os.path.exists(FAULTS) and self.rng.random() < 0.3 and \
            all(k.now == k.seen and not k.theirs for k in self.m.knobs) else 0
        if fault:
            self.say(f"fail_at {fault}")
            write(FAULTS, str(fault))
        code = self.cpuiso("apply", *args, codes=(0, 1) if fault else (0,))
        if fault:
            write(FAULTS, "0")
        if not code:
            self.begin(name, cpus, keep)
            if root:
                self.join(root, name)

    def run(self):
        cpus = self.free_cpus()
        if not cpus:
            return
        name, keep, args = self.options(cpus)
        self.say(f"cpuiso run {' '.join(args)} -- sleep")
        runner = subprocess.Popen([BIN, "run", *args, "--", "sleep", "1000"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while f"isolation\t{name}\tisolated" not in (read(PROC + "/status") or ""):
            if time.monotonic() > end or runner.poll() is not None:
                raise Failure("cpuiso run does not isolate")
            time.sleep(0.02)
        self.begin(name, cpus, keep, runner)

    def end(self, names):
        """The isolations are gone; returns whether that has to be reported."""
        report = False
        for name in names:
            runner = self.m.isolations.pop(name).runner
            for t in self.m.tasks:
                if t.iso == name:
                    t.iso = None
            report |= self.looks(True)
            if runner:
                children = read(f"/proc/{runner.pid}/task/{runner.pid}/children") or ""
                runner.kill()
                runner.wait()
                for pid in children.split():
                    os.kill(int(pid), signal.SIGKILL)
        return report

    def revert(self):
        if not self.m.isolations:
            self.cpuiso("revert", codes=(1,))
            return
        names = list(reversed(self.m.isolations))
        arg = []
        if self.rng.random() < 0.6:
            names = [self.rng.choice(names)]
            arg = names
        code = self.cpuiso("revert", *arg, codes=(0, 4))
        must = self.end(names)
        if (code == 4) != must and not (code == 4 and self.m.foreign):
            raise Failure(f"revert ended with {code}, and there was {'some' if must else 'no'}thing to report")
        self.recovered()

    def kill_run(self):
        names = [n for n, i in self.m.isolations.items() if i.runner]
        if names:
            name = self.rng.choice(names)
            self.say(f"SIGKILL for the cpuiso run of {name}")
            self.end([name])
            self.recovered()

    def kill_keeper(self):
        for d in glob.glob("/proc/[0-9]*/cmdline"):
            if (read(d) or "").startswith("cpuiso\0keep\0"):
                self.say("SIGKILL for a keeper")
                os.kill(int(d.split("/")[2]), signal.SIGKILL)
                self.m.keeper_killed = True

    def recovered(self):
        """Without its keeper an isolation's settings wait for the next command."""
        if self.m.keeper_killed:
            until(lambda: self.m.isolations or "\nisolation\t" not in (read(PROC + "/status") or ""), 30,
                  "the isolation does not end")
            self.cpuiso("status", codes=(0, 3))

    def rmmod(self):
        self.say("rmmod, insmod")
        if subprocess.run(["rmmod", "cpuiso"], timeout=120).returncode:
            raise Failure("rmmod")
        self.end(list(reversed(self.m.isolations)))
        self.recovered()
        self.kept()
        self.m.check()
        if subprocess.run(["insmod", KO], timeout=120).returncode:
            raise Failure("insmod")

    def kept(self):
        """Until its keeper has ended a partition, nobody can have the CPUs of it."""
        until(lambda: not glob.glob("/run/cpuiso/*.json"), 60, "the keepers do not end")

    def pin(self):
        roots = [t for t in self.m.roots if not t.iso]
        if roots and self.m.isolations:
            root, name = self.rng.choice(roots), self.rng.choice(list(self.m.isolations))
            self.cpuiso("pin", "--name", name, "--pid", str(root.pid))
            self.join(root, name)

    def unpin(self):
        roots = [t for t in self.m.roots if t.iso]
        if roots:
            root = self.rng.choice(roots)
            self.cpuiso("unpin", "--name", root.iso, "--pid", str(root.pid), codes=(0, 4))
            self.join(root, None)

    def fork(self, n=1):
        i = self.rng.randrange(len(self.m.puppets))
        self.say(f"{self.m.roots[i].pid} forks {n}")
        root = self.m.roots[i]
        for pid in self.m.puppets[i].ask(f"fork {n}").split():
            child = Task(int(pid), root.base, root)
            child.iso = root.iso
            self.m.tasks.append(child)

    def storm(self):
        self.say("a storm of forks")
        storm = subprocess.Popen(["storm", "300", "1", "model"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.apply()
        self.fork(8)
        storm.communicate(b"\n")

    def set_task(self):
        tasks = [t for t in self.m.tasks if not t.iso and t.sets < 2]
        if not tasks:
            return
        t = self.rng.choice(tasks)
        mask = frozenset(self.rng.sample(sorted(ALL), self.rng.randint(1, N))) - self.m.parted()
        if not mask:
            return
        same = mask == self.m.task_mask(t)
        # Nobody sees that, but from 6.12 on the task is not given others again.
        kept = same and KERNEL >= (6, 12)
        if kept and not t.base & mask:
            return
        self.say(f"task {t.pid} is set to {to_list(mask)}")
        if not same:
            t.base, t.sets = mask, t.sets + 1
            self.m.foreign = True
        elif kept:
            t.base &= mask
        os.sched_setaffinity(t.pid, mask)

    def set_irq(self):
        irq = self.rng.choice(sorted(self.m.irqs))
        mask = frozenset(self.rng.sample(sorted(ALL), self.rng.randint(1, N)))
        if self.m.wild_irqs or mask == self.m.place(self.m.irqs[irq]):
            return
        self.say(f"interrupt {irq} is set to {to_list(mask)}")
        if write(f"/proc/irq/{irq}/smp_affinity", to_mask(mask)):
            self.m.irqs[irq] = mask
            self.m.foreign = True

    def set_knob(self):
        k = self.rng.choice(self.m.knobs)
        if k.parse is int:
            value = self.rng.choice((0, 1)) if "timer" in k.name else self.rng.choice((1, 5, 60, 90))
        else:
            value = frozenset(self.rng.sample(sorted(ALL), self.rng.randint(1, N)))
        self.say(f"{k.name} is set to {k.form(value)}")
        if write(k.path, k.form(value)):
            k.now = value
            if not self.m.isolations:
                k.base = k.seen = value

    def hotplug(self):
        """The kernel itself rewrites for good what had only the CPU that goes."""
        masks = [self.m.task_mask(t) for t in self.m.tasks] + [self.m.place(b) for b in self.m.irqs.values()]
        masks += [t.base for t in self.m.tasks] + list(self.m.irqs.values())
        cpus = [c for c in range(1, N) if frozenset((c,)) not in masks]
        if not cpus or self.m.wild_irqs or any(i.runner for i in self.m.isolations.values()):
            return
        cpu = self.rng.choice(cpus)
        self.say(f"CPU {cpu} goes and comes")
        online = f"/sys/devices/system/cpu/cpu{cpu}/online"
        if not write(online, "0"):
            raise Failure(f"CPU {cpu} cannot go")
        if self.rng.random() < 0.5:
            self.cpuiso("apply", "-c", str(cpu), "--name", "no", codes=(1,))
        if not write(online, "1"):
            raise Failure(f"CPU {cpu} cannot come back")

    def irqbalance(self):
        if self.m.balancer:
            self.say("irqbalance ends")
            self.m.balancer.kill()
            self.m.balancer.wait()
            self.m.balancer = None
        else:
            self.say("irqbalance starts")
            os.makedirs("/run/irqbalance", exist_ok=True)
            self.m.balancer = subprocess.Popen(["irqbalance", "--foreground", "--interval=1"],
                                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.m.wild_irqs = self.m.foreign = True

    OPS = {apply: 6, run: 1, revert: 4, kill_run: 1, kill_keeper: 1, rmmod: 1, pin: 2, unpin: 1, fork: 2, storm: 1,
           set_task: 4, set_irq: 3, set_knob: 4, hotplug: 2, irqbalance: 0.4}

    def go(self, steps):
        if not os.path.exists(PROC):
            subprocess.run(["insmod", KO], check=True)
        for _ in range(steps):
            op = self.rng.choices(list(self.OPS), list(self.OPS.values()))[0]
            op(self)
            self.m.check()
        if self.m.isolations:
            self.rng.choice((self.revert_all, self.rmmod))()
            self.m.check()
        self.clean()

    def revert_all(self):
        code = self.cpuiso("revert", codes=(0, 4))
        if self.end(list(reversed(self.m.isolations))) and code != 4:
            raise Failure("revert has nothing to report")
        self.recovered()

    def clean(self):
        m = self.m
        if m.balancer:
            self.irqbalance()
        for t in m.tasks[len(m.roots):]:
            m.puppets[m.roots.index(t.parent)].ask(f"kill {t.pid}")
        m.tasks = list(m.roots)
        for t in m.roots:
            os.sched_setaffinity(t.pid, ALL)
            t.base, t.sets = ALL, 0
        for irq, mask in m.first_irqs.items():
            write(f"/proc/irq/{irq}/smp_affinity", to_mask(mask))
        m.irqs, m.wild_irqs = dict(m.first_irqs), False
        for k in m.knobs:
            write(k.path, k.form(k.first))
            k.base = k.seen = k.now = k.first
        m.keeper_killed = m.foreign = False
        m.check()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--seed", type=int, default=int(time.time()))
    ap.add_argument("--first", type=int, default=1)
    ap.add_argument("--sequences", type=int, default=200)
    ap.add_argument("--steps", type=int, default=8)
    ap.add_argument("--seconds", type=int, default=0)
    args = ap.parse_args()
    print(f"seed {args.seed}", flush=True)
    model, steps, begin, n = Model(), 0, time.monotonic(), 0
    for n in range(args.first, args.first + args.sequences):
        seq = Sequence(model, random.Random(f"{args.seed}:{n}"))
        try:
            seq.go(args.steps)
        except (Failure, subprocess.TimeoutExpired) as e:
            print(f"sequence {n} (--seed {args.seed} --first {n} --sequences 1):")
            print("  " + "\n  ".join(seq.log))
            print(e)
            print(read(PROC + "/status"))
            return 1
        steps += len(seq.log)
        if args.seconds and time.monotonic() - begin > args.seconds:
            break
    print(f"{n - args.first + 1} sequences, {steps} steps, {time.monotonic() - begin:.0f} s")
    return 0


sys.exit(main())
