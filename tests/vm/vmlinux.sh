#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the path of what QEMU should boot for one kernel directory: the kernel unpacked, once, into the cache, because an
# emulated CPU takes seconds to unpack it at every boot; or vmlinuz itself when it cannot be entered unpacked (no PVH note).
#
#   vmlinux.sh KERNELDIR CACHEDIR
set -euo pipefail

kernel=$1/vmlinuz
mkdir -p "$2"
out=$2/$(printf '%s' "$1" | cksum | cut -d' ' -f1).vmlinux

field() {
	od -An -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# Offsets and the four bytes of length that follow the payload: Documentation/arch/x86/boot.rst.
unpack() {
	local start length
	[ "$(dd if="$1" bs=1 skip=514 count=4 status=none)" = HdrS ] || return
	start=$((($(field "$1" 497 1) + 1) * 512 + $(field "$1" 584 4)))
	length=$(($(field "$1" 588 4) - 4))
	case $(od -An -tx1 -j "$start" -N 4 "$1" | tr -d ' ') in
	fd377a58) set -- "$1" xz ;;
	28b52ffd) set -- "$1" zstd ;;
	1f8b08*) set -- "$1" gzip ;;
	*) return 1 ;;
	esac
	head -c $((start + length)) "$1" | tail -c "$length" | "$2" -dc
}

exec 9>"$out.lock"
flock 9
if [ ! "$out" -nt "$kernel" ]; then
	if ! unpack "$kernel" >"$out.new" 2>/dev/null || ! readelf -n "$out.new" 2>/dev/null | grep '0x00000012' >/dev/null; then
		cp "$kernel" "$out.new"
	fi
	mv "$out.new" "$out"
fi
echo "$out"
