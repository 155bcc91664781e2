#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Second program of the test machine, process 1 unless systemd is: finish the set-up, run the tests or the command that
# tests/vm/run was given, tell the host that all is done, power off.
# shellcheck source=/dev/null
. /run/cpuiso-vm/guest.conf

export PATH="$TREE/userspace:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
export HOME=/root LANG=C.UTF-8 TERM=dumb
export CPUISO_KO="$KO" CPUISO_BIN="$TREE/userspace/cpuiso" TESTLIB="$TREE/tests/functional"
export CPUISO_TREE="$TREE" CPUISO_CTL=/dev/virtio-ports/ctl

if [ -n "$NET" ]; then
	modprobe -q virtio_net
	for net in /sys/bus/virtio/drivers/virtio_net/virtio*/net/*; do
		ip link set "${net##*/}" up
		ip addr add 10.0.2.15/24 dev "${net##*/}"
		ip route add default via 10.0.2.2
		break
	done
fi

# What daemons expect in the directories that init made empty.
systemd-tmpfiles --create --prefix=/run --prefix=/var/log 2>/dev/null

# From here on everything the kernel says is wanted on the console; before, only what is at least a warning.
echo 8 >/proc/sys/kernel/printk

exec 3>/dev/virtio-ports/ktap
cd "$TREE" || exit
if [ -n "$COMMAND" ]; then
	setsid bash -c "$COMMAND" >&3 2>&3 </dev/null 3>&-
	echo "# vm: exit status $?" >&3
else
	"$RUNNER" "${TESTS[@]}" >&3 2>/dev/console
fi

# Of what the tests made the module allocate nothing may be left that nobody points to. Two scans, because kmemleak does not
# report what is younger than five seconds. It turns itself off when its pool runs dry, and then refuses.
if [ -w /sys/kernel/debug/kmemleak ] && ! grep -qw kmemleak=off /proc/cmdline; then
	scan() {
		echo scan >/sys/kernel/debug/kmemleak || echo "WARNING: kmemleak is off" >/dev/console
	}
	! [ -d /sys/module/cpuiso ] || rmmod cpuiso
	scan
	sleep 6
	scan
	cat /sys/kernel/debug/kmemleak >/dev/console
fi
echo "# vm: powering off" >&3
exec 3>&-
if [ $$ = 1 ]; then
	exec busybox reboot -f
else
	# Stopping services in good order can take a minute, and nobody waits for them.
	exec systemctl --force reboot
fi
