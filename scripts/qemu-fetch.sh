#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Print the QEMU that the test machine runs in. Debian 12's, 7.2, needs a third more processor time for the same tests
# than 10, which bookworm-backports has; so where the machine's own is older, that one is put under the cache directory.
# Nothing is installed: what it links with came with the machine's own.
#
#   scripts/qemu-fetch.sh
set -euo pipefail

program=qemu-system-x86_64
wanted=10
cache=${CPUISO_CACHE:-$HOME/.cache/cpuiso}
dir=$cache/qemu
# shellcheck source=scripts/lib/apt.sh
. "$(dirname "$0")/lib/apt.sh"

die() {
	echo "qemu-fetch: $*" >&2
	exit 1
}

own=$(command -v $program) || die "$program is missing; run scripts/deps.sh vm."
version=$("$own" --version | sed -n '1s/.*version \([0-9]*\).*/\1/p')
if [ "${version:-0}" -ge $wanted ]; then
	echo "$own"
	exit
fi

fetch() {
	local root
	echo "qemu-fetch: downloading QEMU $wanted" >&2
	apt_open bookworm-backports
	new=$(mktemp -d "$cache/.new.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	apt_unpack "$new" qemu-system-x86 qemu-system-common qemu-system-data seabios
	root=$new/root
	# It looks for its data and its parts where it would have been installed.
	cat >"$root/run" <<-END
		#!/bin/sh
		export QEMU_MODULE_DIR=$dir/usr/lib/x86_64-linux-gnu/qemu
		exec $dir/usr/bin/$program -L $dir/usr/share/qemu -L $dir/usr/share/seabios "\$@"
	END
	chmod +x "$root/run"
	"$root/usr/bin/$program" --version >/dev/null || die "the QEMU of bookworm-backports does not start here."
	rm -rf "$dir"
	mv "$root" "$dir"
}

mkdir -p "$cache"
exec 9>"$cache/.qemu.lock"
flock 9
if [ -e "$dir/run" ] || (fetch); then
	echo "$dir/run"
else
	echo "qemu-fetch: going on with this machine's own, $version" >&2
	echo "$own"
fi
