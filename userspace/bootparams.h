/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_BOOTPARAMS_H
#define CPUISO_BOOTPARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <json-c/json.h>

#include "cpulist.h"

bool bootparams_generic(struct cpuset *cpus);
json_object *bootparams_list(const struct cpuset *cpus, bool generic);
void bootparams_line(json_object *params, char *dst, size_t size);

#endif
