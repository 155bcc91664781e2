#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mem: 1536
# The fork of a large process takes long: it copies the mask of the parent at its beginning and shows the child at its end.
# A child whose fork began while a CPU was isolated and ended when it was not any more is put back like all others.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
plan 8

hire large
ask large cpus 0-1
ask large grow 1000
remember
load

# across COMMAND...: run it when the first of many children is there, so that the fork of another is under way. The masks
# of all are in $T/masks then.
across() {
	local first child err=0
	tell large fork 6
	read -r -t 60 -d ' ' -u "${from[large]}" first || bail_out "no fork is over"
	"$@" || err=$?
	read -r -t 120 -u "${from[large]}" REPLY || bail_out "the forks are not over"
	for child in $first $REPLY; do
		cpus_of "$child"
	done >"$T/masks"
	for child in $first $REPLY; do
		ask large kill "$child"
	done
	return "$err"
}

check "apply" iso apply -c 1
check "revert while a large process forks" across revert
is "its children are allowed on all CPUs" "$(uniq -c "$T/masks" | xargs)" "6 0-1"

check "apply" iso apply -c 1
check "rmmod while a large process forks" across unload
is "its children are allowed on all CPUs" "$(uniq -c "$T/masks" | xargs)" "6 0-1"
finish
