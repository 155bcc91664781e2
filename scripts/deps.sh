#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Install what is missing for some part of the work, with apt. Silent when nothing is missing.
#
#   scripts/deps.sh [SET...]      sets: build vm demo test check debug matrix fuzz; build when none is named
set -euo pipefail

die() {
	echo "deps: $*" >&2
	exit 1
}

packages() {
	case $1 in
	build) echo gcc make pkg-config linux-headers-amd64 libnl-3-dev libnl-genl-3-dev libjson-c-dev libsystemd-dev libncurses-dev ;;
	vm) echo gcc libc6-dev qemu-system-x86 busybox-static kmod cpio xz-utils zstd iproute2 util-linux ;;
	demo) echo lighttpd httperf ;;
	test) echo lighttpd curl tuna cpuset irqbalance stress-ng strace e2fsprogs python3-yaml prometheus dkms ;;
	check) echo git perl xz-utils sparse cppcheck coccinelle clang lld llvm clang-format shellcheck codespell yamllint python3-docutils ;;
	debug) echo gcc make libelf-dev bc flex bison libssl-dev dwarves rsync xz-utils cpio ;;
	matrix) echo debootstrap clang lld llvm libelf-dev ;;
	fuzz) echo clang llvm libclang-rt-14-dev make ;;
	*) die "unknown set $1; choose from build vm demo test check debug matrix fuzz." ;;
	esac
}

wanted=()
for set in "${@:-build}"; do
	list=$(packages "$set")
	read -r -a list <<<"$list"
	wanted+=("${list[@]}")
done
missing=()
while read -r package; do
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done < <(printf '%s\n' "${wanted[@]}" | sort -u)
[ ${#missing[@]} -gt 0 ] || exit 0

root=()
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null ||
		die "these packages are missing and only root can install them; as root, run: apt-get install ${missing[*]}"
	root=(sudo)
fi

# One at a time on this machine: apt-get does not wait for who else reads the lists, and the guard below is the machine's.
exec 9</var/lib/apt/lists
flock 9

# A server that comes with a package must not start here: it is wanted in the test machine only.
policy=/usr/sbin/policy-rc.d
guard=
unguard() {
	[ -z "$guard" ] || "${root[@]}" rm -f $policy
}
trap unguard EXIT
trap 'exit 1' INT TERM HUP
if [ ! -e $policy ]; then
	guard=1
	printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee $policy >/dev/null
	"${root[@]}" chmod +x $policy
fi

apt() {
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 \
		-o Dpkg::Options::=--force-confold "$@" </dev/null
}

echo "deps: installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"; unguard' EXIT
apt update >"$log" 2>&1 || die "apt-get update failed: $(grep '^E:' "$log" | head -1)"
apt install --no-install-recommends "${missing[@]}" >"$log" 2>&1 || {
	cat "$log" >&2
	die "apt-get could not install ${missing[*]}; its output is above."
}
