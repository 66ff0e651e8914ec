/* SPDX-License-Identifier: MIT */
/*
 * mm/pcp_bulk.c - many single pages at once, in and out of a CPU's stock
 *
 * MODEL
 *   take: the whole list in one exchange, as many pages off it as are asked for, the rest
 *   back in another.  Nobody else can see the list meanwhile; an interrupt finds an empty
 *   one, and what it puts in is put on top afterwards.
 *
 *	list --xchg--> a b c d e f ...	slots: a b c d	rest --cmpxchg--> e f ...
 *
 * LOCKING	preemption off: other threads of this CPU would find its stock empty.
 * CONTEXT	any but NMI.
 * FAILURE	fewer pages than asked for.
 * NOT HERE	what to do then: page_alloc.c.
 */
#include <linux/kernel.h>

#include "internal.h"
#include "pcp.h"

static __always_inline bool bulk_ok(const struct page *page)
{
	return likely(page->meta == PAGE_META(PAGE_OWNER_PCP, 0));
}

static __always_inline void bulk_give(struct page **slot, struct page *page)
{
	page->private = 0;
	page->meta = PAGE_META_REF(PAGE_OWNER_PAGES, 0, 1);
	*slot = page;
}

/*
 * From a chain that has as many pages into slots up to end; stops at one that is filled, and at
 * a page that is corrupt.  Returns where.  Four at a time: this is what a page costs in bulk.
 */
static __always_inline struct page **bulk_fill(struct page **slot, struct page **end,
					       struct page **chain)
{
	struct page *a = *chain, *b, *c, *d;

	for (; slot + 4 <= end; slot += 4) {
		if ((u64)slot[0] | (u64)slot[1] | (u64)slot[2] | (u64)slot[3])
			break;
		if (!bulk_ok(a) || !bulk_ok(b = pcp_first(a->private)) ||
		    !bulk_ok(c = pcp_first(b->private)) || !bulk_ok(d = pcp_first(c->private)))
			break;
		bulk_give(&slot[0], a);
		a = pcp_first(d->private);
		bulk_give(&slot[1], b);
		bulk_give(&slot[2], c);
		bulk_give(&slot[3], d);
	}
	for (; slot < end && !*slot && bulk_ok(a); slot++) {
		b = pcp_first(a->private);
		bulk_give(slot, a);
		a = b;
	}
	*chain = a;
	return slot;
}

unsigned long pcp_take_bulk(struct per_cpu_pages *pcp, struct page **array, unsigned long nr)
{
	struct page **slot = array, **end = array + nr, **from, *page;
	unsigned int limit, room, got = 0;
	u64 word;

	preempt_disable();
	word = pcp_take_list(pcp, 0, &limit);
	page = pcp_first(word);
	room = pcp_room(word);
	while (slot < end && room + got < limit) {
		from = slot;
		slot = bulk_fill(slot, min(end, slot + (limit - room - got)), &page);
		got += slot - from;
		if (slot < end && !*slot)
			break;			/* corrupt: the next pcp_pop() will see to it */
		slot += slot < end;		/* over one that is filled */
	}
	while (slot < end && *slot)
		slot++;
	if (page)
		pcp_return_list(page_zone(page), pcp, 0, pcp_word(page, room + got), limit);
	this_cpu_add(page_owner_count[PAGE_OWNER_PAGES], got);
	this_cpu_add(pcp->nr_alloc, got);
	preempt_enable();
	return slot - array;
}
