#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Put one of Debian's kernels, with its modules and headers, under the cache directory, for the test machine and for
# building against. Nothing is installed, and the machine's own apt sources and lists are not touched.
#
#   scripts/kernel-fetch.sh VERSION            fetch what is missing
#   scripts/kernel-fetch.sh --dir VERSION      fetch, then print the directory
#   scripts/kernel-fetch.sh --kdir VERSION     ... the headers, usable as KDIR
#   scripts/kernel-fetch.sh --abi VERSION      ... the kernel's release string
#   scripts/kernel-fetch.sh --list             the versions known here
#
# The directory holds: vmlinuz, abi, build -> headers, lib/modules/ABI. Delete it to fetch a newer ABI.
set -euo pipefail

cache=${CPUISO_CACHE:-$HOME/.cache/cpuiso}
# shellcheck source=scripts/lib/apt.sh
. "$(dirname "$0")/lib/apt.sh"

die() {
	echo "kernel-fetch: $*" >&2
	exit 1
}

# VERSION, the suites it comes from, the ABI names that qualify.
versions() {
	cat <<-'END'
		5.10     bullseye-security              5\.10\.0-[0-9]+-amd64
		6.1      bookworm,bookworm-security     6\.1\.0-[0-9]+-amd64
		6.1-rt   bookworm,bookworm-security     6\.1\.0-[0-9]+-rt-amd64
		6.12     bookworm,bookworm-security     6\.12\.[0-9]+\+deb12-amd64
		6.12-rt  bookworm,bookworm-security     6\.12\.[0-9]+\+deb12-rt-amd64
		7.3      trixie,trixie-backports        7\.3\.[0-9]+\+deb13-amd64
		7.3-rt   trixie,trixie-backports        7\.3\.[0-9]+\+deb13-rt-amd64
	END
}

print=
case ${1-} in
--list) versions | cut -d' ' -f1; exit ;;
--dir | --kdir | --abi) print=${1#--}; shift ;;
esac
[ $# -eq 1 ] || die "give one VERSION, one of: $(versions | cut -d' ' -f1 | xargs)."
version=$1
read -r _ suites pattern < <(versions | grep "^$version ") ||
	die "unknown version $version; choose one of: $(versions | cut -d' ' -f1 | xargs)."
dir=$cache/kernels/$version

answer() {
	case $print in
	dir) echo "$dir" ;;
	kdir) readlink -f "$dir/build" ;;
	abi) cat "$dir/abi" ;;
	esac
}

depends() {
	apt-cache "${apt_options[@]}" depends "$1" | awk '$1 == "Depends:" { print $2 }'
}

# The headers of an ABI may be there days before its image, which is signed first.
names() {
	apt-cache "${apt_options[@]}" pkgnames "$1" | sed "s/^$1//" | sort
}

newest_abi() {
	comm -12 <(names linux-headers-) <(sort -u <(names linux-image-) <(names linux-modules-)) | grep -Ex "$pattern" |
		sort -V | tail -1
}

headers_of() {
	echo "linux-headers-$1"
	depends "linux-headers-$1" | grep -E '^linux-(headers|kbuild)-'
}

# From 7.x the image is in three packages; before, one carries the kernel and its modules.
image_of() {
	if apt-cache "${apt_options[@]}" pkgnames "linux-modules-$1" | grep -qx "linux-modules-$1"; then
		echo "linux-base-$1 linux-binary-$1 linux-modules-$1"
	else
		echo "linux-image-$1"
	fi
}

mkdir -p "$cache/kernels"
exec 9>"$cache/kernels/.$version.lock"
flock 9
if [ -e "$dir/abi" ]; then
	answer
	exit
fi

apt_open "$suites"
new=$(mktemp -d "$cache/kernels/.new.XXXXXX")
trap 'rm -rf "$new"' EXIT
abi=$(newest_abi) || die "no kernel like $pattern in $suites; see scripts/kernel-fetch.sh --list."
echo "kernel-fetch: downloading $abi" >&2
# Word splitting is wanted: these are lists of package names.
# shellcheck disable=SC2046
apt_unpack "$new" $(image_of "$abi") $(headers_of "$abi")

root=$new/root
mkdir -p "$new/kernel/lib" "$new/kernel/usr"
for image in "$root/boot/vmlinuz-$abi" "$root/usr/lib/modules/$abi/vmlinuz"; do
	[ ! -e "$image" ] || cp "$image" "$new/kernel/vmlinuz"
done
for modules in "$root/lib/modules" "$root/usr/lib/modules"; do
	[ ! -d "$modules/$abi/kernel" ] || mv "$modules" "$new/kernel/lib/modules"
done
if [ ! -e "$new/kernel/vmlinuz" ] || [ ! -d "$new/kernel/lib/modules" ]; then
	die "Debian's packages of $abi are laid out in a way this script does not know; adapt its end."
fi
cp "$root/usr/src/linux-headers-$abi/.config" "$new/kernel/config"
mv "$root/usr/src" "$new/kernel/usr/src"
mkdir -p "$new/kernel/usr/lib"
mv "$root"/usr/lib/linux-kbuild-* "$new/kernel/usr/lib/"
# The package's Makefile names its other half by absolute path.
sed -i "s|/usr/src/|$dir/usr/src/|g" "$new/kernel/usr/src/linux-headers-$abi/Makefile"
ln -s "usr/src/linux-headers-$abi" "$new/kernel/build"
rm -f "$new/kernel/lib/modules/$abi/build" "$new/kernel/lib/modules/$abi/source"
ln -s "$dir/usr/src/linux-headers-$abi" "$new/kernel/lib/modules/$abi/build"
depmod -b "$new/kernel" "$abi"
echo "$abi" >"$new/kernel/abi"
rm -rf "$dir"
mv "$new/kernel" "$dir"
answer
