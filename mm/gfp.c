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
 *
 *   The same rules as gfp_to_alloc_flags() and __zone_watermark_ok() of Linux 6.12.
 *
 * INVARIANTS	a mask with more rights never goes less deep.
 * LOCKING	none.
 * CONTEXT	any.
 * FAILURE	none.
 * NOT HERE	the order of steps: page_alloc.c.  Names of flags: %pGg, lib/printf.c.
 */
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
		flags |= ALLOC_NON_BLOCK;
	return flags;
}

bool gfp_has_all_reserves(gfp_t gfp)
{
	return (gfp & (__GFP_MEMALLOC | __GFP_NOMEMALLOC)) == __GFP_MEMALLOC;
}

/*
 * Is it worth another round?  Linux's should_reclaim_retry() in short: costly orders and
 * __GFP_NORETRY give up at once, __GFP_RETRY_MAYFAIL and small orders while reclaim
 * makes progress, __GFP_NOFAIL never.
 */
bool gfp_should_retry(gfp_t gfp, unsigned int order, unsigned long progress)
{
	if (gfp & __GFP_NOFAIL)
		return true;
	if (gfp & __GFP_NORETRY)
		return false;
	if (order > PAGE_ALLOC_COSTLY_ORDER && !(gfp & __GFP_RETRY_MAYFAIL))
		return false;
	return progress != 0;
}
