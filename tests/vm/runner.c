// SPDX-License-Identifier: GPL-2.0
/*
 * Runs test programs one after the other and prints one KTAP document: the output of each, indented, then its own
 * result line. A test is judged by its exit status and by its own plan and results together. What it leaves running
 * in its session is killed, so that it cannot disturb the next one.
 *
 *   runner TEST...
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXIT_SKIP 4

/**
 * struct result - what one test has said so far
 * @plan: number of results it promised, -1 before it did
 * @passed: "ok" lines, skipped ones included
 * @failed: "not ok" lines
 * @why: the reason why all of it is skipped, or empty
 * @line: the line being collected
 * @len: bytes in @line
 */
struct result {
	int plan, passed, failed;
	char why[256];
	char line[4096];
	size_t len;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void end_line(struct result *r)
{
	static const char skip[] = "1..0 # SKIP ";
	int n;

	r->line[r->len] = '\0';
	printf("    %s\n", r->line);
	if (!strncmp(r->line, "ok ", 3) && isdigit(r->line[3]))
		r->passed++;
	else if (!strncmp(r->line, "not ok ", 7) && isdigit(r->line[7]))
		r->failed++;
	else if (r->plan < 0 && sscanf(r->line, "1..%d", &n) == 1)
		r->plan = n;
	if (!strncmp(r->line, skip, strlen(skip)))
		snprintf(r->why, sizeof(r->why), " %s", r->line + strlen(skip));
	r->len = 0;
}

/* Returns false when the other end is closed for good. */
static bool take_output(int fd, struct result *r)
{
	char buf[4096];
	ssize_t n, i;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		for (i = 0; i < n; i++) {
			if (buf[i] == '\n' || r->len == sizeof(r->line) - 1)
				end_line(r);
			if (buf[i] != '\n')
				r->line[r->len++] = buf[i];
		}
		fflush(stdout);
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Two passes find the children of what the first one killed as well. */
static void kill_session(pid_t session)
{
	char path[64], comm[64];
	struct dirent *entry;
	int pid, sid, pass;
	char state;
	DIR *proc;
	FILE *f;

	for (pass = 0; pass < 2; pass++) {
		proc = opendir("/proc");
		while (proc && (entry = readdir(proc))) {
			if (!isdigit(entry->d_name[0]))
				continue;
			snprintf(path, sizeof(path), "/proc/%.20s/stat", entry->d_name);
			f = fopen(path, "re");
			if (!f)
				continue;
			if (fscanf(f, "%d (%63[^)]) %c %*d %*d %d", &pid, comm, &state, &sid) == 4 &&
			    sid == session && state != 'Z') {
				kill(pid, SIGKILL);
				if (!pass)
					printf("    # killed %s (%d), which the test had left behind\n", comm, pid);
			}
			fclose(f);
		}
		if (proc)
			closedir(proc);
	}
}

static pid_t start(const char *test, const sigset_t *mask, int *out)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		setsid();
		sigprocmask(SIG_SETMASK, mask, NULL);
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		execl(test, test, NULL);
		fprintf(stderr, "# cannot execute %s: %s\n", test, strerror(errno));
		_exit(127);
	}
	close(fds[1]);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	*out = fds[0];
	return pid;
}

static void on_child(int sig)
{
	(void)sig;
}

/* SIGCHLD is let in only while ppoll() waits, so that an exit between the check and the wait is not missed. */
static int run(const char *test, struct result *r)
{
	struct pollfd out = { .events = POLLIN };
	sigset_t open_mask, mask;
	int status = 0;
	pid_t pid;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, &open_mask);
	pid = start(test, &open_mask, &out.fd);
	if (pid < 0)
		return -1;
	while (waitpid(pid, &status, WNOHANG) != pid) {
		if (ppoll(&out, 1, NULL, &open_mask) > 0 && !take_output(out.fd, r))
			out.fd = ~out.fd;
	}
	if (out.fd < 0)
		out.fd = ~out.fd;
	take_output(out.fd, r);
	kill_session(pid);
	take_output(out.fd, r);
	if (r->len)
		end_line(r);
	close(out.fd);
	sigprocmask(SIG_SETMASK, &open_mask, NULL);
	return status;
}

/* Prints one diagnostic line for each reason, and tells whether there was none. */
static bool passed(const char *name, const struct result *r, int status)
{
	bool good = true;

	if (WIFSIGNALED(status)) {
		printf("# %s: killed by signal %d (%s)\n", name, WTERMSIG(status), strsignal(WTERMSIG(status)));
		good = false;
	} else if (WEXITSTATUS(status)) {
		printf("# %s: exit status %d\n", name, WEXITSTATUS(status));
		good = false;
	}
	if (r->plan < 0) {
		printf("# %s: no plan\n", name);
		good = false;
	} else if (r->plan != r->passed + r->failed) {
		printf("# %s: %d results planned, %d seen\n", name, r->plan, r->passed + r->failed);
		good = false;
	}
	if (r->failed)
		good = false;
	return good;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_child };
	struct timespec begin, end;
	int i, status, failures = 0;

	sigaction(SIGCHLD, &sa, NULL);
	setvbuf(stdout, NULL, _IOFBF, 65536);
	printf("KTAP version 1\n1..%d\n", argc - 1);
	for (i = 1; i < argc; i++) {
		struct result r = { .plan = -1 };
		const char *name = base_name(argv[i]);

		printf("    # Subtest: %s\n", name);
		fflush(stdout);
		clock_gettime(CLOCK_MONOTONIC, &begin);
		status = run(argv[i], &r);
		clock_gettime(CLOCK_MONOTONIC, &end);
		printf("# %s: took %.1f s\n", name, end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9);
		if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIP && !r.failed) {
			printf("ok %d %s # SKIP%s\n", i, name, r.why);
		} else if (passed(name, &r, status)) {
			printf("ok %d %s%s%s\n", i, name, r.plan ? "" : " # SKIP", r.plan ? "" : r.why);
		} else {
			printf("not ok %d %s\n", i, name);
			failures++;
		}
		fflush(stdout);
	}
	return failures ? 1 : 0;
}
