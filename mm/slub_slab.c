/* SPDX-License-Identifier: MIT */
/*
 * mm/slub_slab.c - slabs out of pages, and back
 *
 * MODEL
 *   A new slab's objects are linked in order of address, so the last one's link is known without
 *   a walk: several new slabs become one chain by one store each.
 *
 *	slab 0  obj0 -> obj1 -> .. -> last --+	slab 1  obj0 -> .. -> last -> nil
 *					     +---------------^
 *
 * INVARIANTS
 *   I1  all pages of a slab carry the cache's id, from before anybody can have one of its
 *       objects until after nobody has.
 *
 * LOCKING	none: the slabs are not on a ring yet, or no more.
 * CONTEXT	any but NMI; making sleeps if the mask says so.
 * FAILURE	fewer slabs than wanted, 0: no memory.
 * NOT HERE	rings, counts, objects in and out: slub.c.
 */
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/swap.h>

#include "slab.h"

/* What of a caller's mask concerns the pages; zone and zeroing are the cache's business. */
#define SLUB_GFP_MASK	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | \
			 __GFP_RETRY_MAYFAIL | __GFP_NOFAIL | __GFP_NORETRY | \
			 __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_HARDWALL | __GFP_THISNODE)
/* Zones that no cache can satisfy by mask. */
#define SLUB_GFP_WRONG	(__GFP_DMA32 | __GFP_HIGHMEM)

/* All slots become free objects, linked in order of address. */
static void slub_slab_init_objects(struct kmem_cache *s, struct page *slab)
{
	struct slab_link *link = slab_link_of(s, slab_object(s, slab, 0));
	const u64 size = s->size, secret = slab_secret;
	u64 next = (unsigned long)link;
	unsigned int i;

	if (s->flags & SLAB_DEBUG_FLAGS)
		slab_debug_init_slab(s, slab);
	for (i = 0; s->ctor && i < s->objects; i++)
		s->ctor(slab_object(s, slab, i));
	slab_set_first_free(s, slab, link);
	for (i = s->objects - 1; i; i--) {
		next += size;
		link->word = next ^ secret;
		link = (struct slab_link *)next;
	}
	slab_link_set(link, slab_nil);
}

/* Linux's words; the zone is a property of the cache, not of a request. */
static void slub_slab_fix_mask(struct kmem_cache *s, gfp_t gfp)
{
	gfp_t wrong = gfp & SLUB_GFP_WRONG, fixed = gfp & ~SLUB_GFP_WRONG;

	pr_warn("Unexpected gfp: %#x (%pGg). Fixing up to gfp: %#x (%pGg). Fix your code!\n",
		wrong, &wrong, fixed, &fixed);
}

/*
 * It belongs to nobody until it is on a ring.  The id is the last thing to be set: from then on
 * a pointer into it is taken for one to an object of the cache.
 */
static struct page *slub_slab_new(struct kmem_cache *s, gfp_t gfp)
{
	struct page *slab;
	unsigned int i;

	if (unlikely(gfp & SLUB_GFP_WRONG) && !(s->gfp & __GFP_DMA32))
		slub_slab_fix_mask(s, gfp);
	slab = alloc_pages_owner((gfp & SLUB_GFP_MASK) | s->gfp, s->order, PAGE_OWNER_SLAB);
	if (!slab)
		return NULL;
	VM_WARN_ON_ONCE((gfp & __GFP_ZERO) && s->ctor);
	slab->inuse = 0;
	slub_slab_init_objects(s, slab);
	preempt_disable();		/* nobody's walk of the heads meets half a slab */
	for (i = 1; i < 1U << s->order; i++)
		slab[i].meta = PAGE_META_FLAGS(PAGE_OWNER_NONE, s->order, PG_TAIL) |
			       (u64)s->id << PAGE_META_CACHE_SHIFT;
	if (s->order)
		slab->flags |= PG_HEAD;
	slab->cache = s->id;
	preempt_enable();
	return slab;
}

/*
 * New slabs, one, or as many as the objects wanted fill, if the cache's chains have grown: who
 * takes and gives so much takes one lock for all.  Only the first one may cost reclaim.
 */
unsigned int slub_slab_make(struct kmem_cache *s, struct page **slab, unsigned int want, gfp_t gfp)
{
	unsigned int nr = 1, i;

	if (READ_ONCE(s->batch) > s->batch_min)
		nr = clamp_t(unsigned int, want / s->objects, 1, SLUB_SLAB_MOST);
	for (i = 0; i < nr; i++) {
		slab[i] = slub_slab_new(s, gfp);
		if (!slab[i])
			break;
		gfp = (gfp & ~(__GFP_RECLAIM | __GFP_NOFAIL)) | __GFP_NOWARN;
	}
	return i;
}

struct slab_link *slub_slab_join(struct kmem_cache *s, struct page *const *slab, unsigned int nr)
{
	unsigned int i;

	for (i = 1; i < nr; i++)
		slab_link_set(slab_link_of(s, slab_object(s, slab[i - 1], s->objects - 1)),
			      slab_first_free(s, slab[i]));
	return slab_first_free(s, slab[0]);
}

/* It is off its ring, and all its objects are home: no pointer into it is anybody's. */
static void slub_slab_free(struct kmem_cache *s, struct page *slab)
{
	unsigned int i;

	VM_WARN_ON_ONCE(slab->inuse);	/* somebody still has an object of it */
	VM_BUG_ON(slab->cache != s->id || slab->order != s->order);
	slab_debug_exit_slab(s, slab);
	preempt_disable();
	for (i = 1; i < 1U << s->order; i++)
		slab[i].meta = 0;
	slab->meta = PAGE_META(PAGE_OWNER_SLAB, s->order);
	preempt_enable();
	free_pages_owner(slab, s->order, PAGE_OWNER_SLAB);
	mm_account_reclaimed_pages(1UL << s->order);
}

void slub_slab_free_all(struct kmem_cache *s, u32 doomed)
{
	struct page *slab;

	while (doomed) {
		slab = pfn_to_page(doomed);
		doomed = slab->next;
		slub_slab_free(s, slab);
	}
}
