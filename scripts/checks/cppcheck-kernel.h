/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For cppcheck, which does not read the headers of the kernel: what is a loop, which variable is meant, and
 * what stands for two arguments.
 */
#define list_for_each_entry(p, head, m) for (p = first(head); p; p = next(p))
#define list_for_each_entry_rcu(p, head, ...) for (p = first(head); p; p = next(p))
#define list_for_each_entry_safe(p, n, head, m) for (p = first(head), n = next(p); p; p = n, n = next(p))
#define list_for_each_entry_safe_reverse(p, n, head, m) for (p = first(head), n = next(p); p; p = n, n = next(p))
#define xa_for_each(xa, index, p) for (index = 0, p = first(xa); p; p = next(p), index++)
#define for_each_cpu(cpu, mask) for (cpu = next_cpu(-1, mask); cpu < nr_cpu_ids; cpu = next_cpu(cpu, mask))
#define for_each_cpu_and(cpu, mask, with) for (cpu = next_cpu(-1, mask); cpu < nr_cpu_ids; cpu = next_cpu(cpu, with))
#define for_each_possible_cpu(cpu) for (cpu = next_cpu(-1, 0); cpu < nr_cpu_ids; cpu = next_cpu(cpu, 0))
#define for_each_online_cpu(cpu) for (cpu = next_cpu(-1, 0); cpu < nr_cpu_ids; cpu = next_cpu(cpu, 0))
#define for_each_process_thread(p, t) for (p = first(0); p; p = next(p)) for (t = first(p); t; t = next(t))
#define per_cpu(var, cpu) (*(&(var) + (cpu)))
#define per_cpu_ptr(pointer, cpu) ((pointer) + (cpu))
#define this_cpu_ptr(pointer) ((pointer) + this_cpu)
#define cpumask_pr_args(mask) nr_cpu_ids, mask
