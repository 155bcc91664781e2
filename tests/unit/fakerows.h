/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel that is not there has to show: row i of each dump. */
#ifndef FAKEROWS_H
#define FAKEROWS_H

struct nl_msg;

const char *fake_word(const char *name);
void fake_isolation(struct nl_msg *msg, int i);
void fake_task(struct nl_msg *msg, int i);
void fake_irq(struct nl_msg *msg, int i);
int fake_stats_begin(void);
void fake_stat(struct nl_msg *msg, int i);
void fake_knob(struct nl_msg *msg, int i);
void fake_undone(struct nl_msg *msg, int i);

#endif
