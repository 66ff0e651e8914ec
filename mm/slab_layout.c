/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_layout.c - where things are in a slot, and how many slots are in a slab
 *
 * MODEL
 *   A slot holds an object, and whatever its flags want to know about it (slab.h draws one);
 *   a slab is cut into as many slots as fit.
 *
 *   Slab size: the smallest order up to SLAB_MAX_ORDER that holds 4 slots and wastes at
 *   most an eighth, because small blocks are the ones that are always to be had; slots
 *   that are too large for that get the smallest block that holds one.
 *
 *	96 bytes	order 0: 42 slots, 64 bytes left		good
 *	1500 bytes	order 0: 2 slots	order 1: 5, 692 left	good
 *	5000 bytes	order 1: 1	order 2: 3	order 3: 6	good
 *
 * INVARIANTS	an object is as aligned as was asked for, and no two slots overlap.
 * LOCKING	none: nobody knows the cache yet.
 * CONTEXT	any.
 * FAILURE	none: sizes were checked.
 * NOT HERE	what the bytes must be: slab_debug.c.
 */
#include <linux/align.h>
#include <linux/kernel.h>

#include "slab.h"

#define SLAB_LAYOUT_LINE	64
#define SLAB_LAYOUT_OBJECTS	4	/* in a slab, if SLAB_MAX_ORDER allows */
#define SLAB_LAYOUT_WASTE	8	/* at most one in so many bytes of a slab */

static_assert((SLAB_LAYOUT_LINE & (SLAB_LAYOUT_LINE - 1)) == 0, "halved to find an alignment");

/*
 * A small object is not worth a line of its own: a line is halved for as long as the object fits
 * into half of it, so that none straddles two and several share one.
 */
static unsigned int slab_layout_align(slab_flags_t flags, unsigned int align, unsigned int size)
{
	unsigned int line = SLAB_LAYOUT_LINE;

	if (flags & SLAB_HWCACHE_ALIGN) {
		while (size <= line / 2)
			line /= 2;
		if (align < line)
			align = line;
	}
	if (align < ARCH_SLAB_MINALIGN)
		align = ARCH_SLAB_MINALIGN;
	return ALIGN(align, sizeof(void *));
}

/*
 * From left to right as drawn in slab.h.  The link must lie outside where the bytes of a free
 * object are somebody's: a constructor's, a reader's who has not noticed yet that it is free
 * (TYPESAFE_BY_RCU), or the poison.  A red zone is there even if rounding up leaves no room for
 * one, for else a write just behind the object would go unseen.  The one on the left is as
 * wide as the alignment, so that it does not change that of the object.
 */
static void slab_layout_slot(struct kmem_cache *s)
{
	const bool outside = s->ctor || s->flags & (SLAB_DEBUG_FLAGS | SLAB_TYPESAFE_BY_RCU);
	u32 at = ALIGN(s->object_size, sizeof(void *));

	if ((s->flags & SLAB_RED_ZONE) && at == s->object_size)
		at += sizeof(void *);
	s->inuse = at;
	s->usable = outside ? s->object_size : at;
	if (outside) {
		s->link = at;
		at += sizeof(void *);
	}
	if (s->flags & SLAB_STORE_USER) {
		s->track = at;
		at += 2 * sizeof(struct slab_track);
	}
	if ((s->flags & SLAB_KMALLOC) && (s->flags & (SLAB_RED_ZONE | SLAB_STORE_USER))) {
		s->orig = at;
		at += sizeof(u64);
	}
	s->stays = s->orig ? ~0U : s->usable;
	if (s->flags & SLAB_RED_ZONE)
		s->red_left = ALIGN(sizeof(void *), s->align);
	s->end = at;
	s->size = ALIGN(s->red_left + at, s->align);
	VM_BUG_ON(s->size < s->object_size || s->inuse < s->object_size);
	VM_BUG_ON(s->link + sizeof(struct slab_link) > s->end && s->link);
	VM_BUG_ON(s->red_left % s->align);	/* the object is as aligned as its slot */
}

/* The smallest order that is good enough, for it is the most likely to be had. */
static void slab_layout_slab(struct kmem_cache *s)
{
	unsigned int order, bytes;

	for (order = 0; order <= SLAB_MAX_ORDER; order++) {
		bytes = PAGE_SIZE << order;
		if (bytes / s->size >= SLAB_LAYOUT_OBJECTS &&
		    bytes % s->size <= bytes / SLAB_LAYOUT_WASTE)
			break;
	}
	if (order > SLAB_MAX_ORDER)
		order = get_order(s->size);
	s->order = order;
	s->objects = order > SLAB_MAX_ORDER ? 1 : (PAGE_SIZE << order) / s->size;
	/* Keep up to 5 empty slabs of a page or two; of large ones, few. */
	s->min_empty = order <= 1 ? 5 : 2;
	VM_BUG_ON(!s->objects || s->objects > SLAB_MAX_OBJECTS);
	VM_BUG_ON((u64)s->objects * s->size > PAGE_SIZE << order);
}

void slab_layout(struct kmem_cache *s)
{
	s->flags |= slab_debug_flags(s->name, s->flags);
	s->align = slab_layout_align(s->flags, s->align, s->object_size);
	s->poison = (s->flags & SLAB_POISON) && !s->ctor && !(s->flags & SLAB_TYPESAFE_BY_RCU);
	slab_layout_slot(s);
	slab_layout_slab(s);
	if (s->flags & SLAB_CACHE_DMA)
		s->gfp |= __GFP_DMA;
	if (s->flags & SLAB_CACHE_DMA32)
		s->gfp |= __GFP_DMA32;
	if (s->flags & SLAB_RECLAIM_ACCOUNT)
		s->gfp |= __GFP_RECLAIMABLE;
}
