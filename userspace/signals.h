/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_SIGNALS_H
#define CPUISO_SIGNALS_H

#include <signal.h>

void signals_catch(sigset_t *outside);
void signals_release(const sigset_t *outside);
int signals_caught(void);
void signals_forget(void);

#endif
