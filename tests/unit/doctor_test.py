#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The doctor looks at machines that are trees of files."""
import gzip
import json
import os
import tempfile

from tap import end, ok, run, version

GOOD = {
    "proc/sys/kernel/osrelease": "6.1.0-9-amd64\n",
    "proc/version": "Linux version 6.1.0-9-amd64 #1 SMP PREEMPT_DYNAMIC Debian\n",
    "proc/cmdline": "root=/dev/vda1 nohz_full=2-3 rcu_nocbs=2-3 isolcpus=managed_irq,domain,2-3\n",
    "proc/1/comm": "systemd\n",
    "boot/config-6.1.0-9-amd64": "#\nCONFIG_HZ=250\nCONFIG_MODULES=y\nCONFIG_NO_HZ_FULL=y\n"
        "CONFIG_RCU_NOCB_CPU=y\nCONFIG_CPU_ISOLATION=y\nCONFIG_CPUSETS=y\nCONFIG_TRACEPOINTS=y\n",
    "sys/devices/system/cpu/possible": "0-3\n",
    "sys/devices/system/cpu/present": "0-3\n",
    "sys/devices/system/cpu/online": "0-3\n",
    "sys/devices/system/cpu/nohz_full": "2-3\n",
    "sys/devices/system/cpu/isolated": "2-3\n",
    **{f"sys/devices/system/cpu/cpu{i}/topology/thread_siblings_list": f"{i & ~1}-{i | 1}\n"
       for i in range(4)},
    "sys/module/module/parameters/sig_enforce": "N\n",
    "sys/kernel/security/lockdown": "[none] integrity confidentiality\n",
    "sys/module/cpuiso/version": version() + "\n",
    "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory pids\n",
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
    "sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc hpet acpi_pm \n",
}


def doctor(*argv, text=False, **changes):
    """Findings by check. A change of None takes a file away."""
    files = dict(GOOD)
    files.update({k.replace("__", "/"): v for k, v in changes.pop("files", {}).items()})
    with tempfile.TemporaryDirectory() as root:
        for name, content in files.items():
            if content is None:
                continue
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(content if isinstance(content, bytes) else content.encode())
        r = run("doctor", *argv, *([] if text else ["--json"]), env={"CPUISO_SYSROOT": root})
    if text or r.returncode:
        return r
    doc = json.loads(r.stdout)
    assert doc["version"] == 1 and not r.stderr, r.stderr
    return {c["check"]: (c["state"], c["text"]) for c in doc["checks"]}


def finds(found, check, state, *parts):
    got = found.get(check, ("", "no such check"))
    ok(got[0] == state and all(p in got[1] for p in parts),
       f"{check}: {state}, {', '.join(parts)}", got)


f = doctor("-c", "2-3")
for check in ("kernel", "config", "module", "signature", "nohz_full", "rcu_nocbs",
              "managed-irqs", "irqbalance", "smt", "cgroup", "clocksource", "tick", "rcu"):
    finds(f, check, "ok")
finds(f, "isolcpus", "note", "CPU 2-3")
finds(f, "smt", "ok", "isolated as well")
finds(f, "kernel", "ok", "6.1.0-9-amd64", "not PREEMPT_RT")

f = doctor("-c", "1-2")
finds(f, "nohz_full", "missing", "for CPU 1;", "add nohz_full=1,")
finds(f, "rcu_nocbs", "missing", "add rcu_nocbs=1,")
finds(f, "managed-irqs", "missing", "add isolcpus=managed_irq,1,")
finds(f, "smt", "note", "1 with 0", "2 with 3")

f = doctor(files={"proc/cmdline": "quiet\n", "sys/devices/system/cpu/nohz_full": "(null)\n",
                  "sys/devices/system/cpu/isolated": "\n"})
finds(f, "nohz_full", "missing", "nohz_full=LIST")
finds(f, "rcu_nocbs", "missing", "rcu_nocbs=LIST")
finds(f, "managed-irqs", "missing", "isolcpus=managed_irq,LIST")
finds(f, "isolcpus", "ok", "at runtime")
finds(f, "tick", "note", "250")
finds(f, "smt", "note", "0 with 1", "3 with 2")

f = doctor("-c", "2-3", files={"proc/sys/kernel/osrelease": "6.12.1-amd64\n",
                               "boot/config-6.12.1-amd64": "#\nCONFIG_HZ=250\n"})
finds(f, "tick", "note", "once a second", "boot another version")

f = doctor("-c", "1", files={"proc/cmdline": "rcu_nocbs -- nohz_full=1\n",
                             "sys/devices/system/cpu/nohz_full": None})
finds(f, "rcu_nocbs", "note", "at runtime")
finds(f, "nohz_full", "missing")
f = doctor("-c", "2", files={"proc/cmdline": 'x="a nohz_full=2" isolcpus=domain,2\n',
                             "sys/devices/system/cpu/nohz_full": None})
finds(f, "nohz_full", "missing")
finds(f, "managed-irqs", "missing")
f = doctor("-c", "2", files={"proc/cmdline": "nohz_full=1 nohz_full=2-3\n",
                             "sys/devices/system/cpu/nohz_full": None})
finds(f, "nohz_full", "ok", "2-3")
finds(f, "rcu_nocbs", "ok", "2-3")

f = doctor(files={"boot/config-6.1.0-9-amd64": "CONFIG_MODULES=y\n# CONFIG_NO_HZ_FULL is not set\n"
                  "CONFIG_CPUSETS=y\nCONFIG_CPU_ISOLATION=y\nCONFIG_RCU_NOCB_CPU=m\n"
                  "XCONFIG_TRACEPOINTS=y\n"})
finds(f, "config", "missing", "CONFIG_NO_HZ_FULL", "CONFIG_TRACEPOINTS")
ok("CPUSETS" not in f["config"][1], "what is there is not missed")
f = doctor(files={"boot/config-6.1.0-9-amd64": None})
finds(f, "config", "note", "/boot/config-6.1.0-9-amd64")
f = doctor(files={"boot/config-6.1.0-9-amd64": None,
                  "proc/config.gz": gzip.compress(GOOD["boot/config-6.1.0-9-amd64"].encode())})
finds(f, "config", "ok")
f = doctor(files={"boot/config-6.1.0-9-amd64": None, "proc/config.gz": b"no gzip at all"})
finds(f, "config", "note")

finds(doctor(files={"sys/module/cpuiso/version": "0.0.9\n"}), "module", "missing", "0.0.9", version())
finds(doctor(files={"sys/module/cpuiso/version": None}), "module", "missing", "modprobe cpuiso")
ENFORCED = {"sys/module/module/parameters/sig_enforce": "Y\n"}
LOCKED = {"sys/kernel/security/lockdown": "none [integrity] confidentiality\n"}
ABSENT = {"sys/module/cpuiso/version": None}
KO = "lib/modules/6.1.0-9-amd64/updates/cpuiso.ko"
finds(doctor(files=ENFORCED), "signature", "ok", "only signed modules load; cpuiso is loaded")
finds(doctor(files=LOCKED), "signature", "ok", "lockdown is on", "cpuiso is loaded")
finds(doctor(files={**ENFORCED, **ABSENT}), "signature", "note", "make sign", "mokutil")
finds(doctor(files={**LOCKED, **ABSENT}), "signature", "note", "lockdown is on", "make sign", "mokutil")
for text in (b"", b"ELF", b"ELF~Module signature appended~"):
    finds(doctor(files={**LOCKED, **ABSENT, KO: text}), "signature", "missing",
          f"/{KO} is not signed", "make sign", "mokutil")
finds(doctor(files={**ENFORCED, **ABSENT, KO: b"ELF~Module signature appended~\n"}), "signature", "note",
      f"/{KO} is signed", "key was rejected", "mokutil --import CERT, then reboot")
finds(doctor(files={**ENFORCED, **ABSENT, KO.replace("updates", "updates/dkms"): b"ELF~Module signature appended~\n"}),
      "signature", "note", "updates/dkms/cpuiso.ko is signed")
finds(doctor(files={"sys/kernel/security/lockdown": None,
                    "sys/module/module/parameters/sig_enforce": None}), "signature", "note")
finds(doctor(files={"proc/4711/comm": "irqbalance\n"}), "irqbalance", "note", "pid 4711",
      "IRQBALANCE_BANNED_CPULIST")
finds(doctor(files={"proc/4711/comm": "irqbalance\n",
                    "etc/default/irqbalance": "#IRQBALANCE_BANNED_CPULIST=1\nIRQBALANCE_BANNED_CPULIST=3\n"}),
      "irqbalance", "note", "banned CPUs 3")
finds(doctor(files={"proc/version": "Linux version 6.1.0-9-rt-amd64 #1 SMP PREEMPT_RT Debian\n"}),
      "kernel", "ok", ", PREEMPT_RT:")
finds(doctor(files={"sys/kernel/realtime": "1\n"}), "kernel", "ok", ", PREEMPT_RT:")
finds(doctor(files={"sys/fs/cgroup/cgroup.controllers": "cpu memory xcpuset\n"}), "cgroup", "note",
      "no cpuset")
finds(doctor(files={"sys/fs/cgroup/cgroup.controllers": None}), "cgroup", "note", "no cgroup v2")
stat = "17 (rcuc/0) S " + " ".join(str(n) for n in range(4, 40)) + " 1 1 0\n"
finds(doctor(files={"proc/17/comm": "rcuc/0\n", "proc/17/stat": stat}), "rcu", "note", "priority 1 ", "rcutree.kthread_prio")
clock = "sys/devices/system/clocksource/clocksource0/"
finds(doctor(files={clock + "current_clocksource": "hpet\n"}), "clocksource", "note", "hpet", "tsc")
finds(doctor(files={clock + "current_clocksource": "kvm-clock\n",
                    clock + "available_clocksource": "kvm-clock acpi_pm\n"}), "clocksource", "note",
      "guest")
finds(doctor("-c", "2", files={f"sys/devices/system/cpu/cpu{i}/topology/thread_siblings_list": f"{i}\n"
                               for i in range(4)}), "smt", "ok", "no CPU")
# A machine without anything is no reason to fail.
f = doctor(files={k: None for k in GOOD})
ok(len(f) == 15 and all(s in ("ok", "note", "missing") for s, _ in f.values()),
   "a machine that shows nothing", f)
f = doctor("-c", "2-3", files={"proc/cmdline": "\033[2J nohz_full=\033[31m\n",
                               "proc/sys/kernel/osrelease": "6\033[2J\n"}, text=True)
ok("\033" not in f.stdout and f.returncode == 0, "terminal escapes do not pass", repr(f.stdout))
f = doctor("-c", "2", text=True)
ok(len(f.stdout.splitlines()) == 16 and f.stdout.startswith("CHECK"), "a line for each check")
for bad in ("9", "2-1", "", "x"):
    f = doctor("-c", bad, text=True)
    ok(f.returncode == 2 and len(f.stderr.splitlines()) == 1, f"-c '{bad}' is refused", f.stderr)
end()
