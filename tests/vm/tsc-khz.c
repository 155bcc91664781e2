// SPDX-License-Identifier: GPL-2.0
/*
 * Prints how fast this machine's time stamp counter is, in kHz. An emulated CPU shows its guest the same one.
 */
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

static unsigned long long ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

int main(void)
{
	unsigned long long began, ticks, took;

	began = ns();
	ticks = __rdtsc();
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	took = ns() - began;
	ticks = __rdtsc() - ticks;
	printf("%llu\n", ticks * 1000000 / took);
	return 0;
}
