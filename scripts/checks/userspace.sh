# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The options that the command is compiled with, for those who look at its source without building it.
command -v pkg-config >/dev/null || { echo "pkg-config is missing; run scripts/deps.sh build"; exit 1; }
cflags=()
read -r -a cflags < <(pkg-config --cflags libnl-3.0 libnl-genl-3.0 json-c libsystemd)
cflags+=(-std=gnu11 -D_GNU_SOURCE "-DCPUISO_VERSION=\"$(cat VERSION)\"" -Ikmod/uapi)
