# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # cache, as said below
# Packages of other suites than the machine's own, without installing anything: a second apt configuration lives in the
# cache, with the mirrors that the machine's own configuration names. Wants $cache and die of its user.

# shellcheck source=scripts/lib/mirror.sh
. "$(dirname "${BASH_SOURCE[0]}")/mirror.sh"

# apt_open SUITE[,SUITE...]: with their newest lists; sets $apt_options
apt_open() {
	local suites=$1 suite kind uri dir=$cache/apt/${1//,/+}
	mkdir -p "$dir/lists/partial" "$dir/archives/partial" "$dir/parts"
	# Two may want one set of lists at a time.
	exec 8>"$dir/lock"
	flock 8
	: >"$dir/sources.list"
	for suite in ${suites//,/ }; do
		kind=main
		[[ $suite = *-security ]] && kind=security
		uri=$(mirror $kind) ||
			die "apt's sources name no Debian $kind archive; add it to /etc/apt/sources.list and try again."
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main" >>"$dir/sources.list"
	done
	: >"$dir/status"
	apt_options=(-q -o "Dir::Etc::SourceList=$dir/sources.list" -o Dir::Etc::SourceParts="$dir/parts"
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts="$dir/parts"
		-o "Dir::State::Lists=$dir/lists" -o "Dir::State::status=$dir/status"
		-o "Dir::Cache::archives=$dir/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
		-o Acquire::Languages=none -o Acquire::Retries=3 -o "APT::Sandbox::User=$(id -un)")
	apt-get "${apt_options[@]}" update >"$dir/log" 2>&1 ||
		die "apt-get update failed for $suites: $(grep -m 1 '^E:' "$dir/log")"
	exec 8>&-
}

# apt_unpack DIRECTORY PACKAGE...: what is in them, in DIRECTORY/root
apt_unpack() {
	local dir=$1 deb
	shift
	mkdir -p "$dir/debs" "$dir/root"
	(cd "$dir/debs" && apt-get "${apt_options[@]}" download "$@" >"$dir/log" 2>&1) ||
		die "apt-get could not download $*: $(grep -m 1 '^E:' "$dir/log")"
	for deb in "$dir"/debs/*.deb; do
		dpkg-deb -x "$deb" "$dir/root" || die "$deb cannot be unpacked; try again."
	done
}
