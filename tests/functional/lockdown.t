#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# boot: lsm=lockdown
# A kernel that lets no unsigned module in: what works with one that was there before, and what doctor says. It cannot be
# switched off again, so this machine is for this test alone.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
lockdown=/sys/kernel/security/lockdown
[ -e $lockdown ] || mount -t securityfs none /sys/kernel/security
[ -e $lockdown ] || skip_all "this kernel has no lockdown"
plan 17

# doctor_says REGEX
doctor_says() {
	iso doctor >"$T/doctor"
	grep -E "^signature +(ok|note|missing) +" "$T/doctor" | grep -qE "$1" || { grep signature "$T/doctor"; return 1; }
}
modules=/lib/modules/$(uname -r)/updates
install_it() {
	mkdir -p "$modules"
	cp "$1" "$modules/cpuiso.ko"
}

remember
check "doctor: no signature is needed" doctor_says 'without a signature'
load
check "lockdown=integrity" bash -c "echo integrity >$lockdown"
# What is in debugfs cannot be read any more.
sed -i 's|^\(knob\t/sys/kernel/debug/.*\t\).*|\1-|' "$BEFORE"
check "doctor: the module is in, and would not be let in again" doctor_says 'lockdown.*is loaded'
"$TESTLIB/helpers/privnl" 1 >"$T/ops" 2>&1
is "every operation by root" "$(grep -v ' 0$' "$T/ops") $(wc -l <"$T/ops")" " 17"
setpriv --reuid 65534 --regid 65534 --clear-groups "$TESTLIB/helpers/privnl" 1 >"$T/ops" 2>&1
is "by nobody those that read" "$(grep -c ' 0$' "$T/ops") $(grep -c ' 1$' "$T/ops")" "8 9"
check "apply" iso apply -c 1 --name t
awk -F '\t' '$3 == "refused"' "$PROC/knobs" >"$T/refused"
is "no knob is refused" "$(<"$T/refused")" ""
check "revert" revert t
check "rmmod" unload
insmod "$CPUISO_KO" >"$T/out" 2>&1
is "an unsigned module is refused" "$?" 1
check "doctor: nothing is installed to be signed" doctor_says 'lockdown.*make sign'
check_exit 3 "the command says that there is no module" iso status
install_it "$CPUISO_KO"
check "doctor: what is installed is not signed" doctor_says 'updates/cpuiso.ko is not signed.*make sign'

sign=''
for file in "${CPUISO_CACHE:-$HOME/.cache/cpuiso}"/kernels/*/build/scripts/sign-file /usr/lib/linux-kbuild-*/scripts/sign-file; do
	[ ! -x "$file" ] || sign=$file
done
if [ -n "$sign" ] && command -v openssl >/dev/null; then
	openssl req -new -x509 -nodes -days 2 -newkey rsa:2048 -subj "/CN=nobody trusts this" \
		-keyout "$T/key" -outform DER -out "$T/cert" 2>/dev/null
	cp "$CPUISO_KO" "$T/cpuiso.ko"
	"$sign" sha256 "$T/key" "$T/cert" "$T/cpuiso.ko"
	install_it "$T/cpuiso.ko"
	is "modinfo shows who signed it" "$(modinfo -F signer "$T/cpuiso.ko")" "nobody trusts this"
	insmod "$T/cpuiso.ko" >"$T/out" 2>&1
	is "signed with a key that nobody trusts, it is refused" "$?" 1
	check "doctor: it is signed, and its key has to be trusted" doctor_says 'updates/cpuiso.ko is signed.*mokutil --import'
else
	skip_each "there is no sign-file or no openssl" "modinfo shows who signed it" \
		"signed with a key that nobody trusts" "doctor: it is signed"
fi
rm -f "$modules/cpuiso.ko"
same "everything is as it was before insmod"
