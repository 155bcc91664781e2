#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Isolations come and go for a long time, in all kinds of trouble, in the test machine; see tests/soak/soak.t.
#
#   MINUTES=60 scripts/soak.sh [OPTION OF tests/vm/run]...       (10 minutes, --cpus 2)
#
# Exit 0 when everything was as it was after each cycle and the kernel had nothing to say.
set -euo pipefail

tree=$(cd "$(dirname "$0")/.." && pwd)
minutes=${MINUTES:-10}
kernel=6.1
unset MAKEFLAGS MFLAGS MAKELEVEL

[[ $minutes =~ ^[1-9][0-9]*$ ]] || {
	echo "soak: MINUTES is \"$minutes\"; give a whole number." >&2
	exit 2
}
for ((i = 1; i < $#; i++)); do
	[ "${!i}" != --kernel ] || { i=$((i + 1)) && kernel=${!i}; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$tree/scripts/deps.sh" build vm test
make -s -C "$tree/userspace"
make -s -C "$tree/tests/functional"
cp "$("$tree/scripts/build-module.sh" "$kernel" DEBUG=1 | tail -n 1)" "$work/cpuiso.ko"
cp "$("$tree/scripts/build-module.sh" --helper "$kernel" | tail -n 1)" "$work/"
"$tree/tests/vm/run" --ko "$work/cpuiso.ko" --verbose --qemu -device --qemu virtio-rng-pci --timeout $((minutes * 240 + 900)) \
	--append "soak_seconds=$((minutes * 60))" "$@" "$tree/tests/soak/soak.t"
