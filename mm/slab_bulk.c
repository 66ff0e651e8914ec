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

/* Up to nr objects of a chain; it goes on with what is left, or with what is broken. */
static size_t slab_bulk_take(const struct kmem_cache *s, struct slab_chain *chain, size_t nr,
			     void **p)
{
	struct slab_link *link = chain->first;
	const u64 key = slab_secret, offset = s->link;
	size_t i;
	u64 word;

	for (i = 0; i < nr && link != slab_nil; i++) {
		word = link->word;
		if (unlikely(word >> 48 != SLAB_TAG))
			break;
		link->word = 0;
		p[i] = (char *)link - offset;
		link = (struct slab_link *)(word ^ key);
		if (unlikely(!slab_link_place(link)))
			break;
	}
	chain->first = link;
	chain->nr -= i;
	return i;
}

/* Out of this CPU's list. */
static size_t slab_bulk_pop(struct kmem_cache *s, size_t nr, void **p)
{
	struct slab_chain chain;
	unsigned long flags;
	size_t got;

	local_irq_save(flags);
	slab_pcp_take_list(s, this_cpu_ptr(&slab_stocks[s->index]), &chain);
	local_irq_restore(flags);
	got = slab_bulk_take(s, &chain, nr, p);
	slab_pcp_fill(s, &chain);
	return got;
}

int (kmem_cache_alloc_bulk)(struct kmem_cache *s, gfp_t flags, size_t nr, void **p)
{
	size_t i = 0;

	while (i < nr) {
		slab_pcp_hold(s);
		i += slab_bulk_pop(s, nr - i, p + i);
		slab_pcp_settle(s);
		if (i == nr)
			break;
		/* Empty, or not to be used: a single one refills, and checks. */
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

/*
 * Link objects of s to a chain, newest first, up to the first that is wrong.  The struct page
 * is asked once for neighbours of one slab: they cannot lose it meanwhile.
 */
static size_t slab_bulk_link(struct kmem_cache *s, size_t nr, void **p, struct slab_link **first)
{
	const u64 key = slab_secret, offset = s->link;
	const u32 magic = slab_stock_magic(s->size), bound = slab_stock_bound(s->size, s->objects);
	const unsigned long slab_mask = (PAGE_SIZE << s->order) - 1;
	unsigned long base = ~0UL, off;
	struct slab_link *link, *next = slab_nil;
	size_t i;

	for (i = 0; i < nr; i++) {
		off = (unsigned long)p[i] - base;
		if (off > slab_mask) {
			if (slab_id_of(p[i]) != s->id)
				break;
			off = (unsigned long)p[i] & slab_mask;
			base = (unsigned long)p[i] - off;
		}
		link = (struct slab_link *)((char *)p[i] + offset);
		if (unlikely((u32)off * magic >= bound) || unlikely(link->word >> 48 == SLAB_TAG))
			break;
		link->word = (u64)(unsigned long)next ^ key;
		next = link;
	}
	*first = next;
	return i;
}

static size_t slab_bulk_push(struct kmem_cache *s, size_t nr, void **p)
{
	struct slab_link *first, *head, **list;
	struct slab_stock *st;
	unsigned long flags;
	size_t i;
	bool open, full;

	i = slab_bulk_link(s, min_t(size_t, nr, 2 * s->batch), p, &first);
	if (!i)
		return 0;
	local_irq_save(flags);
	st = this_cpu_ptr(&slab_stocks[s->index]);
	list = slab_stock_list(s, st);
	open = st->bound[s->link != 0];
	head = *list;
	while (open) {
		slab_link_set((struct slab_link *)((char *)p[0] + s->link), head);
		if (__atomic_compare_exchange_n(list, &head, first, false, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			break;
	}
	if (open)
		this_cpu_sub(slab_stocks[s->index].room, (s32)i);
	full = st->room < 0;
	local_irq_restore(flags);
	if (!open)
		s->ops->flush(s, &(struct slab_chain){ first, i });
	else if (full)
		slab_pcp_full(s->id);
	return i;
}

void kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **p)
{
	const bool quick = s && s->order <= SLAB_MAX_ORDER && !(s->flags & SLAB_DEBUG_FLAGS) &&
			   !READ_ONCE(s->dying);
	size_t i = 0;

	while (i < nr) {
		if (quick) {
			slab_pcp_hold(s);
			i += slab_bulk_push(s, nr - i, p + i);
			slab_pcp_settle(s);
		}
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
