/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_MASKS_H
#define CPUISO_MASKS_H

#include <stdbool.h>
#include <stddef.h>

struct conn;
struct mask_of;

/* The masks of all tasks at one moment. */
struct masks {
	struct mask_of *v;
	size_t n;
	struct conn *c;		/* to the module that holds them, or NULL */
	bool settled;		/* it has put them right */
	bool untold;		/* it may hold them, and does not know of the change */
};

int masks_take(struct masks *m);
bool masks_settle(struct masks *m);
void masks_restore(struct masks *m);
bool masks_held(void);
void masks_recover(int dir);

#endif
