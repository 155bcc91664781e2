#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Help, man page and shell completion say the same as the code."""
import os
import re
import shutil
import subprocess

from tap import TREE, end, ok, run, skip, version

with open(os.path.join(TREE, "Documentation/man/cpuiso.8.rst"), encoding="utf-8") as f:
    man = f.read()
COMPLETION = os.path.join(TREE, "userspace/completion/cpuiso")

top = run("--help")
ok(top.returncode == 0 and not top.stderr, "cpuiso --help")
commands = re.findall(r"^  ([a-z]+)  +\S", top.stdout, re.M)
ok(len(commands) >= 11, "it lists the commands", commands)
r = run("--version")
ok(r.stdout == f"cpuiso {version()}\n" and r.returncode == 0, "cpuiso --version")

with open(os.path.join(TREE, "userspace/opts.c"), encoding="utf-8") as f:
    coded = set(re.findall(r'\[OPT_[A-Z_]+\] = \{ "([a-z-]+)"', f.read()))
sections = dict(re.findall(r"^([a-z]+)\n-+\n(.*?)(?=^[a-zA-Z]+\n[-=]+\n)", man, re.M | re.S))
options_part = man[man.index("\nOPTIONS\n===") : man.index("\nEXIT STATUS\n")]
documented = {}
for letter, name, value, text in re.findall(
        r"^-(\w), --([a-z-]+)(?: ([A-Z]+))?  +(\S.*?)(?=^-\w, |\Z)", options_part, re.M | re.S):
    documented[name] = (letter, value, " ".join(text.split()))
ok(set(documented) == coded, "the man page has every option, and no other",
   coded ^ set(documented))

shown = {}
for c in commands:
    r = run(c, "--help")
    ok(r.returncode == 0 and not r.stderr and r.stdout.startswith(f"usage: cpuiso {c} "),
       f"cpuiso {c} --help", r.stderr)
    ok(max(map(len, r.stdout.splitlines())) <= 100, f"the help of {c} is no wider than 100")
    opts = re.findall(r"^  -(\w), --([a-z-]+)(?: (\S+))?  +(.*)$", r.stdout, re.M)
    shown[c] = [o[1] for o in opts]
    for letter, name, value, text in opts:
        d = documented.get(name, ("", "", ""))
        text = text.removesuffix(" (repeatable)")
        start = re.split(r"[.:;,]", text)[0]
        ok(d[0] == letter and bool(d[1]) == bool(value) and start in d[2],
           f"{c}: --{name} is in the man page as in the help", text, d)
    listed = re.findall(r"\*\*--([a-z-]+)\*\*",
                        sections.get(c, "").partition("Options: ")[2])
    ok(sorted(listed) == sorted(shown[c]), f"the man page lists the options of {c}",
       listed, shown[c])
ok(set().union(*shown.values()) == coded, "some command takes each option")

verdicts = re.findall(r'\[CPUISO_VERDICT_\w+\] = "([a-z-]+)"',
                      open(os.path.join(TREE, "userspace/names.c"), encoding="utf-8").read())
part = man[man.index("\nVERDICTS\n") : man.index("\nJSON\n")]
ok(all(re.search(rf"^{v} ", part, re.M) for v in verdicts), "the man page has every verdict")

events = re.findall(r'\[CPUISO_EVENT_\w+\] = "([a-z-]+)"',
                    open(os.path.join(TREE, "userspace/names.c"), encoding="utf-8").read())
listed = re.findall(r"^([a-z-]+) +\S", sections["watch"].partition("\n===")[2], re.M)
ok(sorted(listed) == sorted([*events, "missed"]), "the man page has every event, and no other",
   listed, events)

SCRIPT = """
_init_completion() { cur=${COMP_WORDS[COMP_CWORD]}; prev=${COMP_WORDS[COMP_CWORD-1]}
	words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; }
. "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_cpuiso
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(*words):
    r = subprocess.run(["bash", "-c", SCRIPT, "bash", COMPLETION, *words],
                       capture_output=True, text=True, check=False)
    return r.stdout.split()


ok(sorted(complete("cpuiso", "")) == sorted([*commands, "--help", "--version"]),
   "completion knows the commands", complete("cpuiso", ""))
for c in commands:
    ok(sorted(o[2:] for o in complete("cpuiso", c, "--")) == sorted(shown[c]),
       f"completion knows the options of {c}", complete("cpuiso", c, "--"))
ok(complete("cpuiso", "apply", "--sched", "f") == ["fifo:"], "completion of a value")

if shutil.which("rst2man"):
    r = subprocess.run(["rst2man", "--halt=warning",
                        os.path.join(TREE, "Documentation/man/cpuiso.8.rst")],
                       capture_output=True, text=True, check=False)
    ok(r.returncode == 0 and not r.stderr and ".TH" in r.stdout, "the man page can be made",
       r.stderr)
else:
    skip("the man page can be made", "rst2man is not installed")
end()
