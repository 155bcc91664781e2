/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_FILES_H
#define CPUISO_FILES_H

#include <linux/types.h>

int cpuiso_files_init(void);
void cpuiso_files_exit(void);

int cpuiso_file_read(const char *path, char *buf, size_t size);
int cpuiso_file_write(const char *path, const char *text);
int cpuiso_file_names(const char *path,
		      int (*each)(void *data, const char *name),
		      void *data);

#endif
