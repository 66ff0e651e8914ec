/* SPDX-License-Identifier: MIT */
/*
 * The interrupt sweep: every allocator operation, interrupted at every instruction
 * (docs/irqsweep.md).  An operation and one path through it are a struct sweep_op; what
 * the interrupt does is a struct sweep_script.  To add one, write it into a table.
 */
#ifndef TESTS_KERNEL_IRQSWEEP_H
#define TESTS_KERNEL_IRQSWEEP_H

#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/types.h>

#include "irqsweep_step.h"

#define SWEEP_OBJS	80		/* that one operation holds at most */
#define SWEEP_HELD	24		/* that one script holds at most */
#define SWEEP_GFP	(GFP_ATOMIC | __GFP_NOWARN)

struct sweep_op;
struct sweep_script;

/* One operation's place, and what belongs to it. */
struct sweep {
	const struct sweep_op *op;
	struct kmem_cache *cache;	/* what the operation works on; NULL: kmalloc(size) */
	size_t size;			/* bytes of such an object */
	unsigned int order;		/* of its pages */
	void *live[SWEEP_OBJS];		/* objects that set-up took */
	unsigned int nr_live;
	void *result;			/* of the operation */
	void *bulk[SWEEP_OBJS];
	unsigned long nr_bulk;
	const char *fault;		/* somebody has found something wrong */
	/* Where objects come from and go to, if it is neither of the above. */
	void *(*take)(struct sweep *c, gfp_t gfp);
	void (*give)(struct sweep *c, void *object);
};

/*
 * One operation on one path.  begin and end bracket everything; set-up must make the same
 * state each time (all stocks are drained, all slabs are empty before it); tear-down leaves
 * nothing.  Each may be NULL but run.
 */
struct sweep_op {
	const char *name, *path;
	void (*run)(void *sweep);		/* stepped: the call, nothing else */
	void (*setup)(struct sweep *c);
	void (*teardown)(struct sweep *c);	/* also checks what run has got */
	const char *(*begin)(struct sweep *c);	/* NULL, or why it cannot be done here */
	void (*end)(struct sweep *c);
	size_t size;				/* of objects */
	unsigned int order;			/* of pages */
	unsigned int arg;			/* the operation's own */
	void (*clear)(struct sweep *c);		/* before the scripts prepare, too */
};

/* For .begin: where poison and its check take longer than anything else. */
const char *sweep_no_debug(struct sweep *c);		/* of the operation's size */
const char *sweep_no_debug_of(size_t size);

extern const struct sweep_op sweep_slab_ops[], sweep_page_ops[], sweep_vmalloc_ops[],
	sweep_percpu_ops[], sweep_pressure_ops[], sweep_long_ops[];
extern const unsigned int nr_sweep_slab_ops, nr_sweep_page_ops, nr_sweep_vmalloc_ops,
	nr_sweep_percpu_ops, nr_sweep_pressure_ops, nr_sweep_long_ops;
/* The i-th of all of them, NULL behind the last; the long ones are measured, not swept. */
const struct sweep_op *irqsweep_op(unsigned int i, bool with_long);

/*
 * The objects' cache is one that nobody has asked much of, whatever floods did to it in earlier
 * visits, and trimming took back now and then: that decides how many slabs a refill makes.
 */
void irqsweep_forget_floods(struct sweep *c);

/* What one handler holds; a second one interrupts the first at depth 2. */
struct sweep_hand {
	struct sweep *sweep;
	const struct sweep_script *script;
	void *given[SWEEP_HELD];	/* the process took it, the handler frees it */
	void *kept[SWEEP_HELD];		/* the handler took it, the process frees it */
	unsigned long page;		/* of either */
	void *area;
	unsigned long runs;
};

struct sweep_script {
	const char *name;
	void (*prepare)(struct sweep_hand *h);	/* process, before the operation */
	void (*run)(void *hand);		/* the interrupt */
	void (*finish)(struct sweep_hand *h);	/* process, after it */
};

extern const struct sweep_script sweep_scripts[], sweep_short_scripts[];
extern const unsigned int nr_sweep_scripts, nr_sweep_short_scripts;

/* An object like the operation's, stamped; NULL: none to be had.  Give it back, checked. */
void *irqsweep_take(struct sweep *c, gfp_t gfp);
void irqsweep_give(struct sweep *c, void *object);
/* Write to, or look at, both ends of size bytes. */
void irqsweep_stamp(void *p, size_t size);
bool irqsweep_stamped(const void *p, size_t size);

/* ---- irqsweep_run.c ---------------------------------------------------------------- */

/* One line of the table. */
struct sweep_row {
	const struct sweep_op *op;
	const char *skipped;		/* why */
	unsigned int boundaries;	/* of the path */
	unsigned long insns, off_max;
	unsigned long delivered, masked, failures, pairs;
	unsigned long again;		/* visits that went another way, and were made again */
};

struct sweep_plan {
	const char *only;		/* glob over operation/path/script; NULL: all */
	long at, at2;			/* this boundary alone; -1: all */
	unsigned int stride;		/* look at the whole of mm/ after every stride-th visit */
	unsigned int max_boundaries;	/* longer paths are skipped; 0: none are */
	bool thin;			/* long paths: one script a boundary, in turn */
	bool deep;			/* pairs, on paths of up to SWEEP_DEEP_MAX */
	bool load;			/* another CPU takes and gives meanwhile */
	bool loose;			/* no two ways are the same: others may have to answer */
};
#define SWEEP_DEEP_MAX	200		/* boundaries of the operation */
#define SWEEP_THIN_MIN	2500		/* boundaries of a long path */

/* Sweep one operation.  False: something failed, and has been printed. */
bool irqsweep_run(const struct sweep_op *op, const struct sweep_plan *plan,
		  struct sweep_row *row);
/* Memory for marks: before the first run, and after the last. */
bool irqsweep_run_begin(void);
void irqsweep_run_end(void);
/*
 * irqsweep_load.c: CPU 1 works on what @c works on, while it is on.  Off waits until it has
 * given back everything.  Without start() nothing happens.
 */
int irqsweep_load_start(struct sweep *c);
void irqsweep_load_stop(void);
void irqsweep_load(bool on);
unsigned long irqsweep_load_rounds(void);

/* What has failed was not mm/'s: go on. */
void irqsweep_run_forget(void);
/* Step through one operation and add to the runs with interrupts off.  NULL, or why not. */
const char *irqsweep_measure(const struct sweep_op *op, struct step_trace *sum);

#endif /* TESTS_KERNEL_IRQSWEEP_H */
