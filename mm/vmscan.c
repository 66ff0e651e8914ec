/* SPDX-License-Identifier: MIT */
/*
 * mm/vmscan.c - reclaim: how hard to ask, and when it is enough
 *
 * MODEL
 *   Everything that can be given back hides behind a shrinker (shrinker.c): drivers' caches,
 *   vmalloc's waiting areas, the object caches' stocks and empty slabs.  Reclaim asks all of
 *   them, first for a 4096th of what they have (priority 12), then for ever more, down to
 *   priority 0, everything; until enough pages have come free.
 *
 *	who		wants				asks with
 *	direct		32 pages, or the block that	the request's own mask:
 *			was asked for if it is larger	GFP_NOFS stays GFP_NOFS
 *	kswapd		the zones above high		GFP_KERNEL
 *
 *   What counts is pages, not objects: a task in reclaim has a reclaim_state, and whoever
 *   gives a page back while it is there adds to it.  So reclaim knows progress from motion.
 *
 *   Not here because the page allocator sees to it: per-CPU stocks of pages and the
 *   high-order reserve, which are free memory in the wrong place.
 *
 * INVARIANTS	a task has a reclaim_state only while it is in vmscan_shrink_node().
 * LOCKING	none.
 * CONTEXT	process; may sleep as the mask says.  Never from reclaim: PF_MEMALLOC.
 * FAILURE	0: nothing could be freed.
 * NOT HERE	kswapd's waiting and waking: kswapd.c.  Giving up: oom.c.
 */
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/shrinker.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "internal.h"

static_assert(SWAP_CLUSTER_MAX <= MAX_ORDER_NR_PAGES);

void vmscan_shrink_node(struct scan_control *sc)
{
	struct reclaim_state rs = { 0 }, *outer = current->reclaim_state;

	VM_BUG_ON(sc->priority < 0 || sc->priority > DEF_PRIORITY);
	current->reclaim_state = &rs;
	shrink_slab(sc->gfp_mask, 0, sc->priority);
	VM_WARN_ON_ONCE(current->reclaim_state != &rs);	/* a callback has not put his back */
	current->reclaim_state = outer;
	sc->nr_reclaimed += rs.reclaimed;
	if (rs.reclaimed)
		WRITE_ONCE(contig_page_data.kswapd_failures, 0);	/* there is hope again */
}

unsigned long vmscan_reclaim(struct scan_control *sc)
{
	VM_WARN_ON_ONCE(!(current->flags & PF_MEMALLOC));
	for (sc->priority = DEF_PRIORITY; sc->priority >= 0; sc->priority--) {
		vmscan_shrink_node(sc);
		if (sc->nr_reclaimed >= sc->nr_to_reclaim)
			break;
		cond_resched();
	}
	return sc->nr_reclaimed;
}

unsigned long try_to_free_pages(const struct alloc_context *ac)
{
	struct scan_control sc = { .gfp_mask = ac->gfp };
	unsigned int noreclaim;

	if (WARN_ON_ONCE(in_interrupt() || !gfpflags_allow_blocking(ac->gfp)))
		return 0;
	if (ac->zones != zones)
		return 0;		/* a test's own: what others hold is of no use there */
	sc.nr_to_reclaim = max(SWAP_CLUSTER_MAX, 1UL << ac->order);
	count_vm_event(ALLOCSTALL_DMA + ac->highest_zoneidx);
	noreclaim = memalloc_noreclaim_save();
	vmscan_reclaim(&sc);
	memalloc_noreclaim_restore(noreclaim);
	count_vm_events(PGSTEAL_DIRECT, sc.nr_reclaimed);
	return sc.nr_reclaimed;
}

void vmscan_init(void)
{
	page_alloc_set_reclaim(try_to_free_pages);
}
