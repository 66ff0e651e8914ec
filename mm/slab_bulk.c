/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_bulk.c - many objects in one call
 *
 * MODEL
 *   alloc pops eight objects off this CPU's list at a time, by a sequence, for as long as there
 *   are so many, and the last few one by one; then the next chain becomes the list.
 *   free links the objects to a chain of their own, and puts it in front of the list by a
 *   sequence.  What is wrong with an object, or a link, a single call finds out.
 *
 *	alloc_bulk(100)		8 8 8 1 1 1 | next chain | 8 8 8 8 8 8 8 8 | next chain | 8 1
 *	free_bulk(100)		check and link 64 | list -> newest .. oldest -> old list | 36 ...
 *
 *   Until the chain is in the list its objects look free and are on none: the cache is held.
 *
 * INVARIANTS	those of slab_pcp.c.
 * LOCKING	none.
 * CONTEXT	any but NMI.
 * FAILURE	alloc: all or none.  free: each object is checked as by kmem_cache_free().
 * NOT HERE	stocks: slab_pcp.c.  The sequences: arch/x86/rewind_bulk.asm.
 */
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "slab_pcp.h"

/*
 * rewind_bulk.asm: of open stocks, and objects whose link is their first word; else none.  The
 * fast path of both calls is there, too, and comes here for the rest.
 */
size_t slab_bulk_out(unsigned long id, unsigned int ones, size_t nr, void **p);
size_t slab_bulk_in(struct kmem_cache *s, size_t nr, void **p);
int slab_bulk_alloc_rest(unsigned long id, gfp_t flags, size_t nr, void **p, size_t i);
void slab_bulk_free_rest(struct kmem_cache *s, size_t nr, void **p, size_t i);
void slab_bulk_home(unsigned long id, struct slab_link *newest, size_t nr,
		    struct slab_link *oldest);

static_assert(offsetof(struct kmem_cache, id) == 0 &&
	      offsetof(struct kmem_cache, bulk_magic) == 72 &&
	      offsetof(struct kmem_cache, bulk_bound) == 80 &&
	      offsetof(struct kmem_cache, moving) == 88 &&
	      offsetof(struct kmem_cache, batch) == 104 &&
	      offsetof(struct kmem_cache, closing) == 109 && SLAB_PCP_HOLD == 0x10001 &&
	      (__force unsigned int)__GFP_ZERO == 0x100, "rewind_bulk.asm");

#define SLAB_BULK_EIGHT	8

/*
 * Who wants many gets longer chains, up to twice as long, until slab_depot_trim().  Who wants more
 * than that needs several, however long they are.
 */
static void slab_bulk_adapt(struct kmem_cache *s, size_t nr)
{
	if (nr > READ_ONCE(s->batch) && nr <= 2U * s->batch_min)
		WRITE_ONCE(s->batch, nr);
}

/* About as many as this CPU's list has. */
static int slab_bulk_listed(const struct kmem_cache *s)
{
	return this_cpu_read(slab_stocks[s->index].cap) - this_cpu_read(slab_stocks[s->index].room);
}

/* What this CPU, the depot or the slabs have next becomes the list; false: no memory. */
static bool slab_bulk_restock(struct kmem_cache *s, gfp_t flags)
{
	struct slab_chain chain;
	bool found;

	slab_pcp_hold(s);
	found = slab_pcp_find_chain(s, &chain, flags);
	if (found)
		slab_pcp_fill(s, &chain);
	slab_pcp_settle(s);
	return found;
}

/*
 * From the i-th on, and what the mask wants done to all.  What eights leave are single ones, who
 * know what to do if there is nothing, or something is wrong.
 */
int slab_bulk_alloc_rest(unsigned long id, gfp_t flags, size_t nr, void **p, size_t i)
{
	struct kmem_cache *s = slab_cache_of_id(id);
	int listed;

	slab_bulk_adapt(s, nr);
	while (i < nr) {
		listed = slab_bulk_listed(s);
		if (listed >= SLAB_BULK_EIGHT)
			i += slab_bulk_out(id, ~0U, nr - i, p + i);
		else if (listed <= 0 && slab_pcp_open_here(s) &&
			 !slab_bulk_restock(s, flags & ~__GFP_ZERO))
			break;
		if (i == nr)
			break;
		p[i] = slab_alloc(id, flags & ~__GFP_ZERO);
		if (unlikely(!p[i]))
			break;
		i++;
	}
	if (unlikely(i < nr)) {
		kmem_cache_free_bulk(s, i, p);
		return 0;
	}
	if (flags & __GFP_ZERO)
		for (i = 0; i < nr; i++)
			memset(p[i], 0, s->object_size);
	return (int)nr;
}
EXPORT_SYMBOL(kmem_cache_alloc_bulk);

/* A chain for which there is no stock goes to its slabs; its end leads nowhere yet.  s is held. */
void slab_bulk_home(unsigned long id, struct slab_link *newest, size_t nr,
		    struct slab_link *oldest)
{
	struct kmem_cache *s = slab_cache_of_id(id);

	slab_link_set(oldest, slab_nil);
	s->ops->flush(s, &(struct slab_chain){ newest, (long)nr });
}

/* From the i-th on.  What slab_bulk_in() leaves, a single free says what is wrong with. */
void slab_bulk_free_rest(struct kmem_cache *s, size_t nr, void **p, size_t i)
{
	while (i < nr) {
		if (!s)
			kfree(p[i++]);
		else
			kmem_cache_free(s, p[i++]);
		if (s && !s->link && i < nr)
			i += slab_bulk_in(s, min_t(size_t, nr - i, s->batch), p + i);
	}
}
EXPORT_SYMBOL(kmem_cache_free_bulk);
