#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build small kernels that check themselves, for the test machine, from Debian's linux-source-6.1: tinyconfig, plus
# tests/vm/kernels/base.config, plus tests/vm/kernels/NAME.config. Nothing is installed.
#
#   scripts/kernel-build-checking.sh NAME...   build what is missing or out of date: kasan lockdep
#   scripts/kernel-build-checking.sh --list    the names known here
#
# ${CPUISO_CACHE:-~/.cache/cpuiso}/kernels/NAME then holds what scripts/kernel-fetch.sh gives for Debian's kernels:
# vmlinuz, abi, config, build -> headers, lib/modules/ABI; and version, the source package's. A kernel is built anew
# when the options of its fragments, the source version or the compiler changed. The source package stays in the cache;
# delete it there to take a newer one.
set -euo pipefail

package=linux-source-6.1
# Raise when the steps below change what they produce.
recipe=2
cache=${CPUISO_CACHE:-$HOME/.cache/cpuiso}
kernels=$cache/kernels
fragments=$(cd "$(dirname "$0")/../tests/vm/kernels" && pwd)

die() {
	echo "kernel-build-checking: $*" >&2
	exit 1
}

names() {
	find "$fragments" -name '*.config' ! -name base.config -printf '%f\n' | sed 's/\.config$//' | sort | xargs
}

require_tools() {
	local tool missing=
	for tool in gcc make flex bison bc xz dpkg-deb flock; do
		command -v "$tool" >/dev/null || missing+=" $tool"
	done
	# objtool, which every build against these kernels runs, links with it.
	echo '#include <gelf.h>' | gcc -E - >/dev/null 2>&1 || missing+=" libelf-dev"
	[ -z "$missing" ] || die "missing:$missing; run scripts/deps.sh debug and try again."
}

newest_source() {
	find "$cache/source" -maxdepth 1 -name "${package}_*.deb" | sort -V | tail -1
}

# Downloaded once and kept, so that neither a newer package nor a dead network makes the next run rebuild or fail.
fetch_source() {
	local new why
	mkdir -p "$cache/source"
	deb=$(newest_source)
	if [ -z "$deb" ]; then
		new=$(mktemp -d "$cache/source/.new.XXXXXX")
		(cd "$new" && apt-get -q -o "APT::Sandbox::User=$(id -un)" download $package) >"$new/log" 2>&1 || {
			why=$(grep -m 1 '^E:' "$new/log" || true)
			rm -rf "$new"
			die "apt-get could not download $package (${why:-no reason given}); on Debian 12, run apt-get update as root and try again."
		}
		mv "$new/$package"_*.deb "$cache/source/"
		rm -rf "$new"
		deb=$(newest_source)
	fi
	version=$(dpkg-deb -f "$deb" Version)
}

# Both forms of a line that kconfig reads: an option, and "# OPTION is not set".
asked() {
	cat "$fragments/base.config" "$fragments/$name.config" | grep -E '^(# )?CONFIG_'
}

stamp() {
	printf 'recipe %s, %s %s, gcc %s, fragments %s\n' $recipe $package "$version" "$(gcc -dumpfullversion)" \
		"$(asked | sha256sum | cut -c1-16)"
}

up_to_date() {
	[ "$(cat "$kernels/$name/stamp" 2>/dev/null)" = "$(stamp)" ]
}

unpack_source() {
	# Objects of another source version could only mislead make.
	find "$work" -mindepth 1 -maxdepth 1 ! -name "$version" -exec rm -rf {} +
	[ ! -d "$work/$version/source" ] || return 0
	local new=$work/$version/.new
	rm -rf "$new"
	mkdir -p "$new"
	dpkg-deb --fsys-tarfile "$deb" | tar -xO --wildcards '*.tar.xz' | tar -xJ -C "$new" --strip-components=1 ||
		die "$deb cannot be unpacked; delete it and try again."
	mv "$new" "$work/$version/source"
}

kmake() {
	# What is entered before there is a shadow of the memory cannot look at it, nor call what does.
	local options=(KASAN_SANITIZE_enlighten.o=n
		"CFLAGS_enlighten.o=-minline-all-stringops -Dmemcmp=__builtin_memcmp")
	# Only the module under test is instrumented: a race inside the kernel is not ours to report, and would panic the guest.
	! asked | grep -x CONFIG_KCSAN=y >/dev/null || options+=(KCSAN_SANITIZE=n)
	# What looks at memory of the module's is instrumented, which is what takes longest; drivers and file systems do not.
	# shellcheck disable=SC2016 # make's own
	options+=('KASAN_SANITIZE=$(if $(filter-out kernel/entry,$(filter kernel kernel/% lib mm fs fs/proc net/core net/netlink,$(obj))),,n)')
	make -C "$work/$version/source" O="$objects" "${options[@]}" LOCALVERSION= KBUILD_BUILD_USER=cpuiso KBUILD_BUILD_HOST=vm "$@" \
		>>"$log" 2>&1 9>&- || {
		grep -m 5 -iE 'error|no such file' "$log" >&2 || true
		die "$name: make failed at $*; see $log."
	}
}

configure() {
	local lost
	kmake tinyconfig
	{
		asked
		echo "CONFIG_LOCALVERSION=\"-$name\""
	} >>"$objects/.config"
	kmake olddefconfig
	lost=$(asked | grep '^CONFIG_' | grep -vxFf "$objects/.config" || true
		asked | sed -n 's/^# \(CONFIG_[A-Z0-9_]*\) is not set$/\1=/p' | grep -Ff - "$objects/.config" | grep '^CONFIG_' || true)
	[ -z "$lost" ] ||
		die "$name: these options did not come out as asked: $(xargs <<<"$lost"); look up what they depend on and mend $fragments."
}

# What a module build reads, laid out as in a headers package: sources first, generated files over them.
collect_headers() {
	local to=$1 source=$work/$version/source
	mkdir -p "$to"
	(
		cd "$source"
		find . arch/x86 -maxdepth 1 -name 'Makefile*'
		find include scripts \( -path include/dt-bindings -o -path scripts/dtc \) -prune -o \( -type f -o -type l \) -print
		find arch/x86 \( -name Kbuild.platforms -o -name Platform \)
		find arch/x86/include arch/x86/scripts -type f 2>/dev/null || true
	) | tar -c -C "$source" -T - | tar -x -C "$to"
	(
		cd "$objects"
		find arch/x86/include include scripts -type f ! -name '*.o' ! -name '.*.cmd'
		echo .config
		echo Module.symvers
		[ ! -e tools/objtool/objtool ] || echo tools/objtool/objtool
	) | tar -c -C "$objects" -T - | tar -x -C "$to"
	strip "$to/scripts/mod/modpost" "$to/tools/objtool/objtool" 2>/dev/null || true
}

build() {
	local start=$SECONDS new abi stamp
	log=$cache/log/kernel-$name.log
	objects=$work/$version/$name
	mkdir -p "$cache/log" "$objects"
	: >"$log"
	# Now, for the fragments may be edited while this goes on.
	stamp=$(stamp)
	echo "$name: building from $package $version, log in $log"
	configure
	kmake -j"$(nproc)" vmlinux modules

	new=$(mktemp -d "$kernels/.new.XXXXXX")
	trap 'rm -rf "$new"' EXIT
	abi=$(cat "$objects/include/config/kernel.release")
	kmake INSTALL_MOD_PATH="$new" modules_install
	rm -f "$new/lib/modules/$abi/build" "$new/lib/modules/$abi/source"
	collect_headers "$new/headers"
	ln -s headers "$new/build"
	# Absolute, because the test machine mounts lib/modules elsewhere.
	ln -s "$kernels/$name/headers" "$new/lib/modules/$abi/build"
	# It is entered where its PVH note says, so what a boot loader needs around it is not built.
	objcopy -R .comment -S "$objects/vmlinux" "$new/vmlinuz"
	cp "$objects/.config" "$new/config"
	echo "$abi" >"$new/abi"
	echo "$version" >"$new/version"
	echo "$stamp" >"$new/stamp"
	chmod 755 "$new"
	rm -rf "${kernels:?}/$name"
	mv "$new" "$kernels/$name"
	trap - EXIT
	rm -rf "$objects"
	echo "$name: built in $((SECONDS - start)) s, in $kernels/$name"
}

if [ "${1-}" = --list ]; then
	names
	exit
fi
[ $# -gt 0 ] || die "give at least one NAME, of: $(names)."
for name; do
	[[ " $(names) " = *" $name "* ]] ||
		die "unknown kernel $name; choose from: $(names)."
done
require_tools
# A make that called this one must not pass its own options on to the kernel's.
unset MAKEFLAGS MAKEOVERRIDES MFLAGS MAKELEVEL
mkdir -p "$kernels"
work=$kernels/.checking
fetch_source

outdated=()
for name; do
	if up_to_date; then
		echo "$name: up to date, in $kernels/$name"
	else
		outdated+=("$name")
	fi
done
[ ${#outdated[@]} -gt 0 ] || exit 0

# One build at a time: each takes all processors, and they share the unpacked source.
exec 9>"$kernels/.checking.lock"
flock 9
for name in "${outdated[@]}"; do
	if up_to_date; then
		echo "$name: built meanwhile by another run, in $kernels/$name"
		continue
	fi
	mkdir -p "$work"
	unpack_source
	build
done
# Another run's unfinished objects stay, and with them their source.
[ "$(ls "$work/$version" 2>/dev/null)" != source ] || rm -rf "$work"
