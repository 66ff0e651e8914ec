/* SPDX-License-Identifier: MIT */
/*
 * Allocation of whole pages.
 *
 *	GFP_KERNEL	process context that may sleep: the most reliable
 *	GFP_ATOMIC	interrupt handlers, under a spinlock: may use part of the reserve
 *	GFP_NOWAIT	as ATOMIC, without the reserve, quiet
 *	GFP_DMA		below 16 MiB, strictly; GFP_DMA32: below 4 GiB, strictly
 *
 * order is a power of two of 4 KiB pages, 0..MAX_PAGE_ORDER.  A block is physically
 * contiguous, aligned to its own size, not cleared unless __GFP_ZERO asks.  Every call may
 * be made in any context but NMI, if the mask does not allow sleeping.
 *
 * A mask that does, where sleeping is not allowed, is reported once for each place in the
 * source, and the call goes on without __GFP_DIRECT_RECLAIM: hence the macros.
 *
 * Failure: NULL (0), nothing changed; reported unless __GFP_NOWARN.  The caller frees.
 * Freeing what was not allocated so (wrong address, order, twice) is reported as
 * "BUG: Bad page state", counted (page_bad_count()), and otherwise ignored.
 */
#ifndef _LINUX_GFP_H
#define _LINUX_GFP_H

#include <linux/gfp_types.h>
#include <linux/mmzone.h>
#include <linux/sched/mm.h>
#include <linux/types.h>

/* The highest zone that a mask admits. */
static inline enum zone_type gfp_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	return gfp & __GFP_DMA32 ? ZONE_DMA32 : ZONE_NORMAL;
}

/*
 * For the rooms of mm/: as alloc_pages(), and the block belongs to owner.  What was taken
 * for an owner goes back for the same owner and with its order.  A fresh block's private
 * is 0, and so is its refcount (inuse, nr_entries), unless the owner is PAGES: then 1.
 */
struct page *alloc_pages_owner(gfp_t gfp, unsigned int order, enum page_owner owner);
void free_pages_owner(struct page *page, unsigned int order, enum page_owner owner);

/*
 * arch/x86/rewind_page.asm: the same for owner PAGES and masks that want nothing done to the
 * block, order 0, and up to 3.  The functions below go there at once where the compiler sees
 * that they may.
 */
struct page *page_alloc_0(gfp_t gfp);
unsigned long page_alloc_addr_0(gfp_t gfp);
struct page *page_alloc_small(gfp_t gfp, unsigned int order);
unsigned long page_alloc_addr_small(gfp_t gfp, unsigned int order);
void page_free_0(struct page *page);
void page_free_addr_0(unsigned long addr);
void page_free_small(struct page *page, unsigned int order);
void page_free_addr_small(unsigned long addr, unsigned int order);

static __always_inline bool gfp_is_plain(gfp_t gfp)
{
	return !(gfp & (__GFP_ZERO | __GFP_COMP));
}

struct page *alloc_pages(gfp_t gfp, unsigned int order);
static __always_inline struct page *alloc_pages_site(const struct code_site *site, gfp_t gfp,
						     unsigned int order)
{
	const bool plain = __builtin_constant_p(gfp) && gfp_is_plain(gfp);

	gfp = might_alloc_site(site, gfp);
	if (plain && __builtin_constant_p(order) && order == 0)
		return page_alloc_0(gfp);
	return alloc_pages(gfp, order);
}
#define alloc_pages(gfp, order)		with_site(alloc_pages_site, gfp, order)
#define __alloc_pages(gfp, order)	alloc_pages(gfp, order)
#define alloc_pages_node(node, gfp, order)	alloc_pages(gfp, order)
#define alloc_page(gfp)			alloc_pages(gfp, 0)

/* The same, by address in the direct map. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
static __always_inline unsigned long get_free_pages_site(const struct code_site *site,
							 gfp_t gfp, unsigned int order)
{
	const bool plain = __builtin_constant_p(gfp) && gfp_is_plain(gfp);

	gfp = might_alloc_site(site, gfp);
	if (plain && __builtin_constant_p(order) && order == 0)
		return page_alloc_addr_0(gfp);
	return __get_free_pages(gfp, order);
}
unsigned long get_zeroed_page(gfp_t gfp);
#define __get_free_pages(gfp, order)	with_site(get_free_pages_site, gfp, order)
#define get_zeroed_page(gfp)		get_zeroed_page(might_alloc(gfp))
#define __get_free_page(gfp)		__get_free_pages(gfp, 0)
#define __get_dma_pages(gfp, order)	__get_free_pages((gfp) | GFP_DMA, order)
#define get_free_page(gfp)		get_zeroed_page(gfp)	/* the 1990s name */

/* Drop the caller's reference; frees the block unless somebody else holds one, too. */
void __free_pages(struct page *page, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);	/* addr 0 is fine */
static __always_inline void free_pages_inline(struct page *page, unsigned int order)
{
	if (__builtin_constant_p(order) && order == 0)
		page_free_0(page);
	else
		__free_pages(page, order);
}
static __always_inline void free_addr_inline(unsigned long addr, unsigned int order)
{
	if (__builtin_constant_p(order) && order == 0)
		page_free_addr_0(addr);
	else
		free_pages(addr, order);
}
#define __free_pages(page, order)	free_pages_inline(page, order)
#define free_pages(addr, order)		free_addr_inline(addr, order)
#define __free_page(page)		__free_pages(page, 0)
#define free_page(addr)			free_pages(addr, 0)

/* Exactly PAGE_ALIGN(size) bytes, not rounded to a power of two.  __GFP_COMP is refused. */
void *alloc_pages_exact(size_t size, gfp_t gfp);
#define alloc_pages_exact(size, gfp)	alloc_pages_exact(size, might_alloc(gfp))
void free_pages_exact(void *virt, size_t size);

/*
 * Fill the NULL slots of page_array[nr_pages] with single pages; returns how many slots,
 * from the first on, are filled then.  Free each with __free_page().
 */
unsigned long alloc_pages_bulk(gfp_t gfp, unsigned long nr_pages, struct page **page_array);
#define alloc_pages_bulk(gfp, ...)	alloc_pages_bulk(might_alloc(gfp), __VA_ARGS__)
#define alloc_pages_bulk_array(gfp, nr, array)	alloc_pages_bulk(gfp, nr, array)

/*
 * mm/page_nolock.c: in any context, an NMI too, and never waiting for a lock.  Orders up to 3,
 * zeroed, not from the reserves; NULL where there is none at once, silently.  Free: what any of
 * the calls above has given out, not compound.  @nid is ignored: there is one node.
 */
struct page *alloc_pages_nolock(int nid, unsigned int order);
void free_pages_nolock(struct page *page, unsigned int order);
#define try_alloc_pages(nid, order)	alloc_pages_nolock(nid, order)	/* 6.14's name */

/*
 * mm/pcp_drain.c: give per-CPU stock back to the zones (z NULL: of all zones).  All: of all CPUs,
 * where one may wait for them.  page_trim(): some of what this CPU has not needed since the last
 * time; process context, from time to time.
 */
void drain_local_pages(struct zone *z);
void drain_all_pages(struct zone *z);
void page_trim(void);

/* mm/gfp.c */
/* How deep may this mask go when the low watermark does not hold? ALLOC_* */
unsigned int gfp_to_alloc_flags(gfp_t gfp, unsigned int order);

/*
 * A request that the zones could not serve above their low watermarks, as the sockets see
 * it: zones[0..highest_zoneidx] may serve it, the highest first.
 */
struct alloc_context {
	struct zone	*zones;		/* MAX_NR_ZONES of them: the kernel's, or a test's */
	enum zone_type	 highest_zoneidx;
	gfp_t		 gfp;
	unsigned int	 order;
	enum page_owner	 owner;
	unsigned int	 alloc_flags;	/* ALLOC_*: mark and depth */
};

/*
 * Sockets of the page allocator.  Each setter returns what was plugged in before; NULL
 * pulls the plug.  No lock is held and nothing is kept across a call.
 *
 * failure_report: print the page-allocation-failure report (rate limited here).
 * reclaim: free pages for a request that may sleep; may sleep; returns pages freed.  Called
 *	under PF_MEMALLOC, so what it allocates itself never comes back here.
 * wake_kswapd: somebody wants a block of z and found it below its low watermark.  Any
 *	context but NMI; once for each zone that the mask admits.
 * oom: reclaim has given up on a small request.  true: something was released or soon will
 *	be, try again.  May sleep; one call at a time.
 * should_fail: fault injection; while it is set, every request asks it first.
 */
typedef void page_failure_report_fn(gfp_t gfp, unsigned int order);
typedef unsigned long page_reclaim_fn(const struct alloc_context *ac);
typedef void page_wake_kswapd_fn(struct zone *z, unsigned int order);
typedef bool page_oom_fn(gfp_t gfp, unsigned int order);
typedef bool page_should_fail_fn(gfp_t gfp, unsigned int order);

page_failure_report_fn *page_alloc_set_failure_report(page_failure_report_fn *fn);
page_reclaim_fn *page_alloc_set_reclaim(page_reclaim_fn *fn);
page_wake_kswapd_fn *page_alloc_set_wake_kswapd(page_wake_kswapd_fn *fn);
page_oom_fn *page_alloc_set_oom(page_oom_fn *fn);
page_should_fail_fn *page_alloc_set_should_fail(page_should_fail_fn *fn);

/* Once, after zone_init_all(). */
void page_alloc_init(void);

/* "Bad page state" reports so far. */
unsigned long page_bad_count(void);

#endif /* _LINUX_GFP_H */
