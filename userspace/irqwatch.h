/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_IRQWATCH_H
#define CPUISO_IRQWATCH_H

#include <stdbool.h>

/* Tells when irqbalance is started: its socket appears. */
struct irqwatch {
	int fd;			/* to poll for, or -1 */
	int run, dir;		/* watches of /run and of its directory there, or -1 */
};

bool irqwatch_open(struct irqwatch *w);
bool irqwatch_take(struct irqwatch *w);
void irqwatch_close(struct irqwatch *w);

#endif
