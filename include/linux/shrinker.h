/* SPDX-License-Identifier: MIT */
/*
 * Shrinkers: caches that give memory back when there is too little of it.
 *
 *	s = shrinker_alloc(0, "my-cache");
 *	s->count_objects = my_count;		how many objects could go?
 *	s->scan_objects  = my_scan;		look at sc->nr_to_scan, free what can go
 *	shrinker_register(s);			from here on it is called
 *	...
 *	shrinker_free(s);			and from here on no more: it also waits
 *
 * count_objects() is a cheap estimate: 0 or SHRINK_EMPTY when there is nothing.  It is
 * called often, and nobody is hurt if the number is old.
 * scan_objects() returns how many objects it freed, or SHRINK_STOP when it cannot make
 * progress now (a lock is held by the one who allocates; sc->gfp_mask forbids what it would
 * have to do: look for __GFP_FS and __GFP_IO).  It may set sc->nr_scanned when it looked at
 * more or fewer than nr_to_scan.
 *
 * Context of the callbacks: process, no lock held by the caller, never an interrupt; several
 * CPUs or threads at once.  They may sleep if sc->gfp_mask may block, and allocate: such an
 * allocation does not reclaim again (PF_MEMALLOC), so it may well fail.  They may register
 * and free shrinkers, their own too.
 * Context of the functions here: process; register does not sleep, free may.
 */
#ifndef _LINUX_SHRINKER_H
#define _LINUX_SHRINKER_H

#include <linux/atomic.h>
#include <linux/gfp_types.h>
#include <linux/list.h>
#include <linux/types.h>

struct shrink_control {
	gfp_t gfp_mask;			/* of the request that ran out of memory */
	int nid;			/* node: 0 */
	unsigned long nr_to_scan;	/* in: objects to look at */
	unsigned long nr_scanned;	/* in and out: objects looked at */
};

#define SHRINK_STOP	(~0UL)		/* scan: no progress possible now */
#define SHRINK_EMPTY	(~0UL - 1)	/* count: there are no objects at all */
#define DEFAULT_SEEKS	2		/* cost to make an object again; 0: half goes at once */
#define SHRINK_BATCH	128		/* objects in one scan, unless batch says else */

/* shrinker->flags.  AWARE ones are accepted, without effect: there is one node, no memcg. */
#define SHRINKER_REGISTERED	(1U << 0)
#define SHRINKER_ALLOCATED	(1U << 1)
#define SHRINKER_NUMA_AWARE	(1U << 2)
#define SHRINKER_MEMCG_AWARE	(1U << 3)
#define SHRINKER_NONSLAB	(1U << 4)

#define SHRINKER_NAME_SIZE	32

struct shrinker {
	unsigned long (*count_objects)(struct shrinker *s, struct shrink_control *sc);
	unsigned long (*scan_objects)(struct shrinker *s, struct shrink_control *sc);
	long batch;			/* objects in one scan; 0: SHRINK_BATCH */
	int seeks;
	unsigned int flags;
	void *private_data;		/* the user's own */
	/* mm/shrinker.c's */
	u64 id;
	struct list_head list;
	atomic_long_t nr_deferred;
	char name[SHRINKER_NAME_SIZE];
};

/* NULL: no memory.  seeks is DEFAULT_SEEKS. */
struct shrinker *shrinker_alloc(unsigned int flags, const char *fmt, ...) __printf(2, 3);
/* Both callbacks are set; it is called from now on. */
void shrinker_register(struct shrinker *shrinker);
/* NULL is fine, and one that was never registered.  Waits for callbacks under way. */
void shrinker_free(struct shrinker *shrinker);

/*
 * The older way: a struct of the driver's own.  The name (printf-like, since 6.0) may be left
 * out, as in older texts.  0; -EINVAL: no callbacks, or registered already.
 */
int __register_shrinker(struct shrinker *shrinker, const char *fmt, ...);
#define register_shrinker(shrinker, ...) \
	__register_shrinker(shrinker, ##__VA_ARGS__, NULL)
void unregister_shrinker(struct shrinker *shrinker);

/*
 * mm/: call every shrinker once for a request with gfp_mask.  priority 12: a 4096th of what
 * could go, 0: all of it.  Returns the objects freed.  Context: process.
 */
unsigned long shrink_slab(gfp_t gfp_mask, int nid, int priority);

/* Everything that can go, now: what "echo 2 > drop_caches" does. */
void drop_slab(void);

/* A table of all of them, in the order in which they are called.  Process context. */
struct seq_file;
void shrinkers_show(struct seq_file *m);

/* For tests and tables: fn for each registered one, newest first; fn must not sleep. */
void shrinker_for_each(void (*fn)(struct shrinker *s, void *arg), void *arg);

#endif /* _LINUX_SHRINKER_H */
