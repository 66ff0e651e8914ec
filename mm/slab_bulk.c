/* SPDX-License-Identifier: MIT */
/*
 * mm/slab_bulk.c - many objects in one call
 *
 * MODEL
 *   A stock is claimed once and popped or pushed as often as it lasts; when it is empty or
 *   full, or something about an object is wrong, the next single call sees to it and the
 *   loop goes on.
 *
 *	alloc_bulk(100)		pop 30 | one alloc refills 64 | pop 64 | ...
 *
 * INVARIANTS	those of slab_pcp.c.
 * LOCKING	none.
 * CONTEXT	any but NMI.
 * FAILURE	alloc: all or none.  free: each object is checked as by kmem_cache_free().
 * NOT HERE	stocks: slab_pcp.c.
 */
#include <linux/export.h>
#include <linux/string.h>

#include "slab_pcp.h"

/* Up to nr objects out of this CPU's stock, in one claim. */
static size_t slab_bulk_pop(struct kmem_cache *s, size_t nr, void **p)
{
	struct slab_stock *st = this_cpu_ptr(s->stock);
	struct slab_link *link = slab_pcp_claim(st);
	const u64 key = slab_secret, wrong = slab_link_mask, offset = s->link;
	size_t i;
	u64 word;

	if (!link)
		return 0;
	for (i = 0; i < nr && link != slab_nil; i++) {
		word = link->word ^ key;
		if (unlikely(word & wrong))
			break;			/* the next single alloc reports it */
		link->word = 0;
		p[i] = (char *)link - offset;
		link = (struct slab_link *)(word ^ (u64)(unsigned long)link);
	}
	st->room += i;
	slab_pcp_release(st, link);
	return i;
}

int (kmem_cache_alloc_bulk)(struct kmem_cache *s, gfp_t flags, size_t nr, void **p)
{
	size_t i = 0;

	while (i < nr) {
		i += slab_bulk_pop(s, nr - i, p + i);
		if (i == nr)
			break;
		/* Empty, or not to be used: a single one refills, and checks. */
		p[i] = slab_pcp_alloc(s->stock, flags & ~__GFP_ZERO);
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
 * Objects of one cache in one claim, as far as nothing is wrong and there is room.  The
 * struct page is asked once for neighbours of one slab: they cannot lose it meanwhile.
 */
static size_t slab_bulk_push(struct kmem_cache *s, size_t nr, void **p)
{
	struct slab_stock *st = this_cpu_ptr(s->stock);
	struct slab_link *head = slab_pcp_claim(st), *link;
	const u64 key = slab_secret, wrong = slab_link_mask, offset = s->link;
	const u64 magic = st->magic, slab_mask = st->slab_mask;
	unsigned long base = ~0UL, off, index;
	size_t i;

	if (!head)
		return 0;
	if (nr > (size_t)st->room)
		nr = st->room;
	for (i = 0; i < nr; i++) {
		off = (unsigned long)p[i] - base;
		if (off > slab_mask) {
			if (!slab_peek_index(p[i], &index) || index != s->index)
				break;
			off = (unsigned long)p[i] & slab_mask;
			base = (unsigned long)p[i] - off;
		}
		link = (struct slab_link *)((char *)p[i] + offset);
		if (unlikely((off * magic) >> 32) || unlikely(!((link->word ^ key) & wrong)))
			break;
		link->word = (u64)(unsigned long)head ^ key ^ (u64)(unsigned long)link;
		head = link;
	}
	st->room -= i;
	slab_pcp_release(st, head);
	return i;
}

void kmem_cache_free_bulk(struct kmem_cache *s, size_t nr, void **p)
{
	size_t i = 0;

	while (i < nr) {
		if (s)
			i += slab_bulk_push(s, nr - i, p + i);
		if (i == nr)
			break;
		if (s)
			kmem_cache_free(s, p[i]);	/* flushes, or says what is wrong */
		else
			kfree(p[i]);
		i++;
	}
}
EXPORT_SYMBOL(kmem_cache_free_bulk);
