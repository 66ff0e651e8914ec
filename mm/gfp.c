/* SPDX-License-Identifier: MIT */
/*
 * mm/gfp.c - what a GFP mask entitles to
 *
 * MODEL
 *   A request first tries above the low watermark, whatever its mask.  If that fails, the
 *   mask decides how deep it may go (min = the zone's min watermark):
 *
 *	mask					goes down to		note
 *	GFP_KERNEL NOFS NOIO USER		min			may sleep, reclaim
 *	GFP_NOWAIT, GFP_DMA alone		min
 *	GFP_KERNEL | __GFP_HIGH			min / 2
 *	GFP_ATOMIC				min * 3 / 8		__GFP_HIGH, cannot block
 *	GFP_ATOMIC | __GFP_NOMEMALLOC		min / 2
 *	... | __GFP_MEMALLOC			0			unless __GFP_NOMEMALLOC
 *	any, of a thread under PF_MEMALLOC	0			the same; not in interrupts
 *	any, of a victim			min / 2			the same; not in interrupts
 *
 *   Several pages without blocking: the high-order atomic reserve (zone_reserve.c), too.
 *
 *   The same rules as gfp_to_alloc_flags() and __zone_watermark_ok() of Linux 6.12.
 *
 * INVARIANTS	a mask with more rights never goes less deep.
 * LOCKING	none.
 * CONTEXT	any.
 * FAILURE	none.
 * NOT HERE	the order of steps: page_slow.c.  The whole as a table: gfp_table.c.  Names of
 *		flags: %pGg, lib/printf_ptr.c.
 */
#include <linux/sched.h>
#include <linux/sched/mm.h>

#include "internal.h"

/* Deeper rights are bits of their own, beside the number of the mark. */
static_assert(!(ALLOC_MIN_RESERVE & ALLOC_NON_BLOCK) && !(ALLOC_RESERVES & ALLOC_WMARK_MASK));
static_assert(GFP_ATOMIC & __GFP_HIGH && !(GFP_ATOMIC & __GFP_DIRECT_RECLAIM));
static_assert(GFP_KERNEL & __GFP_DIRECT_RECLAIM && !(GFP_NOWAIT & __GFP_HIGH));

unsigned int gfp_to_alloc_flags(gfp_t gfp, unsigned int order)
{
	unsigned int flags = ALLOC_WMARK_MIN;

	if (gfp & __GFP_HIGH)
		flags |= ALLOC_MIN_RESERVE;
	if (gfp & __GFP_KSWAPD_RECLAIM)
		flags |= ALLOC_KSWAPD;
	if (!(gfp & (__GFP_DIRECT_RECLAIM | __GFP_NOMEMALLOC)))
		flags |= order ? ALLOC_NON_BLOCK | ALLOC_HIGHATOMIC : ALLOC_NON_BLOCK;
	return flags;
}

/* S1 of page_slow.c: whoever asks under a lock gets what can be had without sleeping. */
gfp_t gfp_for_context(gfp_t gfp)
{
	if (!preemptible())
		gfp &= ~__GFP_DIRECT_RECLAIM;
	return current_gfp_context(gfp);
}

/*
 * An interrupt borrows the task that it has interrupted, and not the task's rights: its
 * allocations do not help that one on.
 */
unsigned int gfp_task_reserves(gfp_t gfp)
{
	if (gfp & __GFP_NOMEMALLOC)
		return 0;
	if (gfp & __GFP_MEMALLOC)
		return ALLOC_NO_WATERMARKS;
	if (in_interrupt())
		return 0;
	if (current->flags & PF_MEMALLOC)
		return ALLOC_NO_WATERMARKS;
	return current->oom_victim ? ALLOC_OOM : 0;
}

bool gfp_may_retry(gfp_t gfp, unsigned int order)
{
	if (gfp & __GFP_NORETRY)
		return false;
	return order <= PAGE_ALLOC_COSTLY_ORDER || gfp & __GFP_RETRY_MAYFAIL;
}

/*
 * Not for large blocks, which a sacrifice would hardly make; not for low zones, where it
 * would hardly lie; not for those who have something else to fall back on; and not where
 * the file system could not have been asked to give back first.
 */
bool gfp_may_oom(gfp_t gfp, unsigned int order)
{
	if (order > PAGE_ALLOC_COSTLY_ORDER || gfp_zone(gfp) < ZONE_NORMAL)
		return false;
	if (gfp & (__GFP_NORETRY | __GFP_RETRY_MAYFAIL | __GFP_THISNODE))
		return false;
	return gfp & (__GFP_FS | __GFP_NOFAIL);
}
