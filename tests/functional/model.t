#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cpus: 4
# Random sequences of applies, reverts, pins, forks, changes by others, hotplug, irqbalance, kills and rmmod, each
# compared step by step with a naive model. MODEL_SEED and MODEL_SEQUENCES choose others, and more.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
need_cpus 4
[ -x /usr/bin/python3 ] || skip_all "there is no python3"
plan 4

seed=${MODEL_SEED:-$(date +%s)}
note "seed $seed"
remember
load
check "the module and the model agree" "$TESTLIB/helpers/model.py" --seed "$seed" --sequences "${MODEL_SEQUENCES:-8}" --seconds "${MODEL_SECONDS:-45}"
note "$(tail -n 1 "$T/out")"
same "then everything is as it was"
finish
