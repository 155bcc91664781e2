/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_NEAREST_H
#define CPUISO_NEAREST_H

const char *nearest(const char *word, const char *const *names);

#endif
