/* SPDX-License-Identifier: MIT */
/*
 * mm/page_alloc.c - Linux's page allocator interface: policy above the buddy
 *
 * MODEL
 *   alloc_pages(gfp, order)
 *     fast   this CPU's stock of the best zone has a block: pop it.
 *     slow   walk the zones from the highest that the mask admits: NORMAL, DMA32, DMA.
 *            A zone that stays above its low watermark gives a block: from stock (after a
 *            refill), from its free lists, from the next dormant section, in that order.
 *     slower wake kswapd; once more, as deep as the mask may go (gfp.c); then, if it may
 *            sleep: drain the stock, reclaim, try again while that helps; then fail.
 *
 *   free: one compare of the struct page's second word with what a block of this owner,
 *   order, without flags and with one reference looks like.  Equal: push it on the stock.
 *   Anything else goes the slow way, which finds out whether it is a shared or compound
 *   block, or a wrong free; that is reported and changes nothing.
 *
 *   pcp_of[] maps the zone bits of a mask to the stock to try.  Before page_alloc_init()
 *   and while a fault injector is plugged in, all masks map to a stock that is always
 *   empty: so neither costs the fast path an instruction.
 *
 *   Blocks for other owners (slab, page tables ...) come and go by the same paths, but
 *   their refcount word is theirs.
 *
 * INVARIANTS
 *   I1  a block given out has refcount 1 (owner PAGES) or a zero word (others), private 0.
 *   I2  the stock of a zone is used only while the zone is above its low watermark.
 *
 * LOCKING	irqs off around the stock, zone->lock inside; none held across sockets.
 * CONTEXT	any but NMI.  Masks with __GFP_DIRECT_RECLAIM: process context.
 * FAILURE	NULL, nothing changed, reported unless __GFP_NOWARN.
 * NOT HERE	watermark arithmetic: zone.c.  Reclaim: plugged in.  Printing: stats.c.
 */
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/section.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <asm/processor.h>

#include "internal.h"

#define GFP_ZONE_BITS	(__GFP_DMA | __GFP_HIGHMEM | __GFP_DMA32)	/* bits 0..2 */

static u8 page_alloc_pcp_of[8] = {
	[0 ... 7] = PCP_NOBODY
};

static void (*page_alloc_failure_report)(gfp_t gfp, unsigned int order);
static unsigned long (*page_alloc_reclaim)(gfp_t gfp, unsigned int order);
static void (*page_alloc_wake_kswapd)(struct zone *z, unsigned int order);
static bool (*page_alloc_should_fail)(gfp_t gfp, unsigned int order);

/* ---- taking a block -------------------------------------------------------------------- */

/* The refcount word of a fresh block. */
static __always_inline u32 fresh_ref(enum page_owner owner)
{
	return owner == PAGE_OWNER_PAGES;
}

static struct page *page_alloc_rmqueue(struct zone *z, unsigned int order,
				       enum page_owner owner)
{
	struct page *page = NULL;
	struct per_cpu_pages *pcp;
	unsigned long flags;

	local_irq_save(flags);
	if (order <= PCP_MAX_ORDER && z->pcp) {
		pcp = this_cpu_ptr(z->pcp);
		page = pcp_pop(pcp, order, owner, fresh_ref(owner));
		if (!page && pcp_refill(z, pcp, order))
			page = pcp_pop(pcp, order, owner, fresh_ref(owner));
	}
	if (!page) {
		spin_lock(&z->lock);
		page = buddy_alloc(z, order, owner, fresh_ref(owner));
		spin_unlock(&z->lock);
	}
	local_irq_restore(flags);
	return page;
}

static struct page *page_alloc_from_zone(struct zone *z, unsigned int order,
					 enum page_owner owner)
{
	struct page *page;

	do {
		page = page_alloc_rmqueue(z, order, owner);
	} while (!page && READ_ONCE(z->nr_dormant) && section_bring_in(z));
	return page;
}

struct page *page_alloc_walk(struct zone *zs, gfp_t gfp, unsigned int order,
			     unsigned int alloc_flags, enum page_owner owner)
{
	const unsigned int mark = alloc_flags & ALLOC_WMARK_MASK;
	const int highest = gfp_zone(gfp);
	struct page *page;
	struct zone *z;

	for (z = zs + highest; z >= zs; z--) {
		if (!z->managed_pages)
			continue;
		if (!(alloc_flags & ALLOC_NO_WATERMARKS) &&
		    !__zone_watermark_ok(z, order, z->watermark[mark], highest, alloc_flags))
			continue;
		page = page_alloc_from_zone(z, order, owner);
		if (page)
			return page;
	}
	return NULL;
}

/* ---- when the low watermark does not hold ------------------------------------------------ */

static void wake_all_kswapds(gfp_t gfp, unsigned int order)
{
	void (*wake)(struct zone *, unsigned int) = READ_ONCE(page_alloc_wake_kswapd);
	struct zone *z;

	if (!wake || !(gfp & __GFP_KSWAPD_RECLAIM))
		return;
	for (z = zones + gfp_zone(gfp); z >= zones; z--)
		if (z->managed_pages)
			wake(z, order);
}

static __cold void report_failure(gfp_t gfp, unsigned int order)
{
	static DEFINE_RATELIMIT_STATE(rs, 10000, 1);
	void (*report)(gfp_t, unsigned int) = READ_ONCE(page_alloc_failure_report);

	if ((gfp & __GFP_NOWARN) || !__ratelimit(&rs))
		return;
	if (report) {
		report(gfp, order);
		return;
	}
	pr_warn("%s: page allocation failure: order:%u, mode:%#x(%pGg), nodemask=(null)\n",
		task_ident().comm, order, gfp, &gfp);
	dump_stack();
}

static struct page *page_alloc_reclaiming(gfp_t gfp, unsigned int order,
					  enum page_owner owner, unsigned int alloc_flags)
{
	unsigned long (*reclaim)(gfp_t, unsigned int);
	unsigned long progress;
	struct page *page;

	do {
		drain_all_pages(NULL);
		reclaim = READ_ONCE(page_alloc_reclaim);
		progress = reclaim ? reclaim(gfp, order) : 0;
		page = page_alloc_walk(zones, gfp, order, alloc_flags, owner);
		if (page)
			return page;
		cpu_relax();
	} while (gfp_should_retry(gfp, order, progress));
	return NULL;
}

static struct page *page_alloc_below_low(gfp_t gfp, unsigned int order,
					 enum page_owner owner)
{
	unsigned int alloc_flags = gfp_to_alloc_flags(gfp, order);
	struct page *page;

	wake_all_kswapds(gfp, order);
	if (gfp_has_all_reserves(gfp))
		alloc_flags |= ALLOC_NO_WATERMARKS;
	page = page_alloc_walk(zones, gfp, order, alloc_flags, owner);
	if (page)
		return page;
	if (gfpflags_allow_blocking(gfp)) {
		page = page_alloc_reclaiming(gfp, order, owner, alloc_flags);
	} else {
		WARN_ON_ONCE(gfp & __GFP_NOFAIL);	/* cannot promise without sleeping */
		drain_local_pages(NULL);
		page = page_alloc_walk(zones, gfp, order, alloc_flags, owner);
	}
	if (!page)
		report_failure(gfp, order);
	return page;
}

static noinline struct page *page_alloc_slow(gfp_t gfp, unsigned int order,
					     enum page_owner owner)
{
	bool (*should_fail)(gfp_t, unsigned int) = READ_ONCE(page_alloc_should_fail);
	struct page *page;

	if (unlikely(order > MAX_PAGE_ORDER)) {
		WARN_ON_ONCE(!(gfp & __GFP_NOWARN));
		return NULL;
	}
	if (should_fail && !(gfp & __GFP_NOFAIL) && should_fail(gfp, order))
		return NULL;
	page = page_alloc_walk(zones, gfp, order, ALLOC_WMARK_LOW, owner);
	return page ? page : page_alloc_below_low(gfp, order, owner);
}

static noinline struct page *page_alloc_prepare(struct page *page, gfp_t gfp,
						unsigned int order)
{
	if (page && (gfp & __GFP_ZERO))
		memset(page_address(page), 0, PAGE_SIZE << order);
	if (page && (gfp & __GFP_COMP) && order)
		page_make_compound(page, order);
	return page;
}

static __always_inline struct page *page_alloc(gfp_t gfp, unsigned int order,
					       enum page_owner owner)
{
	struct page *page = NULL;
	unsigned long flags;
	unsigned int idx;

	if (likely(order <= PCP_MAX_ORDER)) {
		local_irq_save(flags);
		idx = page_alloc_pcp_of[(__force unsigned int)(gfp & GFP_ZONE_BITS)];
		page = pcp_pop(this_cpu_ptr(&page_pcp[idx]), order, owner, fresh_ref(owner));
		local_irq_restore(flags);
	}
	if (unlikely(!page))
		page = page_alloc_slow(gfp, order, owner);
	if (unlikely(gfp & (__GFP_ZERO | __GFP_COMP)))
		page = page_alloc_prepare(page, gfp, order);
	return page;
}

struct page *alloc_pages_owner(gfp_t gfp, unsigned int order, enum page_owner owner)
{
	return page_alloc(gfp, order, owner);
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return page_alloc(gfp, order, PAGE_OWNER_PAGES);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = page_alloc(gfp, order, PAGE_OWNER_PAGES);

	return likely(page) ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

unsigned long alloc_pages_bulk(gfp_t gfp, unsigned long nr_pages, struct page **page_array)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++) {
		if (page_array[i])
			continue;
		page_array[i] = page_alloc(gfp, 0, PAGE_OWNER_PAGES);
		if (!page_array[i])
			break;
	}
	return i;
}

/* ---- giving it back ---------------------------------------------------------------------- */

/* Nobody refers to the block any more.  Irqs off. */
static void page_free_block(struct page *page, unsigned int order, enum page_owner owner)
{
	struct zone *z = page_zone(page);
	struct per_cpu_pages *pcp;

	if (PageHead(page))
		page_unmake_compound(page, order);
	if (order <= PCP_MAX_ORDER && z->pcp) {
		pcp = this_cpu_ptr(z->pcp);
		if (pcp_push(pcp, page, order, owner))
			return;
		pcp_flush(z, pcp, order);
		if (pcp_push(pcp, page, order, owner))
			return;
	}
	spin_lock(&z->lock);
	buddy_free(z, page, order, owner);
	spin_unlock(&z->lock);
}

/* Why is this no block of owner and order that could be freed?  NULL: it is one. */
static const char *page_free_fault(const struct page *page, unsigned int order,
				   enum page_owner owner)
{
	if (PageTail(page))
		return "freed page is the tail of a compound page";
	if (page->owner == PAGE_OWNER_NONE)
		return "freed page lies inside a block";
	if (page->owner == PAGE_OWNER_FREE || page->owner == PAGE_OWNER_PCP)
		return "page is free already";
	if (PageReserved(page))
		return "freed page is reserved";
	if (page->owner != owner)
		return "freed page belongs to another owner";
	if (page->order != order)
		return "page was allocated with another order";
	if (owner == PAGE_OWNER_PAGES && !page_ref_count(page))
		return "freed page has no reference";
	return NULL;
}

/*
 * Somebody else holds a reference to the first page of a block that is not compound: free
 * the rest now, the first page goes with its last reference.
 */
static void page_free_shared(struct page *page, unsigned int order)
{
	unsigned int k = order;

	if (!PageHead(page)) {
		page->order = 0;
		while (k-- > 0) {
			page[1UL << k].meta = PAGE_META_REF(PAGE_OWNER_PAGES, k, 1);
			page_free_block(&page[1UL << k], k, PAGE_OWNER_PAGES);
		}
	}
	if (page_ref_dec_and_test(page))
		page_free_block(page, page->order, PAGE_OWNER_PAGES);
}

static noinline void page_free_slow(unsigned long pfn, unsigned int order,
				    enum page_owner owner)
{
	struct page *page = pfn_to_page(pfn);
	const char *fault = "freed address has no page";
	unsigned long flags;

	local_irq_save(flags);
	if (pfn_online(pfn))
		fault = page_free_fault(page, order, owner);
	if (unlikely(fault))
		page_report_bad(pfn, fault);
	else if (owner == PAGE_OWNER_PAGES && page_ref_count(page) > 1)
		page_free_shared(page, order);
	else
		page_free_block(page, order, owner);
	local_irq_restore(flags);
}

/* meta_mask: which bits of the second word must look like a fresh block of this kind. */
static __always_inline void page_free(unsigned long pfn, unsigned int order,
				      enum page_owner owner, u64 meta_mask)
{
	const u64 want = PAGE_META_REF(owner, order, 1) & meta_mask;
	struct page *page = pfn_to_page(pfn);
	unsigned long flags;
	bool done = false;

	if (likely(order <= PCP_MAX_ORDER && pfn_online(pfn))) {
		local_irq_save(flags);
		if (likely((page->meta & meta_mask) == want))
			done = pcp_push(this_cpu_ptr(&page_pcp[pfn_zone_type(pfn)]), page,
					order, owner);
		local_irq_restore(flags);
	}
	if (unlikely(!done))
		page_free_slow(pfn, order, owner);
}

#define META_ALL		(~0ULL)
#define META_OWNER_ORDER_FLAGS	0xffffULL

/*
 * Offset in bytes to index: a rotation, so that a misaligned or foreign pointer becomes
 * an index beyond all sections instead of being rounded down to a valid one.
 */
static __always_inline unsigned long exact_index(unsigned long off, unsigned int shift)
{
	return off >> shift | off << (64 - shift);
}

#define PAGE_STRUCT_SHIFT	4
static_assert(sizeof(struct page) == 1UL << PAGE_STRUCT_SHIFT);

static __always_inline unsigned long exact_pfn(const struct page *page)
{
	return exact_index((unsigned long)page - VMEMMAP_START, PAGE_STRUCT_SHIFT);
}

void free_pages_owner(struct page *page, unsigned int order, enum page_owner owner)
{
	page_free(exact_pfn(page), order, owner, META_OWNER_ORDER_FLAGS);
}

void __free_pages(struct page *page, unsigned int order)
{
	page_free(exact_pfn(page), order, PAGE_OWNER_PAGES, META_ALL);
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (likely(addr))
		page_free(exact_index(addr - PAGE_OFFSET, PAGE_SHIFT), order,
			  PAGE_OWNER_PAGES, META_ALL);
}

void put_page(struct page *page)
{
	unsigned long flags;

	if (!page_ptr_valid(page)) {
		page_report_bad(exact_pfn(page), "reference to an address that has no page");
		return;
	}
	page = compound_head(page);
	local_irq_save(flags);
	if (page->owner != PAGE_OWNER_PAGES || !page_ref_count(page))
		page_report_bad(page_to_pfn(page), "reference dropped that nobody holds");
	else if (page_ref_dec_and_test(page))
		page_free_block(page, page->order, PAGE_OWNER_PAGES);
	local_irq_restore(flags);
}

/* ---- cutting blocks ------------------------------------------------------------------------ */

void split_page(struct page *page, unsigned int order)
{
	unsigned long i;

	if (WARN_ON_ONCE(!page_ptr_valid(page) || PageCompound(page) ||
			 page->owner != PAGE_OWNER_PAGES || page->order != order))
		return;
	page->order = 0;
	for (i = 1; i < 1UL << order; i++)
		page[i].meta = PAGE_META_REF(PAGE_OWNER_PAGES, 0, page->refcount);
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	unsigned long nr = PFN_UP(size), i;
	unsigned int order = get_order(size);
	struct page *page;

	if (WARN_ON_ONCE(gfp & __GFP_COMP))
		gfp &= ~__GFP_COMP;
	page = size ? alloc_pages(gfp, order) : NULL;
	if (!page)
		return NULL;
	split_page(page, order);
	for (i = nr; i < 1UL << order; i++)
		__free_page(page + i);
	return page_address(page);
}

void free_pages_exact(void *virt, size_t size)
{
	unsigned long addr = (unsigned long)virt, end = addr + PAGE_ALIGN(size);

	for (; addr < end; addr += PAGE_SIZE)
		free_page(addr);
}

/* ---- totals ----------------------------------------------------------------------------------- */

unsigned long totalram_pages(void)
{
	unsigned long sum = 0;
	struct zone *z;

	for_each_zone(z)
		sum += z->managed_pages;
	return sum;
}

unsigned long nr_free_pages(void)
{
	unsigned long sum = 0;
	struct zone *z;

	for_each_zone(z)
		sum += zone_free_pages(z);
	return sum;
}

unsigned long nr_free_pcp_pages(void)
{
	return page_owner_pages(PAGE_OWNER_PCP);
}

unsigned long nr_free_buffer_pages(void)
{
	unsigned long sum = 0;
	struct zone *z;

	for_each_zone(z)
		if (z->managed_pages > high_wmark_pages(z))
			sum += z->managed_pages - high_wmark_pages(z);
	return sum;
}

void si_meminfo(struct sysinfo *si)
{
	*si = (struct sysinfo){
		.totalram = totalram_pages(),
		.freeram = nr_free_pages() + nr_free_pcp_pages(),
		.mem_unit = PAGE_SIZE,
	};
}

/* ---- sockets and init ---------------------------------------------------------------------------- */

/* Which stock serves a mask: that of the highest zone it admits that has any pages. */
static u8 best_pcp(gfp_t gfp)
{
	int i;

	if (page_alloc_should_fail)
		return PCP_NOBODY;
	for (i = gfp_zone(gfp); i >= 0; i--)
		if (zones[i].managed_pages)
			return i;
	return PCP_NOBODY;
}

static void page_alloc_route(void)
{
	unsigned int bits;

	for (bits = 0; bits < ARRAY_SIZE(page_alloc_pcp_of); bits++)
		WRITE_ONCE(page_alloc_pcp_of[bits], best_pcp((__force gfp_t)bits));
}

void page_alloc_set_failure_report(void (*fn)(gfp_t gfp, unsigned int order))
{
	WRITE_ONCE(page_alloc_failure_report, fn);
}

void page_alloc_set_reclaim(unsigned long (*fn)(gfp_t gfp, unsigned int order))
{
	WRITE_ONCE(page_alloc_reclaim, fn);
}

void page_alloc_set_wake_kswapd(void (*fn)(struct zone *z, unsigned int order))
{
	WRITE_ONCE(page_alloc_wake_kswapd, fn);
}

void page_alloc_set_should_fail(bool (*fn)(gfp_t gfp, unsigned int order))
{
	WRITE_ONCE(page_alloc_should_fail, fn);
	page_alloc_route();
}

void page_alloc_init(void)
{
	struct zone *z;

	for_each_zone(z)
		if (z->managed_pages)
			pcp_init(this_cpu_ptr(z->pcp), z);
	page_alloc_route();
}
