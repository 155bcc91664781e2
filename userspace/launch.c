// SPDX-License-Identifier: GPL-2.0
/*
 * "apply -- CMD": the command exists as a waiting child before the isolation
 * does, so that its first instruction already runs on the isolated CPUs. When
 * this process dies before it says go, the child sees its pipe close and ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "launch.h"

/* As shells have it. */
#define EXIT_NOT_FOUND	127
#define EXIT_NO_EXEC	126

static bool executable(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/**
 * launch_check() - is there such a command, before anything is isolated for it
 * @argv: the command and its arguments
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int launch_check(char *const *argv)
{
	const char *path = getenv("PATH"), *colon;
	char file[4096];

	if (strchr(argv[0], '/')) {
		if (executable(argv[0]))
			return 0;
		return fail(EXIT_USAGE, "\"%s\" is no program that can be started; give its path",
			    argv[0]);
	}
	for (; path && *argv[0]; path = *colon ? colon + 1 : NULL) {
		colon = strchrnul(path, ':');
		if (snprintf(file, sizeof(file), "%.*s%s%s", (int)(colon - path), path,
			     colon == path ? "" : "/", argv[0]) < (int)sizeof(file) &&
		    executable(file))
			return 0;
	}
	return fail(EXIT_USAGE, "there is no program \"%s\" in PATH; give its path", argv[0]);
}

static _Noreturn void child(const int go[2], const int error[2], char *const *argv)
{
	ssize_t n;
	char byte;
	int err;

	/* Or it would keep itself waiting for ever. */
	close(go[1]);
	close(error[0]);
	do
		n = read(go[0], &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		_exit(EXIT_NOT_FOUND);
	execvp(argv[0], argv);
	err = errno;
	/* If nobody reads it, nobody is there to be told. */
	(void)!write(error[1], &err, sizeof(err));
	_exit(err == ENOENT ? EXIT_NOT_FOUND : EXIT_NO_EXEC);
}

/**
 * launch_prepare() - make the process, which waits
 * @l: the process
 * @argv: the command and its arguments
 *
 * Return: 0, or the exit code after saying what is wrong.
 */
int launch_prepare(struct launch *l, char *const *argv)
{
	int go[2], error[2];

	if (pipe2(go, O_CLOEXEC))
		return fail(EXIT_REFUSED, "the command cannot be prepared (%s); try again",
			    strerror(errno));
	if (pipe2(error, O_CLOEXEC)) {
		close(go[0]);
		close(go[1]);
		return fail(EXIT_REFUSED, "the command cannot be prepared (%s); try again",
			    strerror(errno));
	}
	fflush(NULL);
	l->pid = fork();
	if (!l->pid)
		child(go, error, argv);
	close(go[0]);
	close(error[1]);
	l->leave = false;
	l->go = go[1];
	l->error = error[0];
	if (l->pid < 0) {
		close(go[1]);
		close(error[0]);
		return fail(EXIT_REFUSED, "the command cannot be prepared (%s); try again",
			    strerror(errno));
	}
	return 0;
}

static volatile sig_atomic_t running, hung_up;

/* Without reaping it; a hangup ends the waiting. */
static bool await_end(pid_t pid)
{
	struct pollfd pfd = { .fd = syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	sigset_t block, outside;

	sigemptyset(&block);
	sigaddset(&block, SIGHUP);
	sigprocmask(SIG_BLOCK, &block, &outside);
	while (pfd.fd >= 0 && !hung_up && ppoll(&pfd, 1, NULL, &outside) < 0 && errno == EINTR)
		;
	sigprocmask(SIG_SETMASK, &outside, NULL);
	if (pfd.fd >= 0)
		close(pfd.fd);
	return !hung_up;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_REFUSED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/**
 * launch_cancel() - let go of a process that waits
 * @l: the process
 */
void launch_cancel(struct launch *l)
{
	close(l->go);
	close(l->error);
	(void)wait_for(l->pid);
}

static void pass_on(int sig)
{
	hung_up |= sig == SIGHUP;
	if (running > 0)
		kill(running, sig);
}

/**
 * launch_run() - let it run and wait for its end
 * @l: the process
 * @what: name of the isolation
 *
 * Return: its exit status, 128 and the signal if one ended it, as in a shell.
 */
int launch_run(struct launch *l, const char *what)
{
	struct sigaction pass = { .sa_handler = pass_on, .sa_flags = SA_RESTART };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	int err = 0, code;
	ssize_t n;

	running = l->pid;
	/* The terminal sends these two to the command as well. */
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGQUIT, &ignore, NULL);
	/* The command may be gone before it was told to go. */
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGTERM, &pass, NULL);
	sigaction(SIGHUP, &pass, NULL);
	do
		n = write(l->go, "", 1);
	while (n < 0 && errno == EINTR);
	close(l->go);
	do
		n = read(l->error, &err, sizeof(err));
	while (n < 0 && errno == EINTR);
	close(l->error);
	if (l->leave && !await_end(l->pid))
		code = 128 + SIGHUP;
	else
		code = wait_for(l->pid);
	running = 0;
	if (n == sizeof(err))
		return fail(code, "the command could not be started (%s); end the isolation with \"cpuiso revert %s\"",
			    strerror(err), what);
	return code;
}
