#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build the module for one kernel outside kmod/, where somebody else may be building, and print the path of the .ko.
# Objects are kept for the next time; the compiler's output goes to stderr.
#
#   scripts/build-module.sh [--helper] KERNEL [MAKE-ARGUMENT...]      for example 6.1 DEBUG=1
#
# --helper: the module of the tests, tests/kmod, instead.
#
# CC=clang also works for a kernel that was configured for gcc. Such a module lacks some of that kernel's hardening, so it
# shows what clang has to say and is not meant to be used.
#
# A kernel whose headers bring programs that this machine's C library is too old for is built for in the chroot of
# scripts/kernel-chroot.sh.
#
# KERNEL: what scripts/kernel-fetch.sh or scripts/kernel-build-checking.sh knows, or a directory with a kernel's headers.
set -euo pipefail

tree=$(cd "$(dirname "$0")/.." && pwd)
cache=${CPUISO_CACHE:-$HOME/.cache/cpuiso}

die() {
	echo "build-module: $*" >&2
	exit 1
}

src=kmod ko=cpuiso.ko
if [ "${1-}" = --helper ]; then
	src=tests/kmod ko=cpuiso_gauntlet.ko
	shift
fi
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

# Objects made with other arguments are of no use, but for those that let a checker look at each source as well; and another
# tree may be built at the same time. make would take some characters in a path for syntax.
making=() given=$#
for argument; do
	[[ $argument = C=* || $argument = CF=* || $argument = CHECK=* || $argument = CHECKFLAGS=* ]] || making+=("$argument")
done
key=$(tr -cs '[:alnum:].\n' - <<<"${src/kmod/}${kernel##*/}${making[*]:+ ${making[*]}}" | cut -c1-40 | sed 's/-*$//')
dir=$cache/build/$key-$(cksum <<<"$tree $kdir ${making[*]}" | cut -d' ' -f1)
mkdir -p "$dir/$src"
exec 9>"$dir/lock"
flock 9

forget() {
	rm -f "$dir/$src"/*.o "$dir/$src"/*.mod "$dir/$src"/*.mod.c
}

# Headers that were unpacked anew may be older than the objects.
identity=$(stat -L -c '%i %Z' "$kdir/Makefile")
if [ "$identity" != "$(cat "$dir/identity" 2>/dev/null)" ]; then
	forget
	echo "$identity" >"$dir/identity"
fi

sources() {
	(cd "$1" && find "$src" -type f \( -name '*.[chS]' -o -name Kbuild -o -name Makefile \) ! -name '*.mod.c' | sort)
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
# Programs say by themselves what they lack. Not all of them are there in all kernels.
inside=()
for program in scripts/mod/modpost tools/objtool/objtool tools/bpf/resolve_btfids/resolve_btfids; do
	if grep -q "GLIBC_.* not found" <<<"$("$kdir/$program" 2>&1 </dev/null)"; then
		inside=("$tree/scripts/kernel-chroot.sh")
		"${inside[@]}" --make 9>&- >&2
		break
	fi
done
# The chroot has no program for type information, and the test machine needs none.
[ ${#inside[@]} = 0 ] || set -- "$@" CONFIG_DEBUG_INFO_BTF_MODULES=
# The compiler that the headers name may be one of another release.
named=$(sed -n 's/^CC = .*[ )]\(gcc-[0-9]*\)$/\1/p' "$kdir/.kernelvariables" 2>/dev/null || true)
if [ -n "$named" ] && [ ${#inside[@]} = 0 ] && ! command -v "$named" >/dev/null; then
	set -- CC=gcc "$@"
fi
# Settings of a gcc kernel that become options which clang does not know, or which gcc does not; and of its headers those
# that only gcc understands.
for argument; do
	[ "$argument" = CC=clang ] || continue
	IFS=. read -r major minor patch < <(${inside[@]+"${inside[@]}"} clang -dumpversion 9>&-)
	builtin=$(${inside[@]+"${inside[@]}"} clang -print-file-name=include 9>&-)
	echo "#include <linux/kconfig.h>
#undef CONFIG_CC_HAS_NAMED_AS
#undef CONFIG_USE_X86_SEG_SUPPORT" >"$dir/gcc-only.h"
	# These flags come before those that include the kernel's own first headers.
	set -- "$@" LLVM=1 NOSTDINC_FLAGS="-nostdinc -isystem $builtin -include $dir/gcc-only.h" \
		CONFIG_CC_IS_CLANG=y CONFIG_CC_IS_GCC= CONFIG_GCC_VERSION=0 CONFIG_CLANG_VERSION=$((major * 10000 + minor * 100 + patch)) \
		CONFIG_CC_IMPLICIT_FALLTHROUGH=-Wimplicit-fallthrough CONFIG_FTRACE_MCOUNT_USE_CC= \
		CONFIG_INIT_STACK_ALL_ZERO= CONFIG_RETHUNK= CONFIG_MITIGATION_RETHUNK= CONFIG_SLS= CONFIG_MITIGATION_SLS= \
		CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT= CONFIG_UBSAN_BOUNDS_STRICT=
done

# Headers packages carry no vmlinux to make type information from, or want another program for it; the test machine needs
# none. Nor does it run x32 programs.
harmless='^Skipping BTF|^arch/x86/Makefile:[0-9]*: CONFIG_X86_X32 enabled but no binutils|^warning: pahole version|^  The kernel was built with: [0-9]*$|^  You are using: *[0-9]*$'
result=0
${inside[@]+"${inside[@]}"} make -s -j"$(nproc)" -C "$dir/$src" modules KDIR="$kdir" "$@" >"$dir/output" 2>&1 9>&- || result=1
if grep -vE "$harmless" "$dir/output" >&2; then
	# So that what was complained about once is complained about again. A checker looks again by itself.
	[ ${#making[@]} -lt $given ] || forget
fi
[ $result = 0 ] || die "the module could not be built for $kernel${1:+ with $1}."
echo "$dir/$src/$ko"
