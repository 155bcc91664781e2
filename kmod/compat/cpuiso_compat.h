/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between the kernels from 5.10 on, under the newest kernel's
 * names or under one of ours. Facts from the headers of Debian's kernels.
 */
#ifndef CPUISO_COMPAT_H
#define CPUISO_COMPAT_H

#include <linux/fs.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqnr.h>
#include <linux/irq_work.h>
#include <linux/kernel_stat.h>
#include <linux/kthread.h>
#include <linux/mount.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/version.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <net/genetlink.h>
#include <uapi/linux/sched/types.h>

/* Exported to modules, but declared in kernel/rcu/rcu.h, which they do not have. */
void rcu_expedite_gp(void);
void rcu_unexpedite_gp(void);

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline unsigned int irq_get_nr_irqs(void)
{
	return nr_irqs;
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define IRQ_WORK_INIT_HARD(_func) (struct irq_work) {	\
	.flags = ATOMIC_INIT(IRQ_WORK_HARD_IRQ),	\
	.func = (_func),				\
}

/* sched_setscheduler_nocheck() and sched_setattr_nocheck() were not exported. */
#define CPUISO_NO_SCHED_SETATTR 1
static inline int cpuiso_no_sched_setattr(struct task_struct *p,
					  const struct sched_attr *attr)
{
	return -EOPNOTSUPP;
}

#define sched_setattr_nocheck cpuiso_no_sched_setattr
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
static inline struct nlattr **cpuiso_dump_attrs(struct netlink_callback *cb)
{
	return genl_dumpit_info(cb)->attrs;
}
#else
static inline struct nlattr **cpuiso_dump_attrs(struct netlink_callback *cb)
{
	return genl_info_dump(cb)->attrs;
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#define CPUISO_RESV_START_OP(op)
#else
#define CPUISO_RESV_START_OP(op) .resv_start_op = (op),
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
#define task_is_running(task) (READ_ONCE((task)->state) == TASK_RUNNING)
#define cpuiso_task_state(task) READ_ONCE((task)->state)
#else
#define cpuiso_task_state(task) READ_ONCE((task)->__state)
#endif

static inline bool cpuiso_migration_disabled(const struct task_struct *task)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
	return false;
#else
	return task->migration_disabled;
#endif
}

/* It was begun where it was created; from 6.14 on that is not so any more. */
#ifndef kthread_run_worker
#define kthread_run_worker kthread_create_worker
#endif

/* The mask that set_cpus_allowed_common() is called with. */
static inline const struct cpumask *cpuiso_new_mask(struct pt_regs *regs)
{
	unsigned long arg = regs_get_kernel_argument(regs, 1);

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	return (const struct cpumask *)arg;
#else
	/* struct affinity_context, private to the scheduler, begins with it. */
	return *(const struct cpumask **)arg;
#endif
}

/* Did sched_setaffinity() call it, for somebody who wants just that mask? */
static inline bool cpuiso_mask_is_wanted(struct pt_regs *regs)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0)
	return true;
#else
	unsigned int flags;

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	flags = regs_get_kernel_argument(regs, 2);
#else
	/* In struct affinity_context after the two masks. */
	flags = *(unsigned int *)(regs_get_kernel_argument(regs, 1) +
				  2 * sizeof(struct cpumask *));
#endif
	/* SCA_CHECK, private to the scheduler. */
	return flags & 1;
#endif
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 17, 0)
#define pde_data(inode) PDE_DATA(inode)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
static inline struct file *file_open_root_mnt(struct vfsmount *mnt,
					      const char *name, int flags,
					      umode_t mode)
{
	return file_open_root(mnt->mnt_root, mnt, name, flags, mode);
}
#endif

/* What is called for each name in a directory. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#define CPUISO_FILLDIR_RET	int
#define CPUISO_FILLDIR_MORE	0
#define CPUISO_FILLDIR_STOP	(-E2BIG)
#else
#define CPUISO_FILLDIR_RET	bool
#define CPUISO_FILLDIR_MORE	true
#define CPUISO_FILLDIR_STOP	false
#endif

/*
 * Callback offloading is switched while the CPU is online up to 6.11, and
 * while it is offline from 6.12 on.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 12, 0)
#define CPUISO_RCU_OFFLOAD	false
static inline int rcu_nocb_cpu_offload(int cpu)
{
	return -EOPNOTSUPP;
}

static inline int rcu_nocb_cpu_deoffload(int cpu)
{
	return -EOPNOTSUPP;
}
#else
#define CPUISO_RCU_OFFLOAD	IS_ENABLED(CONFIG_RCU_NOCB_CPU)
#endif
#define CPUISO_RCU_OFFLOAD_OFFLINE \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0))

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 18, 0)
#define CPUISO_PROTO_SCHED_SWITCH \
	void *data, bool preempt, struct task_struct *prev, \
	struct task_struct *next
#else
#define CPUISO_PROTO_SCHED_SWITCH \
	void *data, bool preempt, struct task_struct *prev, \
	struct task_struct *next, unsigned int prev_state
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
#define CPUISO_PROTO_SCHED_PROCESS_EXIT void *data, struct task_struct *p
#else
#define CPUISO_PROTO_SCHED_PROCESS_EXIT \
	void *data, struct task_struct *p, bool group_dead
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
#define CPUISO_PROTO_HRTIMER_EXPIRE_ENTRY \
	void *data, struct hrtimer *hrtimer, ktime_t *now
#else
#define CPUISO_PROTO_HRTIMER_EXPIRE_ENTRY \
	void *data, struct hrtimer *hrtimer, ktime_t now
#endif

/* ipi_send_cpu, ipi_send_cpumask, csd_function_entry, csd_function_exit */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define CPUISO_HAVE_IPI_EVENTS 1
#endif

/* A task that cannot leave its CPU before it has run there again. */
static inline bool cpuiso_task_stays(const struct task_struct *task)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0) && defined(CONFIG_SMP)
	if (task->migration_disabled)
		return true;
#endif
	return task->nr_cpus_allowed == 1;
}

#endif
