// SPDX-License-Identifier: GPL-2.0
/*
 * What the worker is doing now, for those who wait for it: an operation may be
 * held up by a CPU, and then its step names by which.
 */
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include "busy.h"

static DEFINE_SPINLOCK(lock);
static char busy[CPUISO_BUSY_LEN / 2];
static char busy_step[CPUISO_BUSY_LEN / 2];

/**
 * cpuiso_busy - say which operation begins
 * @fmt: format of its name
 *
 * Context: the worker.
 */
void cpuiso_busy(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	spin_lock(&lock);
	vsnprintf(busy, sizeof(busy), fmt, args);
	busy_step[0] = '\0';
	spin_unlock(&lock);
	va_end(args);
}

/**
 * cpuiso_idle - say that nothing is being done
 *
 * Context: the worker.
 */
void cpuiso_idle(void)
{
	spin_lock(&lock);
	busy[0] = '\0';
	busy_step[0] = '\0';
	spin_unlock(&lock);
}

/**
 * cpuiso_busy_step - say which step of the operation begins
 * @step: its name
 *
 * Context: the worker.
 */
void cpuiso_busy_step(const char *step)
{
	spin_lock(&lock);
	strscpy(busy_step, step, sizeof(busy_step));
	spin_unlock(&lock);
}

/**
 * cpuiso_busy_with - what is being done now?
 * @buf: room for the answer
 * @size: its size, CPUISO_BUSY_LEN at most
 *
 * Context: process.
 * Return: false when nothing is.
 */
bool cpuiso_busy_with(char *buf, size_t size)
{
	spin_lock(&lock);
	if (busy[0] && busy_step[0])
		snprintf(buf, size, "%s %s", busy, busy_step);
	else
		strscpy(buf, busy, size);
	spin_unlock(&lock);
	return buf[0];
}
