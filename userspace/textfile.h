/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_TEXTFILE_H
#define CPUISO_TEXTFILE_H

int textfile_check(const char *path);
int textfile_write(const char *path, const char *text);
void textfile_remove(const char *path);

#endif
