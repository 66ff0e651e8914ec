/* SPDX-License-Identifier: MIT */
/*
 * mm/page_alloc.c - who gets pages, and from which zone: policy above the buddy
 *
 * MODEL
 *   alloc_pages(gfp, order)
 *     fast   this CPU's stock of the best zone has a block: pop it.
 *     slow   walk the zones from the highest that the mask admits: NORMAL, DMA32, DMA.
 *            A zone that stays above its low watermark gives a block: from stock (after a
 *            refill), from its free lists, from the next dormant section, in that order.
 *     slower page_slow.c: deeper, as far as the mask may go; kswapd, reclaim and the rest.
 *
 *   page_pcp_of[] maps the zone bits of a mask to the stock to try.  Before
 *   page_alloc_init() and while a fault injector is plugged in, all masks map to a stock
 *   that is always empty: so neither costs the fast path an instruction.
 *
 *   Blocks for other owners (slab, page tables ...) come by the same paths, but their
 *   refcount word is theirs.
 *
 * INVARIANTS
 *   I1  a block given out has refcount 1 (owner PAGES) or a zero word (others), private 0.
 *   I2  the stock of a zone is used only while the zone is above its low watermark.
 *
 * LOCKING	irqs off around the stock, zone->lock inside; none held across sockets.
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

static DEFINE_PER_CPU(struct per_cpu_pages *, page_pcp_of)[8] = {
	[0 ... 7] = &page_pcp[PCP_NOBODY]
};

page_should_fail_fn *page_alloc_should_fail;

/* ---- taking a block -------------------------------------------------------------- */

/* The refcount word of a fresh block. */
static __always_inline u32 fresh_ref(enum page_owner owner)
{
	return owner == PAGE_OWNER_PAGES;
}

/* From the zone's stock, after a refill if need be. */
static noinline struct page *page_alloc_restock(struct zone *z, unsigned int order,
				       enum page_owner owner)
{
	struct per_cpu_pages *pcp;
	unsigned long flags;
	bool closing;
	u32 pfn;

	VM_BUG_ON(order > PCP_MAX_ORDER);
	preempt_disable();
	local_irq_save(flags);
	pcp = this_cpu_ptr(z->pcp);
	pfn = pcp_pop(pcp, order, owner, fresh_ref(owner));
	if (!pfn && pcp_refill(z, pcp, order))
		pfn = pcp_pop(pcp, order, owner, fresh_ref(owner));
	closing = pcp->open == PCP_CLOSING;
	local_irq_restore(flags);
	if (unlikely(closing))
		pcp_close(z, pcp);
	preempt_enable();
	return pfn ? pfn_to_page(pfn) : NULL;
}

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
 * So many free pages are kept on the lists while a section comes in, for the interrupts that
 * come meanwhile; so many hardly ever last for less than one section's time.
 */
#define SECTION_AHEAD	512

static struct page *page_alloc_from_zone(struct zone *z, unsigned int order,
					 enum page_owner owner)
{
	struct page *page;

	if (unlikely(READ_ONCE(z->nr_dormant)) && READ_ONCE(z->nr_free) < SECTION_AHEAD &&
	    !irqs_disabled())
		section_bring_in(z);
	do {
		page = page_alloc_rmqueue(z, order, owner);
	} while (!page && READ_ONCE(z->nr_dormant) && section_bring_in(z));
	return page;
}

/*
 * The same with the rights of those who cannot wait, or are to die: several pages come from
 * the zone's reserve, and set another pageblock apart; one page only if nothing else is left.
 */
static noinline struct page *page_alloc_urgent(struct zone *z, unsigned int order,
					       enum page_owner owner, unsigned int alloc_flags)
{
	struct page *page = NULL;

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

#define ALLOC_URGENT	(ALLOC_HIGHATOMIC | ALLOC_OOM | ALLOC_NON_BLOCK)

static __always_inline struct page *walk_zones(struct zone *zs, int highest,
					       unsigned int order, unsigned int alloc_flags,
					       enum page_owner owner)
{
	const unsigned int mark = alloc_flags & ALLOC_WMARK_MASK;
	struct page *page;
	struct zone *z;
	int i;

	VM_BUG_ON(order > MAX_PAGE_ORDER || mark >= NR_WMARK);
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
		page->refcount = 0;
		page_make_compound(page, order);
		page->refcount = fresh_ref(owner);
	}
	return page;
}

/* From the stock that serves this mask: a pfn, or 0. */
static __always_inline u32 page_alloc_pop(gfp_t gfp, unsigned int order,
					  enum page_owner owner)
{
	unsigned long flags;
	u32 pfn;

	local_irq_save(flags);
	pfn = pcp_pop(this_cpu_read(page_pcp_of[(__force u32)(gfp & GFP_ZONE_BITS)]), order,
		      owner, fresh_ref(owner));
	local_irq_restore(flags);
	return pfn;
}

/* All but the hottest case, which is order 0, from stock, as it comes. */
static noinline struct page *page_alloc_any(gfp_t gfp, unsigned int order,
					    enum page_owner owner)
{
	u32 pfn = order <= PCP_MAX_ORDER ? page_alloc_pop(gfp, order, owner) : 0;
	struct page *page;

	page = pfn ? pfn_to_page(pfn) : page_alloc_missed(gfp, order, owner);
	return page_alloc_finish(page, gfp, order, owner);
}

static __always_inline bool page_alloc_is_plain(gfp_t gfp, unsigned int order)
{
	return likely(order == 0 && !(gfp & (__GFP_ZERO | __GFP_COMP)));
}

struct page *alloc_pages_owner(gfp_t gfp, unsigned int order, enum page_owner owner)
{
	return page_alloc_any(gfp, order, owner);
}

struct page *(alloc_pages)(gfp_t gfp, unsigned int order)
{
	u32 pfn;

	if (page_alloc_is_plain(gfp, order)) {
		pfn = page_alloc_pop(gfp, 0, PAGE_OWNER_PAGES);
		if (likely(pfn))
			return pfn_to_page(pfn);
	}
	return page_alloc_any(gfp, order, PAGE_OWNER_PAGES);
}

static noinline unsigned long page_alloc_any_addr(gfp_t gfp, unsigned int order)
{
	struct page *page = page_alloc_any(gfp, order, PAGE_OWNER_PAGES);

	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long (__get_free_pages)(gfp_t gfp, unsigned int order)
{
	u32 pfn;

	if (page_alloc_is_plain(gfp, order)) {
		pfn = page_alloc_pop(gfp, 0, PAGE_OWNER_PAGES);
		if (likely(pfn))
			return (unsigned long)pfn_to_kaddr(pfn);
	}
	return page_alloc_any_addr(gfp, order);
}

unsigned long (get_zeroed_page)(gfp_t gfp)
{
	return (__get_free_pages)(gfp | __GFP_ZERO, 0);
}

unsigned long (alloc_pages_bulk)(gfp_t gfp, unsigned long nr_pages, struct page **page_array)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		if (page_array[i])
			continue;
		page_array[i] = (alloc_pages)(gfp, 0);
		if (!page_array[i])
			break;
	}
	return i;
}

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
	split_page(page, order);
	for (i = nr; i < 1UL << order; i++)
		__free_page(page + i);
	return page_address(page);
}

/* ---- sockets and init ------------------------------------------------------------ */

/* Which stock serves a mask: that of the highest zone it admits that has any pages. */
static struct per_cpu_pages *best_pcp(gfp_t gfp, unsigned int cpu)
{
	int i;

	for (i = gfp_zone(gfp); i >= 0; i--)
		if (zones[i].managed_pages && !page_alloc_should_fail)
			return per_cpu_ptr(zones[i].pcp, cpu);
	return per_cpu_ptr(&page_pcp[PCP_NOBODY], cpu);
}

static void page_alloc_route_cpu(unsigned int cpu)
{
	unsigned int bits;

	for (bits = 0; bits < 8; bits++)
		WRITE_ONCE(per_cpu(page_pcp_of[bits], cpu), best_pcp((__force gfp_t)bits, cpu));
}

static void page_alloc_route(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		page_alloc_route_cpu(cpu);
}

page_should_fail_fn *page_alloc_set_should_fail(page_should_fail_fn *fn)
{
	page_should_fail_fn *old = page_alloc_should_fail;

	WRITE_ONCE(page_alloc_should_fail, fn);
	page_alloc_route();
	return old;
}

void page_alloc_init_cpu(unsigned int cpu)
{
	struct zone *z;

	for_each_zone(z)
		if (!WARN_ON_ONCE(!z->pcp) && z->managed_pages)
			pcp_init(per_cpu_ptr(z->pcp, cpu), z);
	page_free_init_cpu(cpu);
	page_alloc_route_cpu(cpu);
}

void page_alloc_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		page_alloc_init_cpu(cpu);
}
