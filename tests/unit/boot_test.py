#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""cpuiso boot: the line for a machine made of a few files, and GRUB's drop-in."""
import json
import os
import shutil
import tempfile

from tap import end, ok, run

root = tempfile.mkdtemp(prefix="cpuiso-boot.")
tools = os.path.join(root, "bin")
os.mkdir(tools)
ENV = {"CPUISO_SYSROOT": root, "PATH": f"{tools}:{os.environ['PATH']}"}
CFG = os.path.join(root, "etc/default/grub.d/cpuiso.cfg")


def put(path, text):
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as f:
        f.write(text)
    return path


def get(path):
    with open(path, encoding="ascii") as f:
        return f.read()


def boot(*argv):
    return run("boot", *argv, env=ENV)


CONFIG = "".join(f"CONFIG_{c}=y\n" for c in (
    "NO_HZ_FULL", "RCU_NOCB_CPU", "CPU_ISOLATION", "GENERIC_IRQ_MIGRATION",
    "SOFTLOCKUP_DETECTOR", "HIGH_RES_TIMERS"))
put("sys/devices/system/cpu/possible", "0-3\n")
put("sys/devices/system/cpu/nohz_full", "\n")
put("sys/devices/system/cpu/isolated", "\n")
put("sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0,2\n")
put("proc/sys/kernel/osrelease", "6.1.0\n")
put("proc/cmdline", "quiet\n")
put("boot/config-6.1.0", CONFIG)

LINE = ("nohz_full=2-3 rcu_nocbs=2-3 rcu_nocb_poll isolcpus=managed_irq,domain,2-3 "
        "irqaffinity=0-1 nosoftlockup skew_tick=1")
r = boot("-c", "2-3")
ok(r.returncode == 0 and r.stdout.splitlines()[-1] == LINE, "the line is the last one", r)
d = json.loads(boot("-c", "2-3", "--json").stdout)
ok(d["line"] == LINE and d["cpus"] == "2-3" and len(d["parameters"]) == 7 and
   all(p["understood"] and not p["active"] and p["why"] for p in d["parameters"]), "as JSON", d)
r = boot()
ok("isolcpus=managed_irq,1,3 irqaffinity=0,2" in r.stdout,
   "without a list: all but the first core, and no scheduler domain taken away", r)
r = boot("-c", "0-3")
ok(r.returncode == 2 and "leave at least one" in r.stderr and not r.stdout, "not all CPUs", r)
r = boot("-c", "1-")
ok(r.returncode == 2 and not r.stdout, "no list", r)

put("boot/config-6.1.0", CONFIG.replace("CONFIG_NO_HZ_FULL=y", "# CONFIG_NO_HZ_FULL is not set"))
r = boot("-c", "2-3")
ok("nohz_full=" not in r.stdout.splitlines()[-1] and "nohz_full " in r.stdout,
   "what the kernel does not understand is listed, but not in the line", r)
os.remove(os.path.join(root, "boot/config-6.1.0"))
d = json.loads(boot("-c", "2-3", "--json").stdout)
ok(d["line"] == LINE and d["parameters"][0]["understood"] is None, "not known: in the line", d)
put("boot/config-6.1.0", CONFIG)

put("proc/cmdline", f"quiet {LINE} last\n")
put("sys/devices/system/cpu/nohz_full", "2-3\n")
put("sys/devices/system/cpu/isolated", "2-3\n")
d = json.loads(boot("-c", "2-3", "--json").stdout)
ok(all(p["active"] for p in d["parameters"]), "all of it is active", d)
d = json.loads(boot("-c", "1-3", "--json").stdout)
ok([p["parameter"] for p in d["parameters"] if p["active"]] ==
   ["rcu_nocb_poll", "nosoftlockup", "skew_tick"], "but not for one CPU more", d)

r = boot("-c", "2", "--install", "--remove")
ok(r.returncode == 2 and "contradict" in r.stderr, "install and remove", r)
ENV["PATH"] = tools
r = boot("-c", "2", "--install")
ok(r.returncode == 1 and "no update-grub" in r.stderr, "no update-grub", r)
ENV["PATH"] = f"{tools}:{os.environ['PATH']}"
grub = put("bin/update-grub", "#!/bin/sh\necho menu; echo run >>\"$CPUISO_SYSROOT/runs\"\n")
os.chmod(grub, 0o755)
r = boot("-c", "2-3", "--install")
ok(r.returncode == 1 and "no /etc/default/grub.d" in r.stderr and
   not os.path.exists(os.path.join(root, "runs")), "no directory of GRUB's", r)
other = put("etc/default/grub.d/other.cfg", "mine\n")
r = boot("--remove")
ok(r.returncode == 1 and "to remove" in r.stderr, "nothing to remove", r)
r = boot("-c", "2-3", "--install")
ok(r.returncode == 0 and get(CFG).splitlines()[-1] ==
   f'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT {LINE}"' and
   r.stdout.splitlines()[-1] == LINE and "menu" in r.stderr, "install", r)
before = get(CFG)
put("bin/update-grub", "#!/bin/sh\nexit 1\n")
r = boot("-c", "1", "--install")
ok(r.returncode == 1 and get(CFG) == before and "is as it was" in r.stderr,
   "update-grub fails: the file is as it was", r)
r = boot("--remove")
ok(r.returncode == 1 and get(CFG) == before, "also when removing", r)
put("bin/update-grub", "#!/bin/sh\nexit 0\n")
r = boot("--remove")
ok(r.returncode == 0 and os.listdir(os.path.dirname(CFG)) == ["other.cfg"] and
   get(other) == "mine\n", "remove, and nothing else was touched", r)
shutil.rmtree(root)
end()
