#!/bin/bash
# Build the module for a kernel of the test machine, in a copy: the tree's own build may be for another kernel, and is
# nobody's business here.
#
#   scripts/demo/module.sh VERSION FILE      a version that scripts/kernel-fetch.sh knows; where to put the module
set -euo pipefail

tree=$(cd "$(dirname "$0")/../.." && pwd)
dir=${CPUISO_CACHE:-$HOME/.cache/cpuiso}/demo/$1
kdir=$("$tree/scripts/kernel-fetch.sh" --kdir "$1")

mkdir -p "$dir/kmod"
exec 9>"$dir/lock"
flock 9
cp -p "$tree/VERSION" "$dir/"
cd "$tree/kmod"
find . \( -name '*.[ch]' ! -name '*.mod.c' -o -name Kbuild -o -name Makefile \) \
	-exec cp -p --parents -t "$dir/kmod" {} +
make -C "$dir/kmod" KDIR="$kdir" DEBUG= modules 9>&-
cp "$dir/kmod/cpuiso.ko" "$2"
