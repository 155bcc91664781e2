// SPDX-License-Identifier: GPL-2.0
/*
 * A cgroup of an isolation right below the root, for its partition.
 *
 * Where there is systemd it is a slice with AllowedCPUs=: systemd writes the
 * controllers of the root anew whenever it sees fit (daemon-reload is enough),
 * and would switch cpuset off, and the partition with it, if no unit needed it.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "sysfs.h"
#include "topgroup.h"
#include "unit.h"

#define MAKE_MS		5000
#define REMOVE_MS	500

static bool with_systemd(void)
{
	return !*sys_root() && sd_booted() > 0;
}

/* A dash would make it a slice of a slice. */
static void slice_of(char *dst, size_t size, const char *name)
{
	size_t n = unit_part(dst, size, "cpuiso\\x2d", name);

	snprintf(dst + n, size - n, ".slice");
}

/**
 * topgroup_path() - where the cgroup of an isolation is
 * @dst: the path
 * @size: its size
 * @mount: where cgroup v2 is mounted
 * @name: the isolation
 */
void topgroup_path(char *dst, size_t size, const char *mount, const char *name)
{
	char slice[256];

	slice_of(slice, sizeof(slice), name);
	if (with_systemd())
		snprintf(dst, size, "%s/%s", mount, slice);
	else
		snprintf(dst, size, "%s/cpuiso-%s", mount, name);
}

static int put_cpus(sd_bus_message *m, const char *cpus)
{
	uint8_t bytes[CPULIST_MAX / 8] = { 0 };
	struct cpuset set;
	int cpu, last = 0, err;

	if (cpulist_parse(cpus, CPULIST_MAX, &set))
		return -EINVAL;
	for (cpu = -1; (cpu = cpuset_next(&set, cpu)) >= 0; last = cpu)
		bytes[cpu / 8] |= 1 << cpu % 8;
	err = sd_bus_message_open_container(m, 'r', "sv");
	if (err >= 0)
		err = sd_bus_message_append(m, "s", "AllowedCPUs");
	if (err >= 0)
		err = sd_bus_message_open_container(m, 'v', "ay");
	if (err >= 0)
		err = sd_bus_message_append_array(m, 'y', bytes, last / 8 + 1);
	if (err >= 0)
		err = sd_bus_message_close_container(m);
	return err < 0 ? err : sd_bus_message_close_container(m);
}

static int start_slice(sd_bus *bus, const char *slice, const char *name, const char *cpus)
{
	sd_bus_message *m = NULL;
	char about[128];
	int err;

	snprintf(about, sizeof(about), "CPUs of the isolation %s", name);
	err = sd_bus_message_new_method_call(bus, &m, UNIT_MANAGER, "StartTransientUnit");
	if (err >= 0)
		err = sd_bus_message_append(m, "ss", slice, "fail");
	if (err >= 0)
		err = sd_bus_message_open_container(m, 'a', "(sv)");
	if (err >= 0)
		err = sd_bus_message_append(m, "(sv)", "Description", "s", about);
	if (err >= 0)
		err = put_cpus(m, cpus);
	if (err >= 0)
		err = sd_bus_message_close_container(m);
	if (err >= 0)
		err = sd_bus_message_append(m, "a(sa(sv))", 0);
	if (err >= 0)
		err = sd_bus_call(bus, m, 0, NULL, NULL);
	sd_bus_message_unref(m);
	return err < 0 ? err : 0;
}

static bool has_cpus(const char *dir)
{
	char *text = sys_read("%s/cpuset.cpus", dir);
	bool has = text && *text;

	free(text);
	return has;
}

/**
 * topgroup_make() - make the cgroup
 * @dir: what topgroup_path() said
 * @name: the isolation
 * @cpus: its CPUs
 *
 * Return: 0 or a negative errno.
 */
int topgroup_make(const char *dir, const char *name, const char *cpus)
{
	char path[PATH_MAX], slice[256];
	sd_bus *bus = NULL;
	int err, ms;

	if (!with_systemd()) {
		sys_path(path, "%s", dir);
		return mkdir(path, 0755) ? -errno : 0;
	}
	err = unit_bus(&bus);
	if (err < 0)
		return err;
	slice_of(slice, sizeof(slice), name);
	err = start_slice(bus, slice, name, cpus);
	sd_bus_flush_close_unref(bus);
	for (ms = 0; !err && !has_cpus(dir); ms += 10) {
		poll(NULL, 0, 10);
		if (ms > MAKE_MS)
			err = -ETIMEDOUT;
	}
	return err;
}

static void stop_slice(const char *name)
{
	char slice[256];
	sd_bus *bus = NULL;

	if (unit_bus(&bus) < 0)
		return;
	slice_of(slice, sizeof(slice), name);
	(void)sd_bus_call_method(bus, UNIT_MANAGER, "StopUnit", NULL, NULL, "ss", slice, "replace");
	sd_bus_flush_close_unref(bus);
}

/**
 * topgroup_remove() - remove the cgroup
 * @dir: what topgroup_path() said; nobody is in it
 * @name: the isolation
 *
 * Return: 0 or a negative errno.
 */
int topgroup_remove(const char *dir, const char *name)
{
	char path[PATH_MAX];
	int ms;

	if (with_systemd())
		stop_slice(name);
	sys_path(path, "%s", dir);
	/* Those that are just ending hold it for a moment. */
	for (ms = 0; ms < REMOVE_MS; ms += 10) {
		if (!rmdir(path) || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			break;
		poll(NULL, 0, 10);
	}
	return -errno;
}
