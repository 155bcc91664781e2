# SPDX-License-Identifier: GPL-2.0
"""Just enough TAP, and a way to run the command."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
TOOL = os.path.join(TREE, "userspace", "cpuiso")
FAKE = os.path.join(HERE, "fakekernel.so")

_count = 0
_failed = 0


def ok(good, what, *notes):
    """Report one test; notes are shown when it fails."""
    global _count, _failed
    _count += 1
    print(f"{'' if good else 'not '}ok {_count} - {what}")
    if not good:
        _failed += 1
        for note in notes:
            for line in str(note).splitlines():
                print(f"# {line}")
    return good


def skip(what, why):
    """Report a test that cannot run here."""
    global _count
    _count += 1
    print(f"ok {_count} - {what} # SKIP {why}")


def end():
    """Print the plan and leave."""
    print(f"1..{_count}")
    sys.exit(1 if _failed else 0)


def version():
    """The version of the tree."""
    with open(os.path.join(TREE, "VERSION"), encoding="ascii") as f:
        return f.read().strip()


def run(*argv, fake=None, wrap=(), env=None, **kw):
    """Run the command, with a fake kernel unless fake is None."""
    full = {k: v for k, v in os.environ.items() if not k.startswith(("FAKE", "CPUISO_"))}
    full.update(env or {})
    if fake is not None:
        full.update(LD_PRELOAD=FAKE, FAKE=fake)
    return subprocess.run([*wrap, TOOL, *argv], env=full, capture_output=True,
                          text=True, errors="surrogateescape", timeout=60,
                          stdin=subprocess.DEVNULL, check=False, **kw)
