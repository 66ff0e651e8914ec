/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_depot.c - whole chains of free objects, between the CPUs' stocks and the slabs
 *
 * MODEL
 *   A row of chains, last in first out.  A CPU that has two full lists puts one here; one that
 *   has none takes one: where one CPU allocates and another one frees, what is shared is one
 *   lock for each chain, not for each object.
 *
 *   How many it holds follows demand: when it was found empty and then full, some chains were
 *   sent home only to be made again, so it may hold twice as many, and before long twice as
 *   long ones (s->batch). slab_depot_trim(), called now and then, takes back what was not
 *   needed since the last call: the least number of chains that it held in between (the working
 *   set, as in Bonwick and Adams' magazines), and half of the growth where nobody came at all.
 *
 *	empty .. full .. empty	 0 -> 1 -> 2 -> 4 .. 32 chains
 *	nobody came		32 -> 16 .. 0
 *
 *   All depots together hold at most a 64th of RAM.
 *
 * INVARIANTS
 *   I1  nr <= SLAB_DEPOT_MAX, and nr_objects is the sum over the chains.
 *
 * LOCKING	s->lock, irqs off.  Between two calls a chain is in the caller's hand, who says so
 *		(slab_pcp_hold()).
 * CONTEXT	any but NMI.
 * FAILURE	push: false, no room; pop: false, nothing there.
 * NOT HERE	stocks: slab_pcp.c.  When to trim: kernel/mm_trim.c.
 */
#include <linux/minmax.h>
#include <linux/mm.h>

#include "slab.h"

static long slab_depot_bytes;		/* in all depots */

#define SLAB_DEPOT_SHARE	64	/* of RAM, one in so many bytes */
#define SLAB_DEPOT_LONGER	2	/* with more chains than that they become longer, too */

static bool slab_depot_fits(const struct kmem_cache *s, const struct slab_chain *chain)
{
	const long bytes = READ_ONCE(slab_depot_bytes) + chain->nr * (long)s->size;

	return bytes <= (long)(totalram_pages() / SLAB_DEPOT_SHARE * PAGE_SIZE);
}

static void slab_depot_count(struct kmem_cache *s, long nr)
	__must_hold(&s->lock)
{
	lockdep_assert_held(&s->lock);
	s->depot.nr_objects += nr;
	__atomic_fetch_add(&slab_depot_bytes, nr * (long)s->size, __ATOMIC_RELAXED);
}

/* It was empty not long ago, and is full now. */
static void slab_depot_grow(struct kmem_cache *s)
	__must_hold(&s->lock)
{
	struct slab_depot *d = &s->depot;

	lockdep_assert_held(&s->lock);
	d->missed = false;
	d->max = clamp(2 * d->max, 1, SLAB_DEPOT_MAX);
	if (d->max > SLAB_DEPOT_LONGER)
		WRITE_ONCE(s->batch, min(2 * s->batch, (int)s->batch_max));
}

bool slab_depot_push(struct kmem_cache *s, const struct slab_chain *chain)
{
	struct slab_depot *d = &s->depot;
	unsigned long flags;
	bool room;

	VM_WARN_ON_ONCE(chain->first == slab_nil || !slab_pcp_holders(s));
	if (READ_ONCE(s->closing) || READ_ONCE(s->shut))
		return false;
	if (READ_ONCE(d->nr) >= READ_ONCE(d->max) && !READ_ONCE(d->missed))
		return false;
	spin_lock_irqsave(&s->lock, flags);
	if (d->nr >= d->max && d->missed)
		slab_depot_grow(s);
	room = d->nr < d->max && slab_depot_fits(s, chain);
	if (room) {
		d->chain[d->nr++] = *chain;
		slab_depot_count(s, chain->nr);
	}
	d->busy = true;
	spin_unlock_irqrestore(&s->lock, flags);
	return room;
}

bool slab_depot_pop(struct kmem_cache *s, struct slab_chain *chain)
{
	struct slab_depot *d = &s->depot;
	unsigned long flags;
	bool found;

	VM_WARN_ON_ONCE(!slab_pcp_holders(s));
	if (!READ_ONCE(d->nr) && READ_ONCE(d->missed))
		return false;
	spin_lock_irqsave(&s->lock, flags);
	found = d->nr;
	if (found) {
		*chain = d->chain[--d->nr];
		slab_depot_count(s, -chain->nr);
		d->least = min(d->least, d->nr);
	} else {
		d->missed = true;
	}
	d->busy = true;
	spin_unlock_irqrestore(&s->lock, flags);
	return found;
}

bool slab_depot_take(struct kmem_cache *s, struct slab_chain *chain)
{
	struct slab_depot *d = &s->depot;
	unsigned long flags;
	unsigned int i;
	bool found;

	VM_WARN_ON_ONCE(!slab_pcp_holders(s));
	spin_lock_irqsave(&s->lock, flags);
	found = d->nr;
	if (found) {
		*chain = d->chain[0];
		for (i = 1; i < d->nr; i++)
			d->chain[i - 1] = d->chain[i];
		d->nr--;
		d->least = min(d->least, d->nr);
		slab_depot_count(s, -chain->nr);
	}
	spin_unlock_irqrestore(&s->lock, flags);
	return found;
}

/* Up to @nr of the oldest chains. */
static void slab_depot_flush(struct kmem_cache *s, unsigned int nr)
{
	struct slab_chain chain;
	long stray;

	while (nr-- && slab_depot_take(s, &chain)) {
		stray = chain.nr - s->ops->flush(s, &chain);
		__atomic_fetch_add(&s->nr_stray, stray, __ATOMIC_RELAXED);
	}
}

void slab_depot_drain(struct kmem_cache *s)
{
	slab_depot_flush(s, SLAB_DEPOT_MAX);
}

void slab_depot_trim(struct kmem_cache *s)
{
	struct slab_depot *d = &s->depot;
	unsigned int unneeded;
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	unneeded = d->least;
	if (!d->busy) {
		d->max /= 2;
		s->batch = max(s->batch / 2, (int)s->batch_min);
		unneeded = max(unneeded, (unsigned int)(d->nr - min(d->nr, d->max)));
	}
	d->busy = d->missed = false;
	d->least = d->nr - min((unsigned int)d->nr, unneeded);
	spin_unlock_irqrestore(&s->lock, flags);
	slab_pcp_hold(s);
	slab_depot_flush(s, unneeded);
	slab_pcp_settle(s);
}
