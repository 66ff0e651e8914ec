/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_bulk.c - many objects in one call
 *
 * MODEL
 *   alloc takes this CPU's whole list, gives out as many of its objects as are wanted, and
 *   puts the rest back; when that was not enough, a single allocation brings the next chain.
 *   free links the objects to a chain of their own, and puts it in front of the list with one
 *   instruction.  What is wrong with an object, the single call finds out.
 *
 *	alloc_bulk(100)		take 30 | one alloc brings 64 | take 63 | ...
 *	free_bulk(100)		check and link 100 | list -> first .. last -> old list
 *
 * INVARIANTS	those of slab_pcp.c.
 * LOCKING	none.
 * CONTEXT	any but NMI.
 * FAILURE	alloc: all or none.  free: each object is checked as by kmem_cache_free().
 * NOT HERE	stocks: slab_pcp.c.
 */
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "slab_pcp.h"

/* rewind_slab.asm: caches whose link is an object's first word. */
size_t slab_bulk_out(struct slab_link **first, void **p, size_t nr);
size_t slab_bulk_in(struct slab_link **first, void **p, size_t nr, unsigned long base, u64 magic,
		    u64 bound);

/* Up to nr objects of a chain; it goes on with what is left, or with what is broken. */
static size_t slab_bulk_take(const struct kmem_cache *s, struct slab_chain *chain, size_t nr,
			     void **p)
{
	struct slab_link *link;
	size_t i = 0;

	if (!s->link)
		i = slab_bulk_out(&chain->first, p, nr & ~3UL);
	link = chain->first;
	for (; i < nr && link != slab_nil; i++) {
		if (unlikely(!slab_link_place(link) || !slab_link_ok(link)))
			break;
		p[i] = slab_link_object(s, link);
		chain->first = slab_link_next(link);
		link->word = 0;
		link = chain->first;
	}
	chain->nr -= i;
	return i;
}

/* Who wants many gets longer chains, up to twice as long, until slab_depot_trim(). */
static void slab_bulk_adapt(struct kmem_cache *s, size_t nr)
{
	const unsigned int want = min_t(size_t, nr, 2 * s->batch_min);

	if (unlikely(READ_ONCE(s->batch) < want))
		WRITE_ONCE(s->batch, want);
}

/* Chain by chain, as long as there are any and nothing is broken. */
static size_t slab_bulk_pop(struct kmem_cache *s, size_t nr, void **p, gfp_t flags)
{
	struct slab_chain chain;
	size_t i = 0;

	slab_bulk_adapt(s, nr);
	slab_pcp_hold(s);
	while (i < nr && slab_pcp_find_chain(s, &chain, flags)) {
		i += slab_bulk_take(s, &chain, nr - i, p + i);
		if (chain.first == slab_nil && !chain.nr)
			continue;
		slab_pcp_fill(s, &chain);
		if (i < nr && chain.first != slab_nil)
			break;			/* the next single one says what it is */
	}
	slab_pcp_settle(s);
	return i;
}

static bool slab_bulk_quick(const struct kmem_cache *s)
{
	return s->order <= SLAB_MAX_ORDER && !(s->flags & SLAB_DEBUG_FLAGS) &&
	       !READ_ONCE(s->dying) && slab_pcp_open_here(s);
}

int (kmem_cache_alloc_bulk)(struct kmem_cache *s, gfp_t flags, size_t nr, void **p)
{
	size_t i = 0;

	while (i < nr) {
		if (slab_bulk_quick(s))
			i += slab_bulk_pop(s, nr - i, p + i, flags & ~__GFP_ZERO);
		if (i == nr)
			break;
		/* Broken, no memory, or not to be used: a single one finds out. */
		p[i] = slab_alloc(s->id, flags & ~__GFP_ZERO);
		if (!p[i])
			goto err_free;
		i++;
	}
	if (flags & __GFP_ZERO)
		for (i = 0; i < nr; i++)
			memset(p[i], 0, s->object_size);
	return (int)nr;

err_free:
	kmem_cache_free_bulk(s, i, p);
	return 0;
}
EXPORT_SYMBOL(kmem_cache_alloc_bulk);

/* Objects of the slab of p[0], which is one of s; 0: it is none, or looks free. */
static size_t slab_bulk_link_slab(struct kmem_cache *s, size_t nr, void **p,
				  struct slab_link **first)
{
	const unsigned long base = (unsigned long)p[0] & ~((PAGE_SIZE << s->order) - 1);
	struct slab_link *link = p[0];
	size_t done;

	done = slab_bulk_in(first, p, nr & ~1UL, base, s->bulk_magic, s->bulk_bound);
	if (done || slab_object_nr(s, slab_page_of(s, link), link) < 0 ||
	    link->word >> 48 == SLAB_TAG)
		return done;
	slab_link_set(link, *first);
	*first = link;
	return 1;
}

/*
 * Link objects of s to a chain, newest first, up to the first that is wrong.  The struct page
 * is asked once for neighbours of one slab: they cannot lose it meanwhile.
 */
static size_t slab_bulk_link(struct kmem_cache *s, size_t nr, void **p, struct slab_link **first)
{
	size_t i = 0, done;

	*first = slab_nil;
	while (i < nr && slab_id_of(p[i]) == s->id) {
		done = slab_bulk_link_slab(s, nr - i, p + i, first);
		if (!done)
			break;
		i += done;
	}
	return i;
}

/* A chain of live objects, from first to p[0], in front of this CPU's list. */
static bool slab_bulk_give(struct kmem_cache *s, struct slab_link *first, void **p, size_t nr)
{
	struct slab_link *head, **list;
	struct slab_stock *st;
	unsigned long flags;
	bool open, full;

	local_irq_save(flags);
	st = slab_pcp_here(s);
	list = slab_stock_list(s, st);
	open = slab_pcp_is_open(s, st);
	head = *list;
	while (open) {
		slab_link_set(p[0], head);
		if (__atomic_compare_exchange_n(list, &head, first, false, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			break;
	}
	if (open)
		this_cpu_sub(slab_stocks[s->index].room, (s32)nr);
	full = st->room < -st->cap;	/* in bulk a list may be twice as long */
	local_irq_restore(flags);
	if (open && full)
		slab_pcp_full(s->id);
	return open;
}

/* From the first link on these are in hand, and look free.  A cache that goes: none. */
static size_t slab_bulk_push(struct kmem_cache *s, size_t nr, void **p)
{
	struct slab_link *first;
	size_t i = 0;

	slab_pcp_hold(s);
	if (likely(!READ_ONCE(s->closing)))
		i = slab_bulk_link(s, min_t(size_t, nr, s->batch), p, &first);
	if (i && !slab_bulk_give(s, first, p, i))
		s->ops->flush(s, &(struct slab_chain){ first, (long)i });
	slab_pcp_settle(s);
	return i;
}

void kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **p)
{
	const bool quick = s && !s->link && slab_bulk_quick(s);
	size_t i = 0;

	while (i < nr) {
		if (quick)
			i += slab_bulk_push(s, nr - i, p + i);
		if (i == nr)
			break;
		if (s)
			kmem_cache_free(s, p[i]);	/* says what is wrong */
		else
			kfree(p[i]);
		i++;
	}
}
EXPORT_SYMBOL(kmem_cache_free_bulk);
