/* SPDX-License-Identifier: MIT */
/*
 * What the files of the stress share: things to hold, and sides, each a context that takes
 * and gives back: a thread, an interrupt, a tasklet, one end of a ring.
 */
#ifndef TESTS_STRESS_H
#define TESTS_STRESS_H

#include <linux/gfp.h>
#include <linux/prandom.h>
#include <linux/types.h>

enum stress_kind {
	STRESS_KMALLOC, STRESS_CACHE, STRESS_PAGES, STRESS_VMALLOC, STRESS_KVMALLOC,
	STRESS_PERCPU, STRESS_MEMPOOL, STRESS_BULK, NR_STRESS_KINDS
};
extern const char *const stress_kind_names[NR_STRESS_KINDS];

#define NR_STRESS_MASKS		16
struct stress_mask {
	const char *name;
	gfp_t gfp;
};
extern const struct stress_mask stress_masks[NR_STRESS_MASKS];

#define STRESS_SLOTS	32
#define STRESS_BOXES	64

struct stress_item {
	void *p;			/* NULL: an empty slot */
	u32 bytes;			/* that are filled with who took it, and what it is */
	u16 owner;			/* index of the side that took it */
	u8 kind, order;			/* order of pages, number of the cache */
};

/* Counts of one kind or mask. */
struct stress_count {
	unsigned long asked, failed;
	unsigned long max_wait;		/* jiffies that one request took */
};

struct stress_side {
	char name[16];
	u16 index;			/* of the side */
	bool atomic;			/* may not sleep */
	struct rnd_state rnd;
	struct stress_item held[STRESS_SLOTS];
	unsigned long ops;
	struct stress_count kind[NR_STRESS_KINDS], mask[NR_STRESS_MASKS];
	unsigned long broken;		/* patterns that were gone, zeroes that were not 0 */
	unsigned long small_failed;	/* GFP_KERNEL, up to 32 KiB, and NULL */
	unsigned long pool_failed;	/* a mempool that might sleep, and gave NULL all the same */
	/* What it is at, for who looks after those who hang. */
	const char *doing;
	unsigned int at_kind, at_mask;
};

/* stress_ops.c */
int stress_ops_init(void);		/* caches, pools; 0 or -ENOMEM */
void stress_ops_exit(void);
void stress_side_init(struct stress_side *s, const char *name, unsigned int index, bool atomic,
		      u64 seed);
/* One thing taken, given back, or exchanged with another side. */
void stress_step(struct stress_side *s);
/* One thing taken, into an item that is not a side's own, and one given back. */
void stress_take(struct stress_side *s, struct stress_item *it);
void stress_give(struct stress_side *s, struct stress_item *it);
/* Everything goes back. */
void stress_side_exit(struct stress_side *s);
void stress_boxes_exit(struct stress_side *s);

/* stress_ring.c: from each CPU a ring to the next one, which gives back what comes in. */
int stress_rings_start(struct stress_side *sides, unsigned int nr);	/* a side for each CPU */
unsigned long stress_rings_passed(void);	/* things that have gone through */
void stress_rings_stop(void);

/* stress_hogs.c: those who see to it that all of memory is taken. */
#define STRESS_HOGS	3
int stress_hogs_start(void);
void stress_hogs_stop(void);
/* Hogs and keepers wait, too, while the world is stopped; how many threads they are. */
#define STRESS_HOG_THREADS	(STRESS_HOGS + 1)
struct stress_hog_counts {
	unsigned long told, given, kept, shrunk, stored;
};
void stress_hogs_count(struct stress_hog_counts *c);

/* stress_test.c */
/*
 * Called by each thread between two steps: waits while the world is stopped, unless *urgent
 * (may be NULL) comes true.  False: end.
 */
bool stress_go_on(const bool *urgent);
/* Those who wait look at their urgent again. */
void stress_look_again(void);

#endif /* TESTS_STRESS_H */
