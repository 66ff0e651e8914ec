/* SPDX-License-Identifier: MIT */
/* What the threads of preempt_test.c do: operations that leave nothing behind. */
#ifndef TESTS_KERNEL_PREEMPT_OPS_H
#define TESTS_KERNEL_PREEMPT_OPS_H

#include <linux/prandom.h>

#define PREEMPT_KINDS	5
#define PREEMPT_KEPT	4

/* One user of the operations: they count on @nr being different in each. */
struct preempt_user {
	unsigned int nr;
	struct rnd_state rnd;
	void *kept[PREEMPT_KINDS][PREEMPT_KEPT];	/* from one operation to another */
	char fault[160];		/* the first thing that was wrong; "": nothing */
};

struct preempt_op {
	const char *name;
	void (*fn)(struct preempt_user *u);
	unsigned int stride;		/* what takes long is not done at each boundary */
	unsigned int smp;		/* times that, if it takes long with several CPUs */
};

extern const struct preempt_op preempt_ops[];
extern const unsigned int preempt_nr_ops;

/* What all users share.  0 or -ENOMEM. */
int preempt_ops_begin(void);
/* Give back what @u has kept. */
void preempt_ops_drop(struct preempt_user *u);
void preempt_ops_end(void);

#endif /* TESTS_KERNEL_PREEMPT_OPS_H */
