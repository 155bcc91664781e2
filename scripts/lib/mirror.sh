# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Where Debian's archives are, as the machine's own apt sources say: no address stands in this tree.

# mirror main|security: the address of that archive; fails when the sources name none. The two kinds are told apart by the
# release names. Once lists have been downloaded the origin is known too, and keeps other vendors' archives with the same
# release names out.
mirror() {
	local want=$1 uri release
	while IFS='|' read -r uri release; do
		case $release in
		*-security) [ "$want" = security ] && echo "$uri" && return ;;
		bookworm | trixie | forky | sid | stable) [ "$want" = main ] && echo "$uri" && return ;;
		esac
	done < <(apt-get indextargets --format "\$(REPO_URI)|\$(RELEASE)" 'Created-By: Packages' 'Origin: Debian' 2>/dev/null
		apt-get indextargets --format "\$(REPO_URI)|\$(RELEASE)" 'Created-By: Packages')
	return 1
}
