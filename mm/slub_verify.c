/* SPDX-License-Identifier: MIT */
/*
 * mm/slub_verify.c - are a cache's slabs what slub.c says they are?
 *
 * MODEL
 *   Each slab is looked at by itself: its pages, then its free list, link by link; and what
 *   was seen is added up and compared with the cache's counters.  The first fault is kept.
 *
 * INVARIANTS	those of slub.c.
 * LOCKING	the cache's lock, through slub_for_each_slab().
 * CONTEXT	process.
 * FAILURE	false and a message; nothing is repaired.
 * NOT HERE	stocks: slab_pcp.c.  Contents of objects: slab_debug.c.
 */
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/sprintf.h>

#include "slab.h"

struct slub_sums {
	unsigned long slabs, empty, taken;
	const char *fault;		/* of the first slab that has one */
	u32 fault_pfn;
};

/* I1: follow the list. */
static const char *slub_check_list(struct kmem_cache *s, struct page *slab)
{
	DECLARE_BITMAP(seen, SLAB_MAX_OBJECTS);
	struct slab_link *link = slab_first_free(s, slab);
	unsigned int left = s->objects - slab->inuse;
	int nr;

	bitmap_zero(seen, s->objects);
	for (; left; left--, link = slab_link_next(link)) {
		nr = link ? slab_link_nr(s, slab, link) : -1;
		if (nr < 0)
			return "free list leaves the slab";
		if (test_and_set_bit(nr, seen))
			return "free list is a circle";
		if (!slab_link_ok(link))
			return "free list has a broken link";
	}
	return link && link != slab_nil ? "free list is too long" : NULL;
}

/* I4 */
static const char *slub_check_pages(struct kmem_cache *s, struct page *slab)
{
	unsigned int i;

	if (slab->owner != PAGE_OWNER_SLAB || slab->order != s->order)
		return "not the head of a slab";
	for (i = 0; i < 1U << s->order; i++)
		if (slab[i].cache != s->id)
			return "page of another cache";
	return slab->inuse > s->objects ? "more objects away than there are" : NULL;
}

static void slub_check_slab(struct kmem_cache *s, struct page *slab, void *arg)
{
	struct slub_sums *sums = arg;
	const char *fault = slub_check_pages(s, slab);

	lockdep_assert_held(&s->lock);
	if (!fault)
		fault = slub_check_list(s, slab);
	if (fault && !sums->fault) {
		sums->fault = fault;
		sums->fault_pfn = page_to_pfn(slab);
	}
	sums->slabs++;
	sums->taken += slab->inuse;
	sums->empty += !slab->inuse;
}

bool slub_verify(struct kmem_cache *s, unsigned long stocked, char *msg, size_t n)
{
	struct slub_sums sums = { 0 };

	s->ops->for_each_slab(s, slub_check_slab, &sums);
	if (sums.fault)
		snprintf(msg, n, "slab %s: pfn %#x: %s", s->name, sums.fault_pfn, sums.fault);
	else if (sums.slabs != s->nr_slabs || sums.empty != s->nr_empty ||
		 sums.taken != s->nr_taken)
		snprintf(msg, n, "slab %s: slabs %lu/%lu, empty %lu/%lu, away %lu/%lu",
			 s->name, sums.slabs, s->nr_slabs, sums.empty, s->nr_empty,
			 sums.taken, s->nr_taken);
	else if (stocked + s->nr_lost > s->nr_taken)
		snprintf(msg, n, "slab %s: %lu in stock, %lu lost, but only %lu away", s->name,
			 stocked, s->nr_lost, s->nr_taken);
	else
		return true;
	return false;
}
