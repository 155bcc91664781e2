// SPDX-License-Identifier: GPL-2.0
/*
 * Units and their cgroups, with a systemd made of a few answers at the other
 * end of a socket pair.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "fail.h"
#include "tap.h"
#include "unit.h"

struct fake_unit {
	const char *name, *id, *load, *slice, *group;
};

static const struct fake_unit units[] = {
	{ "run.service", "run.service", "loaded", "system.slice", "/system.slice/run.service" },
	{ "idle.service", "idle.service", "loaded", "system.slice", "" },
	{ "alias.service", "real.service", "loaded", "a-b.slice", "" },
	{ "cpu.service", "cpu.service", "loaded", "-.slice", "" },
	{ "no.service", "no.service", "not-found", "", "" },
	{ "mask.service", "mask.service", "masked", "", "" },
	{ "x.target", "x.target", "loaded", "", "" },
	{ "x-y.slice", "x-y.slice", "loaded", "x.slice", "" },
	{ NULL, NULL, NULL, NULL, NULL }
};

static int on_message(sd_bus_message *m, void *arg, sd_bus_error *error)
{
	const struct fake_unit *u = units;
	const char *iface, *property, *path = sd_bus_message_get_path(m), *value, *name;

	(void)arg;
	(void)error;
	if (sd_bus_message_is_method_call(m, "org.freedesktop.systemd1.Manager", "LoadUnit")) {
		char object[128];

		sd_bus_message_read(m, "s", &name);
		while (u->name && strcmp(u->name, name))
			u++;
		if (!u->name)
			return sd_bus_reply_method_errorf(m, SD_BUS_ERROR_INVALID_ARGS,
							  "bad \033 name");
		snprintf(object, sizeof(object), "/unit/%d", (int)(u - units));
		return sd_bus_reply_method_return(m, "o", object);
	}
	if (!sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "Get"))
		return 0;
	sd_bus_message_read(m, "ss", &iface, &property);
	if (!strncmp(path, "/unit/", 6))
		u += atoi(path + 6);
	if (!strcmp(path, "/org/freedesktop/systemd1"))
		value = "/";
	else if (!strcmp(property, "LoadState"))
		value = u->load;
	else if (!strcmp(property, "Id"))
		value = u->id;
	else if (!strcmp(property, "Slice"))
		value = u->slice;
	else if (!strcmp(property, "ControlGroup"))
		value = u->group;
	else
		return 0;
	return sd_bus_reply_method_return(m, "v", "s", value);
}

static void *serve(void *arg)
{
	sd_bus *bus;
	sd_id128_t id;

	sd_id128_randomize(&id);
	sd_bus_new(&bus);
	sd_bus_set_fd(bus, *(int *)arg, *(int *)arg);
	sd_bus_set_server(bus, 1, id);
	sd_bus_add_filter(bus, NULL, on_message, NULL);
	sd_bus_start(bus);
	for (;;) {
		int r = sd_bus_process(bus, NULL);

		if (r < 0 || (r == 0 && sd_bus_wait(bus, UINT64_MAX) < 0))
			break;
	}
	sd_bus_unref(bus);
	return NULL;
}

static void slice(const char *name, const char *want)
{
	char path[256];
	bool good = unit_slice_path(path, sizeof(path), name);

	ok(want ? good && !strcmp(path, want) : !good, "%s: %s", name, good ? path : "refused");
}

static void escaped(const char *name, const char *want)
{
	char path[64];

	ok(unit_escape(path, sizeof(path), name) && !strcmp(path, want), "%s: %s", name, path);
}

static void resolves(sd_bus *bus, const char *unit, int code, const char *want)
{
	char *path = NULL;
	int got = unit_cgroup_on(bus, unit, &path);

	ok(got == code && (code || !strcmp(path, want)), "--unit %s: %d %s", unit, got,
	   path ? path : "refused");
	free(path);
}

int main(void)
{
	char name[300], longname[300];
	pthread_t server;
	sd_bus *bus;
	int pair[2];

	if (!freopen("/dev/null", "w", stderr))
		return 1;
	slice("system.slice", "/system.slice");
	slice("-.slice", "");
	slice("a-b-c.slice", "/a.slice/a-b.slice/a-b-c.slice");
	slice("system-foo.slice", "/system.slice/system-foo.slice");
	slice("cpu.slice", "/_cpu.slice");
	slice("a--b.slice", NULL);
	slice("-a.slice", NULL);
	slice("a-.slice", NULL);
	slice(".slice", NULL);
	slice("a.service", NULL);
	slice("slice", NULL);
	escaped("lighttpd.service", "lighttpd.service");
	escaped("cpu.service", "_cpu.service");
	escaped("cpuset.service", "_cpuset.service");
	escaped("cpux.service", "cpux.service");
	escaped("cgroup.service", "_cgroup.service");
	escaped("_x.service", "__x.service");
	escaped(".x.service", "_.x.service");
	escaped("tasks", "_tasks");
	ok(unit_name(name, sizeof(name), "lighttpd") && !strcmp(name, "lighttpd.service"),
	   "a service needs no suffix");
	ok(unit_name(name, sizeof(name), "a.b") && !strcmp(name, "a.b.service"),
	   "a dot is not yet a suffix");
	ok(unit_name(name, sizeof(name), "x.slice") && !strcmp(name, "x.slice"), "a suffix stays");
	memset(longname, 'a', sizeof(longname) - 1);
	longname[sizeof(longname) - 1] = '\0';
	ok(!unit_name(name, sizeof(name), "a/b") && !unit_name(name, sizeof(name), "") &&
	   !unit_name(name, sizeof(name), "a b") && !unit_name(name, sizeof(name), longname),
	   "what can be no unit");

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ||
	    pthread_create(&server, NULL, serve, &pair[1]))
		return 1;
	sd_bus_new(&bus);
	sd_bus_set_fd(bus, pair[0], pair[0]);
	sd_bus_start(bus);
	resolves(bus, "run", 0, "/system.slice/run.service");
	resolves(bus, "idle.service", 0, "/system.slice/idle.service");
	resolves(bus, "alias", 0, "/a.slice/a-b.slice/real.service");
	resolves(bus, "cpu", 0, "/_cpu.service");
	resolves(bus, "x-y.slice", 0, "/x.slice/x-y.slice");
	resolves(bus, "no", EXIT_USAGE, NULL);
	resolves(bus, "mask", EXIT_USAGE, NULL);
	resolves(bus, "x.target", EXIT_USAGE, NULL);
	resolves(bus, "never@heard.service", EXIT_REFUSED, NULL);
	resolves(bus, "a/b", EXIT_USAGE, NULL);
	sd_bus_flush_close_unref(bus);
	pthread_join(server, NULL);
	return tap_end();
}
