#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Kernel threads that are born while a CPU is isolated begin on all CPUs, whatever their parent's mask. They are moved
# as well, and an undo neither forgets them nor takes what the kernel did for somebody else's doing.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"

# A journal has a thread of its own, a loop device has workers.
truncate -s 16M "$T/image"
mke2fs -q -t ext4 -F "$T/image" 2>"$T/err" || skip_all "no file system can be made: $(<"$T/err")"
mkdir "$T/mnt"
modprobe -qa loop ext4
mount -o loop "$T/image" "$T/mnt" 2>"$T/err" || skip_all "this kernel mounts no ext4: $(<"$T/err")"
umount "$T/mnt"
plan 8

journals() {
	local d comm
	for d in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$d/comm" && [[ $comm = jbd2/* ]] && echo "${d##*/}"
	done
}
rounds=4
remember
load

for ((i = 0; i < rounds; i++)); do
	try iso apply -c 1 --name k --comm nobody
	try mount -o loop "$T/image" "$T/mnt"
	[ -n "$(journals)" ] || complain "no journal's thread was born"
	try clear_of 1
	echo "$i" >"$T/mnt/file"
	sync -f "$T/mnt/file"
	try umount "$T/mnt"
	try revert k
done
tried "threads born while a CPU is isolated are not allowed there"
same "everything is as it was"

try iso apply -c 1 --name k --comm nobody
try mount -o loop "$T/image" "$T/mnt"
journal=$(journals)
try clear_of 1
settle
is "a thread of the kernel's is a kthread, and moved" "$(field_of tasks "$journal" 4) $(field_of tasks "$journal" 6)" \
	"kthread moved"
is "its mask without us is that of the kernel" "$(field_of tasks "$journal" 8)" "$ALL"
try revert k
try on "$ALL" "$journal"
tried "after the undo it has the mask that the kernel gives"
try iso apply -c 1 --name k --comm nobody
try clear_of 1
try unload
try on "$ALL" "$journal"
try umount "$T/mnt"
tried "and after rmmod"
finish
