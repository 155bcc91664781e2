// SPDX-License-Identifier: GPL-2.0
/*
 * The cgroup of a systemd unit. A running unit has one, and systemd tells it.
 * For a unit that is not running it is computed as systemd will (cg_escape()
 * and cg_slice_to_path() in its src/basic/cgroup-util.c), so that the rule
 * already stands when the unit starts.
 */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>

#include "fail.h"
#include "unit.h"

#define DEST	"org.freedesktop.systemd1"
#define MANAGER	"/org/freedesktop/systemd1"
#define IFACE	"org.freedesktop.systemd1."

/* Units whose processes are in a cgroup; its name is the interface's too. */
static const struct {
	const char *suffix, *iface;
} types[] = {
	{ ".service", IFACE "Service" }, { ".scope", IFACE "Scope" },
	{ ".slice", IFACE "Slice" }, { ".socket", IFACE "Socket" },
	{ ".mount", IFACE "Mount" }, { ".swap", IFACE "Swap" },
};

#define NR_TYPES	(sizeof(types) / sizeof(types[0]))

static const char *iface_of(const char *unit)
{
	const char *dot = strrchr(unit, '.');
	size_t i;

	for (i = 0; dot && i < NR_TYPES; i++)
		if (!strcmp(dot, types[i].suffix))
			return types[i].iface;
	return NULL;
}

static bool has_suffix(const char *unit)
{
	static const char *const others[] = {
		".target", ".timer", ".path", ".device", ".automount",
	};
	const char *dot = strrchr(unit, '.');
	size_t i;

	for (i = 0; dot && i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(dot, others[i]))
			return true;
	return iface_of(unit);
}

/**
 * unit_name() - complete the name of a unit
 * @dst: the name with its suffix
 * @size: size of @dst
 * @text: what was typed
 *
 * Return: false when it can be no unit's name.
 */
bool unit_name(char *dst, size_t size, const char *text)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
	int n;

	if (!*text || text[strspn(text, ok)])
		return false;
	n = snprintf(dst, size, "%s%s", text, has_suffix(text) ? "" : ".service");
	return n > 0 && (size_t)n < size && n < 256;
}

/**
 * unit_part() - the name of an isolation as part of a unit's name
 * @dst: @before and the name
 * @size: size of @dst, with room for 24 more
 * @before: what stands before it
 * @name: the name; what could mean something in a unit's name is escaped
 *
 * Return: the length.
 */
size_t unit_part(char *dst, size_t size, const char *before, const char *name)
{
	size_t n = snprintf(dst, size, "%s", before);

	for (; *name && n + 24 < size; name++)
		n += snprintf(dst + n, size - n, isalnum((unsigned char)*name) || *name == '_' ? "%c" : "\\x%02x",
			      (unsigned char)*name);
	return n;
}

/**
 * unit_escape() - the name of a cgroup directory
 * @dst: the name
 * @size: size of @dst
 * @name: name of a unit
 *
 * A name that the kernel could take for one of its own files gets an
 * underscore in front.
 *
 * Return: false when it does not fit.
 */
bool unit_escape(char *dst, size_t size, const char *name)
{
	static const char *const prefixes[] = {
		"cgroup", "cpu", "cpuacct", "cpuset", "io", "blkio", "memory",
		"devices", "pids", "bpf-firewall", "bpf-devices", "bpf-foreign",
		"bpf-socket-bind", "bpf-restrict-network-interfaces",
	};
	bool need = *name == '_' || *name == '.' || !strcmp(name, "tasks") ||
		    !strcmp(name, "notify_on_release") || !strcmp(name, "release_agent");
	size_t i, len;
	int n;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]) && !need; i++) {
		len = strlen(prefixes[i]);
		need = !strncmp(name, prefixes[i], len) && name[len] == '.';
	}
	n = snprintf(dst, size, "%s%s", need ? "_" : "", name);
	return n > 0 && (size_t)n < size;
}

/**
 * unit_slice_path() - the cgroup path of a slice
 * @dst: path that begins with a slash, "" for the root slice
 * @size: size of @dst
 * @slice: a-b.slice is below a.slice
 *
 * Return: false when it is no slice or does not fit.
 */
bool unit_slice_path(char *dst, size_t size, const char *slice)
{
	const char *end = strrchr(slice, '.'), *dash;
	char part[256], escaped[258];
	size_t n = 0;
	int add;

	if (!end || strcmp(end, ".slice") || end == slice || size < 1)
		return false;
	*dst = '\0';
	if (!strcmp(slice, "-.slice"))
		return true;
	if (*slice == '-' || end[-1] == '-' || strstr(slice, "--"))
		return false;
	for (dash = slice; dash != end; ) {
		dash = strchr(dash + (*dash == '-'), '-');
		if (!dash || dash > end)
			dash = end;
		add = snprintf(part, sizeof(part), "%.*s.slice", (int)(dash - slice), slice);
		if (add < 0 || (size_t)add >= sizeof(part) ||
		    !unit_escape(escaped, sizeof(escaped), part))
			return false;
		add = snprintf(dst + n, size - n, "/%s", escaped);
		if (add < 0 || (size_t)add >= size - n)
			return false;
		n += add;
	}
	return true;
}

static int get(sd_bus *bus, const char *object, const char *iface,
	       const char *property, char **value)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int err, code = 0;

	err = sd_bus_get_property_string(bus, DEST, object, iface, property, &error, value);
	if (err < 0)
		code = fail(EXIT_REFUSED, "systemd does not tell %s of the unit (%s); use --cgroup instead",
			    property, error.message ? error.message : strerror(-err));
	sd_bus_error_free(&error);
	return code;
}

/* Where it will be when it starts. */
static int future_cgroup(sd_bus *bus, const char *object, const char *iface,
			 const char *id, char **path)
{
	char dir[PATH_MAX], leaf[258], *slice = NULL, *root = NULL;
	int code;

	code = get(bus, object, iface, "Slice", &slice);
	if (!code)
		code = get(bus, MANAGER, IFACE "Manager", "ControlGroup", &root);
	if (!code) {
		if (!strcmp(root, "/"))
			*root = '\0';
		if (!unit_slice_path(dir, sizeof(dir), *slice ? slice : "-.slice") ||
		    !unit_escape(leaf, sizeof(leaf), id)) {
			code = fail(EXIT_REFUSED, "the slice %s of %s makes no cgroup path; use --cgroup instead",
				    slice, id);
		} else {
			*path = xcalloc(strlen(root) + strlen(dir) + strlen(leaf) + 2, 1);
			sprintf(*path, "%s%s/%s", root, dir, leaf);
		}
	}
	free(slice);
	free(root);
	return code;
}

static int loaded_cgroup(sd_bus *bus, const char *object, const char *name, char **path)
{
	char *state = NULL, *id = NULL, *group = NULL, dir[PATH_MAX];
	const char *iface;
	int code;

	code = get(bus, object, IFACE "Unit", "LoadState", &state);
	if (!code && !strcmp(state, "not-found"))
		code = fail(EXIT_USAGE, "there is no unit %s; look with \"systemctl list-unit-files\"",
			    name);
	else if (!code && !strcmp(state, "masked"))
		code = fail(EXIT_USAGE, "the unit %s is masked and cannot run; unmask it first (systemctl unmask %s)",
			    name, name);
	if (!code)
		code = get(bus, object, IFACE "Unit", "Id", &id);
	if (code)
		goto out;
	iface = iface_of(id);
	if (!iface) {
		code = fail(EXIT_USAGE, "%s has no processes; name a service, scope or slice", id);
		goto out;
	}
	code = get(bus, object, iface, "ControlGroup", &group);
	if (code)
		goto out;
	if (*group) {
		*path = xstrdup(group);
	} else if (!strcmp(iface, IFACE "Slice")) {
		if (unit_slice_path(dir, sizeof(dir), id) && *dir)
			*path = xstrdup(dir);
		else
			code = fail(EXIT_USAGE, "%s is no slice that can be a workload; name another", id);
	} else {
		code = future_cgroup(bus, object, iface, id, path);
	}
out:
	free(state);
	free(id);
	free(group);
	return code;
}

/**
 * unit_cgroup_on() - unit_cgroup() with a given bus
 * @bus: connection to systemd
 * @unit: what was typed
 * @path: the cgroup's path for free(), set when 0 is returned
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int unit_cgroup_on(struct sd_bus *bus, const char *unit, char **path)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *object;
	char name[260];
	int err, code;

	if (!unit_name(name, sizeof(name), unit))
		return fail(EXIT_USAGE, "\"%s\" is no name of a unit; write it like lighttpd.service",
			    unit);
	err = sd_bus_call_method(bus, UNIT_MANAGER, "LoadUnit",
				 &error, &reply, "s", name);
	if (err >= 0)
		err = sd_bus_message_read(reply, "o", &object);
	if (err < 0)
		code = fail(EXIT_REFUSED, "systemd does not know %s (%s); look with \"systemctl list-unit-files\"",
			    name, error.message ? error.message : strerror(-err));
	else
		code = loaded_cgroup(bus, object, name, path);
	sd_bus_error_free(&error);
	sd_bus_message_unref(reply);
	return code;
}

/**
 * unit_bus() - connect to systemd
 * @bus: the connection
 *
 * Return: a negative errno when it cannot be reached.
 */
int unit_bus(sd_bus **bus)
{
	int err = sd_bus_open_system(bus);

	if (err >= 0)
		return err;
	/* Without a message bus root may still ask systemd itself. */
	err = sd_bus_new(bus);
	if (err >= 0)
		err = sd_bus_set_address(*bus, "unix:path=/run/systemd/private");
	if (err >= 0)
		err = sd_bus_start(*bus);
	if (err < 0)
		*bus = sd_bus_unref(*bus);
	return err;
}

/**
 * unit_cgroup() - the cgroup v2 path of a systemd unit, running or not
 * @unit: name of the unit, .service may be left out
 * @path: the path for free(), set when 0 is returned
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int unit_cgroup(const char *unit, char **path)
{
	sd_bus *bus = NULL;
	int err, code;

	if (sd_booted() <= 0)
		return fail(EXIT_USAGE, "--unit needs systemd, which is not running here; use --comm, --cgroup or --pid");
	err = unit_bus(&bus);
	if (err < 0)
		return fail(EXIT_REFUSED, "systemd cannot be reached (%s); use --comm, --cgroup or --pid",
			    strerror(-err));
	code = unit_cgroup_on(bus, unit, path);
	sd_bus_flush_close_unref(bus);
	return code;
}
