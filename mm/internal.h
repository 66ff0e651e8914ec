/* SPDX-License-Identifier: MIT */
/*
 * mm/internal.h - what the files of mm/ share and nobody else sees, by owning .c
 */
#ifndef _MM_INTERNAL_H
#define _MM_INTERNAL_H

#include <linux/bug.h>
#include <linux/mm.h>

/* ---- page.c: who owns each page ---------------------------------------------------- */

/* Pages per owner, this CPU's share; only the sum over CPUs means anything. */
DECLARE_PER_CPU(long, page_owner_count[NR_PAGE_OWNERS]);

#define PAGE_BIT(owner)	(1U << PAGE_OWNER_##owner)
/* Everybody who gets pages from the allocator and gives them back to it. */
#define PAGE_USERS	(PAGE_BIT(PAGES) | PAGE_BIT(SLAB) | PAGE_BIT(KMALLOC) | PAGE_BIT(VMALLOC) | \
			 PAGE_BIT(PGTABLE) | PAGE_BIT(PERCPU) | PAGE_BIT(DMA) | PAGE_BIT(STACK) | \
			 PAGE_BIT(SWAP))

/* The table of moves: may a block go from one owner to the other? */
static __always_inline bool page_may_move(enum page_owner from, enum page_owner to)
{
	const u32 bit = 1U << to;

	switch (from) {
	case PAGE_OWNER_NONE:		/* a section is brought in */
		return bit & (PAGE_BIT(RESERVED) | PAGE_BIT(MEMMAP) | PAGE_BIT(FREE));
	case PAGE_OWNER_FREE:
		return bit & (PAGE_USERS | PAGE_BIT(PCP) | PAGE_BIT(BAD));
	case PAGE_OWNER_PCP:
		return bit & (PAGE_USERS | PAGE_BIT(FREE) | PAGE_BIT(BAD));
	case PAGE_OWNER_RESERVED:	/* boot memory that is given up */
	case PAGE_OWNER_BAD:		/* a test that repairs what it broke */
		return bit & PAGE_BIT(FREE);
	default:			/* a user */
		return bit & (PAGE_BIT(PCP) | PAGE_BIT(FREE) | PAGE_BIT(BAD)) &&
		       (1U << from) & PAGE_USERS;
	}
}

/*
 * Hand a block over: the one place where an owner changes.  ref is the new refcount.
 * The caller has seen that page heads a block of this order and owner, and has taken it
 * off every list.  Interrupts off.
 */
static __always_inline void page_hand_over(struct page *page, unsigned int order,
					   enum page_owner from, enum page_owner to, u32 ref)
{
	if (unlikely(!page_may_move(from, to)))
		BUG();
	this_cpu_sub(page_owner_count[from], 1L << order);
	this_cpu_add(page_owner_count[to], 1L << order);
	page->meta = PAGE_META_REF(to, order, ref);
}

/* The block is cut or joined and stays with its owner: write or wipe one head. */
static __always_inline void page_set_head(struct page *page, enum page_owner owner,
					  unsigned int order)
{
	page->meta = PAGE_META(owner, order);
}

static __always_inline void page_clear_head(struct page *page)
{
	page->meta = 0;
}

/*
 * Make [start_pfn, end_pfn), whose struct pages are all zero, blocks of owner: RESERVED or
 * MEMMAP (for FREE see buddy_free_range()).  For section.c.
 */
void page_mark_range(unsigned long start_pfn, unsigned long end_pfn, enum page_owner owner);

/* Largest order of a block that starts at pfn and ends at or before end_pfn, up to top. */
unsigned int page_fit_order(unsigned long pfn, unsigned long end_pfn, unsigned int top);

/* Is this a pointer into the mapped part of vmemmap, to a whole struct page? */
bool page_ptr_valid(const struct page *page);

/* "BUG: Bad page state" for page (or, when it has no struct page, for pfn); counts. */
void page_report_bad(unsigned long pfn, const char *reason);

/* Mark as compound, or undo that. */
void page_make_compound(struct page *page, unsigned int order);
void page_unmake_compound(struct page *page, unsigned int order);

/* ---- buddy.c: blocks of 2^order pages ---------------------------------------------- */

/* Take a free block; its owner becomes `to` with refcount ref.  NULL: no such block. */
struct page *buddy_alloc(struct zone *z, unsigned int order, enum page_owner to, u32 ref)
	__must_hold(&z->lock);
/* Give a block back; `from` owns it now. */
void buddy_free(struct zone *z, struct page *page, unsigned int order, enum page_owner from)
	__must_hold(&z->lock);
/*
 * Hand [start_pfn, end_pfn), whose struct pages are all zero, to the zone as free pages.
 * Takes zone->lock.  For section.c (rank LOCK_SECTION may be held) and private zones.
 * Returns the number of pages.
 */
unsigned long buddy_free_range(struct zone *z, unsigned long start_pfn, unsigned long end_pfn);
/* Is there a block of at least this order?  Racy without the lock. */
bool buddy_has_order(const struct zone *z, unsigned int order);
/* I1..I3 of buddy.c; takes zone->lock. */
bool buddy_verify(struct zone *z, char *msg, size_t n);

/* ---- section.c ---------------------------------------------------------------------- */

/* Bring in the next dormant section of z; pages made free, 0: none left.  Irqsave inside. */
unsigned long section_bring_in(struct zone *z);

/* ---- verify.c ----------------------------------------------------------------------- */

/*
 * A room of mm/ that has something to verify or to count.  Register once, at init.
 *
 * settle: give back what is only kept for speed (per-CPU objects, empty slabs).
 * verify: false and a message, or true.  count: objects or areas in use now.
 * Any of them may be NULL.
 */
struct verify_ops {
	const char *name;
	void (*settle)(void);
	bool (*verify)(char *msg, size_t n);
	unsigned long (*count)(void);
	struct verify_ops *next;	/* verify.c */
};
void verify_register(struct verify_ops *ops);

#endif /* _MM_INTERNAL_H */
