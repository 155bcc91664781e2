#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the path of the initramfs for one kernel directory, building it first if it is missing or older than its parts.
# It holds busybox, the few modules that are needed to reach the root file system, and tests/vm/init.
#
#   initramfs.sh KERNELDIR CACHEDIR
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
kernel=$1
cache=$2
modules=(virtio_pci 9pnet_virtio 9p overlay virtio_console)

busybox=$(command -v busybox) || {
	echo "initramfs: busybox is missing; run scripts/deps.sh vm." >&2
	exit 1
}
mkdir -p "$cache"
out=$cache/$(printf '%s' "$kernel" | cksum | cut -d' ' -f1).cpio
exec 9>"$out.lock"
flock 9
if [ "$out" -nt "$kernel/vmlinuz" ] && [ "$out" -nt "$here/init" ] && [ "$out" -nt "$busybox" ] &&
	[ "$out" -nt "$0" ]; then
	echo "$out"
	exit
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,proc,sys,dev,host,rw,new,modules}
cp "$busybox" "$root/bin/busybox"
ln -s busybox "$root/bin/sh"
install -m 755 "$here/init" "$root/init"
: >"$root/modules/order"
if [ -d "$kernel/lib/modules" ]; then
	abi=$(cat "$kernel/abi")
	for module in "${modules[@]}"; do
		modprobe -d "$kernel" -S "$abi" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
	done | awk '!seen[$0]++' | while read -r file; do
		name=$(basename "$file")
		case $name in
		*.xz) xz -dc "$file" >"$root/modules/${name%.xz}" ;;
		*.zst) zstd -qdc "$file" >"$root/modules/${name%.zst}" ;;
		*) cp "$file" "$root/modules/" ;;
		esac
		echo "${name%%.ko*}.ko" >>"$root/modules/order"
	done
fi
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) >"$out.new"
mv "$out.new" "$out"
echo "$out"
