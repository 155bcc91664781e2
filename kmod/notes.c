// SPDX-License-Identifier: GPL-2.0
/*
 * From the probes to the worker: a ring per CPU, one writer (the CPU, with
 * interrupts off) and one reader (the worker), no lock and no allocation.
 *
 * A note that finds its ring full is counted, and the worker, which is woken
 * all the same, looks at every task instead.
 */
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched/task.h>
#include "compat/cpuiso_compat.h"
#include "notes.h"

#define RING_SIZE 512

/**
 * struct ring - notes of one CPU
 * @head: written by the CPU: where the next note goes
 * @tail: written by the worker: the next note to read
 * @lost: written by the CPU
 * @notes: the notes, or NULL when the CPU cannot come online
 * @wake: raises the worker from any context
 */
struct ring {
	unsigned int head;
	unsigned int tail;
	u64 lost;
	struct cpuiso_note *notes;
	struct irq_work wake;
};

static DEFINE_PER_CPU(struct ring, rings);
static void (*wake_worker)(void);
static struct task_struct *reader;

static void wake_fn(struct irq_work *work)
{
	wake_worker();
}

/**
 * cpuiso_notes_init - allocate the rings
 * @wake: called in hard interrupt context when there are notes
 *
 * Return: 0 or -ENOMEM.
 */
int cpuiso_notes_init(void (*wake)(void))
{
	unsigned int cpu;

	wake_worker = wake;
	for_each_possible_cpu(cpu) {
		struct ring *ring = per_cpu_ptr(&rings, cpu);

		ring->wake = IRQ_WORK_INIT_HARD(wake_fn);
		ring->notes = kvcalloc(RING_SIZE, sizeof(*ring->notes),
				       GFP_KERNEL);
		if (!ring->notes) {
			cpuiso_notes_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * cpuiso_notes_stop - wake the worker no more
 *
 * Context: process; the probes are gone.
 */
void cpuiso_notes_stop(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(&rings, cpu)->wake);
}

/**
 * cpuiso_notes_exit - drop what is left and free the rings
 *
 * Context: process; the probes are gone and so is the worker.
 */
void cpuiso_notes_exit(void)
{
	struct cpuiso_note note;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct ring *ring = per_cpu_ptr(&rings, cpu);

		if (!ring->notes)
			continue;
		while (cpuiso_note_get(cpu, &note))
			cpuiso_note_drop(&note);
		kvfree(ring->notes);
		ring->notes = NULL;
	}
}

/**
 * cpuiso_notes_set_reader - who reads the notes
 * @task: the worker
 */
void cpuiso_notes_set_reader(struct task_struct *task)
{
	reader = task;
}

/**
 * cpuiso_notes_reader - the worker, whose own doing is not to be noted
 */
struct task_struct *cpuiso_notes_reader(void)
{
	return reader;
}

/**
 * cpuiso_note_put - leave a note for the worker
 * @type: what was seen
 * @task: whom, or NULL; a reference is taken
 * @by: who did it, or NULL; a reference is taken
 * @number: see struct cpuiso_note
 *
 * Context: any but NMI. Never sleeps, allocates or takes a lock.
 * Return: false when there was no room; that was counted.
 */
bool cpuiso_note_put(enum cpuiso_note_type type, struct task_struct *task,
		     struct task_struct *by, u32 number)
{
	struct cpuiso_note *note;
	unsigned long flags;
	struct ring *ring;
	bool room;

	local_irq_save(flags);
	ring = this_cpu_ptr(&rings);
	/* Pairs with the release of a slot in cpuiso_note_get(). */
	room = ring->head - smp_load_acquire(&ring->tail) < RING_SIZE;
	if (room) {
		note = &ring->notes[ring->head % RING_SIZE];
		note->type = type;
		note->task = task ? get_task_struct(task) : NULL;
		note->by = by ? get_task_struct(by) : NULL;
		note->number = number;
		/* Publishes the note to cpuiso_note_get(). */
		smp_store_release(&ring->head, ring->head + 1);
	} else {
		WRITE_ONCE(ring->lost, ring->lost + 1);
	}
	irq_work_queue(&ring->wake);
	local_irq_restore(flags);
	return room;
}

/**
 * cpuiso_notes_waiting - how many notes of a CPU are unread now?
 * @cpu: whose
 *
 * Context: the worker.
 */
unsigned int cpuiso_notes_waiting(unsigned int cpu)
{
	struct ring *ring = per_cpu_ptr(&rings, cpu);

	/* Pairs with the release in cpuiso_note_put(). */
	return smp_load_acquire(&ring->head) - ring->tail;
}

/**
 * cpuiso_note_get - take the oldest note of a CPU
 * @cpu: whose
 * @note: the note, with its references
 *
 * Context: the worker.
 * Return: false when there is none.
 */
bool cpuiso_note_get(unsigned int cpu, struct cpuiso_note *note)
{
	struct ring *ring = per_cpu_ptr(&rings, cpu);

	/* Pairs with the release in cpuiso_note_put(). */
	if (smp_load_acquire(&ring->head) == ring->tail)
		return false;
	*note = ring->notes[ring->tail % RING_SIZE];
	/* Gives the slot back to cpuiso_note_put(). */
	smp_store_release(&ring->tail, ring->tail + 1);
	return true;
}

/**
 * cpuiso_notes_unread - is there a note that the worker has not taken?
 *
 * Context: any.
 */
bool cpuiso_notes_unread(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct ring *ring = per_cpu_ptr(&rings, cpu);

		/* Pairs with the release of a slot in cpuiso_note_get(). */
		if (smp_load_acquire(&ring->tail) != READ_ONCE(ring->head))
			return true;
	}
	return false;
}

/**
 * cpuiso_note_drop - drop the references of a note
 * @note: the note
 *
 * Context: process.
 */
void cpuiso_note_drop(struct cpuiso_note *note)
{
	if (note->task)
		put_task_struct(note->task);
	if (note->by)
		put_task_struct(note->by);
}

/**
 * cpuiso_notes_lost - how many notes found no room since the module was loaded
 */
u64 cpuiso_notes_lost(void)
{
	unsigned int cpu;
	u64 lost = 0;

	for_each_possible_cpu(cpu)
		lost += READ_ONCE(per_cpu_ptr(&rings, cpu)->lost);
	return lost;
}
