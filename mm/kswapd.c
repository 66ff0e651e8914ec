/* SPDX-License-Identifier: MIT */
/*
 * mm/kswapd.c - the thread that reclaims before anybody has to wait for it
 *
 * MODEL
 *   A request that finds a zone at its low watermark wakes the node's kswapd and goes on,
 *   deeper into the zone.  kswapd reclaims until one of the zones that the request could use
 *   is above its high watermark with a block of the order asked for, and sleeps again:
 *
 *	free pages
 *	  high ----------------------------------- kswapd sleeps
 *	  low  ----- kswapd is woken			^
 *	  min  ----- requests reclaim themselves	| kswapd works
 *
 *   Before it really sleeps it naps for a tenth of a second: who is woken at once again has
 *   balanced too little, which vmstat counts (kswapd_*_wmark_hit_quickly).
 *
 *   Orders above 0 are a wish: when pages come free and no block does, the next round is for
 *   order 0.  A run through all priorities that frees nothing is a failure; after 16 in a row
 *   kswapd is hopeless and not woken any more, until a direct reclaim frees something.
 *
 * INVARIANTS	kswapd_order and kswapd_highest_zoneidx are the largest asked for since kswapd
 *		took them last.
 * LOCKING	none: those two are racy hints, a wake-up that is missed comes again with the
 *		next request.
 * CONTEXT	kswapd(): a thread of its own.  wakeup_kswapd(): any but NMI.
 * FAILURE	none: who needs memory reclaims himself.
 * NOT HERE	how to reclaim: vmscan.c.  Who starts the thread: kernel/main.c.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "internal.h"

static_assert(SWAP_CLUSTER_MAX > 0, "kswapd_goal() is never 0 where there are pages");

#define KSWAPD_MAX_FAILURES	16		/* MAX_RECLAIM_RETRIES of Linux */
#define KSWAPD_NAP		(HZ / 10)	/* jiffies */

struct pglist_data contig_page_data = {
	.node_zones = zones,
	.kswapd_wait = __WAIT_QUEUE_HEAD_INITIALIZER(contig_page_data.kswapd_wait),
	.kswapd_highest_zoneidx = MAX_NR_ZONES,
};

/* ---- is there enough? ------------------------------------------------------------ */

bool pgdat_balanced(const pg_data_t *pgdat, unsigned int order, int highest_zoneidx)
{
	bool managed = false;
	const struct zone *z;
	int i;

	VM_BUG_ON(highest_zoneidx < 0 || highest_zoneidx >= MAX_NR_ZONES || order > MAX_PAGE_ORDER);
	for (i = 0; i <= highest_zoneidx; i++) {
		z = &pgdat->node_zones[i];
		if (!z->managed_pages)
			continue;
		managed = true;
		if (zone_watermark_ok(z, order, high_wmark_pages(z), highest_zoneidx, 0))
			return true;
	}
	return !managed;			/* nothing to balance */
}

/* Pages that one round tries for. */
unsigned long kswapd_goal(const pg_data_t *pgdat, int highest_zoneidx)
{
	unsigned long goal = 0;
	int i;

	for (i = 0; i <= highest_zoneidx; i++)
		if (pgdat->node_zones[i].managed_pages)
			goal += max(high_wmark_pages(&pgdat->node_zones[i]), SWAP_CLUSTER_MAX);
	return goal;
}

/* ---- balancing ------------------------------------------------------------------- */

unsigned int balance_pgdat(pg_data_t *pgdat, unsigned int order, int highest_zoneidx)
{
	struct scan_control sc = {
		.gfp_mask = GFP_KERNEL,
		.nr_to_reclaim = kswapd_goal(pgdat, highest_zoneidx),
	};
	unsigned long before;

	VM_WARN_ON_ONCE(!sc.nr_to_reclaim);	/* woken for zones without pages */
	count_vm_event(PAGEOUTRUN);
	if (!pgdat_balanced(pgdat, order, highest_zoneidx))
		drain_all_pages(NULL);		/* all CPUs close their stocks, and that may do */
	for (sc.priority = DEF_PRIORITY; sc.priority >= 0; ) {
		if (pgdat_balanced(pgdat, order, highest_zoneidx))
			break;
		before = sc.nr_reclaimed;
		vmscan_shrink_node(&sc);
		drain_all_pages(NULL);		/* what came free counts on the lists only */
		cond_resched();
		/* Enough pages for any order 0, and yet: blocks will not come of pages. */
		if (order && sc.nr_reclaimed >= sc.nr_to_reclaim)
			order = 0;
		if (sc.nr_reclaimed == before)
			sc.priority--;
	}
	count_vm_events(PGSTEAL_KSWAPD, sc.nr_reclaimed);
	if (!sc.nr_reclaimed && !pgdat_balanced(pgdat, order, highest_zoneidx))
		pgdat->kswapd_failures++;
	return order;
}

/* ---- waiting --------------------------------------------------------------------- */

/* Nothing to do, or no hope? */
static bool kswapd_may_sleep(const pg_data_t *pgdat, unsigned int order, int highest_zoneidx)
{
	return READ_ONCE(pgdat->kswapd_failures) >= KSWAPD_MAX_FAILURES ||
	       pgdat_balanced(pgdat, order, highest_zoneidx);
}

static void kswapd_sleep(pg_data_t *pgdat)
{
	WRITE_ONCE(pgdat->kswapd_asleep, true);
	schedule();
	WRITE_ONCE(pgdat->kswapd_asleep, false);
}

/*
 * Queued before the question, so that a wake-up between the question and the sleep is not lost.
 * Asked twice, because the nap may be over early: then there is work, and no long sleep.
 */
static void kswapd_try_to_sleep(pg_data_t *pgdat, unsigned int order, int highest_zoneidx)
{
	long left = 0;
	DEFINE_WAIT(wait);

	prepare_to_wait(&pgdat->kswapd_wait, &wait, TASK_INTERRUPTIBLE);
	if (kswapd_may_sleep(pgdat, order, highest_zoneidx)) {
		left = schedule_timeout(KSWAPD_NAP);
		finish_wait(&pgdat->kswapd_wait, &wait);
		prepare_to_wait(&pgdat->kswapd_wait, &wait, TASK_INTERRUPTIBLE);
	}
	if (left)
		count_vm_event(KSWAPD_LOW_WMARK_HIT_QUICKLY);
	else if (!kswapd_may_sleep(pgdat, order, highest_zoneidx))
		count_vm_event(KSWAPD_HIGH_WMARK_HIT_QUICKLY);
	else
		kswapd_sleep(pgdat);
	finish_wait(&pgdat->kswapd_wait, &wait);
}

/*
 * From any request that finds its zone low: so it must be cheap, and must not mind being called
 * a thousand times.  The wish is noted even if nobody is woken; a larger one that is lost in a
 * race of two CPUs is noted again by the next request.
 */
void wakeup_kswapd(struct zone *z, unsigned int order)
{
	pg_data_t *pgdat = &contig_page_data;

	if (z < pgdat->node_zones || z >= pgdat->node_zones + MAX_NR_ZONES)
		return;				/* a test's own */
	VM_WARN_ON_ONCE(order > MAX_PAGE_ORDER);
	if (pgdat->kswapd_highest_zoneidx == MAX_NR_ZONES || z->idx > pgdat->kswapd_highest_zoneidx)
		WRITE_ONCE(pgdat->kswapd_highest_zoneidx, z->idx);
	if (order > pgdat->kswapd_order)
		WRITE_ONCE(pgdat->kswapd_order, order);
	if (!waitqueue_active(&pgdat->kswapd_wait))
		return;
	if (kswapd_may_sleep(pgdat, order, z->idx))
		return;
	WRITE_ONCE(pgdat->kswapd_asleep, false);
	wake_up_interruptible(&pgdat->kswapd_wait);
}

/* What was asked for since the last time. */
static void kswapd_take_wish(pg_data_t *pgdat, unsigned int *order, int *highest_zoneidx)
{
	const int idx = xchg(&pgdat->kswapd_highest_zoneidx, MAX_NR_ZONES);

	*order = xchg(&pgdat->kswapd_order, 0);
	*highest_zoneidx = idx == MAX_NR_ZONES ? MAX_NR_ZONES - 1 : idx;
}

/* Who looks at accounts wants them to stand still.  It always sleeps in the end. */
static void kswapd_settle(void)
{
	const pg_data_t *pgdat = &contig_page_data;

	if (!pgdat->kswapd || pgdat->kswapd == current)
		return;
	while (preemptible() && !READ_ONCE(pgdat->kswapd_asleep))
		schedule_timeout_uninterruptible(1);
}

static struct verify_ops kswapd_verify_ops = {
	.name	= "kswapd",
	.settle	= kswapd_settle,
};

int kswapd(void *p)
{
	pg_data_t *pgdat = p;
	unsigned int order = 0, got = 0;
	int highest_zoneidx = MAX_NR_ZONES - 1;

	/* What it takes to give back comes from the reserve, and does not wait for itself. */
	WARN_ON_ONCE(pgdat->kswapd);		/* one for each node */
	current->flags |= PF_MEMALLOC | PF_KSWAPD;
	pgdat->kswapd = current;
	verify_register(&kswapd_verify_ops);
	page_alloc_set_wake_kswapd(wakeup_kswapd);
	for (;;) {
		kswapd_try_to_sleep(pgdat, got, highest_zoneidx);
		kswapd_take_wish(pgdat, &order, &highest_zoneidx);
		got = balance_pgdat(pgdat, order, highest_zoneidx);
	}
	return 0;
}
