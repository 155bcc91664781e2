// SPDX-License-Identifier: GPL-2.0
/*
 * A process that does what it is told: one order per line on stdin, one answer per line on stdout, so that a test
 * always knows what has happened and never waits for time to pass. The answer is what is asked for, "ok", or
 * "error N". Whatever it has started it kills when it is told to quit and when stdin ends.
 *
 *   pid              its number                    fork [N]       N idle children; their numbers
 *   tids             of all its threads            daemon         an idle grandchild in its own session; its number
 *   thread [N]       N idle threads; their numbers
 *   rename NAME      \ooo is a character           kill PID       a child or daemon of its own, and wait for it
 *   cpus LIST [TID]  sched_setaffinity             spin           a child that never sleeps
 *   fifo PRIO, rr PRIO, other, nice N              exec FILE      becomes FILE, which should be a puppet again
 *   cgroup DIR       moves itself there            enter N DIR    moves process N there
 *   grow MIB         takes memory, page by page    quit
 */
#include <sched.h>
#include <signal.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <dirent.h>
#include "common.h"

static int started[4096], n_started;

static void result(int ret)
{
	if (ret)
		printf("error %d\n", errno);
	else
		puts("ok");
}

static void idle(void)
{
	for (;;)
		pause();
}

static void *idle_thread(void *arg)
{
	int *out = arg;

	__atomic_store_n(out, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
	idle();
	return NULL;
}

static int make_thread(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	int tid = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	errno = pthread_create(&thread, &attr, idle_thread, &tid);
	if (errno)
		return -1;
	while (!__atomic_load_n(&tid, __ATOMIC_ACQUIRE))
		sched_yield();
	return tid;
}

/* The orders are the parent's alone. */
static void become_child(void)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, 0);
	dup2(null, 1);
	signal(SIGTERM, SIG_DFL);
}

static int make_child(bool spin)
{
	int pid = fork();

	if (pid)
		return pid;
	become_child();
	/* Where one thread emulates all CPUs, this leaves it to the others. */
	while (spin)
		__builtin_ia32_pause();
	idle();
	return 0;
}

static int make_daemon(void)
{
	int fds[2], pid, grandchild = -1;

	if (pipe(fds))
		return -1;
	pid = fork();
	if (!pid) {
		setsid();
		pid = fork();
		if (pid)
			_exit(pid < 0);
		become_child();
		pid = getpid();
		if (write(fds[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(1);
		close(fds[0]);
		close(fds[1]);
		idle();
	}
	close(fds[1]);
	waitpid(pid, NULL, 0);
	if (read(fds[0], &grandchild, sizeof(grandchild)) != sizeof(grandchild))
		grandchild = -1;
	close(fds[0]);
	return grandchild;
}

static void make(const char *what, int n)
{
	int i, pid;

	for (i = 0; i < n; i++) {
		pid = !strcmp(what, "thread") ? make_thread() : !strcmp(what, "daemon") ? make_daemon() :
			make_child(!strcmp(what, "spin"));
		if (pid < 0) {
			printf("error %d\n", errno);
			return;
		}
		if (strcmp(what, "thread") && n_started < 4096)
			started[n_started++] = pid;
		printf("%d%c", pid, i == n - 1 ? '\n' : ' ');
		fflush(stdout);
	}
}

static void list_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;
	const char *gap = "";

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		printf("%s%s", gap, entry->d_name);
		gap = " ";
	}
	putchar('\n');
	if (dir)
		closedir(dir);
}

static int set_cpus(const char *list, int tid)
{
	struct mask m;
	cpu_set_t set;
	int cpu;

	if (!mask_from_list(&m, list)) {
		errno = EINVAL;
		return -1;
	}
	CPU_ZERO(&set);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (mask_has(&m, cpu))
			CPU_SET(cpu, &set);
	return sched_setaffinity(tid, sizeof(set), &set);
}

static int set_policy(int policy, int prio)
{
	struct sched_param param = { .sched_priority = prio };

	return sched_setscheduler(0, policy, &param);
}

static int rename_self(const char *from)
{
	char name[64];
	size_t n = 0;

	while (*from && n < sizeof(name) - 1) {
		unsigned int c;

		if (from[0] == '\\' && sscanf(from + 1, "%3o", &c) == 1) {
			name[n++] = c;
			from += 4;
		} else {
			name[n++] = *from++;
		}
	}
	name[n] = '\0';
	return prctl(PR_SET_NAME, name);
}

/* A daemon is no child of ours; that it is gone shows when its number does not answer any more. */
static int end(int pid)
{
	int i;

	for (i = 0; i < n_started && started[i] != pid; i++)
		;
	if (i == n_started) {
		errno = ECHILD;
		return -1;
	}
	started[i] = started[--n_started];
	if (kill(pid, SIGKILL))
		return -1;
	if (waitpid(pid, NULL, 0) == pid)
		return 0;
	while (!kill(pid, 0))
		nap(0.002);
	return 0;
}

static int enter(const char *pid, const char *dir)
{
	char path[4096];
	int fd, ret;

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = write(fd, pid, strlen(pid)) < 0 ? -1 : 0;
	close(fd);
	return ret;
}

/* In small pages, each of which a fork has to copy the entry of. */
static int grow(size_t size)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		return -1;
	/* Not every kernel has others. */
	madvise(mem, size, MADV_NOHUGEPAGE);
	memset(mem, 1, size);
	return 0;
}

static void quit(int sig)
{
	(void)sig;
	while (n_started)
		kill(started[--n_started], SIGKILL);
	_exit(0);
}

int main(void)
{
	char line[4608], *verb, *arg, *arg2;

	signal(SIGTERM, quit);
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		verb = line;
		arg = strchr(line, ' ');
		if (arg)
			*arg++ = '\0';
		if (!strcmp(verb, "rename") && arg) {
			result(rename_self(arg));
			continue;
		}
		arg2 = arg ? strchr(arg, ' ') : NULL;
		if (arg2)
			*arg2++ = '\0';
		if (!strcmp(verb, "pid")) {
			printf("%d\n", getpid());
		} else if (!strcmp(verb, "tids")) {
			list_threads();
		} else if (!strcmp(verb, "thread") || !strcmp(verb, "fork") || !strcmp(verb, "daemon") ||
			   !strcmp(verb, "spin")) {
			make(verb, arg ? atoi(arg) : 1);
		} else if (!strcmp(verb, "kill") && arg) {
			result(end(atoi(arg)));
		} else if (!strcmp(verb, "cpus") && arg) {
			result(set_cpus(arg, arg2 ? atoi(arg2) : 0));
		} else if (!strcmp(verb, "fifo") && arg) {
			result(set_policy(SCHED_FIFO, atoi(arg)));
		} else if (!strcmp(verb, "rr") && arg) {
			result(set_policy(SCHED_RR, atoi(arg)));
		} else if (!strcmp(verb, "other")) {
			result(set_policy(SCHED_OTHER, 0));
		} else if (!strcmp(verb, "nice") && arg) {
			result(setpriority(PRIO_PROCESS, 0, atoi(arg)));
		} else if (!strcmp(verb, "cgroup") && arg) {
			result(enter("0", arg));
		} else if (!strcmp(verb, "enter") && arg2) {
			result(enter(arg, arg2));
		} else if (!strcmp(verb, "grow") && arg) {
			result(grow(atol(arg) << 20));
		} else if (!strcmp(verb, "exec") && arg) {
			execl(arg, arg, NULL);
			result(-1);
		} else if (!strcmp(verb, "quit")) {
			break;
		} else {
			errno = EINVAL;
			result(-1);
		}
	}
	quit(0);
}
