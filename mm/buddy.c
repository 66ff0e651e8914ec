/* SPDX-License-Identifier: MIT */
/*
 * mm/buddy.c - hand out physically contiguous runs of 2^order pages
 *
 * MODEL
 *   A zone keeps one list of free blocks per order, and a mask of the orders that have
 *   any.  A block of order k starts on a multiple of 2^k pages, so its buddy differs in
 *   pfn bit k only: one xor, no search.
 *
 *	order 2   [0 1 2 3][4 5 6 7]		buddy(0) = 4
 *	order 1   [0 1][2 3][4 5][6 7]		buddy(2) = 0
 *
 *   alloc: take the smallest block that fits (one ctz on the mask), give its upper halves
 *          back.
 *   free:  merge with the buddy for as long as it is free at the same order.
 *
 *   Whether the buddy is free is one compare of its struct page's second word; it is
 *   always safe to look, because a block never grows beyond zone->top_order, and the
 *   2^top_order pages around any page of the zone have struct pages: a section (order
 *   12) in the real zones, the whole zone in a private one.  So no range checks.  A
 *   private zone tags its free heads (zone->free_tag), because it lies inside a block of
 *   a real zone, which must not take it for a free buddy.
 *
 *   Only heads are touched, never the pages between: an order-10 pair costs what an
 *   order-0 pair costs.  Lists are LIFO, linked by pfn in the heads; a bulk request
 *   takes whole blocks that the caller chops (buddy_alloc_run()).
 *
 *	free page 5 of [0..7] when 4, [6 7], [0 1 2 3] are free:
 *
 *	5 ^ 1 = 4	free, order 0	-> [4 5]		the lower head stays,
 *	4 ^ 2 = 6	free, order 1	-> [4 5 6 7]		the upper one is wiped
 *	4 ^ 4 = 0	free, order 2	-> [0 .. 7]
 *	0 ^ 8 = 8	in use		stop: push at order 3
 *
 *   From Knowlton 1965 and Knuth 2.5; Linux keeps the same lists, but 64-byte heads.
 *
 * INVARIANTS	(buddy_verify() and mm_verify() check them; every test calls one)
 *   I1  a page is marked as a free head iff it heads a block on exactly one free list.
 *   I2  two free buddies of one order never coexist below the top order.
 *   I3  zone->nr_free is the sum over k of free[k].nr << k; bit k of free_mask is set
 *       iff free[k].nr is not 0.
 *
 * LOCKING	zone->lock, rank LOCK_ZONE (innermost of mm/), irqs off.
 * CONTEXT	any but NMI: never sleeps, never calls out of mm/.
 * FAILURE	NULL and nothing changed.
 * NOT HERE	gfp policy: page_alloc.c.  Per-CPU lists: pcp.c.  Printing: stats.c.
 */
#include <linux/kernel.h>

#include "internal.h"

/* What the representation relies on, far from where these numbers are chosen. */
static_assert(NR_BUDDY_ORDERS <= 32, "free_mask has a bit for each order");
static_assert(BUDDY_TOP_ORDER < 16, "page->order is 4 bits");
static_assert(MAX_PAGE_ORDER <= BUDDY_TOP_ORDER, "the API's orders are kept");
static_assert(BUDDY_TOP_ORDER == PFN_SECTION_SHIFT, "a buddy lies in the same section");
static_assert(!(PAGE_TAG_PRIVATE & PAGE_META_REF(0xff, 0xff, ~0U)), "a tag is no owner or order");

/*
 * One compare answers four questions: is it a head, is it free, is it whole (of this order, not cut
 * or merged), and is it this zone's.  A stray write into the word makes the answer no.
 */
static inline bool is_free_block(const struct zone *z, const struct page *page,
				 unsigned int order)
{
	return page->meta == (PAGE_META(PAGE_OWNER_FREE, order) | z->free_tag);
}

/* In front: what was freed last is given out next, while the caches still know it. */
static __always_inline void push_block(struct zone *z, struct page *page, unsigned int order)
	__must_hold(&z->lock)
{
	struct free_area *area = &z->free[order];
	const u32 pfn = page_to_pfn(page), next = area->first;

	lockdep_assert_held(&z->lock);
	VM_BUG_ON(!pfn);			/* would be the end of the list */
	VM_BUG_ON(pfn & ((1U << order) - 1));	/* its buddy would be somebody else's */
	VM_BUG_ON(pfn < z->start_pfn || pfn + (1UL << order) > z->end_pfn);
	page->meta = PAGE_META(PAGE_OWNER_FREE, order) | z->free_tag;
	page->next = next;
	page->prev = 0;
	if (next)
		pfn_to_page(next)->prev = pfn;
	area->first = pfn;
	area->nr++;
	z->free_mask |= 1U << order;
}

/* Links are not checked here, for that would touch neighbours: find_block() and verify do. */
static __always_inline void take_block(struct zone *z, struct page *page, unsigned int order)
	__must_hold(&z->lock)
{
	struct free_area *area = &z->free[order];
	const u32 next = page->next, prev = page->prev;

	lockdep_assert_held(&z->lock);
	VM_WARN_ON_ONCE(!area->nr || !(z->free_mask & 1U << order));
	VM_WARN_ON_ONCE(!prev && pfn_to_page(area->first) != page);
	if (next)
		pfn_to_page(next)->prev = prev;
	if (prev)
		pfn_to_page(prev)->next = next;
	else
		area->first = next;
	if (--area->nr == 0)
		z->free_mask &= ~(1U << order);
}

/*
 * The list of this order was dropped.  Its blocks still look free: the next buddy to be freed would
 * merge with one, take it off a list that it is not on, and count it twice.  No block of this order
 * is free now, so whatever looks like one was lost, and stays so.
 */
static __cold void retire_lost(struct zone *z, unsigned int order)
	__must_hold(&z->lock)
{
	const unsigned long step = 1UL << order;
	unsigned long pfn = ALIGN(z->start_pfn, step);

	VM_BUG_ON(z->free[order].nr || z->free_mask & 1U << order);
	for (; pfn < z->end_pfn; pfn += step) {
		if (!pfn_online(pfn))		/* step is a section at most */
			pfn = section_nr_to_pfn(section_next_online(pfn_to_section_nr(pfn))) - step;
		else if (is_free_block(z, pfn_to_page(pfn), order))
			page_hand_over(pfn_to_page(pfn), order, PAGE_OWNER_FREE, PAGE_OWNER_BAD, 0);
	}
}

/*
 * Somebody has written over the struct page that heads the list.  Nothing behind it can be
 * trusted, not even enough to follow: lose the list, keep the rest of the zone.
 */
static noinline __cold void drop_list(struct zone *z, unsigned int order)
	__must_hold(&z->lock)
{
	struct free_area *area = &z->free[order];

	lockdep_assert_held(&z->lock);
	page_report_bad(area->first, "free list entry is not a free block");
	z->nr_free -= (unsigned long)area->nr << order;
	z->free_mask &= ~(1U << order);
	area->first = 0;
	area->nr = 0;
	retire_lost(z, order);
}

/* The head of the lowest list >= order that has one; its order is *have. */
static __always_inline struct page *find_block(struct zone *z, unsigned int order,
					       unsigned int *have)
	__must_hold(&z->lock)
{
	struct page *page;
	u32 mask;

	lockdep_assert_held(&z->lock);
	VM_BUG_ON(order > z->top_order && z->free_mask >> order);
	while ((mask = z->free_mask >> order) != 0) {
		*have = order + __builtin_ctz(mask);
		page = pfn_to_page(z->free[*have].first);
		if (likely(is_free_block(z, page, *have)))
			return page;
		drop_list(z, *have);
	}
	return NULL;
}

/*
 * Take it off its list; all above the first 2^want pages goes back: of 2^have pages the halves of
 * order have - 1, ..., want.  Their buddies are what we keep, so nothing can merge.
 */
static __always_inline void cut_block(struct zone *z, struct page *page, unsigned int have,
				      unsigned int want)
	__must_hold(&z->lock)
{
	VM_BUG_ON(have < want);
	VM_WARN_ON_ONCE(z->nr_free < 1UL << have);
	take_block(z, page, have);
	z->nr_free -= 1UL << want;
	while (have > want) {
		have--;
		push_block(z, page + (1UL << have), have);
	}
}

/* For pcp.c: one long run costs one cut, where its blocks one by one would cost as many. */
struct page *buddy_alloc_run(struct zone *z, unsigned int order, unsigned int max_order)
{
	unsigned int have;
	struct page *page = find_block(z, order, &have);

	if (!page)
		return NULL;
	VM_BUG_ON(max_order < order);
	cut_block(z, page, have, min(have, max_order));
	page->order = min(have, max_order);
	return page;
}

struct page *buddy_alloc(struct zone *z, unsigned int order, enum page_owner to, u32 ref)
{
	unsigned int have;
	struct page *page = find_block(z, order, &have);

	if (!page)
		return NULL;
	cut_block(z, page, have, order);
	VM_BUG_ON(!is_free_block(z, page, have));	/* as found: nobody writes a head but us */
	page->private = 0;
	page_hand_over(page, order, PAGE_OWNER_FREE, to, ref);
	return page;
}

/* The free buddy that page's block can merge with, or NULL. */
static inline struct page *free_buddy(const struct zone *z, const struct page *page,
				      unsigned int order)
{
	struct page *buddy;

	if (order >= z->top_order)
		return NULL;
	buddy = pfn_to_page(page_to_pfn(page) ^ (1UL << order));
	return is_free_block(z, buddy, order) ? buddy : NULL;
}

/* A free block that is on no list joins its buddies, and the lists. */
static __always_inline void merge_block(struct zone *z, struct page *page, unsigned int order)
	__must_hold(&z->lock)
{
	struct page *buddy;

	lockdep_assert_held(&z->lock);
	VM_BUG_ON(order > z->top_order);
	z->nr_free += 1UL << order;
	while ((buddy = free_buddy(z, page, order)) != NULL) {
		take_block(z, buddy, order);
		if (buddy < page)
			swap(buddy, page);
		page_clear_head(buddy);
		order++;
	}
	push_block(z, page, order);
}

/*
 * The caller has seen that this is a block of that owner and order.  Where nothing is set apart,
 * which is nearly always, the bits need not be looked at.
 */
void buddy_free(struct zone *z, struct page *page, unsigned int order, enum page_owner from)
{
	lockdep_assert_held(&z->lock);
	if (unlikely(z->nr_reserved_highatomic) && pageblock_is_reserved(page_to_pfn(page))) {
		zone_reserve_free(z, page, order, from);
		return;
	}
	page_hand_over(page, order, from, PAGE_OWNER_FREE, 0);
	merge_block(z, page, order);
}

/* ---- between a zone and its reserve ---------------------------------------------- */

bool buddy_is_free(const struct zone *z, const struct page *page, unsigned int order)
{
	return is_free_block(z, page, order);
}

struct page *buddy_smallest(struct zone *z, unsigned int *order)
{
	return find_block(z, 0, order);
}

void buddy_move(struct zone *from, struct zone *to, struct page *page, unsigned int order)
{
	VM_BUG_ON(!is_free_block(from, page, order));
	take_block(from, page, order);
	from->nr_free -= 1UL << order;
	merge_block(to, page, order);
}

/*
 * Blocks that are freed before an interrupt may come in: some 100 instructions each.  In between
 * the pages behind pfn have no head: nobody's, so what is freed beside them merges with nothing.
 */
#define RANGE_CHUNK	8

unsigned long buddy_free_range(struct zone *z, unsigned long start_pfn, unsigned long end_pfn)
{
	unsigned long pfn = start_pfn, flags;
	unsigned int order, nr;

	if (WARN_ON_ONCE(start_pfn < z->start_pfn || end_pfn > z->end_pfn))
		return 0;		/* free_buddy() would look beyond the zone */
	while (pfn < end_pfn) {
		spin_lock_irqsave(&z->lock, flags);
		for (nr = 0; nr < RANGE_CHUNK && pfn < end_pfn; nr++) {
			VM_BUG_ON(pfn_to_page(pfn)->meta);	/* somebody's already */
			order = page_fit_order(pfn, end_pfn, z->top_order);
			buddy_free(z, pfn_to_page(pfn), order, PAGE_OWNER_NONE);
			pfn += 1UL << order;
		}
		spin_unlock_irqrestore(&z->lock, flags);
	}
	return end_pfn - start_pfn;
}

/* ---- verification ---------------------------------------------------------------- */

static const char *block_fault(const struct zone *z, const struct page *page,
			       unsigned int order, u32 prev)
{
	unsigned long pfn = page_to_pfn(page);

	if (pfn & ((1UL << order) - 1))
		return "misaligned";
	if (pfn < z->start_pfn || pfn + (1UL << order) > z->end_pfn)
		return "outside the zone";
	if (!page_ptr_valid(page) || !is_free_block(z, page, order))
		return "not marked as a free block of its list";
	if (page->prev != prev)
		return "wrong back link";
	if (free_buddy(z, page, order))
		return "its buddy is free too";
	return NULL;
}

static bool verify_list(const struct zone *z, unsigned int order, char *msg, size_t n)
{
	const struct free_area *area = &z->free[order];
	u32 pfn = area->first, prev = 0, left = area->nr;
	const char *fault = NULL;

	for (; pfn && left && !fault; left--) {
		fault = block_fault(z, pfn_to_page(pfn), order, prev);
		if (fault)
			break;
		prev = pfn;
		pfn = pfn_to_page(pfn)->next;
	}
	if (!fault && (pfn || left))
		fault = "the list is longer or shorter than its count";
	if (!fault && !area->nr != !(z->free_mask & 1U << order))
		fault = "free_mask is wrong";
	if (fault)
		scnprintf(msg, n, "zone %s: order %u, pfn %#x: %s", z->name, order, pfn, fault);
	return !fault;
}

bool buddy_verify(struct zone *z, char *msg, size_t n)
{
	unsigned long flags, sum = 0;
	unsigned int order;
	bool ok = true;

	spin_lock_irqsave(&z->lock, flags);
	for (order = 0; ok && order < NR_BUDDY_ORDERS; order++) {
		ok = verify_list(z, order, msg, n);
		sum += (unsigned long)z->free[order].nr << order;
	}
	if (ok && sum != z->nr_free) {
		scnprintf(msg, n, "zone %s: nr_free is %lu, the lists hold %lu", z->name,
			  z->nr_free, sum);
		ok = false;
	}
	spin_unlock_irqrestore(&z->lock, flags);
	return ok;
}
