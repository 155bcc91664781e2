/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_UNIT_H
#define CPUISO_UNIT_H

#include <stdbool.h>
#include <stddef.h>

struct sd_bus;

/* Destination, object and interface of systemd's manager, for sd_bus_call_method(). */
#define UNIT_MANAGER	"org.freedesktop.systemd1", "/org/freedesktop/systemd1", \
			"org.freedesktop.systemd1.Manager"

int unit_cgroup(const char *unit, char **path);
int unit_bus(struct sd_bus **bus);
int unit_cgroup_on(struct sd_bus *bus, const char *unit, char **path);
bool unit_name(char *dst, size_t size, const char *text);
size_t unit_part(char *dst, size_t size, const char *before, const char *name);
bool unit_escape(char *dst, size_t size, const char *name);
bool unit_slice_path(char *dst, size_t size, const char *slice);

#endif
