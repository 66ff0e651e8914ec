/* SPDX-License-Identifier: MIT */
/*
 * Reclaim: getting free pages by asking those who hold memory that they could do without.
 * Nothing is swapped yet; the header keeps the name under which Linux has these calls.
 */
#ifndef _LINUX_SWAP_H
#define _LINUX_SWAP_H

#include <linux/gfp.h>
#include <linux/sched.h>

#define SWAP_CLUSTER_MAX	32UL	/* pages that one direct reclaim tries to get */

/* Pages that a task in reclaim has freed so far; current->reclaim_state points to it. */
struct reclaim_state {
	unsigned long reclaimed;
};

/*
 * Whoever frees whole pages tells the reclaim that it may be part of: slab caches and
 * vmalloc do, and a shrinker that keeps pages of its own should.  Any context.
 */
static inline void mm_account_reclaimed_pages(unsigned long pages)
{
	struct reclaim_state *rs = current->reclaim_state;

	if (rs)
		rs->reclaimed += pages;
}

/*
 * mm/vmscan.c.  Direct reclaim for one request: the pages freed, 0 if there was nothing.
 * Process context, may sleep as ac->gfp says, no lock held.  Plugged into the page allocator,
 * which calls it under PF_MEMALLOC.
 */
unsigned long try_to_free_pages(const struct alloc_context *ac);

/* Once, after vmalloc_init(): plug reclaim into the page allocator. */
void vmscan_init(void);

#endif /* _LINUX_SWAP_H */
