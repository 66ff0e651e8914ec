/* SPDX-License-Identifier: MIT */
/*
 * mm/page_alloc.c - who gets pages, and from which zone: policy above the buddy
 *
 * MODEL
 *   alloc_pages(gfp, order)
 *     fast   this CPU's stock of the best zone has a block: pop it (rewind_page.asm; callers
 *            that ask for a plain single page go there directly, <linux/gfp.h>).
 *     slow   walk the zones from the highest that the mask admits: NORMAL, DMA32, DMA.
 *            A zone that stays above its low watermark gives a block: from stock (after a
 *            refill), from its free lists, from the next dormant section, in that order.
 *     slower page_slow.c: deeper, as far as the mask may go; kswapd, reclaim and the rest.
 *
 *   page_pcp_of[] maps the zone bits of a mask to the stock to try.  Before
 *   page_alloc_init() and while a fault injector is plugged in, all masks map to a stock
 *   that is always empty: so neither costs the fast path an instruction.
 *
 *	mask bits 0..2	   0	 DMA   HIGH   DMA|HIGH   DMA32 ...
 *	stock of	 NORMAL  DMA  NORMAL    DMA      DMA32		4 GiB and more
 *			 DMA32   DMA  DMA32     DMA      DMA32		less
 *			   -- nobody's, always empty --			while armed
 *
 *   Linux's fast path looks at the mask, the node, the zone list and the watermark first, each
 *   time; here the answers to the first three were put into the table beforehand, and the last
 *   is I2: a zone that is short has no stock.
 *
 *   Blocks for other owners (slab, page tables ...) come by the same paths, but their
 *   refcount word is theirs.
 *
 * INVARIANTS
 *   I1  a block given out has refcount 1 (owner PAGES) or a zero word (others), private 0.
 *   I2  the stock of a zone is used only while the zone is above its low watermark.
 *
 * LOCKING	none for the stock, preemption off where a block of it is in hand; zone->lock;
 *		none held across sockets.
 * CONTEXT	any but NMI.  Masks with __GFP_DIRECT_RECLAIM: process context.
 * FAILURE	NULL, nothing changed, reported unless __GFP_NOWARN.
 * NOT HERE	watermark arithmetic: zone.c.  Below low: page_slow.c.  Giving back: page_free.c.
 */
#include <linux/kernel.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "internal.h"

#define GFP_ZONE_BITS	(__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32)	/* bits 0..2 */

static_assert((__force u32)GFP_ZONE_BITS == 7, "page_pcp_of has a slot for each mask of zones");
static_assert(NR_WMARK <= ALLOC_WMARK_MASK + 1, "alloc_flags hold the number of a mark");
static_assert(!(ALLOC_WMARK_MASK & (ALLOC_NO_WATERMARKS | ALLOC_RESERVES | ALLOC_KSWAPD)));

/*
 * rewind_page.asm indexes it with the mask as it is.  Written while other CPUs read: an old value
 * does no harm, it only lets a request be served that was meant to fail.
 */
struct per_cpu_pages *page_pcp_of[8] = { [0 ... 7] = &page_pcp[PCP_NOBODY] };

page_should_fail_fn *page_alloc_should_fail;

/* ---- taking a block -------------------------------------------------------------- */

/* The refcount word of a fresh block: only pages as such are counted by who holds them. */
static __always_inline u32 fresh_ref(enum page_owner owner)
{
	return owner == PAGE_OWNER_PAGES;
}

/*
 * From the zone's stock, after a refill if need be.  Preemption is off because from the pop to the
 * hand-over the block is on no list and nobody's: a thread that stopped there would hide it from
 * whoever counts.  Interrupts may come: what they take is another block.
 */
static noinline struct page *page_alloc_restock(struct zone *z, unsigned int order,
				       enum page_owner owner)
{
	struct per_cpu_pages *pcp = z->pcp;
	struct page *page;

	VM_BUG_ON(order > PCP_MAX_ORDER);
	preempt_disable();
	page = pcp_pop(&pcp->list[order], PAGE_META(PAGE_OWNER_PCP, order));
	if (!page)
		page = pcp_refill(z, pcp, order);
	if (page) {
		page->private = 0;
		page_hand_over(page, order, PAGE_OWNER_PCP, owner, fresh_ref(owner));
		this_cpu_add(pcp->nr_alloc, 1UL << order);
	}
	preempt_enable();
	return page;
}

/* Large blocks, and all of a zone whose stock is closed, straight from the lists. */
static __always_inline struct page *page_alloc_rmqueue(struct zone *z, unsigned int order,
							enum page_owner owner)
{
	struct page *page = NULL;
	unsigned long flags;

	if (order <= PCP_MAX_ORDER && z->pcp)
		page = page_alloc_restock(z, order, owner);
	if (!page) {
		local_irq_save(flags);
		spin_lock(&z->lock);
		page = buddy_alloc(z, order, owner, fresh_ref(owner));
		spin_unlock(&z->lock);
		local_irq_restore(flags);
	}
	VM_BUG_ON(page && page_zone(page) != z && !z->free_tag);
	return page;
}

/*
 * The watermarks have been asked; dormant pages counted as free, so now some may have to come in.
 * The first one ahead of time, if this is a good moment: an interrupt that comes while a section is
 * brought in gets no other, and must find pages on the lists.  Then as many as it takes: one may be
 * too ragged for the order that is wanted.
 */
static struct page *page_alloc_from_zone(struct zone *z, unsigned int order,
					 enum page_owner owner)
{
	struct page *page;

	if (unlikely(READ_ONCE(z->nr_dormant)) && READ_ONCE(z->nr_free) < SECTION_AHEAD &&
	    !irqs_disabled() && !READ_ONCE(section_map.growing))
		section_bring_in(z);
	do {
		page = page_alloc_rmqueue(z, order, owner);
	} while (!page && READ_ONCE(z->nr_dormant) && section_bring_in(z));
	return page;
}

#define ALLOC_URGENT	(ALLOC_HIGHATOMIC | ALLOC_OOM | ALLOC_NON_BLOCK)

/*
 * The same with the rights of those who cannot wait, or are to die: several pages come from
 * the zone's reserve, and set another pageblock apart; one page only if nothing else is left.
 */
static noinline struct page *page_alloc_urgent(struct zone *z, unsigned int order,
					       enum page_owner owner, unsigned int alloc_flags)
{
	struct page *page = NULL;

	VM_WARN_ON_ONCE(!(alloc_flags & ALLOC_URGENT));
	if (alloc_flags & ALLOC_HIGHATOMIC)
		page = zone_reserve_alloc(z, order, owner, fresh_ref(owner));
	if (page)
		return page;
	page = page_alloc_from_zone(z, order, owner);
	if (!page)
		page = zone_reserve_alloc(z, order, owner, fresh_ref(owner));
	else if (alloc_flags & ALLOC_HIGHATOMIC)
		zone_reserve_grow(z, page, order);
	return page;
}

/*
 * The highest zone first: low memory is for those who can use no other.  lowmem_reserve, in the
 * watermark check, keeps some of it for them even when NORMAL is used up.
 */
static __always_inline struct page *walk_zones(struct zone *zs, int highest,
					       unsigned int order, unsigned int alloc_flags,
					       enum page_owner owner)
{
	const unsigned int mark = alloc_flags & ALLOC_WMARK_MASK;
	struct page *page;
	struct zone *z;
	int i;

	VM_BUG_ON(order > MAX_PAGE_ORDER || mark >= NR_WMARK || highest >= MAX_NR_ZONES);
	VM_WARN_ON_ONCE(!(PAGE_USERS & 1U << owner));
	for (i = highest; i >= 0; i--) {
		z = zs + i;		/* an index: a pointer below zs[0] must not exist */
		if (!z->managed_pages)
			continue;
		if (!(alloc_flags & ALLOC_NO_WATERMARKS) &&
		    !__zone_watermark_ok(z, order, z->watermark[mark], highest, alloc_flags))
			continue;
		if (unlikely(alloc_flags & ALLOC_URGENT))
			page = page_alloc_urgent(z, order, owner, alloc_flags);
		else
			page = page_alloc_from_zone(z, order, owner);
		if (page)
			return page;
	}
	return NULL;
}

struct page *page_alloc_walk(const struct alloc_context *ac)
{
	return walk_zones(ac->zones, ac->highest_zoneidx, ac->order, ac->alloc_flags, ac->owner);
}

static noinline struct page *page_alloc_below_low(struct zone *zs, gfp_t gfp,
						  unsigned int order, enum page_owner owner)
{
	struct alloc_context ac = {
		.zones = zs, .highest_zoneidx = gfp_zone(gfp), .gfp = gfp, .order = order,
		.owner = owner,
	};

	return page_alloc_slow(&ac);
}

struct page *page_alloc_in(struct zone *zs, gfp_t gfp, unsigned int order,
			   enum page_owner owner)
{
	struct page *page = walk_zones(zs, gfp_zone(gfp), order, ALLOC_WMARK_LOW, owner);

	return page ? page : page_alloc_below_low(zs, gfp, order, owner);
}

/*
 * There was nothing in stock.  Wrong orders end here and not earlier, for a wrong one misses all
 * stocks; and a fault injector is asked here and not earlier, for while one is armed all miss.
 */
static __always_inline struct page *page_alloc_missed(gfp_t gfp, unsigned int order,
						       enum page_owner owner)
{
	page_should_fail_fn *should_fail = READ_ONCE(page_alloc_should_fail);
	struct page *page;

	if (unlikely(order > MAX_PAGE_ORDER)) {
		WARN_ON_ONCE(!(gfp & __GFP_NOWARN));
		return NULL;
	}
	if (should_fail && !(gfp & __GFP_NOFAIL) && should_fail(gfp, order))
		return NULL;
	page = walk_zones(zones, gfp_zone(gfp), order, ALLOC_WMARK_LOW, owner);
	return page ? page : page_alloc_below_low(zones, gfp, order, owner);
}

/* What the mask wants done to a fresh block. */
static __always_inline struct page *page_alloc_finish(struct page *page, gfp_t gfp,
						      unsigned int order, enum page_owner owner)
{
	/* I1, for every way that a block can have come by */
	VM_BUG_ON(page && (page->order != order || page->owner != owner));
	VM_BUG_ON(page && (page->private || page->refcount != fresh_ref(owner)));
	if (page && (gfp & __GFP_ZERO))
		memset(page_address(page), 0, PAGE_SIZE << order);
	if (page && (gfp & __GFP_COMP) && order) {
		page->refcount = 0;	/* nobody's, while its tails are being marked */
		page_make_compound(page, order);
		page->refcount = fresh_ref(owner);
	}
	return page;
}

/* From the stock that serves this mask, or NULL. */
static __always_inline struct page *page_alloc_pop(gfp_t gfp, unsigned int order,
						   enum page_owner owner)
{
	VM_BUG_ON(!page_may_move(PAGE_OWNER_PCP, owner));
	return pcp_get(page_pcp_of[(__force u32)(gfp & GFP_ZONE_BITS)], order,
		       PAGE_META_REF(owner, order, fresh_ref(owner)));
}

/* All but the hottest case, which is order 0, from stock, as it comes. */
static noinline struct page *page_alloc_any(gfp_t gfp, unsigned int order,
					    enum page_owner owner)
{
	struct page *page = NULL;

	if (order <= PCP_MAX_ORDER)
		page = page_alloc_pop(gfp, order, owner);
	if (!page)
		page = page_alloc_missed(gfp, order, owner);
	return page_alloc_finish(page, gfp, order, owner);
}

/* ---- behind the sequences of rewind_page.asm --------------------------------------- */

/* They have found the stock empty, and tail-call these with their arguments as they were. */
struct page *page_alloc_slow_page(gfp_t gfp, unsigned int order)
{
	VM_WARN_ON_ONCE(!gfp_is_plain(gfp));	/* nothing left to be done to the block */
	return page_alloc_missed(gfp, order, PAGE_OWNER_PAGES);
}

unsigned long page_alloc_slow_addr(gfp_t gfp, unsigned int order)
{
	struct page *page = page_alloc_slow_page(gfp, order);

	return page ? (unsigned long)page_address(page) : 0;
}

struct page *page_alloc_0_slow(gfp_t gfp)
{
	return page_alloc_slow_page(gfp, 0);
}

unsigned long page_alloc_addr_0_slow(gfp_t gfp)
{
	return page_alloc_slow_addr(gfp, 0);
}

/* ---- what callers see -------------------------------------------------------------- */

/* Kept in stock, and ready as it is. */
static __always_inline bool page_alloc_is_small(gfp_t gfp, unsigned int order)
{
	return likely(order <= PCP_MAX_ORDER && gfp_is_plain(gfp));
}

struct page *alloc_pages_owner(gfp_t gfp, unsigned int order, enum page_owner owner)
{
	return page_alloc_any(gfp, order, owner);
}

struct page *(alloc_pages)(gfp_t gfp, unsigned int order)
{
	if (page_alloc_is_small(gfp, order))
		return page_alloc_small(gfp, order);
	return page_alloc_any(gfp, order, PAGE_OWNER_PAGES);
}

static noinline unsigned long page_alloc_any_addr(gfp_t gfp, unsigned int order)
{
	struct page *page = page_alloc_any(gfp, order, PAGE_OWNER_PAGES);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long (__get_free_pages)(gfp_t gfp, unsigned int order)
{
	if (page_alloc_is_small(gfp, order))
		return page_alloc_addr_small(gfp, order);
	return page_alloc_any_addr(gfp, order);
}

unsigned long (get_zeroed_page)(gfp_t gfp)
{
	return (__get_free_pages)(gfp | __GFP_ZERO, 0);
}

/*
 * Of pages that want more done to them there is no stock.  As in Linux the filled slots of the
 * array are skipped, and what is returned is how many are filled from the first on.
 */
static noinline unsigned long page_alloc_one_by_one(gfp_t gfp, unsigned long nr_pages,
					   struct page **page_array)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		if (!page_array[i])
			page_array[i] = (alloc_pages)(gfp, 0);
		if (!page_array[i])
			break;
	}
	VM_WARN_ON_ONCE(i > nr_pages);
	return i;
}

static __always_inline struct per_cpu_pages *page_alloc_stock(gfp_t gfp)
{
	return page_pcp_of[(__force u32)(gfp & GFP_ZONE_BITS)];
}

/* From slot i on, which is empty: the stock was not enough. */
static noinline unsigned long page_alloc_bulk_rest(gfp_t gfp, unsigned long nr_pages,
						   struct page **page_array, unsigned long i)
{
	while (i < nr_pages) {
		VM_BUG_ON(page_array[i]);	/* it would be lost */
		page_array[i] = page_alloc_0(gfp);	/* refills the stock */
		if (!page_array[i])
			break;
		i += pcp_take_bulk(page_alloc_stock(gfp), page_array + i, nr_pages - i);
	}
	return i;
}

unsigned long (alloc_pages_bulk)(gfp_t gfp, unsigned long nr_pages, struct page **page_array)
{
	unsigned long i;

	if (unlikely(!gfp_is_plain(gfp)))
		return page_alloc_one_by_one(gfp, nr_pages, page_array);
	i = pcp_take_bulk(page_alloc_stock(gfp), page_array, nr_pages);
	return likely(i == nr_pages) ? i : page_alloc_bulk_rest(gfp, nr_pages, page_array, i);
}

/*
 * A block of the next power of two is cut into pages, and those beyond size go back at once: three
 * pages cost three, not four.  A compound block cannot be cut, so that flag makes no sense here.
 */
void *(alloc_pages_exact)(size_t size, gfp_t gfp)
{
	unsigned long nr = PFN_UP(size), i;
	unsigned int order = get_order(size);
	struct page *page;

	if (WARN_ON_ONCE(gfp & __GFP_COMP))
		gfp &= ~__GFP_COMP;
	page = size ? (alloc_pages)(gfp, order) : NULL;
	if (!page)
		return NULL;
	VM_BUG_ON(nr > 1UL << order);
	split_page(page, order);
	for (i = nr; i < 1UL << order; i++)
		__free_page(page + i);
	return page_address(page);
}

/* ---- sockets and init ------------------------------------------------------------ */

/* Which stock serves a mask: that of the highest zone it admits that has any pages. */
static struct per_cpu_pages *best_pcp(gfp_t gfp)
{
	int i;

	for (i = gfp_zone(gfp); i >= 0; i--)
		if (zones[i].managed_pages && !page_alloc_should_fail)
			return zones[i].pcp;
	return &page_pcp[PCP_NOBODY];
}

/* The table that the fast path goes by, anew. */
static void page_alloc_route(void)
{
	unsigned int bits;

	static_assert(ARRAY_SIZE(page_pcp_of) == (__force u32)GFP_ZONE_BITS + 1);
	for (bits = 0; bits < 8; bits++)
		WRITE_ONCE(page_pcp_of[bits], best_pcp((__force gfp_t)bits));
}

page_should_fail_fn *page_alloc_set_should_fail(page_should_fail_fn *fn)
{
	page_should_fail_fn *old = page_alloc_should_fail;

	WRITE_ONCE(page_alloc_should_fail, fn);
	page_alloc_route();
	return old;
}

/* The zones exist.  Stocks are closed, and open when a CPU first comes by. */
void page_alloc_init(void)
{
	page_free_init();
	page_alloc_route();
}
