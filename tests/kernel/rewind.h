/* SPDX-License-Identifier: MIT */
/*
 * Rewindable sequences (asm/rewind.h), interrupted at every boundary, three levels deep, by
 * every kind of entry, whose handlers run the same sequences (docs/irqsweep.md).
 *
 * A stock is what a few sequences work on.  To have a new sequence tested, describe its
 * stock in one of the tables below: suite rewind fails for a slot that none of them has
 * interrupted at its deepest.
 */
#ifndef TESTS_KERNEL_REWIND_H
#define TESTS_KERNEL_REWIND_H

#include <linux/types.h>

#include "irqsweep_step.h"

#define REWIND_DEPTH	3

struct rewind_stock;

/* What one context has: the process at level 0, each handler one level deeper. */
struct rewind_hand {
	const struct rewind_stock *stock;
	unsigned int level;
	void *object;			/* what it took, or is going to give back; NULL: nothing */
};

struct rewind_op {
	const char *name;
	bool gives;			/* starts with an object in its hand */
	void (*run)(void *hand);	/* stepped; in any context, an NMI's too */
};

struct rewind_stock {
	const char *name;
	const struct rewind_op *op;
	unsigned int nr_ops;
	unsigned int first_state, nr_states;	/* to begin in: empty, nearly empty, full ... */
	unsigned int slow_states;	/* a bit for each that may lead to a slow path: no NMIs */
	const char *(*begin)(void);	/* NULL, or why it cannot be done here */
	void (*end)(void);
	/* The same each time: the stock in this state, an object in each hand that is to give. */
	void (*fill)(unsigned int state, struct rewind_hand *hand, const bool *gives,
		     unsigned int nr);
	/* NULL, or what is wrong now: each object once, in the stock or in a hand. */
	const char *(*check)(const struct rewind_hand *hand, unsigned int nr);
	/* What the hands hold is taken back. */
	void (*done)(struct rewind_hand *hand, unsigned int nr);
	/* Boundaries outside of the section that are to be interrupted, too. */
	unsigned long from, to;
	bool long_paths;		/* fewer choices; outer levels: not every boundary */
	/* Of stocks by rewind_known.c. */
	void *(*take)(void);
	void (*give)(void *object);
	/* The objects in this CPU's stock, the newest first, up to max of them; how many. */
	unsigned int (*walk)(const struct rewind_stock *stock, void **to, unsigned int max);
	void (*drain)(const struct rewind_stock *stock);
	unsigned long arg;		/* the stock's own */
};

/*
 * rewind_known.c: a stock is told by what it gives and takes.  State n: n objects are in it.
 * REWIND_SLOW are the states in which four takes, or a fill, may run dry.
 */
#define REWIND_STATES		6
#define REWIND_SLOW		0x0f
#define REWIND_FIRST_FAST	4
extern const struct rewind_op rewind_known_ops[2];
void rewind_known_end(void);
void rewind_known_fill(unsigned int state, struct rewind_hand *hand, const bool *gives,
		       unsigned int nr);
const char *rewind_known_check(const struct rewind_hand *hand, unsigned int nr);
void rewind_known_done(struct rewind_hand *hand, unsigned int nr);
#define REWIND_KNOWN							\
	.op = rewind_known_ops, .nr_ops = 2, .nr_states = REWIND_STATES, \
	.long_paths = true,						\
	.fill = rewind_known_fill, .check = rewind_known_check, .done = rewind_known_done

extern const struct rewind_stock rewind_page_stocks[], rewind_slab_stocks[];
extern const unsigned int nr_rewind_page_stocks, nr_rewind_slab_stocks;
/* Is each object looked at (slab_debug=), so that there are no stocks? */
bool rewind_slab_debugged(void);

/* How much of it. */
struct rewind_plan {
	unsigned int depth;		/* 1..REWIND_DEPTH */
	unsigned int stride;		/* every so-manieth choice of entries; 1: all */
	unsigned int long_stride;	/* long paths: times that */
	unsigned int skip;		/* and so many boundaries not, at outer levels */
	const char *only;		/* glob over stock/op,op,op; NULL: all */
};

struct rewind_result {
	unsigned long visits, again;	/* boundaries; visits made once more */
	unsigned long lost;		/* visits of slow paths that went another way each time */
	unsigned int failures;
	char text[512];			/* the first of them */
};

/* Interrupt one stock's sequences.  False: something failed, and r->text says what. */
bool rewind_run(const struct rewind_stock *stock, const struct rewind_plan *plan,
		struct rewind_result *r);

/* Has the byte at ip begun a boundary that was interrupted at the deepest of three levels? */
bool rewind_was_seen(unsigned long ip);
bool rewind_run_begin(void);
void rewind_run_end(void);

#endif /* TESTS_KERNEL_REWIND_H */
