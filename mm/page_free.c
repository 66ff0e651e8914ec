/* SPDX-License-Identifier: MIT */
/*
 * mm/page_free.c - giving pages back: references, wrong frees, cutting blocks
 *
 * MODEL
 *   free_pages(addr, order)
 *     fast   (order 0: rewind_page.asm) one compare of the struct page's second word with
 *            what a block of this owner, order, without flags and with one reference looks
 *            like.  Equal: claim it, that is mark it as one of the stock, and push it on
 *            this CPU's.
 *     slow   anything else: the stock is full (flush half of it) or closed (to the buddy),
 *            the block is compound or shared, or this is no block that could be freed: that
 *            is reported, counted, and changes nothing.
 *
 *	PAGES, ref 1  --claim-->  PCP, on no list  --push-->  PCP, on this CPU's list
 *	     one store              preemption off
 *
 *   From the claim on the block is on its way, in nobody's hands but ours: a second free
 *   finds the mark and is refused, whatever interrupts or preempts us.
 *
 *   An address becomes a pfn by rotation instead of a shift, so that a misaligned one is
 *   beyond all pfns; so does a pointer to a struct page.  page_pcp_at[] maps a pfn, by its
 *   highest bit, to the stock that takes the page: up to bit 11 DMA, 19 DMA32, 31 NORMAL;
 *   where no pfn can be, to an address that faults when it is looked at, and so does the
 *   struct page of a section that is not online: no test for either on the fast path.
 *
 *   A block that is not compound may be shared too (get_page()): __free_pages() by its
 *   owner then frees all but the first page, which goes with its last reference.
 *
 * INVARIANTS
 *   I1  a block leaves its owner exactly once, and only whole or by split_page().
 *   I2  a refused free has changed nothing but the counter of refused frees.
 *
 * LOCKING	none until the block is claimed, and none needed then.  Two CPUs that free the
 *		same page in the same instant are not told apart: nothing here is atomic.
 * CONTEXT	any but NMI.
 * FAILURE	none: what cannot be freed stays with its owner.
 * NOT HERE	alloc_pages(): page_alloc.c.  Where a claimed block goes: pcp.c.  The report:
 *		page.c.
 */
#include <linux/kernel.h>
#include <linux/section.h>
#include <linux/smp.h>

#include "internal.h"

#define PFN_BITS	(MAX_PHYSMEM_BITS - PAGE_SHIFT)
/* A zone begins where pfns become one bit longer. */
static_assert((ZONE_DMA_END_PFN & (ZONE_DMA_END_PFN - 1)) == 0);
static_assert((ZONE_DMA32_END_PFN & (ZONE_DMA32_END_PFN - 1)) == 0);

/* Not canonical: looking there faults, on any machine. */
#define PCP_NOWHERE	((struct per_cpu_pages *)(1UL << 63))

struct per_cpu_pages *page_pcp_at[64] = { [0 ... 63] = PCP_NOWHERE };
const unsigned long page_direct_map = PAGE_OFFSET, page_vmemmap = VMEMMAP_START;

/* Every pfn with the same highest bit lies in one zone; so does 0, with 1. */
void page_free_init(void)
{
	unsigned int bit;

	for (bit = 0; bit < PFN_BITS; bit++) {
		BUG_ON(pfn_zone(1UL << bit) != pfn_zone((2UL << bit) - 1));
		page_pcp_at[bit] = pfn_zone(1UL << bit)->pcp;
	}
	BUG_ON(pfn_zone(0) != pfn_zone(1));
}

/*
 * Offset in bytes to index: a rotation, so that a misaligned or foreign pointer becomes
 * an index beyond all sections instead of being rounded down to a valid one.
 */
static __always_inline unsigned long exact_index(unsigned long off, unsigned int shift)
{
	return off >> shift | off << (64 - shift);
}

/* Nobody refers to the block any more. */
static void page_free_block(struct page *page, unsigned int order, enum page_owner owner)
{
	struct zone *z = page_zone(page);

	VM_BUG_ON(page->order != order || order > MAX_PAGE_ORDER);
	VM_BUG_ON(PageTail(page) || PageReserved(page));
	VM_BUG_ON(page->owner != owner);
	if (PageHead(page)) {
		page->refcount = 0;	/* nobody's, while its tails are wiped */
		page_unmake_compound(page, order);
	}
	preempt_disable();		/* no walk of the heads sees it on no list */
	page_hand_over(page, order, owner, PAGE_OWNER_PCP, 0);
	pcp_put(z, z->pcp, page, order);
	preempt_enable();
}

#define META_OWNER_ORDER	0x0fffULL
static_assert(META_OWNER_ORDER == PAGE_META(0xff, 0xf));

/* Why is this no block of owner and order that could be freed?  NULL: it is one. */
static const char *page_free_fault(const struct page *page, unsigned int order,
				   enum page_owner owner)
{
	if (likely((page->meta & META_OWNER_ORDER) == PAGE_META(owner, order) &&
		   !PageTail(page) && (page->refcount || owner != PAGE_OWNER_PAGES)))
		return NULL;
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
	return "freed page has no reference";
}

/*
 * Somebody else holds a reference to the first page of a block that is not compound: free
 * the rest now, piece by piece, the first page goes with its last reference.
 */
static void page_free_shared(struct page *page, unsigned int order)
{
	unsigned long flags;
	unsigned int k;

	VM_BUG_ON(page->order != order);
	if (!PageHead(page)) {
		local_irq_save(flags);	/* nobody's walk of the heads meets half of them */
		page->order = 0;
		for (k = 0; k < order; k++)
			page[1UL << k].meta = PAGE_META_REF(PAGE_OWNER_PAGES, k, 1);
		local_irq_restore(flags);
		for (k = 0; k < order; k++)
			page_free_block(&page[1UL << k], k, PAGE_OWNER_PAGES);
	}
	if (page_ref_dec_and_test(page))
		page_free_block(page, page->order, PAGE_OWNER_PAGES);
}

static noinline void page_free_slow(unsigned long pfn, unsigned int order, enum page_owner owner)
{
	struct page *page = pfn_to_page(pfn);
	const char *fault = "freed address has no page";

	if (likely(pfn_online(pfn)))
		fault = page_free_fault(page, order, owner);
	if (unlikely(fault))
		page_report_bad(pfn, fault);	/* and leave it alone */
	else if (owner == PAGE_OWNER_PAGES && page_ref_count(page) > 1)
		page_free_shared(page, order);
	else
		page_free_block(page, order, owner);
}

#define META_ALL		(~0ULL)
#define META_OWNER_ORDER_FLAGS	0xffffULL	/* the rest is the owner's */
static_assert(META_OWNER_ORDER_FLAGS == PAGE_META_FLAGS(0xff, 0xf, 0xf));

/*
 * To stock, if the bits of the second word that meta_mask selects are those of a block of
 * this kind as it left alloc.
 */
static __always_inline bool page_free_push(unsigned long pfn, unsigned int order,
					   enum page_owner owner, u64 meta_mask)
{
	const u64 want = PAGE_META_REF(owner, order, 1) & meta_mask;
	struct page *page = pfn_to_page(pfn);
	struct zone *z = pfn_zone(pfn);

	if (unlikely((page->meta & meta_mask) != want))
		return false;
	VM_BUG_ON(!page_may_move(owner, PAGE_OWNER_PCP));
	if (unlikely(!pcp_give(z->pcp, page, owner, order))) {
		pcp_put(z, z->pcp, page, order);
		preempt_enable();
	}
	return true;
}

/* The same for what no stock takes.  Compare and free with interrupts off: nobody in between. */
static noinline void page_free_large(unsigned long pfn, unsigned int order,
				     enum page_owner owner, u64 meta_mask)
{
	const u64 want = PAGE_META_REF(owner, order, 1) & meta_mask;
	struct page *page = pfn_to_page(pfn);
	struct zone *z = pfn_zone(pfn);
	unsigned long flags;
	bool done = false;

	local_irq_save(flags);
	/* An order of more than 4 bits would look like flags in the word that is wanted. */
	if (likely(order <= MAX_PAGE_ORDER && pfn_online(pfn) &&
		   (page->meta & meta_mask) == want)) {
		spin_lock(&z->lock);
		buddy_free(z, page, order, owner);
		spin_unlock(&z->lock);
		done = true;
	}
	local_irq_restore(flags);
	if (!done)
		page_free_slow(pfn, order, owner);
}

static noinline void page_free_any(unsigned long pfn, unsigned int order,
				   enum page_owner owner)
{
	const u64 mask = owner == PAGE_OWNER_PAGES ? META_ALL : META_OWNER_ORDER_FLAGS;

	if (order > PCP_MAX_ORDER)
		page_free_large(pfn, order, owner, mask);
	else if (!pfn_online(pfn) || !page_free_push(pfn, order, owner, mask))
		page_free_slow(pfn, order, owner);
}

void page_free_full(struct page *page, unsigned int order)
{
	struct zone *z = page_zone(page);

	VM_BUG_ON(page->meta != PAGE_META(PAGE_OWNER_PCP, order));
	VM_WARN_ON_ONCE(!preempt_count());
	pcp_put(z, z->pcp, page, order);
	preempt_enable();
}

#define PAGE_STRUCT_SHIFT	4
static_assert(sizeof(struct page) == 1UL << PAGE_STRUCT_SHIFT);

static __always_inline unsigned long exact_pfn(const struct page *page)
{
	return exact_index((unsigned long)page - VMEMMAP_START, PAGE_STRUCT_SHIFT);
}

void free_pages_owner(struct page *page, unsigned int order, enum page_owner owner)
{
	page_free_any(exact_pfn(page), order, owner);
}

static unsigned long exact_virt_pfn(unsigned long addr)
{
	return exact_index(addr - PAGE_OFFSET, PAGE_SHIFT);
}

void page_free_slow_page(struct page *page, unsigned int order)
{
	page_free_slow(exact_pfn(page), order, PAGE_OWNER_PAGES);
}

void page_free_slow_addr(unsigned long addr, unsigned int order)
{
	if (addr)
		page_free_slow(exact_virt_pfn(addr), order, PAGE_OWNER_PAGES);
}

void page_free_0_slow(struct page *page)
{
	page_free_slow_page(page, 0);
}

void page_free_addr_0_slow(unsigned long addr)
{
	page_free_slow_addr(addr, 0);
}

void (__free_pages)(struct page *page, unsigned int order)
{
	if (likely(order <= PCP_MAX_ORDER))
		page_free_small(page, order);
	else
		page_free_large(exact_pfn(page), order, PAGE_OWNER_PAGES, META_ALL);
}

void (free_pages)(unsigned long addr, unsigned int order)
{
	if (likely(order <= PCP_MAX_ORDER))
		page_free_addr_small(addr, order);
	else if (addr)
		page_free_large(exact_virt_pfn(addr), order, PAGE_OWNER_PAGES, META_ALL);
}

/*
 * Taking one is checked as strictly as dropping one: in a free block the count is part of
 * the mark that makes it free, and a stray increment would cost its whole list.  A count
 * that has become negative (2^31 takers) takes no more, so it never wraps to "free".
 */
void get_page(struct page *page)
{
	if (!page_ptr_valid(page)) {
		page_report_bad(exact_pfn(page), "reference to an address that has no page");
		return;
	}
	page = compound_head(page);
	if (unlikely(page->owner != PAGE_OWNER_PAGES || page_ref_count(page) <= 0))
		page_report_bad(page_to_pfn(page), "reference taken to a page nobody holds");
	else
		page_ref_inc(page);
}

void put_page(struct page *page)
{
	if (!page_ptr_valid(page)) {
		page_report_bad(exact_pfn(page), "reference to an address that has no page");
		return;
	}
	page = compound_head(page);
	if (unlikely(page->owner != PAGE_OWNER_PAGES || !page_ref_count(page)))
		page_report_bad(page_to_pfn(page), "reference dropped that nobody holds");
	else if (page_ref_dec_and_test(page))
		page_free_block(page, page->order, PAGE_OWNER_PAGES);
}

/* ---- cutting blocks -------------------------------------------------------------- */

/*
 * One block becomes 2^order, each with the references that the whole had.  Where the pages lie does
 * not change, so no list and no counter does: I1's second half.
 */
void split_page(struct page *page, unsigned int order)
{
	unsigned long i;

	if (WARN_ON_ONCE(!page_ptr_valid(page) || PageCompound(page) ||
			 page->owner != PAGE_OWNER_PAGES || page->order != order))
		return;
	preempt_disable();		/* nobody's walk of the heads meets half of them */
	page->order = 0;
	for (i = 1; i < 1UL << order; i++) {
		VM_BUG_ON(page[i].meta);	/* had a head of its own, inside of ours */
		page[i].meta = PAGE_META_REF(PAGE_OWNER_PAGES, 0, page->refcount);
	}
	preempt_enable();
}

void free_pages_exact(void *virt, size_t size)
{
	unsigned long addr = (unsigned long)virt, end = addr + PAGE_ALIGN(size);

	for (; addr < end; addr += PAGE_SIZE)
		free_page(addr);
}
