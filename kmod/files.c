// SPDX-License-Identifier: GPL-2.0
/*
 * The files of /proc and /sys, read and written from inside the kernel.
 *
 * They are reached through mounts of our own, so what is mounted over the
 * caller's /proc or /sys, or in which namespace or root directory it lives,
 * makes no difference. A file is open only for as long as it is read or
 * written: a device or a workqueue can go at any time.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "compat/cpuiso_compat.h"
#include "files.h"

#define RESTARTS	100

static struct vfsmount *proc_mnt, *sys_mnt;

static struct vfsmount *mount(const char *name)
{
	struct file_system_type *type = get_fs_type(name);

	return type ? kern_mount(type) : ERR_PTR(-ENODEV);
}

/**
 * cpuiso_files_init - mount both file systems for ourselves
 *
 * Context: a kernel thread, because the mounts show the namespaces of the one
 * who mounts, and a kernel thread has the initial ones.
 * Return: 0 or a negative errno.
 */
int cpuiso_files_init(void)
{
	int err;

	proc_mnt = mount("proc");
	if (IS_ERR(proc_mnt))
		return PTR_ERR(proc_mnt);
	sys_mnt = mount("sysfs");
	if (!IS_ERR(sys_mnt))
		return 0;
	err = PTR_ERR(sys_mnt);
	kern_unmount(proc_mnt);
	return err;
}

/**
 * cpuiso_files_exit - the mirror of cpuiso_files_init()
 */
void cpuiso_files_exit(void)
{
	kern_unmount(sys_mnt);
	kern_unmount(proc_mnt);
}

static struct file *open(const char *path, int flags)
{
	if (!strncmp(path, "/proc/", 6))
		return file_open_root_mnt(proc_mnt, path + 6, flags, 0);
	if (!strncmp(path, "/sys/", 5))
		return file_open_root_mnt(sys_mnt, path + 5, flags, 0);
	return ERR_PTR(-EINVAL);
}

/*
 * Some files of network devices give up when the RTNL is taken, and count on
 * the system call to be restarted. And a lack of memory passes, while a knob
 * that is not put back stays as it is.
 */
static bool again(ssize_t ret, unsigned int *tries)
{
	struct sighand_struct *sighand;

	if (ret != -ERESTARTNOINTR && ret != -ENOMEM)
		return false;
	/* Only the task itself changes it. */
	sighand = rcu_dereference_protected(current->sighand, true);
	spin_lock_irq(&sighand->siglock);
	recalc_sigpending();
	spin_unlock_irq(&sighand->siglock);
	if (++*tries > RESTARTS)
		return false;
	msleep(20);
	return true;
}

static int result(ssize_t ret)
{
	return ret == -ERESTARTNOINTR ? -EBUSY : min_t(ssize_t, ret, 0);
}

static ssize_t read_once(const char *path, char *buf, size_t size)
{
	struct file *f = open(path, O_RDONLY);
	ssize_t n = -EOPNOTSUPP;
	loff_t pos = 0;

	if (IS_ERR(f))
		return PTR_ERR(f);
	if (f->f_op->read_iter && !f->f_op->read)
		n = kernel_read(f, buf, size, &pos);
	fput(f);
	return n;
}

static ssize_t write_once(const char *path, const char *text)
{
	struct file *f = open(path, O_WRONLY);
	ssize_t n = -EOPNOTSUPP;
	loff_t pos = 0;

	if (IS_ERR(f))
		return PTR_ERR(f);
	/* The kernel would complain about another such file in its log. */
	if (f->f_op->write_iter && !f->f_op->write)
		n = kernel_write(f, text, strlen(text), &pos);
	fput(f);
	return n;
}

/**
 * cpuiso_file_read - read a file that holds one line
 * @path: below /proc/ or /sys/
 * @buf: where to; the newline is taken off
 * @size: its size
 *
 * Context: process; sleeps as long as the owner of the file does.
 * Return: 0, -EFBIG when it holds more, or another negative errno.
 */
int cpuiso_file_read(const char *path, char *buf, size_t size)
{
	unsigned int tries = 0;
	ssize_t n;

	do {
		n = read_once(path, buf, size);
	} while (again(n, &tries));
	if (n < 0)
		return result(n);
	if (n == size)
		return -EFBIG;
	if (n && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
	return 0;
}

/**
 * cpuiso_file_write - write a file
 * @path: below /proc/ or /sys/
 * @text: what; a newline is not needed
 *
 * Context: a kernel thread; sleeps as long as the owner of the file does.
 * Return: 0 or a negative errno.
 */
int cpuiso_file_write(const char *path, const char *text)
{
	unsigned int tries = 0;
	ssize_t n;

	do {
		n = write_once(path, text);
	} while (again(n, &tries));
	return result(n);
}

struct names {
	struct dir_context ctx;
	char *buf;
	size_t len;
	bool full;
};

static CPUISO_FILLDIR_RET collect(struct dir_context *ctx, const char *name,
				  int len, loff_t pos, u64 ino,
				  unsigned int type)
{
	struct names *n = container_of(ctx, struct names, ctx);

	if (name[0] == '.')
		return CPUISO_FILLDIR_MORE;
	if (n->len + len + 1 > PAGE_SIZE) {
		n->full = true;
		return CPUISO_FILLDIR_STOP;
	}
	memcpy(n->buf + n->len, name, len);
	n->buf[n->len + len] = '\0';
	n->len += len + 1;
	return CPUISO_FILLDIR_MORE;
}

/**
 * cpuiso_file_names - do something for each name in a directory
 * @path: below /proc/ or /sys/
 * @each: what; a negative errno ends it
 * @data: for @each
 *
 * The names are collected first: @each may open files, which the lock of the
 * directory would not allow.
 *
 * Context: process.
 * Return: 0 or a negative errno, -E2BIG for a directory that is too large.
 */
int cpuiso_file_names(const char *path,
		      int (*each)(void *data, const char *name),
		      void *data)
{
	struct names n = { .ctx.actor = collect };
	struct file *f = open(path, O_RDONLY | O_DIRECTORY);
	size_t at;
	int err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	n.buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	err = n.buf ? iterate_dir(f, &n.ctx) : -ENOMEM;
	fput(f);
	if (!err && n.full)
		err = -E2BIG;
	for (at = 0; at < n.len && !err; at += strlen(n.buf + at) + 1)
		err = each(data, n.buf + at);
	kfree(n.buf);
	return err;
}
