/* SPDX-License-Identifier: MIT */
/*
 * mm/page_nolock.c - pages for those who may wait for nothing at all, not even for a lock
 *
 * MODEL
 *   An NMI may have interrupted anybody, the holder of a zone's lock too.  So:
 *
 *	alloc	from the highest zone down, of each that is above its low watermark: stock, for
 *		a rewindable pop is safe in any context; then the buddy, if its lock can be had
 *		at once.
 *	free	stock; the buddy, if its lock can be had at once; else the zone's list of
 *		late blocks, one atomic exchange, from which the next one to refill, flush
 *		or drain a stock gives them to the buddy.
 *
 *   Names and meaning are Linux 6.15's (try_alloc_pages() in 6.14): blocks are zeroed, and of
 *   orders that are kept in stock; never from the reserves; no fault injection.
 *
 * INVARIANTS
 *   I1  a late block is marked PCP, and linked by its private word (verify.c counts them).
 *
 * LOCKING	trylock on zone->lock.
 * CONTEXT	any.
 * FAILURE	NULL, silently: ask again later, or do without.
 * NOT HERE	sequences: arch/x86/rewind_page.asm.
 */
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/string.h>

#include "internal.h"

static struct page *nolock_from_buddy(struct zone *z, unsigned int order) __no_lock_analysis
{
	struct page *page = NULL;
	unsigned long flags;

	if (spin_trylock_irqsave(&z->lock, flags)) {
		page = buddy_alloc(z, order, PAGE_OWNER_PAGES, 1);
		spin_unlock_irqrestore(&z->lock, flags);
	}
	return page;
}

/*
 * Asked before the stock as well: a handler that comes often would otherwise eat up the low
 * zones, which lowmem_reserve keeps for those who can use nothing else.
 */
static struct page *nolock_from_zone(struct zone *z, unsigned int order)
{
	struct page *page;

	if (!z->pcp || !zone_watermark_ok(z, order, low_wmark_pages(z), ZONE_NORMAL, 0))
		return NULL;
	page = pcp_get(z->pcp, order, PAGE_META_REF(PAGE_OWNER_PAGES, order, 1));
	return page ?: nolock_from_buddy(z, order);
}

struct page *alloc_pages_nolock(int nid, unsigned int order)
{
	struct page *page = NULL;
	int i;

	if (order > PCP_MAX_ORDER)
		return NULL;
	for (i = ZONE_NORMAL; i >= 0 && !page; i--)
		if (zones[i].managed_pages)
			page = nolock_from_zone(&zones[i], order);
	if (page)
		memset(page_address(page), 0, PAGE_SIZE << order);
	return page;
}

/*
 * Claimed, and there is no room in stock; preemption is off.  Only pushes race here, the other end
 * takes the list as a whole: so that head has gone and come back in between (ABA) does no harm.
 */
static void nolock_put(struct zone *z, struct page *page, unsigned int order) __no_lock_analysis
{
	struct page *first = READ_ONCE(z->late);
	unsigned long flags;

	VM_BUG_ON(page->meta != PAGE_META(PAGE_OWNER_PCP, order));		/* I1 */
	VM_WARN_ON_ONCE(!preempt_count());
	if (spin_trylock_irqsave(&z->lock, flags)) {
		buddy_free(z, page, order, PAGE_OWNER_PCP);
		spin_unlock_irqrestore(&z->lock, flags);
		return;
	}
	do {
		page->private = (unsigned long)first;
	} while (!try_cmpxchg(&z->late, &first, page));
}

#define META_BUT_REF	0xffffffffULL
static_assert(META_BUT_REF == ~PAGE_META_REF(0, 0, ~0U));

void free_pages_nolock(struct page *page, unsigned int order)
{
	struct zone *z;

	if (!page_ptr_valid(page) || order > PCP_MAX_ORDER ||
	    (page->meta & META_BUT_REF) != PAGE_META(PAGE_OWNER_PAGES, order) ||
	    !page_ref_count(page)) {
		page_report_bad(page_to_pfn(page), "freed page cannot be freed here");
		return;
	}
	if (!page_ref_dec_and_test(page))
		return;			/* somebody else holds it, too */
	z = page_zone(page);
	if (!pcp_give(z->pcp, page, PAGE_OWNER_PAGES, order)) {
		nolock_put(z, page, order);
		preempt_enable_no_resched();
	}
}

void page_take_late(struct zone *z)
{
	struct page *page, *next;

	if (likely(!READ_ONCE(z->late)))
		return;
	for (page = xchg(&z->late, NULL); page; page = next) {
		VM_BUG_ON(page->owner != PAGE_OWNER_PCP || page_zone(page) != z);
		next = (struct page *)(unsigned long)page->private;
		pcp_put(z, NULL, page, page->order);
	}
}

unsigned long page_nr_late(const struct zone *z)
{
	const struct page *page;
	unsigned long nr = 0;

	for (page = READ_ONCE(z->late); page; page = (struct page *)(unsigned long)page->private)
		nr += 1UL << page->order;
	return nr;
}
