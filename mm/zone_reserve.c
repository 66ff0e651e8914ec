/* SPDX-License-Identifier: MIT */
/*
 * mm/zone_reserve.c - blocks kept together for those who need several pages and cannot wait
 *
 * MODEL
 *   Free memory falls to pieces; a handler that needs two pages in a row can then not be
 *   helped, however many are free.  So when a high-order request that cannot block has had
 *   to go below the low watermark, the 2 MiB around the block it got (a pageblock) are set
 *   apart: their free pages serve only such requests.  At most 1 % of a zone, rounded up to
 *   pageblocks; nothing where 1 % is less than one.  Under pressure they go back: all but
 *   one in reclaim, all before anybody is asked for a sacrifice.
 *
 *	zone:     free[]  [..] [......]		reserve: free[]  [.] [..]	own tag
 *	pageblock  0 1 2 3 4 5 6 7
 *	bits       0 0 1 0 0 0 0 0		section_map.reserved[section]
 *
 *   The reserve is a buddy allocator of its own (struct zone), whose free heads carry a tag
 *   of their own, so neither merges with the other's blocks.  A page in use does not know
 *   where it belongs: buddy_free() finds out from a bit for each pageblock, and looks only
 *   while the zone has any reserved.
 *
 *   As in Linux 6.12: what is free in the reserve does not count for those without a right
 *   to go below min; and if nothing else is left, a single page for those who cannot block,
 *   and anything for a victim, may come from it.
 *
 * INVARIANTS	(zone_reserve_verify(), while nobody is at it)
 *   I1  a free block of the reserve lies in pageblocks whose bits are set.
 *   I2  nr_reserved_highatomic is 512 times the bits that are set in the zone's span.
 *
 * LOCKING	zone->lock for the bits and the sum; reserve->lock, rank LOCK_ZONE_RESERVE,
 *		inside it, for the lists.  A pageblock changes sides some blocks at a time,
 *		with interrupts on in between; whoever finds that its bit has changed stops.
 * CONTEXT	any but NMI.
 * FAILURE	nothing is set apart, nothing is given: never more than that.
 * NOT HERE	who has a right to it: gfp.c.  When it is given up: page_slow.c.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "internal.h"

/*
 * Frames looked at, and blocks moved, with interrupts off at most: together 1,500 instructions,
 * of the 2,000 that no call of the allocator may exceed (suite irqs_off).
 */
#define MOVE_FRAMES	64
#define MOVE_BLOCKS	8

static_assert(PAGEBLOCKS_PER_SECTION == 8, "section_map.reserved has a bit for each");
static_assert(PAGEBLOCK_ORDER <= MAX_PAGE_ORDER, "a request may take a whole pageblock");
static_assert((PAGE_TAG_PRIVATE & PAGE_TAG_RESERVE) == 0, "a private zone's reserve has both");

static struct zone zone_reserves[MAX_NR_ZONES];

void zone_reserve_init(struct zone *z, struct zone *reserve)
{
	memset(reserve, 0, sizeof(*reserve));
	reserve->name = z->name;
	reserve->idx = z->idx;
	reserve->top_order = z->top_order;
	reserve->free_tag = z->free_tag | PAGE_TAG_RESERVE;
	reserve->start_pfn = z->start_pfn;
	reserve->end_pfn = z->end_pfn;
	spin_lock_init_ranked(&reserve->lock, LOCK_ZONE_RESERVE);
	z->nr_reserved_highatomic = 0;
	z->reserve = reserve;
}

void zone_reserve_init_all(void)
{
	struct zone *z;

	for_each_zone(z)
		zone_reserve_init(z, &zone_reserves[z->idx]);
}

/* ---- bits ------------------------------------------------------------------------ */

/* By xor: that they were the other way round before is the caller's to know. */
static void set_bits(struct zone *z, unsigned long pfn, unsigned long nr_pages, bool on)
	__must_hold(&z->lock)
{
	unsigned long end = pfn + nr_pages;

	lockdep_assert_held(&z->lock);
	VM_BUG_ON((pfn | nr_pages) & (PAGEBLOCK_PAGES - 1));
	VM_WARN_ON_ONCE(!on && z->nr_reserved_highatomic < nr_pages);
	for (; pfn < end; pfn += PAGEBLOCK_PAGES) {
		VM_BUG_ON(pageblock_is_reserved(pfn) == on);
		section_map.reserved[pfn_to_section_nr(pfn)] ^=
			1U << (pfn >> PAGEBLOCK_ORDER) % PAGEBLOCKS_PER_SECTION;
	}
	z->nr_reserved_highatomic += on ? nr_pages : -nr_pages;
}

/* ---- a pageblock changes sides --------------------------------------------------- */

/*
 * From *pfn on, up to end: free blocks of from go to to.  Returns the number of pages moved;
 * *pfn is where to go on, or end.
 */
static unsigned long move_some(struct zone *from, struct zone *to, unsigned long *pfn,
			       unsigned long end)
	__must_hold(&from->lock) __must_hold(&to->lock)
{
	unsigned int frames = 0, blocks = 0, order;
	unsigned long moved = 0;
	struct page *page;

	lockdep_assert_irqs_disabled();
	while (*pfn < end && frames < MOVE_FRAMES && blocks < MOVE_BLOCKS) {
		page = pfn_to_page(*pfn);
		order = page->order;	/* of a block in use it may change as we look: no matter */
		frames++;
		if (!buddy_is_free(from, page, order)) {
			*pfn += page->owner == PAGE_OWNER_NONE ? 1 : 1UL << order;
			continue;
		}
		*pfn += 1UL << order;
		buddy_move(from, to, page, order);
		moved += 1UL << order;
		blocks++;
	}
	return moved;
}

/*
 * All that is free of a pageblock, whose bit has just been changed to reserved, goes over.  The bit
 * is first: what is freed from now on goes to the new side by itself, so one pass is enough.
 */
static unsigned long move_pageblock(struct zone *z, unsigned long pfn, bool reserved)
{
	const unsigned long start = pfn, end = pfn + PAGEBLOCK_PAGES;
	struct zone *r = z->reserve;
	unsigned long moved = 0, flags;

	while (pfn < end) {
		spin_lock_irqsave(&z->lock, flags);
		spin_lock(&r->lock);
		if (pageblock_is_reserved(start) != reserved)
			pfn = end;		/* an interrupt has thought better of it */
		else if (reserved)
			moved += move_some(z, r, &pfn, end);
		else
			moved += move_some(r, z, &pfn, end);
		spin_unlock(&r->lock);
		spin_unlock_irqrestore(&z->lock, flags);
	}
	return moved;
}

/* ---- growing, shrinking ---------------------------------------------------------- */

static unsigned long reserve_limit(const struct zone *z)
{
	const unsigned long percent = z->managed_pages / 100;

	return percent < PAGEBLOCK_PAGES ? 0 : ALIGN(percent, PAGEBLOCK_PAGES);
}

/*
 * The limit is asked twice: without the lock, because most requests end there, and under it.  A
 * block of order 10 is two pageblocks, and may take the reserve above its limit by one.
 */
void zone_reserve_grow(struct zone *z, struct page *page, unsigned int order)
{
	const unsigned long pfn = page_to_pfn(page) & ~(PAGEBLOCK_PAGES - 1);
	const unsigned long nr = max(PAGEBLOCK_PAGES, 1UL << order), limit = reserve_limit(z);
	unsigned long flags;
	bool mine;

	if (!z->reserve || READ_ONCE(z->nr_reserved_highatomic) >= limit ||
	    pfn < z->start_pfn || pfn + nr > z->end_pfn)
		return;
	spin_lock_irqsave(&z->lock, flags);
	mine = z->nr_reserved_highatomic < limit && !pageblock_is_reserved(pfn);
	if (mine)
		set_bits(z, pfn, nr, true);
	spin_unlock_irqrestore(&z->lock, flags);
	if (mine && order < PAGEBLOCK_ORDER)
		move_pageblock(z, pfn, true);
}

/* Give the pageblock up that the smallest free block lies in; pages that became common. */
static unsigned long give_up_one(struct zone *z)
{
	unsigned long pfn, flags, moved = 0;
	struct zone *r = z->reserve;
	struct page *page;
	unsigned int order = 0;

	spin_lock_irqsave(&z->lock, flags);
	spin_lock(&r->lock);
	page = buddy_smallest(r, &order);
	pfn = page ? page_to_pfn(page) & ~(PAGEBLOCK_PAGES - 1) : 0;
	VM_BUG_ON(page && !pageblock_is_reserved(pfn));		/* I1 */
	if (page)
		set_bits(z, pfn, max(PAGEBLOCK_PAGES, 1UL << order), false);
	if (page && order >= PAGEBLOCK_ORDER) {
		buddy_move(r, z, page, order);
		moved = 1UL << order;
	}
	spin_unlock(&r->lock);
	spin_unlock_irqrestore(&z->lock, flags);
	return page && !moved ? move_pageblock(z, pfn, false) : moved;
}

bool zone_reserve_shrink(struct zone *zs, int highest, bool all)
{
	const unsigned long keep = all ? 0 : PAGEBLOCK_PAGES;
	int i;

	for (i = highest; i >= 0; i--)
		if (zs[i].reserve && READ_ONCE(zs[i].nr_reserved_highatomic) > keep &&
		    give_up_one(&zs[i]))
			return true;
	return false;
}

struct page *zone_reserve_alloc(struct zone *z, unsigned int order, enum page_owner to, u32 ref)
{
	struct zone *r = z->reserve;
	struct page *page;
	unsigned long flags;

	if (!r || !(READ_ONCE(r->free_mask) >> order))
		return NULL;
	spin_lock_irqsave(&r->lock, flags);
	page = buddy_alloc(r, order, to, ref);
	spin_unlock_irqrestore(&r->lock, flags);
	return page;
}

/*
 * The zone's own lock is held: the page lies in a pageblock that is set apart.  A block of order 10
 * lies in two, and they are set apart and given up together as long as it is one block.
 */
void zone_reserve_free(struct zone *z, struct page *page, unsigned int order,
		       enum page_owner from)
{
	struct zone *r = z->reserve;

	lockdep_assert_held(&z->lock);
	VM_WARN_ON_ONCE(order > PAGEBLOCK_ORDER &&
			!pageblock_is_reserved(page_to_pfn(page) + PAGEBLOCK_PAGES));
	spin_lock(&r->lock);
	buddy_free(r, page, order, from);
	spin_unlock(&r->lock);
}

/* ---- the end of a private zone; verification ------------------------------------- */

void zone_reserve_fini(struct zone *z)
{
	unsigned long pfn, flags;

	spin_lock_irqsave(&z->lock, flags);
	for (pfn = z->start_pfn; z->nr_reserved_highatomic && pfn < z->end_pfn;
	     pfn += PAGEBLOCK_PAGES)
		if (pageblock_is_reserved(pfn))
			set_bits(z, pfn, PAGEBLOCK_PAGES, false);
	spin_unlock_irqrestore(&z->lock, flags);
	z->reserve = NULL;
}

/* I1 for one list. */
static bool list_is_reserved(const struct zone *r, unsigned int order)
{
	unsigned long pfn = r->free[order].first, at;

	for (; pfn; pfn = pfn_to_page(pfn)->next)
		for (at = pfn & ~(PAGEBLOCK_PAGES - 1); at < pfn + (1UL << order);
		     at += PAGEBLOCK_PAGES)
			if (!pageblock_is_reserved(at))
				return false;
	return true;
}

bool zone_reserve_verify(const struct zone *z, char *msg, size_t n)
{
	unsigned long pfn, bits = 0;
	unsigned int order;

	for (pfn = ALIGN(z->start_pfn, PAGEBLOCK_PAGES); pfn < z->end_pfn; pfn += PAGEBLOCK_PAGES)
		bits += pageblock_is_reserved(pfn);
	if (bits * PAGEBLOCK_PAGES != z->nr_reserved_highatomic) {
		scnprintf(msg, n, "zone %s: %lu pages reserved, %lu pageblocks marked", z->name,
			  z->nr_reserved_highatomic, bits);
		return false;
	}
	for (order = 0; order < NR_BUDDY_ORDERS; order++)
		if (!list_is_reserved(z->reserve, order)) {
			scnprintf(msg, n, "zone %s: a block of order %u is not where it belongs",
				  z->name, order);
			return false;
		}
	return true;
}
