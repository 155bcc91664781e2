#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run a command in a Debian 13 chroot, for kernels whose headers bring programs that this machine's C library is too old
# for. It is made when it is missing, with the compilers of that release, from the mirror that the machine's own apt
# configuration names, and kept in ${CPUISO_CACHE:-~/.cache/cpuiso}/chroot. The cache is at its place inside; so is the
# working directory's content when it lies in the cache.
#
#   scripts/kernel-chroot.sh COMMAND [ARGUMENT...]
#   scripts/kernel-chroot.sh --make      only make it
set -euo pipefail

tree=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/lib/mirror.sh
. "$tree/scripts/lib/mirror.sh"
suite=trixie
packages=gcc-14,make,libelf1t64,libssl3t64,clang,lld,llvm
cache=${CPUISO_CACHE:-$HOME/.cache/cpuiso}
root=$cache/chroot/$suite

die() {
	echo "kernel-chroot: $*" >&2
	exit 1
}

make_root() {
	local uri new
	command -v debootstrap >/dev/null || die "debootstrap is missing; run scripts/deps.sh matrix and try again."
	uri=$(mirror main) ||
		die "apt's sources name no Debian archive; add it to /etc/apt/sources.list and try again."
	echo "kernel-chroot: making a $suite chroot in $root" >&2
	mkdir -p "$cache/log"
	new=$(mktemp -d "$cache/chroot/.new.XXXXXX")
	chmod 755 "$new"
	# In a namespace of its own, so that what it mounts goes when it ends.
	unshare -m debootstrap --variant=minbase --include="$packages" "$suite" "$new" "$uri" \
		>"$cache/log/chroot-$suite.log" 2>&1 || {
		rm -rf --one-file-system "$new"
		die "debootstrap failed: $(tail -1 "$cache/log/chroot-$suite.log"); see $cache/log/chroot-$suite.log."
	}
	ln -sf gcc-14 "$new/usr/bin/gcc"
	rm -rf "$new/var/cache/apt/archives" "$new/var/lib/apt/lists"
	mkdir -p "$new$cache"
	mv "$new" "$root"
}

[ $# -gt 0 ] || die "give a command; see the head of $0."
[ "$(id -u)" = 0 ] || die "only root can use a chroot; become root and try again."
mkdir -p "$cache/chroot"
cache=$(realpath "$cache")
root=$cache/chroot/$suite
exec 8>"$cache/chroot/.$suite.lock"
flock 8
[ -d "$root" ] || make_root
flock -u 8
exec 8>&-
[ "$1" != --make ] || exit 0
[ -d "$root$cache" ] || die "the chroot was made for another cache; delete $root and try again."

# objtool wants /proc.
# shellcheck disable=SC2016 # expanded inside
exec unshare -m bash -c '
	mount --make-rprivate / && mount --rbind "$2" "$1$2" && mount -t proc proc "$1/proc" &&
	mount --bind /dev "$1/dev" && exec chroot "$1" /usr/bin/env -C "$3" "${@:4}"' \
	chroot "$root" "$cache" "$([[ $PWD/ = "$cache"/* ]] && echo "$PWD" || echo /)" "$@"
