#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print a directory with the kernel's own scripts (checkpatch.pl, coccinelle/), which Debian's headers packages leave out.
# They come from the source package that the checking kernels are built from, and stay in the cache.
set -euo pipefail

package=linux-source-6.1
cache=${CPUISO_CACHE:-$HOME/.cache/cpuiso}
source=$cache/source

die() {
	echo "kernel-scripts: $*" >&2
	exit 1
}

newest() {
	find "$source" -maxdepth 1 -name "${package}_*.deb" 2>/dev/null | sort -V | tail -1
}

mkdir -p "$source"
exec 9>"$source/.scripts.lock"
flock 9
deb=$(newest)
if [ -z "$deb" ]; then
	new=$(mktemp -d "$source/.new.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	(cd "$new" && apt-get -q -o "APT::Sandbox::User=$(id -un)" download $package) >"$new/log" 2>&1 ||
		die "apt-get could not download $package: $(grep '^E:' "$new/log" | head -1)"
	mv "$new/${package}"_*.deb "$source/"
	deb=$(newest)
fi

dir=$source/scripts-$(basename "$deb" .deb)
if [ ! -d "$dir" ]; then
	new=$(mktemp -d "$source/.new.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards '*.tar.xz' |
		tar -xJ -C "$new" --wildcards '*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
			'*/scripts/const_structs.checkpatch' '*/scripts/kernel-doc' '*/scripts/coccinelle' ||
		die "$deb cannot be unpacked; delete it and try again."
	mv "$new"/*/scripts "$dir"
fi
echo "$dir"
