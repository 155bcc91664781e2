/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_PROOF_H
#define CPUISO_PROOF_H

#include <json-c/json.h>

json_object *proof_compare(json_object *before, json_object *after);
void proof_print(json_object *proof);

#endif
