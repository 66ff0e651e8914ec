/* SPDX-License-Identifier: MIT */
/*
 * mm/page_slow.c - a request that found every zone at its low watermark
 *
 * MODEL
 *   The order of steps is that of Linux 6.12:
 *
 *	      page_alloc_slow()
 *		|  the mask as this context permits it (gfp_for_context())
 *		|  wake kswapd for every zone that may serve		  __GFP_KSWAPD_RECLAIM
 *		|  walk the zones as deep as the mask goes
 *		v
 *	+-> slow_round()
 *	|	|  wake kswapd again; walk with all rights of the task: PF_MEMALLOC, victim
 *	|	|  may not block, or is reclaim itself ----------------------------> give up
 *	|	|  reclaim, walk; drain stock, give up a reserved block, walk
 *	|	|  __GFP_NORETRY, or costly and not __GFP_RETRY_MAYFAIL ----------> give up
 *	+-------|  was that worth it, or might it be the next time?
 *	|	|  the zones above high after all?  else the out-of-memory path
 *	+-------|  something was released
 *		v
 *	    give up: __GFP_NOFAIL helps itself to half of min, waits, goes round again;
 *		     all others get NULL, and a report unless __GFP_NOWARN
 *
 *   "Worth it": reclaim made progress for a small order; or at most 16 rounds in a row have
 *   not, and a zone has come to have what is asked, for instance because another thread has
 *   freed.  Linux counts in what its page lists could still give; there are none here.
 *   Costly orders (> 3), and low zones that have got nothing, count every round as one
 *   without progress.
 *
 *   Unlike Linux, a request without __GFP_FS that found nothing to reclaim fails: Linux goes
 *   round for ever, on the ground that somebody with __GFP_FS will come by.
 *
 * INVARIANTS
 *   S1  never sleeps unless the mask has __GFP_DIRECT_RECLAIM and the context is preemptible.
 *   S2  reclaim runs under PF_MEMALLOC, and nothing under PF_MEMALLOC gets to it.
 *   S3  at most one thread is in the out-of-memory path.
 *
 * LOCKING	none held across sockets, and none here.
 * CONTEXT	any but NMI.
 * FAILURE	NULL, nothing changed.
 * NOT HERE	how deep: gfp.c.  Taking a block: page_alloc.c.  Reclaim: plugged in.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/stacktrace.h>
#include <linux/vmalloc.h>

#include "internal.h"

#define MAX_RECLAIM_RETRIES	16	/* rounds without progress, as Linux */

static_assert(PCP_MAX_ORDER == PAGE_ALLOC_COSTLY_ORDER, "what must not fail is kept in stock");

DEFINE_RATELIMIT_STATE(page_alloc_ratelimit, 10000, 1);	/* failure reports, as Linux */

static page_failure_report_fn *page_alloc_failure_report;
static page_reclaim_fn *page_alloc_reclaim;
static page_wake_kswapd_fn *page_alloc_wake_kswapd;
static page_oom_fn *page_alloc_oom;

static atomic_t page_oom_busy;		/* S3 */

static void wake_all_kswapds(const struct alloc_context *ac)
{
	page_wake_kswapd_fn *wake = READ_ONCE(page_alloc_wake_kswapd);
	int i;

	if (!wake || !(ac->gfp & __GFP_KSWAPD_RECLAIM))
		return;
	for (i = ac->highest_zoneidx; i >= 0; i--)
		if (ac->zones[i].managed_pages)
			wake(&ac->zones[i], ac->order);
}

static __cold void report_failure(gfp_t gfp, unsigned int order)
{
	page_failure_report_fn *report = READ_ONCE(page_alloc_failure_report);

	if ((gfp & __GFP_NOWARN) || !__ratelimit(&page_alloc_ratelimit))
		return;
	if (report) {
		report(gfp, order);
		return;
	}
	pr_warn("%s: page allocation failure: order:%u, mode:%#x(%pGg), nodemask=(null)\n",
		task_ident().comm, order, gfp, &gfp);
	dump_stack();
}

/* With other rights than ac's own. */
static struct page *walk_with(const struct alloc_context *ac, unsigned int alloc_flags)
{
	struct alloc_context other = *ac;

	VM_BUG_ON((alloc_flags & ALLOC_WMARK_MASK) >= NR_WMARK);
	other.alloc_flags = alloc_flags;
	return page_alloc_walk(&other);
}

/* ---- reclaim --------------------------------------------------------------------- */

/* Pages freed.  S2: what reclaim allocates itself comes from the reserves or not at all. */
static unsigned long perform_reclaim(const struct alloc_context *ac)
{
	page_reclaim_fn *reclaim = READ_ONCE(page_alloc_reclaim);
	unsigned int noreclaim;
	unsigned long progress;

	VM_WARN_ON_ONCE(!preemptible());	/* S1 */
	VM_WARN_ON_ONCE(current->flags & PF_MEMALLOC);		/* S2 */
	cond_resched();
	noreclaim = memalloc_noreclaim_save();
	progress = reclaim ? reclaim(ac) : 0;
	memalloc_noreclaim_restore(noreclaim);
	if (ac->zones == zones)
		progress += vmalloc_drain();	/* what interrupts could not free */
	cond_resched();
	return progress;
}

/* Free pages may sit in per-CPU stock, or in the high-order atomic reserve. */
static struct page *direct_reclaim(const struct alloc_context *ac, unsigned long *progress)
{
	struct page *page = NULL;

	*progress = perform_reclaim(ac);
	if (*progress)
		page = page_alloc_walk(ac);
	if (page)
		return page;
	zone_reserve_shrink(ac->zones, ac->highest_zoneidx, false);
	drain_all_pages(NULL);
	return page_alloc_walk(ac);
}

/* Could a zone serve the request now, as it is? */
static bool any_zone_ok(const struct alloc_context *ac)
{
	const unsigned int flags = ac->alloc_flags & ~(unsigned int)ALLOC_NO_WATERMARKS;
	const struct zone *z;
	int i;

	for (i = ac->highest_zoneidx; i >= 0; i--) {
		z = &ac->zones[i];
		if (z->managed_pages && __zone_watermark_ok(z, ac->order, min_wmark_pages(z),
							    ac->highest_zoneidx, flags))
			return true;
	}
	return false;
}

/* Let others free, or run at all. */
static void give_way(bool wait)
{
	VM_WARN_ON_ONCE(!preemptible());
	if (wait || current->flags & PF_WQ_WORKER)
		schedule_timeout_uninterruptible(1);	/* a tick */
	else
		cond_resched();
}

/*
 * Pages make no block of a costly order.  And shrinkers know no zones: for a request that
 * only a low zone can serve, what they free is progress only when it lies there.
 */
static bool progress_counts(const struct alloc_context *ac)
{
	return ac->order <= PAGE_ALLOC_COSTLY_ORDER &&
	       (ac->highest_zoneidx == ZONE_NORMAL || any_zone_ok(ac));
}

static bool should_reclaim_retry(const struct alloc_context *ac, bool progress,
				 unsigned int *no_progress)
{
	if (progress && progress_counts(ac))
		*no_progress = 0;
	else
		(*no_progress)++;
	if (*no_progress > MAX_RECLAIM_RETRIES || (!progress && !any_zone_ok(ac)))
		return zone_reserve_shrink(ac->zones, ac->highest_zoneidx, true);
	give_way(false);
	return true;
}

/* ---- out of memory --------------------------------------------------------------- */

/* True: try again. */
static bool call_oom(const struct alloc_context *ac)
{
	page_oom_fn *oom = READ_ONCE(page_alloc_oom);

	return oom && gfp_may_oom(ac->gfp, ac->order) && oom(ac->gfp, ac->order);
}

/*
 * Another thread's sacrifice may have helped us all: look once more, high up, so as not to
 * take it back at once.  *again: something was or will be released.
 */
static struct page *out_of_memory(const struct alloc_context *ac, bool *again)
{
	struct page *page;

	*again = true;
	if (atomic_cmpxchg(&page_oom_busy, 0, 1) != 0) {
		give_way(true);
		return NULL;
	}
	VM_WARN_ON_ONCE(current->flags & PF_MEMALLOC);	/* it would give up its own memory */
	page = walk_with(ac, ALLOC_WMARK_HIGH);
	if (!page)
		*again = call_oom(ac);
	atomic_set(&page_oom_busy, 0);
	if (page || !*again)
		return page;
	if (ac->gfp & __GFP_NOFAIL)
		page = walk_with(ac, ALLOC_NO_WATERMARKS);
	if (!page)
		give_way(true);			/* whoever gives back must run */
	return page;
}

/* ---- one round after the other --------------------------------------------------- */

/* What the task is entitled to, whatever its mask says. */
static void add_task_rights(struct alloc_context *ac)
{
	const unsigned int rights = gfp_task_reserves(ac->gfp);

	if (rights)
		ac->alloc_flags = rights | (ac->alloc_flags & ALLOC_KSWAPD);
}

/* *again: another round might help. */
static struct page *slow_round(struct alloc_context *ac, unsigned int *no_progress, bool *again)
{
	unsigned long progress;
	struct page *page;

	*again = false;
	wake_all_kswapds(ac);
	add_task_rights(ac);
	page = page_alloc_walk(ac);
	if (page || !gfpflags_allow_blocking(ac->gfp) || current->flags & PF_MEMALLOC)
		return page;
	page = direct_reclaim(ac, &progress);
	if (page || !gfp_may_retry(ac->gfp, ac->order))
		return page;
	*again = should_reclaim_retry(ac, progress != 0, no_progress);
	if (*again)
		return NULL;
	page = out_of_memory(ac, again);
	/* A victim must get out of the way; also one whose mask forbids the share victims have. */
	if (current->oom_victim && gfp_task_reserves(ac->gfp) != ALLOC_NO_WATERMARKS)
		*again = false;
	if (*again)
		*no_progress = 0;
	return page;
}

/* Nothing helped: those who will not take no for an answer get a share of the reserve. */
static struct page *nofail_help(const struct alloc_context *ac)
{
	struct page *page = walk_with(ac, ALLOC_WMARK_MIN | ALLOC_MIN_RESERVE);

	if (!page)
		give_way(true);
	return page;
}

/*
 * Cannot block: what this CPU keeps for later is all that is left to try.  With interrupts off,
 * a little of it: all may take too long.
 */
static struct page *drained_walk(const struct alloc_context *ac)
{
	VM_WARN_ON_ONCE(gfpflags_allow_blocking(ac->gfp));	/* he has had better */
	if (irqs_disabled())
		pcp_drain_some(ac->zones, ac->highest_zoneidx);
	else
		drain_local_pages(NULL);
	return page_alloc_walk(ac);
}

struct page *page_alloc_slow(struct alloc_context *ac)
{
	unsigned int no_progress = 0;
	struct page *page;
	bool nofail, again;

	VM_BUG_ON(ac->order > MAX_PAGE_ORDER || ac->highest_zoneidx >= MAX_NR_ZONES);
	ac->gfp = gfp_for_context(ac->gfp);
	ac->alloc_flags = gfp_to_alloc_flags(ac->gfp, ac->order);
	nofail = ac->gfp & __GFP_NOFAIL;
	if (WARN_ON_ONCE(nofail && !gfpflags_allow_blocking(ac->gfp)))
		nofail = false;			/* cannot promise without sleeping */
	wake_all_kswapds(ac);
	page = page_alloc_walk(ac);
	while (!page) {
		page = slow_round(ac, &no_progress, &again);
		if (page || again)
			continue;
		if (!nofail)
			break;
		page = nofail_help(ac);
	}
	if (!page && !gfpflags_allow_blocking(ac->gfp))
		page = drained_walk(ac);
	VM_WARN_ON_ONCE(!page && nofail);
	if (!page)
		report_failure(ac->gfp, ac->order);
	return page;
}

/* ---- sockets --------------------------------------------------------------------- */

page_failure_report_fn *page_alloc_set_failure_report(page_failure_report_fn *fn)
{
	page_failure_report_fn *old = page_alloc_failure_report;

	WRITE_ONCE(page_alloc_failure_report, fn);
	return old;
}

page_reclaim_fn *page_alloc_set_reclaim(page_reclaim_fn *fn)
{
	page_reclaim_fn *old = page_alloc_reclaim;

	WRITE_ONCE(page_alloc_reclaim, fn);
	return old;
}

page_wake_kswapd_fn *page_alloc_set_wake_kswapd(page_wake_kswapd_fn *fn)
{
	page_wake_kswapd_fn *old = page_alloc_wake_kswapd;

	WRITE_ONCE(page_alloc_wake_kswapd, fn);
	return old;
}

page_oom_fn *page_alloc_set_oom(page_oom_fn *fn)
{
	page_oom_fn *old = page_alloc_oom;

	WRITE_ONCE(page_alloc_oom, fn);
	return old;
}
