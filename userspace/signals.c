// SPDX-License-Identifier: GPL-2.0
/*
 * SIGINT, SIGTERM and SIGHUP while the tool waits. They are blocked except
 * inside ppoll(), so that none is lost between a test and a wait.
 */
#include <stddef.h>

#include "signals.h"

static volatile sig_atomic_t caught;

static const int sigs[] = { SIGINT, SIGTERM, SIGHUP };

#define NR_SIGS	(sizeof(sigs) / sizeof(sigs[0]))

static void on_signal(int sig)
{
	caught = sig;
}

/**
 * signals_catch() - take the signals that end a wait
 * @outside: the mask to wait with
 */
void signals_catch(sigset_t *outside)
{
	struct sigaction sa = { .sa_handler = on_signal }, old;
	sigset_t block;
	size_t i;

	sigemptyset(&block);
	for (i = 0; i < NR_SIGS; i++) {
		/* nohup and the like stay in force. */
		if (sigaction(sigs[i], NULL, &old) || old.sa_handler == SIG_IGN)
			continue;
		sigaction(sigs[i], &sa, NULL);
		sigaddset(&block, sigs[i]);
	}
	sigprocmask(SIG_BLOCK, &block, outside);
}

/**
 * signals_release() - let signals do again what they did before
 * @outside: what signals_catch() gave
 */
void signals_release(const sigset_t *outside)
{
	struct sigaction sa = { .sa_handler = SIG_DFL }, old;
	size_t i;

	for (i = 0; i < NR_SIGS; i++)
		if (!sigaction(sigs[i], NULL, &old) && old.sa_handler == on_signal)
			sigaction(sigs[i], &sa, NULL);
	sigprocmask(SIG_SETMASK, outside, NULL);
}

/**
 * signals_caught() - has a signal ended the wait
 *
 * Return: its number, or 0.
 */
int signals_caught(void)
{
	return caught;
}

/**
 * signals_forget() - the signal has been seen to, and the command goes on
 */
void signals_forget(void)
{
	caught = 0;
}
