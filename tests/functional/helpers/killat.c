// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a command and kills it with SIGKILL as it is about to make its Nth system call that sends or receives a
 * message, so that every gap between two of its messages is visited by N = 1, 2, 3 and so on. With -w also as it is
 * about to write to, rename, remove or lock a file, to set a mask, or to start a process.
 *
 *   killat [-w] [-e ERRNO | -d SCRIPT] N COMMAND [ARGUMENT]...
 *
 * With -e it is not killed: the call is not made, and fails with ERRNO. Nor is it with -d: the shell's SCRIPT is carried
 * out before the call is made.
 *
 * Exit 99 when it was killed, 98 when it did not end in a minute, otherwise the command's own status. "CALLS NAME" of the last call goes to stderr.
 */
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include "common.h"

static const char *message_call(unsigned long long nr)
{
	switch (nr) {
	case SYS_sendto:
		return "sendto";
	case SYS_recvfrom:
		return "recvfrom";
	case SYS_sendmsg:
		return "sendmsg";
	case SYS_recvmsg:
		return "recvmsg";
	case SYS_sendmmsg:
		return "sendmmsg";
	case SYS_recvmmsg:
		return "recvmmsg";
	}
	return NULL;
}

static const char *file_call(unsigned long long nr)
{
	switch (nr) {
	case SYS_write:
		return "write";
	case SYS_renameat:
	case SYS_renameat2:
		return "rename";
	case SYS_unlinkat:
		return "unlink";
	case SYS_mkdir:
		return "mkdir";
	case SYS_rmdir:
		return "rmdir";
	case SYS_sched_setaffinity:
		return "setaffinity";
	case SYS_flock:
		return "flock";
	case SYS_fsync:
		return "fsync";
	case SYS_clone:
	case SYS_clone3:
		return "clone";
	}
	return message_call(nr);
}

/* The command stands at the entry of a call; it gets an error instead of it. */
static void spoil(pid_t pid, int err)
{
	struct user_regs_struct regs;
	int status;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		die("PTRACE_GETREGS");
	regs.orig_rax = -1;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) || ptrace(PTRACE_SYSCALL, pid, NULL, 0) ||
	    waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) || ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		die("the end of the call");
	regs.rax = -err;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs))
		die("PTRACE_SETREGS");
}

/* PTRACE_O_EXITKILL takes the command along. */
static void on_alarm(int sig)
{
	(void)sig;
	_exit(98);
}

int main(int argc, char **argv)
{
	const char *(*call)(unsigned long long nr) = message_call;
	int want, calls = 0, status, sig = 0, err = 0;
	const char *name = "none", *script = NULL;
	pid_t pid;

	if (argc > 1 && !strcmp(argv[1], "-w")) {
		call = file_call;
		argc--;
		argv++;
	}
	if (argc > 2 && !strcmp(argv[1], "-e")) {
		err = atoi(argv[2]);
		argc -= 2;
		argv += 2;
	}
	if (argc > 2 && !strcmp(argv[1], "-d")) {
		script = argv[2];
		argc -= 2;
		argv += 2;
	}
	want = argc > 2 ? atoi(argv[1]) : 0;
	if (want < 1) {
		fprintf(stderr, "usage: killat [-w] [-e ERRNO | -d SCRIPT] N COMMAND [ARGUMENT]...\n");
		return 2;
	}
	signal(SIGALRM, on_alarm);
	alarm(60);
	pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execvp(argv[2], argv + 2);
		die(argv[2]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("fork");
	if (!WIFSTOPPED(status))
		return 2;
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	for (;;) {
		struct __ptrace_syscall_info info = { 0 };

		if (ptrace(PTRACE_SYSCALL, pid, NULL, sig) || waitpid(pid, &status, 0) != pid)
			die("ptrace");
		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			fprintf(stderr, "%d %s\n", calls, name);
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		}
		sig = WSTOPSIG(status) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(status);
		if (sig)
			continue;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0)
			die("PTRACE_GET_SYSCALL_INFO");
		if (info.op != PTRACE_SYSCALL_INFO_ENTRY || !call(info.entry.nr))
			continue;
		if (++calls <= want)
			name = call(info.entry.nr);
		if (calls != want)
			continue;
		if (err)
			spoil(pid, err);
		if (script && system(script))
			fprintf(stderr, "%s: no success\n", script);
		if (err || script)
			continue;
		kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) == pid && !WIFSIGNALED(status) && !WIFEXITED(status))
			;
		fprintf(stderr, "%d %s\n", calls, name);
		return 99;
	}
}
