#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A running irqbalance is told to leave the CPUs alone, and gets back the list that it had.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/irqbalance.sh"
plan 12

load
check "irqbalance runs" start_it ""
try iso plan -c 1
cp "$T/out" "$T/plan"
try grep -q "irqbalance .*irqbalance$it.sock .* - *1 " "$T/plan"
tried "plan lists it"
try iso apply -c 1 --name t
try banned 2
tried "apply: it leaves CPU 1 alone"
try revert_beside t
try banned 0
tried "revert: it has the list that it had, none"
stop_it

check "one with a list of the administrator's" start_it 0
try banned 1
try iso apply -c 1 --name t
try banned 3
tried "apply adds to it"
try unload
try put_back
try banned 1
tried "rmmod: the list that it had"

load
try iso apply -c 1 --name t
try revert_beside t
try banned 1
tried "apply and revert faster than it looks around"

try iso apply -c 1 --name t
stop_it
check "it goes meanwhile, and that is no error" revert_beside t

start_it ""
try iso apply -c 1 --name t
try banned 2
python3 - "$it" <<'PY'
import os, socket, struct, sys
s = socket.socket(socket.AF_UNIX)
s.connect(f"/run/irqbalance/irqbalance{sys.argv[1]}.sock")
s.sendmsg([b"settings cpus 0"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS,
                                  struct.pack("3i", os.getpid(), 0, 0))])
PY
try banned 1
tried "somebody else sets the list"
check_exit 4 "revert leaves it and says so" iso revert t
check "as it was set" banned 1
stop_it
rmmod cpuiso
