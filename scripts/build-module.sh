#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build the module for one kernel outside kmod/, where somebody else may be building, and print the path of the .ko.
# Objects are kept for the next time; the compiler's output goes to stderr.
#
#   scripts/build-module.sh KERNEL [MAKE-ARGUMENT...]      for example 6.1 DEBUG=1
#
# KERNEL: what scripts/kernel-fetch.sh or scripts/kernel-build-checking.sh knows, or a directory with a kernel's headers.
set -euo pipefail

tree=$(cd "$(dirname "$0")/.." && pwd)
cache=${CPUISO_CACHE:-$HOME/.cache/cpuiso}

die() {
	echo "build-module: $*" >&2
	exit 1
}

[ $# -ge 1 ] || die "name a kernel; see the head of $0."
kernel=$1
shift
if [ -d "$kernel" ]; then
	kdir=$(realpath "$kernel")
elif [ -d "$cache/kernels/$kernel/build" ]; then
	kdir=$(readlink -f "$cache/kernels/$kernel/build")
else
	kdir=$("$tree/scripts/kernel-fetch.sh" --kdir "$kernel")
fi

# Objects made with other arguments are of no use, and another tree may be built at the same time. make would take some
# characters in a path for syntax.
key=$(tr -cs '[:alnum:].\n' - <<<"${kernel##*/}${*:+ $*}" | sed 's/-*$//')
dir=$cache/build/$key-$(cksum <<<"$tree $kdir $*" | cut -d' ' -f1)
mkdir -p "$dir/kmod"
exec 9>"$dir/lock"
flock 9

sources() {
	(cd "$1" && find kmod -type f \( -name '*.[chS]' -o -name Kbuild -o -name Makefile \) ! -name '*.mod.c' | sort)
}

# A copy is newer than the objects only where the text is different.
sources "$tree" >"$dir/wanted"
sources "$dir" | comm -13 "$dir/wanted" - | while read -r gone; do
	rm "$dir/$gone"
done
while read -r file; do
	cmp -s "$tree/$file" "$dir/$file" || install -D -m 644 "$tree/$file" "$dir/$file"
done <"$dir/wanted"
cmp -s "$tree/VERSION" "$dir/VERSION" || cp "$tree/VERSION" "$dir/VERSION"

# The options of a make above this one are about something else.
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL
# Headers packages carry no vmlinux to make type information from, and the test machine needs none.
make -s -j"$(nproc)" -C "$dir/kmod" modules KDIR="$kdir" "$@" 2>&1 9>&- | { grep -v '^Skipping BTF' >&2 || true; } ||
	die "the module could not be built for $kernel${*:+ with $*}."
echo "$dir/kmod/cpuiso.ko"
