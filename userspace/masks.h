/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_MASKS_H
#define CPUISO_MASKS_H

#include <stddef.h>

struct mask_of;

/* The masks of all tasks at one moment. */
struct masks {
	struct mask_of *v;
	size_t n;
};

int masks_take(struct masks *m);
void masks_restore(struct masks *m);
void masks_recover(int dir);

#endif
