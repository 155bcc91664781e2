/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_REQUEST_H
#define CPUISO_REQUEST_H

#include <net/genetlink.h>
#include "verbs.h"

extern const struct nla_policy cpuiso_apply_policy[];
extern const struct nla_policy cpuiso_revert_policy[];
extern const struct nla_policy cpuiso_pin_policy[];
extern const struct nla_policy cpuiso_cpus_policy[];

struct cpuiso_op *cpuiso_request_op(struct genl_info *info, u8 verb);
int cpuiso_request_plan(const struct nlattr *nest, struct cpuiso_world *w,
			struct netlink_ext_ack *extack);

#endif
