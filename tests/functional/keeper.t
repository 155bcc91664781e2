#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What only user space can put back: by the keeper when the module goes, by the next command when the keeper was
# killed, and by nobody where the journal is no good. The default mask of interrupts stands for all of it.
. "${TESTLIB:-$(dirname "$0")}/lib.sh"
. "$TESTLIB/keeper.sh"
plan 33

DEFAULT=/proc/irq/default_smp_affinity
RUN=/run/cpuiso
was=$(<"$DEFAULT")

hire work
remember
load

apply() {
	iso apply -c 1 --name "$1" --pid "${pid[work]}"
}

iso plan -c 1 >"$T/plan"
is "plan" $? 0
check "says what is there and what would be" grep -q "default-irq-affinity .* $was " "$T/plan"
check "apply" apply t
is "new interrupts stay off" "$(<"$DEFAULT")" "$(printf %x $((0x$was & ~2)))"
check "the journal is root's alone" test "$(stat -c '%U %a' $RUN $RUN/t.json | paste -sd ' ')" = "root 700 root 600"
check "there is a keeper" keeper_of t
iso status >"$T/status"
check "status says what is to be put back, and by whom" grep -q "when t ends, by its keeper" "$T/status"

try unload
try put_back
tried "rmmod alone: the keeper puts back"
same "all of it"
check "and is gone" wait-for 5 gone "$(keeper_of t || echo 999999)"

load
try apply t
try kill_keeper t
iso status >"$T/status"
try grep -q "by the next cpuiso" "$T/status"
tried "status says when the keeper is gone"
try unload
is "keeper killed, rmmod: nobody puts back" "$(cat $DEFAULT)" "$(printf %x $((0x$was & ~2)))"
iso status >"$T/status" 2>&1
is "the next command says that the module is gone" $? 3
check "and that it has put back" grep -q "the isolation t had ended without its keeper.*: [1-9][0-9]* restored, 0 gone, 0 changed since" "$T/status"
same "all of it"

load
try apply t
try kill_keeper t
try iso revert t
tried "keeper killed, revert"
same "revert puts all of it back"

# A command that is at it ends just before the keeper can wait for its end.
own() {
	/usr/bin/python3 - "$RUN/t.json" "$1" <<-'END'
		import json, sys
		file, pid = sys.argv[1:]
		journal = json.load(open(file))
		journal["owner"] = int(pid)
		journal["owner_start"] = int(open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[19])
		json.dump(journal, open(file, "w"))
	END
}
try apply t
hire command
try own "${pid[command]}"
keeper=$(keeper_of t)
strace -qq -o "$T/trace" -e trace=pidfd_open -e inject=pidfd_open:error=ESRCH:when=1 -p "$keeper" &
try wait-for 30 line "/proc/$keeper/status" $'^TracerPid:\t[1-9]'
try rawnl send revert name=t
check "a keeper finds that a command is at it, and cannot wait for it" wait-for 30 line "$T/trace" 'INJECTED'
dismiss command
same "that command has ended: the keeper puts back"

# Loaded again meanwhile, with an isolation of the same name that is another's.
try apply t
try kill_keeper t
try unload
load
try rawnl send apply name=t cpus=1
try settle
iso tasks >/dev/null 2>"$T/err"
try grep -q "had ended without its keeper" "$T/err"
try iso revert t
tried "a journal is not taken for that of another isolation of its name"
same "all is put back"

try apply t
echo 2 >$DEFAULT
tried "somebody else sets the default mask"
check_exit 4 "revert leaves it and says so" iso revert t
is "as it was set" $((16#$(<"$DEFAULT"))) 2
echo "$was" >$DEFAULT

# Journals that are no good.
mkdir -p $RUN && chmod 700 $RUN
echo '{"version":1,' >$RUN/junk.json
printf '{"version":1,"boot_id":"another"}' >$RUN/old.json
chmod 600 $RUN/*.json
iso status >"$T/status" 2>&1
try grep -q "junk.json is damaged" "$T/status"
try grep -q "old.json is from another boot" "$T/status"
try test -e $RUN/junk.json.aside -a -e $RUN/old.json.aside
iso status 2>&1 | grep -q aside && complain "it is said again"
tried "a journal that is damaged or from another boot is set aside, and said once"
rm -f $RUN/*.aside
same "nothing is changed by it"

refused() {
	local out status
	out=$(apply t 2>&1)
	status=$?
	if [ "$status" -ne 1 ] || ! grep -q "$1" <<<"$out" || [ "$(wc -l <<<"$out")" -ne 1 ]; then
		echo "status $status: $out"
		return 1
	fi
	[ "$(<"$DEFAULT")" = "$was" ] && [ "$(field_of status isolated 2)" = - ]
}
mount -t tmpfs -o size=4k,mode=700 tmpfs $RUN
echo >$RUN/full
check "no room for the journal: refused, nothing is changed" refused "no room in /run/cpuiso"
umount $RUN
chown 1 $RUN
check "a directory of somebody else: refused" refused "open to others than root"
chown 0 $RUN
rm -rf $RUN
ln -s /tmp $RUN
check "a symbolic link: refused" refused "not a directory"
rm $RUN
check "and without that it works" apply t
check "revert" iso revert t
finish
