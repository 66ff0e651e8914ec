/* SPDX-License-Identifier: MIT */
/*
 * mm/pcp.c - each CPU's own stock of free blocks, so that most requests need no lock
 *
 * MODEL
 *   For each zone a CPU keeps a LIFO of free blocks per order 0..3, linked by pfn.
 *   Pop and push (internal.h, inline) are a handful of instructions with interrupts off.
 *   An empty list is refilled, and a full one flushed, by a batch under one zone->lock:
 *
 *	alloc_pages --pop-->  first -> block -> block -> 0	count[order] <= high[order]
 *	                        ^ refill: batch		 | flush: batch
 *	                        +------- zone->free -----+
 *
 *   A refill takes the blocks that single allocations would have taken, but cuts a larger
 *   one into stock directly, instead of pushing every half on a free list first.
 *
 *   Stock is invisible to watermarks (zone->nr_free), so it must not exist when they
 *   matter: when a refill would bring the zone to its low watermark, the stock is drained
 *   and closed, and every request goes to the buddy, where the exact checks are.  The
 *   first free that finds the zone above its high watermark opens it again.  Closed is
 *   high[] = 0 and empty lists, so the hot paths need no test for it.  It is drained a few
 *   blocks at a time (PCP_CHUNK), interrupts on in between: until then it is closing.
 *
 *   Sizes are Linux's: zone_batchsize() + 1 pages a batch, 4 batches kept.  Linux keeps
 *   using its stock below the low watermark, and drains it only in direct reclaim.
 *
 * INVARIANTS	(pcp_verify())
 *   I1  every block on list k is marked PCP, order k; count[k] of them.
 *   I2  a closed stock is empty; one that is closing gets no block more.
 *
 * LOCKING	none for the stock: its CPU only, irqs off.  zone->lock inside refill, flush.
 * CONTEXT	any but NMI.
 * FAILURE	refill: false, nothing changed.  Push: false.
 * NOT HERE	when to drain: page_alloc.c.  Rewindable sequences: a later change.
 */
#include <linux/kernel.h>

#include "internal.h"

#define PCP_HIGH_BATCHES	4	/* kept at most, Linux's pcp->high_min in small */

/* Of the largest batch, see zone_batchsize(). */
#define PCP_BATCH_MAX		((1UL << 18) / PAGE_SIZE)
static_assert(PCP_BATCH_MAX * PCP_HIGH_BATCHES <= 0xffff, "count[] and high[] are 16 bits");
static_assert(sizeof(struct per_cpu_pages) == 64, "a stock is one cache line");
static_assert(PCP_MAX_ORDER <= MAX_PAGE_ORDER);

/* Blocks moved with interrupts off: up to 250 instructions each, 2,000 are the limit. */
#define PCP_CHUNK		6U

DEFINE_PER_CPU_ALIGNED(struct per_cpu_pages, page_pcp[MAX_NR_ZONES + 1]);

static void pcp_open(struct per_cpu_pages *pcp)
{
	unsigned int order;

	VM_WARN_ON_ONCE(pcp->open == PCP_OPEN || pcp->batch >= PCP_BATCH_MAX);
	for (order = 0; order < NR_PCP_ORDERS; order++)
		pcp->high[order] = max((pcp->batch + 1) * PCP_HIGH_BATCHES >> order, 2);
	pcp->open = PCP_OPEN;
}

void pcp_init(struct per_cpu_pages *pcp, const struct zone *z)
{
	pcp->batch = max(zone_batchsize(z), 1U);
	if (zone_open_pages(z) > high_wmark_pages(z))
		pcp_open(pcp);
}

/* Linux's batch is 2^n - 1, against resonance; one more is one whole block of the buddy. */
static unsigned int pcp_batch_blocks(const struct per_cpu_pages *pcp, unsigned int order)
{
	return max((pcp->batch + 1) >> order, 1);
}

/* One run of 2^got pages becomes blocks of 2^order; the lowest is popped first. */
static void pcp_chop(struct per_cpu_pages *pcp, struct page *run, unsigned int got,
		     unsigned int order)
{
	unsigned long i = 1UL << got;

	lockdep_assert_irqs_disabled();
	VM_BUG_ON(got < order || page_to_pfn(run) & (i - 1));
	VM_WARN_ON_ONCE(pcp->count[order] + (i >> order) > 0xffff);
	page_hand_over(run, got, PAGE_OWNER_FREE, PAGE_OWNER_PCP, 0);
	pcp->count[order] += 1U << (got - order);
	while (i) {
		i -= 1UL << order;
		page_set_head(&run[i], PAGE_OWNER_PCP, order);
		run[i].next = pcp->first[order];
		pcp->first[order] = page_to_pfn(&run[i]);
	}
}

/* A pop refused the first block: its struct page has been written over. */
static __cold void pcp_drop_list(struct per_cpu_pages *pcp, unsigned int order)
{
	page_report_bad(pcp->first[order], "per-CPU list entry is not a free block");
	pcp->first[order] = 0;
	pcp->count[order] = 0;
}

/* From now on nothing is put in; pcp_close() is to be called with interrupts on. */
static void pcp_start_closing(struct per_cpu_pages *pcp)
{
	unsigned int order;

	lockdep_assert_irqs_disabled();
	for (order = 0; order < NR_PCP_ORDERS; order++)
		pcp->high[order] = 0;
	pcp->open = PCP_CLOSING;
}

bool pcp_refill(struct zone *z, struct per_cpu_pages *pcp, unsigned int order)
{
	unsigned int left = pcp_batch_blocks(pcp, order), got, runs;
	struct page *run;

	lockdep_assert_irqs_disabled();
	VM_BUG_ON(order > PCP_MAX_ORDER || spin_is_held(&z->lock));
	if (unlikely(pcp->first[order]))
		pcp_drop_list(pcp, order);
	if (pcp->open != PCP_OPEN)
		return false;
	if (zone_open_pages(z) <= low_wmark_pages(z) + (left << order)) {
		pcp_start_closing(pcp);
		return false;
	}
	spin_lock(&z->lock);
	for (runs = 0; left && runs < PCP_CHUNK; runs++) {
		run = buddy_alloc_run(z, order, order + 31 - __builtin_clz(left));
		if (!run)
			break;
		got = run->order;
		pcp_chop(pcp, run, got, order);
		left -= 1U << (got - order);
	}
	spin_unlock(&z->lock);
	pcp->nr_refill++;
	return pcp->count[order] != 0;
}

static void pcp_give_back(struct zone *z, struct per_cpu_pages *pcp, unsigned int order,
			  unsigned int nr)
{
	struct page *page;

	lockdep_assert_irqs_disabled();
	spin_lock(&z->lock);
	for (; nr && pcp->first[order]; nr--) {
		page = pfn_to_page(pcp->first[order]);
		if (unlikely(page->meta != PAGE_META(PAGE_OWNER_PCP, order))) {
			pcp_drop_list(pcp, order);
			break;
		}
		VM_WARN_ON_ONCE(!pcp->count[order]);
		pcp->first[order] = page->next;
		pcp->count[order]--;
		buddy_free(z, page, order, PAGE_OWNER_PCP);
	}
	spin_unlock(&z->lock);
}

/* A batch, chunk by chunk, with interrupts as in flags in between. */
static void pcp_flush_batch(struct zone *z, struct per_cpu_pages *pcp, unsigned int order,
			    unsigned long flags)
{
	unsigned int left = pcp_batch_blocks(pcp, order);

	pcp_give_back(z, pcp, order, min(left, PCP_CHUNK));
	while (left > PCP_CHUNK) {
		irqs_breathe(flags);
		left -= PCP_CHUNK;
		pcp_give_back(z, pcp, order, min(left, PCP_CHUNK));
	}
}

void pcp_flush(struct zone *z, struct per_cpu_pages *pcp, unsigned int order, unsigned long flags)
{
	if (pcp->open == PCP_OPEN) {
		pcp_flush_batch(z, pcp, order, flags);
		pcp->nr_flush++;
	} else if (zone_open_pages(z) > high_wmark_pages(z)) {
		pcp_open(pcp);
	}
}

void pcp_drain(struct zone *z, struct per_cpu_pages *pcp)
{
	unsigned int order;
	unsigned long flags;

	for (order = 0; order < NR_PCP_ORDERS; order++)
		while (READ_ONCE(pcp->first[order])) {
			local_irq_save(flags);
			pcp_give_back(z, pcp, order, PCP_CHUNK);
			local_irq_restore(flags);
		}
}

void pcp_close(struct zone *z, struct per_cpu_pages *pcp)
{
	unsigned long flags;

	pcp_drain(z, pcp);
	local_irq_save(flags);
	if (pcp->open == PCP_CLOSING && !pcp_pages(pcp))	/* or an interrupt has opened it */
		pcp->open = PCP_CLOSED;
	local_irq_restore(flags);
}

void drain_local_pages(struct zone *z)
{
	struct zone *each;

	preempt_disable();		/* it is this CPU's stock that we are at */
	for_each_zone(each)
		if ((!z || z == each) && each->pcp)
			pcp_drain(each, this_cpu_ptr(each->pcp));
	preempt_enable();
}

/* One CPU so far; others are asked by interprocessor interrupt when they come. */
void drain_all_pages(struct zone *z)
{
	drain_local_pages(z);
}

unsigned long pcp_pages(const struct per_cpu_pages *pcp)
{
	unsigned long sum = 0;
	unsigned int order;

	for (order = 0; order < NR_PCP_ORDERS; order++)
		sum += (unsigned long)pcp->count[order] << order;
	return sum;
}

static bool pcp_verify_list(const struct per_cpu_pages *pcp, unsigned int order)
{
	unsigned int left = pcp->count[order];
	u32 pfn = pcp->first[order];

	for (; pfn && left; left--) {
		if (!page_ptr_valid(pfn_to_page(pfn)) ||
		    pfn_to_page(pfn)->meta != PAGE_META(PAGE_OWNER_PCP, order))
			return false;
		pfn = pfn_to_page(pfn)->next;
	}
	return !pfn && !left;
}

bool pcp_verify(const struct zone *z, const struct per_cpu_pages *pcp, char *msg, size_t n)
{
	unsigned int order;

	for (order = 0; order < NR_PCP_ORDERS; order++)
		if (!pcp_verify_list(pcp, order)) {
			scnprintf(msg, n, "zone %s: pcp list %u is broken (%u blocks, pfn %#x)",
				  z->name, order, pcp->count[order], pcp->first[order]);
			return false;
		}
	if (pcp->open == PCP_CLOSED && pcp_pages(pcp)) {
		scnprintf(msg, n, "zone %s: closed pcp holds %lu pages", z->name, pcp_pages(pcp));
		return false;
	}
	return true;
}
