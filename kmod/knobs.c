// SPDX-License-Identifier: GPL-2.0
/*
 * The table of the knobs: every sysctl and sysfs file that isolation changes,
 * where it is and what it is to hold.
 *
 * They are applied from the first to the last and undone from the last to the
 * first. So the watchdog comes first: to undo it, work has to run on every
 * CPU, and a realtime task that owns one lets it run once the throttling of
 * realtime tasks, the last in the table, is back.
 */
#include <linux/netdevice.h>
#include <net/net_namespace.h>
#include "files.h"
#include "knobs.h"
#include "record.h"

/* Counters of virtual memory are folded on each CPU once in so many seconds. */
#define STAT_INTERVAL	60

static void put_mask(struct cpuiso_world *w, const char *format,
		     const struct cpumask *mask)
{
	snprintf(w->text, cpuiso_knob_text_size(), format,
		 cpumask_pr_args(mask));
}

static void put_text(struct cpuiso_world *w, const char *text)
{
	strscpy(w->text, text, cpuiso_knob_text_size());
}

static void zero(struct cpuiso_world *w, const char *orig)
{
	put_text(w, "0");
}

static void unlimited(struct cpuiso_world *w, const char *orig)
{
	put_text(w, "-1");
}

/* Latency 0 is spelled so; the number 0 means that any will do. */
static void no_latency(struct cpuiso_world *w, const char *orig)
{
	put_text(w, "n/a");
}

static void performance(struct cpuiso_world *w, const char *orig)
{
	put_text(w, "performance");
}

/* 2 takes apart what was merged, and is over soon. */
static void not_running(struct cpuiso_world *w, const char *orig)
{
	put_text(w, strcmp(orig, "1") ? orig : "0");
}

/*
 * A minute: the one disturbance per CPU that is left is rare, and what the
 * counters are late by is bounded by pages per CPU, not by time.
 */
static void seldom(struct cpuiso_world *w, const char *orig)
{
	long long n;

	if (!kstrtoll(orig, 10, &n) && n >= STAT_INTERVAL)
		put_text(w, orig);
	else
		snprintf(w->text, cpuiso_knob_text_size(), "%d", STAT_INTERVAL);
}

/* Without a CPU that is online the kernel would take any, or refuse. */
static void mask_or_housekeeping(struct cpuiso_world *w, const char *orig)
{
	if (cpumask_parse(orig, w->scratch)) {
		put_text(w, orig);
		return;
	}
	cpumask_andnot(w->scratch, w->scratch, w->claimed);
	if (!cpumask_intersects(w->scratch, w->online))
		cpumask_copy(w->scratch, w->housekeeping);
	put_mask(w, "%*pb", w->scratch);
}

static void list_or_housekeeping(struct cpuiso_world *w, const char *orig)
{
	if (cpulist_parse(orig, w->scratch)) {
		put_text(w, orig);
		return;
	}
	cpumask_andnot(w->scratch, w->scratch, w->claimed);
	if (!cpumask_intersects(w->scratch, w->online))
		cpumask_copy(w->scratch, w->housekeeping);
	put_mask(w, "%*pbl", w->scratch);
}

/* Here no CPU at all means that packets are not steered. */
static void mask(struct cpuiso_world *w, const char *orig)
{
	if (cpumask_parse(orig, w->scratch)) {
		put_text(w, orig);
		return;
	}
	cpumask_andnot(w->scratch, w->scratch, w->claimed);
	put_mask(w, "%*pb", w->scratch);
}

const struct cpuiso_knob cpuiso_knobs[] = {
	{
		.name = "kernel.watchdog_cpumask",
		.path = "/proc/sys/kernel/watchdog_cpumask",
		.form = CPUISO_FORM_LIST,
		.waits = true,
		.value = list_or_housekeeping,
	}, {
		.name = "workqueue.unbound",
		.path = "/sys/devices/virtual/workqueue/cpumask",
		/* From 6.7 on the kernel takes isolated partitions off it. */
		.asked = "/sys/devices/virtual/workqueue/cpumask_requested",
		.form = CPUISO_FORM_MASK,
		.value = mask_or_housekeeping,
	}, {
		.name = "workqueue.each",
		.path = "/sys/devices/virtual/workqueue/*/cpumask",
		.each = CPUISO_EACH_WORKQUEUE,
		.form = CPUISO_FORM_MASK,
		.value = mask_or_housekeeping,
	}, {
		.name = "net.rps_cpus",
		.path = "/sys/class/net/*/queues/rx-*/rps_cpus",
		.each = CPUISO_EACH_RX_QUEUE,
		.form = CPUISO_FORM_MASK,
		.value = mask,
	}, {
		.name = "net.xps_cpus",
		.path = "/sys/class/net/*/queues/tx-*/xps_cpus",
		.each = CPUISO_EACH_TX_QUEUE,
		.form = CPUISO_FORM_MASK,
		.value = mask,
	}, {
		.name = "kernel.timer_migration",
		.path = "/proc/sys/kernel/timer_migration",
		.value = zero,
	}, {
		.name = "kernel.numa_balancing",
		.path = "/proc/sys/kernel/numa_balancing",
		.value = zero,
	}, {
		.name = "vm.stat_interval",
		.path = "/proc/sys/vm/stat_interval",
		.value = seldom,
	}, {
		/* One number, shown once for each CPU. */
		.name = "mce.check_interval",
		.path = "/sys/devices/system/machinecheck/machinecheck0/check_interval",
		.value = zero,
	}, {
		.name = "ksm.run",
		.path = "/sys/kernel/mm/ksm/run",
		.value = not_running,
	}, {
		.name = "cpu.resume_latency",
		.path = "/sys/devices/system/cpu/cpu*/power/pm_qos_resume_latency_us",
		.each = CPUISO_EACH_CPU,
		.form = CPUISO_FORM_WORD,
		.power = true,
		.value = no_latency,
	}, {
		.name = "cpu.governor",
		.path = "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor",
		.each = CPUISO_EACH_POLICY,
		.form = CPUISO_FORM_WORD,
		.power = true,
		.value = performance,
	}, {
		.name = "kernel.sched_rt_runtime_us",
		.path = "/proc/sys/kernel/sched_rt_runtime_us",
		.value = unlimited,
	},
};

const unsigned int cpuiso_nr_knobs = ARRAY_SIZE(cpuiso_knobs);

/**
 * cpuiso_knob_find - the knob of that name
 * @name: its name
 *
 * Return: the knob or NULL.
 */
const struct cpuiso_knob *cpuiso_knob_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < cpuiso_nr_knobs; i++)
		if (!strcmp(cpuiso_knobs[i].name, name))
			return &cpuiso_knobs[i];
	return NULL;
}

/**
 * cpuiso_knob_same - do two texts mean the same?
 * @w: its scratch and now are overwritten
 * @knob: what they are texts of
 * @a: a text
 * @b: a text
 */
bool cpuiso_knob_same(struct cpuiso_world *w, const struct cpuiso_knob *knob,
		      const char *a, const char *b)
{
	long long m, n;

	switch (knob->form) {
	case CPUISO_FORM_NUMBER:
		if (!kstrtoll(a, 0, &m) && !kstrtoll(b, 0, &n))
			return m == n;
		break;
	case CPUISO_FORM_MASK:
		if (!cpumask_parse(a, w->scratch) && !cpumask_parse(b, w->now))
			return cpumask_equal(w->scratch, w->now);
		break;
	case CPUISO_FORM_LIST:
		if (!cpulist_parse(a, w->scratch) && !cpulist_parse(b, w->now))
			return cpumask_equal(w->scratch, w->now);
		break;
	case CPUISO_FORM_WORD:
		break;
	}
	return !strcmp(a, b);
}

typedef int (*each_fn)(struct cpuiso_world *w, const struct cpuiso_knob *knob,
		       const struct cpuiso_knob_rec *where);

struct workqueues {
	struct cpuiso_world *w;
	const struct cpuiso_knob *knob;
	each_fn each;
};

static int workqueue(void *data, const char *name)
{
	struct cpuiso_knob_rec where = { .cpu = -1 };
	struct workqueues *q = data;

	snprintf(where.path, sizeof(where.path),
		 "/sys/devices/virtual/workqueue/%s/cpumask", name);
	return q->each(q->w, q->knob, &where);
}

/* Return: false when there is no device after this one. */
static bool next_netdev(struct cpuiso_knob_rec *where, unsigned int *rx,
			unsigned int *tx)
{
	struct net_device *dev, *next = NULL;

	rcu_read_lock();
	for_each_netdev_rcu(&init_net, dev)
		if (dev->ifindex > where->ifindex &&
		    (!next || dev->ifindex < next->ifindex))
			next = dev;
	if (next) {
		where->ifindex = next->ifindex;
		*rx = READ_ONCE(next->real_num_rx_queues);
		*tx = READ_ONCE(next->real_num_tx_queues);
	}
	rcu_read_unlock();
	return next;
}

static int queues(struct cpuiso_world *w, const struct cpuiso_knob *knob,
		  each_fn each)
{
	bool receive = knob->each == CPUISO_EACH_RX_QUEUE;
	struct cpuiso_knob_rec where = { .cpu = -1 };
	unsigned int rx, tx, i;
	int err;

	while (next_netdev(&where, &rx, &tx)) {
		for (i = 0; i < (receive ? rx : tx); i++) {
			snprintf(where.leaf, sizeof(where.leaf),
				 receive ? "rx-%u/rps_cpus" : "tx-%u/xps_cpus",
				 i);
			if (!cpuiso_knob_locate(&where))
				break;
			err = each(w, knob, &where);
			if (err)
				return err;
			cond_resched();
		}
	}
	return 0;
}

/* CPUs that share a clock have one file, found under the first of them. */
static int policy_of(struct cpuiso_world *w, unsigned int cpu)
{
	char path[CPUISO_KNOB_PATH];
	unsigned int first;

	snprintf(path, sizeof(path),
		 "/sys/devices/system/cpu/cpu%u/cpufreq/related_cpus", cpu);
	if (cpuiso_file_read(path, w->text, cpuiso_knob_text_size()) ||
	    sscanf(w->text, "%u", &first) != 1)
		return -1;
	return first;
}

static int cpus(struct cpuiso_world *w, const struct cpuiso_knob *knob,
		each_fn each)
{
	bool policy = knob->each == CPUISO_EACH_POLICY;
	struct cpuiso_knob_rec where = {};
	unsigned int cpu;
	int err;

	for_each_cpu(cpu, w->claimed) {
		where.cpu = policy ? policy_of(w, cpu) : cpu;
		if (where.cpu < 0)
			continue;
		snprintf(where.path, sizeof(where.path), policy ?
			 "/sys/devices/system/cpu/cpu%u/cpufreq/scaling_governor" :
			 "/sys/devices/system/cpu/cpu%u/power/pm_qos_resume_latency_us",
			 where.cpu);
		err = each(w, knob, &where);
		if (err)
			return err;
	}
	return 0;
}

/**
 * cpuiso_knobs_each - do something for each file that a knob may have
 * @w: the world, with what is claimed for this knob
 * @knob: which
 * @each: what; of the record, path, ifindex, leaf and cpu are filled in
 *
 * Context: process.
 * Return: 0 or the first error of @each.
 */
int cpuiso_knobs_each(struct cpuiso_world *w, const struct cpuiso_knob *knob,
		      int (*each)(struct cpuiso_world *w,
				  const struct cpuiso_knob *knob,
				  const struct cpuiso_knob_rec *where))
{
	struct workqueues q = { .w = w, .knob = knob, .each = each };
	struct cpuiso_knob_rec where = { .cpu = -1 };
	int err;

	switch (knob->each) {
	case CPUISO_EACH_WORKQUEUE:
		err = cpuiso_file_names("/sys/devices/virtual/workqueue",
					workqueue, &q);
		/* Without it there is none. */
		return err == -ENOENT ? 0 : err;
	case CPUISO_EACH_RX_QUEUE:
	case CPUISO_EACH_TX_QUEUE:
		return queues(w, knob, each);
	case CPUISO_EACH_CPU:
	case CPUISO_EACH_POLICY:
		return cpus(w, knob, each);
	default:
		strscpy(where.path, knob->path, sizeof(where.path));
		return each(w, knob, &where);
	}
}

/**
 * cpuiso_knob_locate - where is the file of this record now?
 * @r: the record; its path is brought up to date
 *
 * A network device keeps its number when it is renamed.
 *
 * Return: false when its device is gone.
 */
bool cpuiso_knob_locate(struct cpuiso_knob_rec *r)
{
	char path[CPUISO_KNOB_PATH];
	struct net_device *dev;

	if (!r->ifindex)
		return true;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(&init_net, r->ifindex);
	if (dev)
		snprintf(path, sizeof(path), "/sys/class/net/%s/queues/%s",
			 dev->name, r->leaf);
	rcu_read_unlock();
	if (!dev)
		return false;
	if (strcmp(path, r->path)) {
		spin_lock(&cpuiso_rec_lock);
		strscpy(r->path, path, sizeof(r->path));
		spin_unlock(&cpuiso_rec_lock);
	}
	return true;
}

static bool is_claimed(struct cpuiso_world *w, const struct cpuiso_knob_rec *r)
{
	unsigned int cpu;

	if (r->knob->each == CPUISO_EACH_CPU)
		return cpumask_test_cpu(r->cpu, w->claimed);
	if (r->knob->each != CPUISO_EACH_POLICY)
		return !cpumask_empty(w->claimed);
	for_each_cpu(cpu, w->claimed)
		if (policy_of(w, cpu) == r->cpu)
			return true;
	return false;
}

/**
 * cpuiso_knob_target - what is a knob to hold?
 * @w: the world, with what is claimed for this knob; w->text is written
 * @r: the record
 */
void cpuiso_knob_target(struct cpuiso_world *w,
			const struct cpuiso_knob_rec *r)
{
	if (is_claimed(w, r))
		r->knob->value(w, r->orig);
	else
		put_text(w, r->orig);
}
