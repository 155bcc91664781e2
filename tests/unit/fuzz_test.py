#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What the fuzzers have learnt, through the harnesses of tests/fuzz once more."""
import os
import subprocess

from tap import HERE, TREE, end, ok

CORPUS = os.path.join(TREE, "tests/fuzz/corpus")
replays = os.path.join(HERE, "replay")

for name in sorted(os.listdir(replays)):
    r = subprocess.run([os.path.join(replays, name), os.path.join(CORPUS, name)],
                       capture_output=True, text=True, errors="replace", timeout=120, check=False)
    many = r.stdout.split()[:1]
    ok(r.returncode == 0 and many != ["0"], f"{name}: {r.stdout.strip()} do no harm",
       "\n".join(r.stderr.splitlines()[-30:]))
ok(sorted(os.listdir(CORPUS)) == sorted(os.listdir(replays)), "each harness has a corpus, and each corpus a harness")
end()
