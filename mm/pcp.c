/* SPDX-License-Identifier: MIT */
/*
 * mm/pcp.c - each CPU's own stock of free blocks, so that most requests need no lock
 *
 * MODEL
 *   For each zone a CPU keeps a LIFO of free blocks per order 0..3.  Pop and push are
 *   rewindable sequences (arch/x86/rewind_page.asm): no lock, interrupts on, no atomic
 *   instruction.  Whoever is interrupted in one starts over.
 *
 *	alloc_pages --pop-->  list -> block -> block -> (empty)
 *	                        ^ refill: runs		 | flush: the upper half
 *	                        +------- zone->free -----+
 *
 *   A list is one word, its first block << 16 | room, and each block holds the word that
 *   was there before it was pushed.  So the number of blocks goes with the list: it is
 *   limit - room, the empty list is the word "limit", and a closed one is 0.  Whoever
 *   wants several blocks, or to close, takes the whole list in one exchange, works on
 *   what is his now with interrupts on, and puts the rest back if the list is still empty.
 *
 *   A refill takes runs of up to 2^9 pages from the buddy and cuts them into blocks when
 *   nobody can see them.  A flush does the opposite: neighbours on the list are joined
 *   before they go back, so freeing in order, up or down, costs the buddy one block in 512.
 *
 *   Sizes follow demand: each refill doubles the next one and the limit, for who has taken
 *   much will give back much; a trim, now and then, halves them where nothing was refilled
 *   or flushed in between.  They begin at Linux's zone_batchsize() + 1 and 4 batches.
 *   One CPU's limits together never exceed its share, an eighth of the zone over all CPUs
 *   (Linux's high_max is the same).
 *
 *   Stock is invisible to watermarks (zone->nr_free), so it must not exist when they
 *   matter: a refill that would bring the zone to its low watermark closes the stock, and
 *   every request goes to the buddy, where the exact checks are.  Others see the zone's
 *   flag (stock_closed) when they refill or flush the next time, or are drained by who is
 *   short (drain_all_pages()).  The first free that finds the zone above its high watermark
 *   opens it again.  A request with interrupts off only sets the flag: giving everything
 *   back takes too long there.
 *
 *   Linux keeps using its stock below the low watermark, and drains it only in direct
 *   reclaim.
 *
 * INVARIANTS	(pcp_verify())
 *   I1  every block on list k is marked PCP, order k; each word has one more room than the
 *       word above it, the last has limit[k].
 *   I2  a closed stock is empty.
 *
 * LOCKING	none for the stock: no other CPU writes it.  A word and its limit change
 *		together with interrupts off.  zone->lock inside, a few blocks at a time.
 * CONTEXT	pcp_pop(), pcp_push(): any.  All else any but NMI.
 * FAILURE	refill: NULL, nothing changed.
 * NOT HERE	draining: pcp_drain.c.  Many at once: pcp_bulk.c.
 */
#include <linux/kernel.h>
#include <linux/smp.h>

#include "internal.h"
#include "pcp.h"

#define PCP_LIMIT_BATCHES	4	/* blocks kept to begin with, Linux's pcp->high_min */
#define PCP_SHARE		8	/* of a zone, for all CPUs: Linux's high_max */
#define PCP_RUN_ORDER		PAGEBLOCK_ORDER	/* runs to and from the buddy: within a pageblock */

/* And blocks that a batch has at most for who has interrupts off. */
#define PCP_BATCH_IRQS_OFF	32U

/* Of the largest batch, see zone_batchsize(). */
#define PCP_BATCH_MAX		((1UL << 18) / PAGE_SIZE)
static_assert(PCP_BATCH_MAX * PCP_LIMIT_BATCHES <= PCP_LIMIT_MAX);
static_assert(PCP_MAX_ORDER <= MAX_PAGE_ORDER);

/* What rewind_page.asm knows. */
static_assert(offsetof(struct per_cpu_pages, list) == 0);
static_assert(offsetof(struct per_cpu_pages, nr_alloc) == 32);
static_assert(offsetof(struct per_cpu_pages, fresh_meta) == 40);
static_assert(offsetof(struct page, private) == 0 && offsetof(struct page, meta) == 8);
static_assert(PAGE_META(PAGE_OWNER_PCP, 0) == 4 && PAGE_OWNER_PAGES == 5);
static_assert(PAGE_META_REF(PAGE_OWNER_PAGES, 0, 1) == 0x100000005);

DEFINE_PER_CPU_ALIGNED(struct per_cpu_pages, page_pcp[MAX_NR_ZONES + 1]) = {
	[0 ... MAX_NR_ZONES] = { .fresh_meta = PAGE_META_REF(PAGE_OWNER_PAGES, 0, 1) }
};

/* ---- sizes ----------------------------------------------------------------------- */

/* Pages that one CPU may keep of a zone. */
static unsigned long pcp_share(const struct zone *z)
{
	return z->managed_pages / PCP_SHARE / num_possible_cpus();
}

/* Linux's batch is 2^n - 1, against resonance; one more is one whole block of the buddy. */
unsigned int pcp_first_batch(const struct zone *z, unsigned int order)
{
	return max((zone_batchsize(z) + 1) >> order, 1U);
}

/* Each order a quarter of the share at most. */
unsigned int pcp_first_limit(const struct zone *z, unsigned int order)
{
	const unsigned int blocks = max((zone_batchsize(z) + 1) * PCP_LIMIT_BATCHES >> order, 2U);

	return min((unsigned long)blocks, pcp_share(z) >> (order + 2));
}

void pcp_init(struct per_cpu_pages *pcp, const struct zone *z)
{
	unsigned int order;

	VM_WARN_ON_ONCE(pcp->open || pcp_pages(pcp));
	for (order = 0; order < NR_PCP_ORDERS; order++) {
		pcp->batch[order] = pcp_first_batch(z, order);
		pcp->limit[order] = pcp_first_limit(z, order);
		pcp->list[order] = pcp_word(NULL, pcp->limit[order]);
	}
	pcp->open = true;
}

/* Twice what it is, if the CPU's share permits. */
static unsigned int pcp_larger_limit(const struct zone *z, const struct per_cpu_pages *my,
				     unsigned int order)
{
	const unsigned long share = pcp_share(z);
	unsigned long all = 0;
	unsigned int k;

	for (k = 0; k < NR_PCP_ORDERS; k++)
		all += (unsigned long)my->limit[k] << k;
	if (all >= share)
		return my->limit[order];
	return min3(my->limit[order] * 2UL, my->limit[order] + ((share - all) >> order),
		    (unsigned long)PCP_LIMIT_MAX);
}

/* ---- chains: blocks that are nobody else's --------------------------------------- */

/* A struct page on a list has been written over: what lies behind it is lost. */
static __cold void pcp_report(u64 word)
{
	page_report_bad(page_to_pfn(pcp_first(word)), "per-CPU list entry is not a free block");
}

/* How many of the first nr blocks of a chain are sound; *rest: the chain behind them. */
unsigned int pcp_walk(u64 word, unsigned int order, unsigned int nr, u64 *rest)
{
	unsigned int i;

	for (i = 0; i < nr && pcp_first(word); i++) {
		if (unlikely(!pcp_block_ok(pcp_first(word), order)))
			break;
		word = pcp_first(word)->private;
	}
	*rest = word;
	return i;
}

/* Blocks on their way to the buddy. */
struct pcp_heap {
	struct zone *z;
	unsigned int nr;
	struct {
		struct page *page;
		unsigned int order;
	} block[PCP_CHUNK];
};

static void heap_free(struct pcp_heap *h)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&h->z->lock, flags);
	for (i = 0; i < h->nr; i++)
		buddy_free(h->z, h->block[i].page, h->block[i].order, PAGE_OWNER_PCP);
	spin_unlock_irqrestore(&h->z->lock, flags);
	h->nr = 0;
}

/* The pages from lo on, blocks of 2^order, become as few blocks as they can. */
static void heap_add(struct pcp_heap *h, struct page *lo, unsigned long nr_pages,
		     unsigned int order)
{
	const unsigned long end = page_to_pfn(lo) + nr_pages;
	unsigned int k;
	unsigned long i;

	for (; page_to_pfn(lo) < end; lo += 1UL << k) {
		k = page_fit_order(page_to_pfn(lo), end,
				   min_t(unsigned int, PCP_RUN_ORDER, h->z->top_order));
		for (i = 1UL << order; i < 1UL << k; i += 1UL << order)
			page_clear_head(&lo[i]);
		page_set_head(lo, PAGE_OWNER_PCP, k);
		h->block[h->nr].page = lo;
		h->block[h->nr].order = k;
		if (++h->nr == PCP_CHUNK)
			heap_free(h);
	}
}

/* The first nr blocks of a chain, which are sound, go to the zone, neighbours together. */
void pcp_release(struct zone *z, u64 word, unsigned int order, unsigned int nr)
{
	struct pcp_heap heap = { .z = z };
	const unsigned long step = 1UL << order, most = 1UL << PCP_RUN_ORDER;
	struct page *lo, *hi, *next;

	while (nr) {
		lo = hi = pcp_first(word);
		word = lo->private;
		while (--nr && hi - lo + step < most) {
			next = pcp_first(word);
			if (next == lo - step)
				lo = next;
			else if (next == hi + step)
				hi = next;
			else
				break;
			word = next->private;
		}
		VM_BUG_ON(!page_ptr_valid(lo) || page_zonenum(lo) != page_zonenum(hi));
		heap_add(&heap, lo, hi - lo + step, order);
	}
	heap_free(&heap);
}

/* Cut a run of 2^got pages, on top of a chain; the lowest block will be its first. */
static u64 pcp_chop(struct page *run, unsigned int got, unsigned int order, u64 word)
{
	struct page *page = run + (1UL << got);

	VM_BUG_ON(got < order || page_to_pfn(run) & ((1UL << got) - 1));
	VM_WARN_ON_ONCE(pcp_room(word) < 1U << (got - order));
	while (page != run) {
		page -= 1UL << order;
		page_set_head(page, PAGE_OWNER_PCP, order);
		page->private = word;
		word = pcp_word(page, pcp_room(word) - 1);
	}
	return word;
}

/* ---- lists ----------------------------------------------------------------------- */

/* Make a list that was taken away whole what it is to be; false: somebody has put blocks in,
 * or closed it. */
bool pcp_install(struct per_cpu_pages *pcp, unsigned int order, unsigned int old_limit,
			u64 word, unsigned int limit)
{
	struct per_cpu_pages *my;
	unsigned long flags;
	bool done;

	local_irq_save(flags);
	my = this_cpu_ptr(pcp);
	done = my->limit[order] == old_limit &&
	       this_cpu_cmpxchg(pcp->list[order], (u64)old_limit, word) == old_limit;
	if (done)
		my->limit[order] = limit;
	local_irq_restore(flags);
	return done;
}

/* The same for blocks that cannot be put in as they are: one by one. */
void pcp_push_chain(struct zone *z, struct per_cpu_pages *pcp, unsigned int order,
			   u64 word)
{
	struct page *page;

	while ((page = pcp_first(word)) != NULL) {
		if (unlikely(!pcp_block_ok(page, order))) {
			pcp_report(word);
			return;
		}
		word = page->private;
		if (!pcp_push(&pcp->list[order], page))
			pcp_put(z, NULL, page, order);
	}
}

/* The whole list is the caller's; it stays open.  *limit: what it may hold. */
u64 pcp_take_list(struct per_cpu_pages *pcp, unsigned int order, unsigned int *limit)
{
	unsigned long flags;
	u64 word;

	local_irq_save(flags);
	*limit = this_cpu_ptr(pcp)->limit[order];
	word = this_cpu_xchg(pcp->list[order], (u64)*limit);
	local_irq_restore(flags);
	return word;
}

/*
 * What is left of it goes back.  No need to mask interrupts: an empty list says what its limit
 * is, so if that is still the same, so is the limit.
 */
void pcp_return_list(struct zone *z, struct per_cpu_pages *pcp, unsigned int order,
			    u64 word, unsigned int limit)
{
	if (pcp_first(word) &&
	    unlikely(this_cpu_cmpxchg(pcp->list[order], (u64)limit, word) != limit))
		pcp_push_chain(z, pcp, order, word);
}

/* All of a chain to the zone. */
void pcp_release_all(struct zone *z, u64 word, unsigned int order)
{
	u64 rest;
	const unsigned int nr = pcp_walk(word, order, PCP_LIMIT_MAX, &rest);

	if (unlikely(pcp_first(rest)))
		pcp_report(rest);
	pcp_release(z, word, order, nr);
}

/* ---- open, closed ---------------------------------------------------------------- */

static void pcp_open(struct zone *z, struct per_cpu_pages *pcp)
{
	unsigned long flags;

	local_irq_save(flags);
	if (!this_cpu_ptr(pcp)->open)
		pcp_init(this_cpu_ptr(pcp), z);
	local_irq_restore(flags);
}

static void pcp_close(struct zone *z, struct per_cpu_pages *pcp)
{
	u64 word[NR_PCP_ORDERS];
	unsigned long flags;
	unsigned int order;

	WRITE_ONCE(z->stock_closed, true);
	if (irqs_disabled())
		return;
	local_irq_save(flags);
	this_cpu_ptr(pcp)->open = false;
	for (order = 0; order < NR_PCP_ORDERS; order++) {
		this_cpu_ptr(pcp)->limit[order] = 0;
		word[order] = this_cpu_xchg(pcp->list[order], 0UL);
	}
	local_irq_restore(flags);
	for (order = 0; order < NR_PCP_ORDERS; order++)
		pcp_release_all(z, word[order], order);
}

/* Is it, once what others say of the zone is done here, too?  Only who frees may reopen. */
static bool pcp_is_open(struct zone *z, struct per_cpu_pages *pcp, bool freeing)
{
	const bool open = this_cpu_ptr(pcp)->open;

	if (READ_ONCE(z->stock_closed)) {
		if (!freeing || zone_open_pages(z) <= high_wmark_pages(z)) {
			if (open)
				pcp_close(z, pcp);
			return false;
		}
		WRITE_ONCE(z->stock_closed, false);
	}
	if (!open)
		pcp_open(z, pcp);
	return true;
}

/* ---- refill, flush --------------------------------------------------------------- */

/* Blocks that a refill may take now; 0: none, and the stock has been closed, or has no room. */
static unsigned int pcp_want(struct zone *z, struct per_cpu_pages *pcp, unsigned int order)
{
	const struct per_cpu_pages *my = this_cpu_ptr(pcp);
	const unsigned int least = pcp_first_batch(z, order);
	const unsigned long open = zone_open_pages(z), low = low_wmark_pages(z);
	unsigned int nr = min(my->batch[order], my->limit[order]);
	unsigned long spare;

	if (open <= low + (least << order)) {
		pcp_close(z, pcp);
		return 0;
	}
	if (irqs_disabled())
		nr = min(nr, PCP_BATCH_IRQS_OFF);
	spare = (open - low) / 2;
	if (READ_ONCE(z->nr_dormant))	/* what is on the lists must do for a while */
		spare = min(spare, max(READ_ONCE(z->nr_free), SECTION_AHEAD + 0UL) - SECTION_AHEAD);
	while (nr > least && (unsigned long)nr << order > spare)
		nr /= 2;
	return nr;
}

/* Up to PCP_CHUNK runs, together up to *nr blocks, on top of a chain. */
static u64 pcp_take_runs(struct zone *z, unsigned int order, unsigned int *nr, u64 word)
{
	struct page *run[PCP_CHUNK];
	unsigned int got[PCP_CHUNK], most, i = 0;
	unsigned long flags;

	spin_lock_irqsave(&z->lock, flags);
	for (; *nr && i < PCP_CHUNK; i++) {
		most = order + 31 - __builtin_clz(*nr);
		run[i] = buddy_alloc_run(z, order, min_t(unsigned int, most, PCP_RUN_ORDER));
		if (!run[i])
			break;
		got[i] = run[i]->order;
		page_hand_over(run[i], got[i], PAGE_OWNER_FREE, PAGE_OWNER_PCP, 0);
		*nr -= 1U << (got[i] - order);
	}
	spin_unlock_irqrestore(&z->lock, flags);
	if (i < PCP_CHUNK)
		*nr = 0;			/* enough, or no more to be had */
	while (i--)
		word = pcp_chop(run[i], got[i], order, word);
	return word;
}

static bool pcp_first_is_ok(u64 word, unsigned int order)
{
	return !pcp_first(word) || pcp_block_ok(pcp_first(word), order);
}

/*
 * A list whose first block pcp_pop() refuses is lost.  Where it only seems so, an interrupt has
 * popped that block since we read its address: so look again at what nobody else has.
 */
static void pcp_check_list(struct zone *z, struct per_cpu_pages *pcp, unsigned int order)
{
	unsigned int limit;
	u64 word;

	if (likely(pcp_first_is_ok(this_cpu_read(pcp->list[order]), order)))
		return;
	word = pcp_take_list(pcp, order, &limit);
	if (pcp_first_is_ok(word, order))
		pcp_return_list(z, pcp, order, word, limit);
	else
		pcp_report(word);
}

static void pcp_refilled(struct per_cpu_pages *my, unsigned int order, unsigned int limit)
{
	const unsigned int run = 1U << PCP_RUN_ORDER >> order;

	my->batch[order] = clamp(my->batch[order] * 2U, 1U, min(run, max(limit / 2, 1U)));
	my->nr_refill++;
}

struct page *pcp_refill(struct zone *z, struct per_cpu_pages *pcp, unsigned int order)
{
	struct per_cpu_pages *my = this_cpu_ptr(pcp);
	unsigned int nr, old, limit;
	struct page *page;
	u64 word;

	VM_BUG_ON(order > PCP_MAX_ORDER || preemptible());
	pcp_check_list(z, pcp, order);
	page_take_late(z);
	nr = pcp_is_open(z, pcp, false) ? pcp_want(z, pcp, order) : 0;
	if (!nr)
		return NULL;
	old = my->limit[order];
	limit = pcp_larger_limit(z, my, order);
	word = pcp_word(NULL, limit);
	do {
		word = pcp_take_runs(z, order, &nr, word);
	} while (nr && !irqs_disabled());
	page = pcp_first(word);
	if (!page)
		return NULL;
	word = page->private;
	if (!pcp_install(pcp, order, old, word, limit))
		pcp_push_chain(z, pcp, order, word);
	pcp_refilled(my, order, limit);
	return page;
}

/* The list has no room.  False: it will have none. */
static bool pcp_flush(struct zone *z, struct per_cpu_pages *pcp, unsigned int order)
{
	unsigned int limit, nr;
	u64 word, rest;

	page_take_late(z);
	if (!pcp_is_open(z, pcp, true))
		return false;
	if (pcp_room(this_cpu_read(pcp->list[order])))
		return true;
	word = pcp_take_list(pcp, order, &limit);
	nr = irqs_disabled() ? PCP_CHUNK : max(limit / 2, 1U);
	nr = pcp_walk(word, order, nr, &rest);
	pcp_return_list(z, pcp, order, rest, limit);
	pcp_release(z, word, order, nr);
	this_cpu_inc(pcp->nr_flush);
	return nr != 0;
}

static bool pcp_put_in_stock(struct zone *z, struct per_cpu_pages *pcp, struct page *page,
			     unsigned int order)
{
	bool done = pcp_push(&pcp->list[order], page);

	if (done)
		return true;
	preempt_disable();
	done = pcp_flush(z, pcp, order) && pcp_push(&pcp->list[order], page);
	preempt_enable();
	return done;
}

void pcp_put(struct zone *z, struct per_cpu_pages *pcp, struct page *page, unsigned int order)
{
	unsigned long flags;

	VM_BUG_ON(page->meta != PAGE_META(PAGE_OWNER_PCP, order));
	if (pcp && order <= PCP_MAX_ORDER && pcp_put_in_stock(z, pcp, page, order))
		return;
	spin_lock_irqsave(&z->lock, flags);
	buddy_free(z, page, order, PAGE_OWNER_PCP);
	spin_unlock_irqrestore(&z->lock, flags);
}
