/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_shrink.c - object caches give back what they keep for speed
 *
 * MODEL
 *   A cache keeps empty slabs (min_empty) and a stock of free objects per CPU.  Both are
 *   memory that nobody uses.  A shrinker of our own, the very first to register and so the
 *   last to be asked, gives them back: it flushes the stocks, and then what is empty goes.
 *
 *   It counts in pages.  Objects in stock may lie in slabs that others use, so what count
 *   says of them is what they would be if they lay together: an upper bound.
 *
 *   Each call goes on where the last one stopped, so that not the same caches are emptied
 *   all the time.
 *
 * INVARIANTS	none of its own.
 * LOCKING	none over a cache's work: it is pinned (slab_cache.c).
 * CONTEXT	process, no lock held.
 * FAILURE	scan: SHRINK_STOP, there was nothing.
 * NOT HERE	drivers' objects: their own shrinkers.  When: vmscan.c.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/shrinker.h>
#include <linux/smp.h>

#include "slab_pcp.h"

/*
 * The depots are everybody's: one CPU sees to them, so that what they have not needed "since the
 * last time" means the same however many CPUs there are.
 */
static bool slab_trim_depots_here(void)
{
	return (unsigned int)smp_processor_id() == cpumask_first(cpu_online_mask);
}

static void slab_trim_one(struct kmem_cache *s, bool depot)
{
	slab_pcp_trim(s);
	if (depot && (READ_ONCE(s->depot.nr) || READ_ONCE(s->depot.max) ||
		      READ_ONCE(s->batch) != s->batch_min))
		slab_depot_trim(s);
	if (unlikely(READ_ONCE(s->nr_lost)))
		slab_pcp_rescue(s);	/* who met it may have been where one cannot wait */
}

void slab_trim(void)
{
	const bool depots = slab_trim_depots_here();
	struct kmem_cache *s;
	unsigned int i = 1;

	VM_WARN_ON_ONCE(in_interrupt());
	slab_nolock_drain();
	slab_nolock_retry();
	while ((s = slab_cache_pin_next(&i)) != NULL) {
		slab_trim_one(s, depots);
		slab_cache_unpin(s);
	}
}

/* Pages that s could do without; racy. */
static unsigned long slab_shrink_pages(const struct kmem_cache *s)
{
	return (READ_ONCE(s->nr_empty) << s->order) +
	       (slab_pcp_count(s) * s->size >> PAGE_SHIFT);
}

static unsigned long slab_shrink_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	unsigned long pages = 0;
	struct kmem_cache *s;
	unsigned int i = 1;

	while ((s = slab_cache_pin_next(&i)) != NULL) {
		pages += slab_shrink_pages(s);
		slab_cache_unpin(s);
	}
	return pages ? pages : SHRINK_EMPTY;
}

/* Pages freed. */
static unsigned long slab_shrink_one(struct kmem_cache *s)
{
	const unsigned long before = READ_ONCE(s->nr_slabs);
	unsigned long after;

	VM_WARN_ON_ONCE(!s->pins);	/* or it could go under our feet */
	slab_pcp_drain(s);
	after = s->ops->shrink(s, 0);
	/* Somebody may have added slabs meanwhile. */
	return after < before ? (before - after) << s->order : 0;
}

/*
 * Emptying a stock means calling its CPU, and waiting for it.  Where there are several, and all
 * are short of memory, that is all they would do: so now and then one of them looks at every
 * cache, and the others at those that can give a page.
 */
#define SLAB_SHRINK_ALL	8

static bool slab_shrink_may_ask_all(void)
{
	static unsigned int turn;

	return num_online_cpus() == 1 ||
	       __atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED) % SLAB_SHRINK_ALL == 0;
}

static unsigned long slab_shrink_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	static unsigned int cursor = 1;
	const bool all = slab_shrink_may_ask_all();
	unsigned int index = READ_ONCE(cursor), seen;
	unsigned long freed = 0;
	struct kmem_cache *s;

	for (seen = 0; freed < sc->nr_to_scan && seen < SLAB_NR_CACHES; seen++) {
		s = slab_cache_pin_next(&index);
		if (!s) {
			index = 1;		/* around; seen bounds it */
			continue;
		}
		if (all || slab_shrink_pages(s))
			freed += slab_shrink_one(s);
		slab_cache_unpin(s);
	}
	WRITE_ONCE(cursor, index);
	sc->nr_scanned = max(freed, sc->nr_to_scan);
	return freed ? freed : SHRINK_STOP;
}

static struct shrinker slab_shrinker = {
	.count_objects	= slab_shrink_count,
	.scan_objects	= slab_shrink_scan,
	.batch		= 1,			/* few pages are worth a call, too */
	.seeks		= 0,			/* what is free already costs nothing */
};

void slab_shrink_init(void)
{
	WARN_ON(register_shrinker(&slab_shrinker, "slab-stocks"));
}
