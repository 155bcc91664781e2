#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What "make install", "make sign" and DKMS make of the tree, in directories of their own; prints TAP and totals.
#
#   tests/packaging.sh [KERNEL]      headers that scripts/kernel-fetch.sh knows (6.1)
set -uo pipefail

tree=$(cd "$(dirname "$0")/.." && pwd)
kdir=$("$tree/scripts/kernel-fetch.sh" --kdir "${1:-6.1}") || exit
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(<"$tree/VERSION")
passed=0 failed=0 skipped=0
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL DESTDIR PREFIX

# is NAME HAVE WANT
is() {
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
		echo "ok $((passed + failed + skipped)) - $1"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed + skipped)) - $1"
		diff <(echo "$3") <(echo "$2") | sed 's/^/# /'
	fi
}

skip() {
	skipped=$((skipped + 1))
	echo "ok $((passed + failed + skipped)) - $1 # SKIP $2"
}

# run NAME COMMAND...
run() {
	local name=$1 why=''
	shift
	"$@" >"$work/out" 2>&1 || why="status $?"$'\n'$(tail -n 20 "$work/out")
	is "$name" "$why" ""
}

files() {
	(cd "$1" && find . -type f ! -name 'modules.*' | sort)
}

echo 1..19
# A copy of what git knows of: nothing is built in the tree.
mkdir "$work/src"
(cd "$tree" && git ls-files -z | xargs -0 cp --parents -t "$work/src") || exit
cd "$work/src" || exit
run "make" make -s KDIR="$kdir"
release=$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' "$kdir/include/generated/utsrelease.h")
run "make install" make -s install KDIR="$kdir" DESTDIR="$work/dest"
ko=./lib/modules/$release/updates/cpuiso.ko
is "installed" "$(files "$work/dest")" "$ko
./usr/local/bin/cpuiso
./usr/local/lib/systemd/system/cpuiso-monitor.service
./usr/local/share/bash-completion/completions/cpuiso
./usr/local/share/man/man8/cpuiso.8"
is "modes" "$(cd "$work/dest" && find . -type f ! -name 'modules.*' -printf '%m %f\n' | sort)" "644 cpuiso
644 cpuiso-monitor.service
644 cpuiso.8
644 cpuiso.ko
755 cpuiso"
is "the unit starts what was installed" \
	"$(sed -n 's/^ExecStart=//p' "$work/dest/usr/local/lib/systemd/system/cpuiso-monitor.service")" \
	"/usr/local/bin/cpuiso monitor \$CPUISO_MONITOR_OPTIONS"
is "the command runs" "$("$work/dest/usr/local/bin/cpuiso" --version)" "cpuiso $version"
is "the man page has the version" "$(grep -c "cpuiso $version" "$work/dest/usr/local/share/man/man8/cpuiso.8")" 1
is "the module is for that kernel" "$(modinfo -F vermagic "$work/dest/$ko" | cut -d ' ' -f 1) $(
	modinfo -F version "$work/dest/$ko")" "$release $version"
if command -v systemd-analyze >/dev/null; then
	# The command is looked for where the unit says.
	sed "s|/usr/local/bin|$work/dest/usr/local/bin|" "$work/dest/usr/local/lib/systemd/system/cpuiso-monitor.service" \
		>"$work/cpuiso-monitor.service"
	is "systemd has nothing to say about the unit" \
		"$(systemd-analyze verify --man=no "$work/cpuiso-monitor.service" 2>&1 | grep cpuiso-monitor)" ""
else
	skip "systemd has nothing to say about the unit" "there is no systemd-analyze"
fi
run "make uninstall" make -s uninstall KDIR="$kdir" DESTDIR="$work/dest"
is "nothing is left" "$(files "$work/dest")" ""

# A key of the machine's owner.
openssl req -new -x509 -nodes -days 2 -newkey rsa:2048 -subj "/CN=owner of the machine" \
	-keyout "$work/key" -outform DER -out "$work/cert" 2>/dev/null
make -s sign KDIR="$kdir" >"$work/out" 2>&1
is "make sign without a key: a sentence" "$? $(grep -c '^sign-module: name a key' "$work/out")" "2 1"
run "make sign" make -s sign KDIR="$kdir" KEY="$work/key" CERT="$work/cert"
is "modinfo shows the signer and the kernel's hash" \
	"$(modinfo -F signer kmod/cpuiso.ko) $(modinfo -F sig_hashalgo kmod/cpuiso.ko)" "owner of the machine sha256"
size=$(stat -c %s kmod/cpuiso.ko)
run "make sign again" make -s sign KDIR="$kdir" KEY="$work/key" CERT="$work/cert"
is "there is one signature" "$(stat -c %s kmod/cpuiso.ko)" "$size"

# DKMS, with directories of its own for everything.
if command -v dkms >/dev/null; then
	run "make dkms-install" make -s dkms-install DESTDIR="$work/dest"
	mkdir "$work/dkms" "$work/modules"
	cat >"$work/framework.conf" <<-CONF
		mok_signing_key=$work/key
		mok_certificate=$work/cert
		sign_file=$kdir/scripts/sign-file
	CONF
	# It has an option for every directory but that of its configuration.
	sed "s|/etc/dkms/framework.conf|$work/framework.conf|g" "$(command -v dkms)" >"$work/dkms.sh"
	dkms=(--sourcetree "$work/dest/usr/src" --dkmstree "$work/dkms" --installtree "$work/modules")
	{
		bash "$work/dkms.sh" add cpuiso/"$version" "${dkms[@]}" &&
			bash "$work/dkms.sh" build cpuiso/"$version" -k "$release" --kernelsourcedir "$kdir" "${dkms[@]}"
	} >"$work/out" 2>&1
	built=$(find "$work/dkms" -name 'cpuiso.ko*' -path '*/module/*')
	is "DKMS builds it, and signs it by itself" "$(modinfo -F version "$built") $(modinfo -F signer "$built")" \
		"$version owner of the machine"
	[ -n "$built" ] || sed 's/^/# /' "$work/out"
	make -s dkms-uninstall DESTDIR="$work/dest" >/dev/null 2>&1
	is "nothing is left of its source" "$(files "$work/dest")" ""
else
	for name in "make dkms-install" "DKMS builds it, and signs it by itself" "nothing is left of its source"; do
		skip "$name" "dkms is not installed"
	done
fi
echo "$passed passed, $failed failed${skipped:+, $skipped skipped}"
[ $failed = 0 ]
