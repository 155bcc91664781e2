/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CPUISO_KNOBS_H
#define CPUISO_KNOBS_H

#include "types.h"

/* How many files a knob has. */
enum cpuiso_knob_each {
	CPUISO_EACH_ONE,
	CPUISO_EACH_WORKQUEUE,
	CPUISO_EACH_RX_QUEUE,
	CPUISO_EACH_TX_QUEUE,
	CPUISO_EACH_CPU,
	CPUISO_EACH_POLICY,
};

/* What its text means. */
enum cpuiso_knob_form {
	CPUISO_FORM_NUMBER,
	CPUISO_FORM_WORD,
	CPUISO_FORM_MASK,
	CPUISO_FORM_LIST,
};

/**
 * struct cpuiso_knob - a setting of the kernel that isolation changes
 * @name: what it is called in requests and replies
 * @path: its file; "*" stands for what there may be several of
 * @asked: a file that has what was asked for, where @path has what came of it;
 *	kernels may lack it
 * @each: of what there may be several
 * @form: what its text means
 * @power: only for isolations that ask for it
 * @waits: a list of CPUs; a write waits for work on each of those that were in
 *	it and that are
 * @value: what it is to hold: writes w->text, given what it would hold without
 *	any isolation (@orig) and w->claimed, not empty; may use w->scratch
 */
struct cpuiso_knob {
	const char *name;
	const char *path;
	const char *asked;
	enum cpuiso_knob_each each;
	enum cpuiso_knob_form form;
	bool power;
	bool waits;
	void (*value)(struct cpuiso_world *w, const char *orig);
};

extern const struct cpuiso_knob cpuiso_knobs[];
extern const unsigned int cpuiso_nr_knobs;

const struct cpuiso_knob *cpuiso_knob_find(const char *name);
bool cpuiso_knob_same(struct cpuiso_world *w, const struct cpuiso_knob *knob,
		      const char *a, const char *b);
int cpuiso_knobs_each(struct cpuiso_world *w, const struct cpuiso_knob *knob,
		      int (*each)(struct cpuiso_world *w,
				  const struct cpuiso_knob *knob,
				  const struct cpuiso_knob_rec *where));
bool cpuiso_knob_locate(struct cpuiso_knob_rec *r);
void cpuiso_knob_target(struct cpuiso_world *w,
			const struct cpuiso_knob_rec *r);

/**
 * cpuiso_knob_bit - the bit that stands for a knob in @keep_knobs
 * @knob: of cpuiso_knobs
 */
static inline unsigned long cpuiso_knob_bit(const struct cpuiso_knob *knob)
{
	return BIT(((uintptr_t)knob - (uintptr_t)cpuiso_knobs) / sizeof(*knob));
}

#endif
