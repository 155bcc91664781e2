#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Sign the module with a machine-owner key, so that kernels that ask for signatures let it in.
#
#   scripts/sign-module.sh KDIR FILE.ko KEY CERT
#
# KDIR: the headers that it was built with. KEY: private key, PEM or pkcs11:. CERT: its certificate, DER or PEM; the
# machine has to trust it: mokutil --import CERT, then reboot.
set -euo pipefail

die() {
	echo "sign-module: $*" >&2
	exit 1
}

[ $# -eq 4 ] || die "need KDIR FILE.ko KEY CERT; see the head of $0."
kdir=$1 ko=$2 key=$3 cert=$4
[ -n "$key$cert" ] ||
	die "name a key and its certificate: make sign KEY=MOK.priv CERT=MOK.der. A new pair: openssl req -new -x509 -nodes" \
		"-newkey rsa:2048 -days 3650 -subj /CN=cpuiso -keyout MOK.priv -outform DER -out MOK.der"
[[ $key = pkcs11:* ]] || [ -r "$key" ] || die "the key $key cannot be read."
[ -r "$cert" ] || die "the certificate $cert cannot be read."
[ -r "$ko" ] || die "there is no $ko; run make."
sign=$kdir/scripts/sign-file
[ -x "$sign" ] || die "$sign is not there; install the headers of the kernel."
hash=$(sed -n 's/^CONFIG_MODULE_SIG_HASH="*\([a-z0-9-]*\)"*$/\1/p' "$kdir/include/config/auto.conf")

# A second signature would be put behind the first, and the first would be no part of the module.
magic='~Module signature appended~'
while [ "$(tail -c 28 "$ko" | tr -d '\0\n')" = "$magic" ]; do
	# What comes before the magic are 12 bytes, the last four of which say how long the signature is.
	len=$((16#$(tail -c 32 "$ko" | head -c 4 | od -An -tx1 | tr -d ' \n')))
	truncate -s "-$((len + 12 + 28))" "$ko"
done
"$sign" "${hash:-sha512}" "$key" "$cert" "$ko"
echo "$ko is signed by $(modinfo -F signer "$ko")"
