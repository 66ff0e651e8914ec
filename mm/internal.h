/* SPDX-License-Identifier: MIT */
/*
 * mm/internal.h - what the files of mm/ share and nobody else sees, by owning .c
 */
#ifndef _MM_INTERNAL_H
#define _MM_INTERNAL_H

#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/mmdebug.h>
#include <linux/ratelimit.h>
#include <linux/section.h>

/*
 * Interrupts are off since flags: let those in that wait.  sti takes effect one instruction
 * later, so sti; cli would let nobody in.
 */
static __always_inline void irqs_breathe(unsigned long flags)
{
	local_irq_restore(flags);
	__asm__ __volatile__("nop; nop");
	local_irq_disable();
}

/* ---- page.c: who owns each page -------------------------------------------------- */

/* Pages per owner, this CPU's share; only the sum over CPUs means anything. */
DECLARE_PER_CPU(long, page_owner_count[NR_PAGE_OWNERS]);

#define PAGE_BIT(owner)	(1U << PAGE_OWNER_##owner)
/* Everybody who gets pages from the allocator and gives them back to it. */
#define PAGE_USERS	(PAGE_BIT(PAGES) | PAGE_BIT(SLAB) | PAGE_BIT(KMALLOC) | \
			 PAGE_BIT(VMALLOC) | PAGE_BIT(PGTABLE) | PAGE_BIT(PERCPU) | \
			 PAGE_BIT(DMA) | PAGE_BIT(STACK) | PAGE_BIT(SWAP))

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
 * Hand a block over: the one place where an owner changes, but for rewind_page.asm.  ref is
 * the new refcount.  The caller has seen that page heads a block of this order and owner, and
 * has taken it off every list.  Stock is not counted: it is what the others leave.
 */
static __always_inline void page_hand_over(struct page *page, unsigned int order,
					   enum page_owner from, enum page_owner to, u32 ref)
{
	VM_BUG_ON(page_to_pfn(page) & ((1UL << order) - 1));
	if (unlikely(!page_may_move(from, to)))
		BUG();
	if (from != PAGE_OWNER_PCP)
		this_cpu_sub(page_owner_count[from], 1L << order);
	if (to != PAGE_OWNER_PCP)
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

/* An owner's counter, summed over CPUs; that of NONE is minus the pages that have a struct. */
long page_owner_sum(enum page_owner owner);

/* The head of the block that pfn, which is online, lies in; NULL: the struct pages are
 * corrupt.  A racy read. */
struct page *page_block_head(unsigned long pfn);

/* Is this a pointer into the mapped part of vmemmap, to a whole struct page? */
bool page_ptr_valid(const struct page *page);

/* "BUG: Bad page state" for page (or, when it has no struct page, for pfn); counts. */
void page_report_bad(unsigned long pfn, const char *reason);
extern struct ratelimit_state page_bad_ratelimit;	/* tests reset it */

/* Mark as compound, or undo that; its refcount must be 0 while interrupts are on. */
void page_make_compound(struct page *page, unsigned int order);
void page_unmake_compound(struct page *page, unsigned int order);

/* ---- buddy.c: blocks of 2^order pages -------------------------------------------- */

/* Take a free block; its owner becomes `to` with refcount ref.  NULL: no such block. */
struct page *buddy_alloc(struct zone *z, unsigned int order, enum page_owner to, u32 ref)
	__must_hold(&z->lock);
/*
 * Take a block of at least 2^order and at most 2^max_order pages, whichever needs the
 * least cutting, off the lists.  It still counts as FREE, of its ->order: the caller hands
 * all of it over.  Its links are garbage.
 */
struct page *buddy_alloc_run(struct zone *z, unsigned int order, unsigned int max_order)
	__must_hold(&z->lock);
/* Is it a free block of z of this order?  The free block of the lowest order, or NULL. */
bool buddy_is_free(const struct zone *z, const struct page *page, unsigned int order);
struct page *buddy_smallest(struct zone *z, unsigned int *order)
	__must_hold(&z->lock);
/* A free block goes from one set of lists to another over the same pages. */
void buddy_move(struct zone *from, struct zone *to, struct page *page, unsigned int order)
	__must_hold(&from->lock) __must_hold(&to->lock);
/* Give a block back; `from` owns it now. */
void buddy_free(struct zone *z, struct page *page, unsigned int order, enum page_owner from)
	__must_hold(&z->lock);
/*
 * Hand [start_pfn, end_pfn), whose struct pages are all zero, to the zone as free pages.
 * Takes zone->lock.  For section.c (rank LOCK_SECTION may be held) and private zones.
 * Returns the number of pages.
 */
unsigned long buddy_free_range(struct zone *z, unsigned long start_pfn, unsigned long end_pfn);
/* I1..I3 of buddy.c; takes zone->lock.  False: msg says what is wrong. */
bool buddy_verify(struct zone *z, char *msg, size_t n);

/* ---- zone.c ---------------------------------------------------------------------- */

/* min_free_kbytes, if the user has asked for so much (0: has not). */
unsigned long zone_choose_min_free(unsigned long user_kbytes, unsigned long lowmem_kbytes);
extern struct zone *zone_private_list;	/* private zones that exist, for mm_verify() */

/* ---- zone_reserve.c -------------------------------------------------------------- */

#define PAGEBLOCKS_PER_SECTION	(PAGES_PER_SECTION / PAGEBLOCK_PAGES)

/* Is this frame's pageblock set apart?  For frames of online sections. */
static inline bool pageblock_is_reserved(unsigned long pfn)
{
	return section_map.reserved[pfn_to_section_nr(pfn)] >>
	       (pfn >> PAGEBLOCK_ORDER) % PAGEBLOCKS_PER_SECTION & 1;
}

void zone_reserve_init_all(void);
/* For a test's own zone, over whole pageblocks; gone with zone_fini_private(). */
void zone_reserve_init(struct zone *z, struct zone *reserve);
void zone_reserve_fini(struct zone *z);
/* A block out of the reserve, as buddy_alloc(), or NULL.  No zone lock. */
struct page *zone_reserve_alloc(struct zone *z, unsigned int order, enum page_owner to, u32 ref);
void zone_reserve_free(struct zone *z, struct page *page, unsigned int order,
		       enum page_owner from) __must_hold(&z->lock);
/* A request with ALLOC_HIGHATOMIC has got this block: set its pageblock apart, if the zone
 * has any to spare.  No zone lock. */
void zone_reserve_grow(struct zone *z, struct page *page, unsigned int order);
/* Give a pageblock up, of the highest of zs[0..highest] that has more than one, or (all) has
 * any; false: nothing became free for all.  No zone lock. */
bool zone_reserve_shrink(struct zone *zs, int highest, bool all);
bool zone_reserve_verify(const struct zone *z, char *msg, size_t n);

/* ---- pcp.c ----------------------------------------------------------------------- */

/*
 * Per-CPU stock of each zone, and one more that stays closed: see page_pcp_of.  A pointer to a
 * stock is the address it is linked at: this_cpu_ptr() or %gs make it this CPU's.
 */
#define PCP_NOBODY	MAX_NR_ZONES
DECLARE_PER_CPU(struct per_cpu_pages, page_pcp[MAX_NR_ZONES + 1]);

/* A list as one word: its first block, and how many more it may take. */
static inline struct page *pcp_first(u64 word)
{
	return (struct page *)((s64)word >> 16);
}

static inline unsigned int pcp_room(u64 word)
{
	return (u16)word;
}

static inline u64 pcp_word(const struct page *page, unsigned int room)
{
	return (u64)page << 16 | room;
}

/*
 * arch/x86/rewind_page.asm.  Any context: what interrupts them makes them start over.  The
 * first two with preemption off, for what is popped is on no list until it has been marked.
 * pop: a block marked meta, PAGE_META(PAGE_OWNER_PCP, order), which is the caller's now; NULL:
 * there is none, or its struct page has been written over.
 * push: a block marked so that is the caller's; false: there is no room, it still is.
 */
struct page *pcp_pop(u64 *list, u64 meta);
bool pcp_push(u64 *list, struct page *page);
/*
 * The same from and to its owner, counted, with preemption on or off.
 * get: fresh is what its meta becomes.
 * give: the caller has seen that it is a block of that owner's and order.  False: there is no
 * room, it is marked as a block of the stock now, and preemption is off until it is on a list.
 */
struct page *pcp_get(struct per_cpu_pages *pcp, unsigned int order, u64 fresh);
bool pcp_give(struct per_cpu_pages *pcp, struct page *page, enum page_owner owner,
	      unsigned int order);

/* Open for business; an address, not as linked, of a stock that nobody uses yet. */
void pcp_init(struct per_cpu_pages *pcp, const struct zone *z);
/* Nothing to pop: take a batch of z's blocks; the first of them is the caller's, marked PCP.
 * NULL: there is none to be had this way. */
struct page *pcp_refill(struct zone *z, struct per_cpu_pages *pcp, unsigned int order);
/* A block marked PCP that is the caller's goes to stock, or, without pcp, to its zone. */
void pcp_put(struct zone *z, struct per_cpu_pages *pcp, struct page *page, unsigned int order);
/* Up to nr single pages out of stock into the slots of array that are NULL, for the caller;
 * how many slots from the first on are filled then. */
unsigned long pcp_take_bulk(struct per_cpu_pages *pcp, struct page **array, unsigned long nr);
/* Everything back to the zone; sizes begin anew. */
void pcp_drain(struct zone *z, struct per_cpu_pages *pcp);
/* A few blocks of this CPU's, of the highest of zs[0..highest] that has any in stock. */
void pcp_drain_some(struct zone *zs, int highest);
/* Give back some of what nobody has asked for since the last time.  Preemption is off. */
void pcp_trim(struct zone *z, struct per_cpu_pages *pcp);
/* Blocks on a list; pages of a stock; racy, if it is another CPU's: an address, not as linked. */
unsigned int pcp_count(const struct per_cpu_pages *pcp, unsigned int order);
unsigned long pcp_pages(const struct per_cpu_pages *pcp);
bool pcp_verify(const struct zone *z, const struct per_cpu_pages *pcp, char *msg, size_t n);

/* ---- gfp.c ----------------------------------------------------------------------- */

/* The mask as the running context permits it: scopes of the task, no sleeping when atomic. */
gfp_t gfp_for_context(gfp_t gfp);
/* What the running task may take beyond its mask: 0, ALLOC_OOM or ALLOC_NO_WATERMARKS. */
unsigned int gfp_task_reserves(gfp_t gfp);
/* Reclaim has not helped: may this request reclaim again?  May it ask for a sacrifice? */
bool gfp_may_retry(gfp_t gfp, unsigned int order);
bool gfp_may_oom(gfp_t gfp, unsigned int order);

/* ---- page_alloc.c ---------------------------------------------------------------- */

/*
 * One walk over the zones of ac, from the highest down: take a block from the first that
 * ac->alloc_flags (mark and depth) lets us have one.
 */
struct page *page_alloc_walk(const struct alloc_context *ac);
/* alloc_pages_owner() on zones zs[MAX_NR_ZONES], without stock, injected faults, clearing. */
struct page *page_alloc_in(struct zone *zs, gfp_t gfp, unsigned int order,
			   enum page_owner owner);

/* Somebody wants requests to fail: let none be served without asking the page allocator. */
extern page_should_fail_fn *page_alloc_should_fail;
static inline bool page_alloc_is_injected(void)
{
	return READ_ONCE(page_alloc_should_fail) != NULL;
}

/* For rewind_page.asm. */
struct page *page_alloc_0_slow(gfp_t gfp);
unsigned long page_alloc_addr_0_slow(gfp_t gfp);
struct page *page_alloc_slow_page(gfp_t gfp, unsigned int order);
unsigned long page_alloc_slow_addr(gfp_t gfp, unsigned int order);
extern struct per_cpu_pages *page_pcp_of[8];	/* stock, by the zone bits of a mask */

/* ---- page_nolock.c --------------------------------------------------------------- */

/* Blocks that were freed where the zone's lock was not to be had go to its lists now. */
void page_take_late(struct zone *z);
unsigned long page_nr_late(const struct zone *z);	/* pages; the world is stopped */

/* ---- page_slow.c ----------------------------------------------------------------- */

/* All that can be done for a request that the walk at the low watermark did not serve.
 * Changes ac->gfp and ac->alloc_flags. */
struct page *page_alloc_slow(struct alloc_context *ac);
extern struct ratelimit_state page_alloc_ratelimit;	/* tests reset it */

/* ---- page_free.c ----------------------------------------------------------------- */

/* Once the zones have their stock. */
void page_free_init(void);
/* For rewind_page.asm. */
void page_free_0_slow(struct page *page);
void page_free_addr_0_slow(unsigned long addr);
void page_free_slow_page(struct page *page, unsigned int order);
void page_free_slow_addr(unsigned long addr, unsigned int order);
/* Claimed, but there is no room for it; preemption is off. */
void page_free_full(struct page *page, unsigned int order);
extern struct per_cpu_pages *page_pcp_at[64];	/* stock, by a pfn's highest bit */
extern const unsigned long page_direct_map, page_vmemmap;

/* ---- shrinker.c ------------------------------------------------------------------ */

#define DEF_PRIORITY	12		/* where reclaim begins: a 4096th of everything */

/* The arithmetic of one call, in objects; see the top of shrinker.c. */
unsigned long shrinker_delta(unsigned long freeable, int seeks, int priority);
unsigned long shrinker_goal(unsigned long deferred, unsigned long delta, unsigned long freeable,
			    int priority);
unsigned long shrinker_left(unsigned long deferred, unsigned long delta, unsigned long scanned,
			    unsigned long freeable);

/* ---- vmscan.c -------------------------------------------------------------------- */

/* One attempt to get memory back. */
struct scan_control {
	gfp_t gfp_mask;			/* what shrinkers may do */
	int priority;			/* DEF_PRIORITY..0: how hard they are asked */
	unsigned long nr_to_reclaim;	/* pages wanted */
	unsigned long nr_reclaimed;	/* pages got */
};
/* Ask every shrinker once. */
void vmscan_shrink_node(struct scan_control *sc);
/* With rising pressure until enough has come; what has.  Under PF_MEMALLOC. */
unsigned long vmscan_reclaim(struct scan_control *sc);

/* ---- kswapd.c -------------------------------------------------------------------- */

struct pglist_data;

/* Is one of the zones up to highest_zoneidx above high, with a block of order? */
bool pgdat_balanced(const struct pglist_data *pgdat, unsigned int order, int highest_zoneidx);
/* Pages that a run tries for. */
unsigned long kswapd_goal(const struct pglist_data *pgdat, int highest_zoneidx);
/* One run; the order that it was for in the end: 0 when blocks are not to be had. */
unsigned int balance_pgdat(struct pglist_data *pgdat, unsigned int order, int highest_zoneidx);

/* ---- oom.c ----------------------------------------------------------------------- */

extern struct ratelimit_state oom_ratelimit;	/* tests reset it */

/* ---- section*.c ---------------------------------------------------------------- */

/*
 * So many free pages are kept on the lists while a section comes in, for the interrupts that
 * come meanwhile; so many hardly ever last for less than one section's time.
 */
#define SECTION_AHEAD	512

/* What memblock says about one section; pages. */
struct section_info {
	unsigned long nr;		/* which */
	unsigned long ram;		/* pages of RAM */
	unsigned long usable;		/* of them, not reserved */
	unsigned int  ragged;		/* 2 MiB chunks that need a table of small pages */
};
/* Map all RAM of section nr with tables[0..]; returns how many were used. */
unsigned int section_map_direct(struct section_map *sm, unsigned long nr,
				const phys_addr_t *tables, unsigned int nr_tables);
/* Upper tables and ragged edges that it will ask for. */
unsigned int section_direct_cost(struct section_map *sm, const struct section_info *si);
void section_measure(const struct section_map *sm, unsigned long nr, struct section_info *si);
/* The ranges of usable frames in section nr, [*start_pfn, *end_pfn), lowest first. */
bool section_next_usable(const struct section_map *sm, u64 *idx, unsigned long nr,
			 unsigned long *start_pfn, unsigned long *end_pfn);
#define for_each_section_usable(sm, nr, idx, p_start, p_end)				\
	for ((idx) = memblock_seek_free((sm)->mb, (phys_addr_t)(nr) << SECTION_SHIFT);	\
	     section_next_usable(sm, &(idx), nr, p_start, p_end); )
/* Was it direct-mapped for boot memory?  Which zone is it in? */
bool section_is_early(const struct section_map *sm, unsigned long nr);
int section_zone_of(unsigned long nr);

/* ---- verify.c -------------------------------------------------------------------- */

/*
 * A room of mm/ that has something to verify or to count.  Register at init.
 *
 * settle: give back what is only kept for speed (per-CPU objects, empty slabs).
 * verify: false and a message, or true.  count: objects or areas in use now.
 * pages: of owner, that what is counted lies in: how many tells how densely it lies, which is
 * nobody's fault, so the account leaves them out; a page that the room has lost stays in.
 * Any of them may be NULL.
 */
struct verify_ops {
	const char *name;
	void (*settle)(void);
	bool (*verify)(char *msg, size_t n);
	unsigned long (*count)(void);
	unsigned long (*pages)(void);
	unsigned int owner;
	struct verify_ops *next;	/* verify.c */
};
void verify_register(struct verify_ops *ops);
void verify_unregister(struct verify_ops *ops);

/* mempool.c.  How long one waits for an element to come back; tests have less time. */
extern unsigned long mempool_patience;

#endif /* _MM_INTERNAL_H */
