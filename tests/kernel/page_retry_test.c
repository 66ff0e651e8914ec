/* SPDX-License-Identifier: MIT */
/*
 * page_retry_test.c - rounds of the slow path, on zones of the test's own: who goes round
 * again, how often, and who is asked for a sacrifice
 */
#include <linux/ratelimit.h>
#include <linux/sched/mm.h>

#include "zone_fixture.h"

#define RETRY_ORDER	4
#define RETRY_PAGES	16

/* Three zones of 16 pages, all taken. */
static struct zone retry[MAX_NR_ZONES];

static struct {
	unsigned int reclaims, wakes, ooms, reports;
	unsigned int release_at;	/* the call of reclaim, or of oom, that gives back */
	unsigned long progress;		/* what reclaim claims to have freed */
	bool oom_says;
	unsigned int pf;		/* PF_* that reclaim saw */
	struct page *page;		/* it gives back */
} seen;

static page_failure_report_fn *kept_report;
static page_reclaim_fn *kept_reclaim;
static page_wake_kswapd_fn *kept_wake;
static page_oom_fn *kept_oom;

static void give_back(void)
{
	if (seen.page)
		zone_give(&retry[ZONE_NORMAL], seen.page, 0);
	seen.page = NULL;
}

static unsigned long count_reclaim(const struct alloc_context *ac)
{
	seen.pf = current->flags;
	if (++seen.reclaims == seen.release_at)
		give_back();
	return seen.progress;
}

static void count_wake(struct zone *z, unsigned int order)
{
	seen.wakes++;
}

static bool count_oom(gfp_t gfp, unsigned int order)
{
	if (++seen.ooms == seen.release_at)
		give_back();
	return seen.oom_says;
}

static void count_report(gfp_t gfp, unsigned int order)
{
	seen.reports++;
}

static void unplug(void *unused)
{
	page_alloc_set_failure_report(kept_report);
	page_alloc_set_reclaim(kept_reclaim);
	page_alloc_set_wake_kswapd(kept_wake);
	page_alloc_set_oom(kept_oom);
}

static struct page *retry_take(gfp_t gfp, unsigned int order)
{
	ratelimit_reset(&page_alloc_ratelimit);
	return page_alloc_in(retry, gfp, order, PAGE_OWNER_PAGES);
}

static int retry_init(struct kunit *test)
{
	int i;

	memset(&seen, 0, sizeof(seen));
	for (i = 0; i < MAX_NR_ZONES; i++)
		zone_fixture_at(test, &retry[i], RETRY_ORDER);
	for (i = 0; i < MAX_NR_ZONES * RETRY_PAGES; i++)
		seen.page = retry_take(GFP_KERNEL, 0);
	seen.page = pfn_to_page(retry[ZONE_NORMAL].start_pfn);
	kept_report = page_alloc_set_failure_report(count_report);
	kept_reclaim = page_alloc_set_reclaim(count_reclaim);
	kept_wake = page_alloc_set_wake_kswapd(count_wake);
	kept_oom = page_alloc_set_oom(count_oom);
	kunit_add_action(test, unplug, NULL);
	return 0;
}

static void retry_while_there_is_progress(struct kunit *test)
{
	seen.progress = 1;
	seen.release_at = 40;			/* more than 16: progress starts anew */
	KUNIT_EXPECT_NOT_NULL(test, retry_take(GFP_KERNEL, 0));
	KUNIT_EXPECT_EQ(test, seen.reclaims, 40);
	KUNIT_EXPECT_EQ(test, seen.ooms, 0);
	KUNIT_EXPECT_EQ(test, seen.reports, 0);
	KUNIT_EXPECT_TRUE(test, seen.pf & PF_MEMALLOC);
	KUNIT_EXPECT_FALSE(test, current->flags & PF_MEMALLOC);
}

static void retry_costly_orders_give_up(struct kunit *test)
{
	seen.progress = 1;
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL, PAGE_ALLOC_COSTLY_ORDER + 1));
	KUNIT_EXPECT_EQ(test, seen.reclaims, 1);
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL | __GFP_RETRY_MAYFAIL,
					   PAGE_ALLOC_COSTLY_ORDER + 1));
	KUNIT_EXPECT_EQ(test, seen.reclaims, 1 + 17);
	KUNIT_EXPECT_EQ(test, seen.ooms, 0);
	KUNIT_EXPECT_EQ(test, seen.reports, 2);
}

/* Reclaim frees, but never where a request for a low zone can use it. */
static void retry_low_zones_give_up(struct kunit *test)
{
	seen.progress = 1;
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL | GFP_DMA, 0));
	KUNIT_EXPECT_EQ(test, seen.reclaims, 17);
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL | GFP_DMA32, 3));
	KUNIT_EXPECT_EQ(test, seen.reclaims, 2 * 17);
	KUNIT_EXPECT_EQ(test, seen.ooms, 0);
}

static void retry_noretry_reclaims_once(struct kunit *test)
{
	seen.progress = 1;
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL | __GFP_NORETRY, 0));
	KUNIT_EXPECT_EQ(test, seen.reclaims, 1);
	seen.release_at = 2;
	KUNIT_EXPECT_NOT_NULL(test, retry_take(GFP_KERNEL | __GFP_NORETRY, 0));
	KUNIT_EXPECT_EQ(test, seen.ooms, 0);
}

static void retry_mayfail_ends_with_progress(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0));
	KUNIT_EXPECT_EQ(test, seen.reclaims, 1);
	seen.progress = 1;
	seen.release_at = 30;
	KUNIT_EXPECT_NOT_NULL(test, retry_take(GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0));
	KUNIT_EXPECT_EQ(test, seen.reclaims, 30);
	KUNIT_EXPECT_EQ(test, seen.ooms, 0);
}

static void retry_after_a_sacrifice(struct kunit *test)
{
	seen.oom_says = true;
	seen.release_at = 2;			/* the second reclaim, or the second sacrifice */
	KUNIT_EXPECT_NOT_NULL(test, retry_take(GFP_KERNEL, 0));
	KUNIT_EXPECT_EQ(test, seen.ooms, 1);
	KUNIT_EXPECT_EQ(test, seen.reclaims, 2);
}

static void retry_fails_without_a_sacrifice(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL, 0));
	KUNIT_EXPECT_EQ(test, seen.ooms, 1);
	KUNIT_EXPECT_EQ(test, seen.reclaims, 1);
	KUNIT_EXPECT_EQ(test, seen.reports, 1);
	KUNIT_EXPECT_EQ(test, seen.wakes, 2 * MAX_NR_ZONES);
}

static void retry_who_must_not_ask(struct kunit *test)
{
	static const gfp_t masks[] = {
		GFP_KERNEL | __GFP_NORETRY, GFP_KERNEL | __GFP_RETRY_MAYFAIL, GFP_NOFS, GFP_NOIO,
		GFP_KERNEL | __GFP_THISNODE, GFP_KERNEL | GFP_DMA, GFP_KERNEL | GFP_DMA32,
		GFP_ATOMIC, GFP_NOWAIT,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(masks); i++) {
		KUNIT_EXPECT_NULL(test, retry_take(masks[i], 0));
		KUNIT_EXPECT_EQ_MSG(test, seen.ooms, 0, "mask %u", i);
	}
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL, PAGE_ALLOC_COSTLY_ORDER + 1));
	KUNIT_EXPECT_EQ(test, seen.ooms, 0);
}

/* Neither reclaim nor the sacrifice helps, until the 5th round. */
static void retry_nofail_never_gives_up(struct kunit *test)
{
	seen.release_at = 5;
	KUNIT_EXPECT_NOT_NULL(test, retry_take(GFP_KERNEL | __GFP_NOFAIL, 0));
	KUNIT_EXPECT_EQ(test, seen.reclaims, 5);
	KUNIT_EXPECT_EQ(test, seen.reports, 0);
	seen.page = pfn_to_page(retry[ZONE_NORMAL].start_pfn);
	seen.release_at = seen.reclaims + 3;
	KUNIT_EXPECT_NOT_NULL(test, retry_take(GFP_NOIO | __GFP_NOFAIL | __GFP_NORETRY, 0));
	KUNIT_EXPECT_EQ(test, seen.reclaims, 5 + 3);
}

/* The mark of min keeps 8 pages; whoever must not fail gets half of them. */
static void retry_nofail_gets_half_of_the_reserve(struct kunit *test)
{
	struct zone *z = &retry[ZONE_NORMAL];
	unsigned int i;

	for (i = 0; i < 8; i++)
		zone_give(z, pfn_to_page(z->start_pfn + i), 0);
	z->watermark[WMARK_MIN] = z->watermark[WMARK_LOW] = 8;
	z->watermark[WMARK_HIGH] = 9;
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL, 0));
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_NOT_NULL(test, retry_take(GFP_NOFS | __GFP_NOFAIL, 0));
	KUNIT_EXPECT_EQ(test, z->nr_free, 4);
	seen.oom_says = true;			/* after a sacrifice: all of it */
	KUNIT_EXPECT_NOT_NULL(test, retry_take(GFP_KERNEL | __GFP_NOFAIL, 0));
	KUNIT_EXPECT_EQ(test, z->nr_free, 3);
}

/* What reclaim itself allocates takes the last page, and never comes back here. */
static void retry_memalloc_never_reclaims(struct kunit *test)
{
	const unsigned int flags = memalloc_noreclaim_save();

	retry[ZONE_NORMAL].watermark[WMARK_MIN] = 4;
	retry[ZONE_NORMAL].watermark[WMARK_LOW] = 4;
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL, 0));
	give_back();
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL | __GFP_NOMEMALLOC, 0));
	KUNIT_EXPECT_NOT_NULL(test, retry_take(GFP_KERNEL, 0));
	KUNIT_EXPECT_EQ(test, seen.reclaims, 0);
	KUNIT_EXPECT_EQ(test, seen.ooms, 0);
	memalloc_noreclaim_restore(flags);
}

/* A victim gets to half of min, and does not wait for another sacrifice. */
static void retry_victim_digs_and_leaves(struct kunit *test)
{
	struct zone *z = &retry[ZONE_NORMAL];
	unsigned int i;

	for (i = 0; i < 8; i++)
		zone_give(z, pfn_to_page(z->start_pfn + i), 0);
	z->watermark[WMARK_MIN] = z->watermark[WMARK_LOW] = 8;
	z->watermark[WMARK_HIGH] = 9;
	seen.oom_says = true;
	current->oom_victim = true;
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_NOT_NULL(test, retry_take(GFP_KERNEL, 0));
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL, 0));
	KUNIT_EXPECT_EQ(test, seen.ooms, 1);
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL | __GFP_NOMEMALLOC, 0));
	KUNIT_EXPECT_EQ(test, seen.ooms, 2);
	current->oom_victim = false;
}

/* Under a lock a sleeping mask behaves as one that does not sleep. */
static void retry_atomic_contexts_do_not_reclaim(struct kunit *test)
{
	DEFINE_SPINLOCK(lock);
	const char *text;

	spin_lock(&lock);
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL, 0));
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, seen.reclaims + seen.ooms, 0);
	KUNIT_EXPECT_EQ(test, seen.wakes, 2 * MAX_NR_ZONES);
	KUNIT_EXPECT_EQ(test, seen.reports, 1);
	report_start(test);
	preempt_disable();
	KUNIT_EXPECT_NULL(test, retry_take(GFP_KERNEL | __GFP_NOFAIL, 0));
	preempt_enable();
	text = report_stop(test);		/* a warning, the first time */
	KUNIT_EXPECT_NOT_NULL(test, text);
	KUNIT_EXPECT_EQ(test, seen.reclaims, 0);
}

static struct kunit_case page_retry_cases[] = {
	KUNIT_CASE(retry_while_there_is_progress),
	KUNIT_CASE(retry_costly_orders_give_up),
	KUNIT_CASE(retry_low_zones_give_up),
	KUNIT_CASE(retry_noretry_reclaims_once),
	KUNIT_CASE(retry_mayfail_ends_with_progress),
	KUNIT_CASE(retry_after_a_sacrifice),
	KUNIT_CASE(retry_fails_without_a_sacrifice),
	KUNIT_CASE(retry_who_must_not_ask),
	KUNIT_CASE(retry_nofail_never_gives_up),
	KUNIT_CASE(retry_nofail_gets_half_of_the_reserve),
	KUNIT_CASE(retry_memalloc_never_reclaims),
	KUNIT_CASE(retry_victim_digs_and_leaves),
	KUNIT_CASE(retry_atomic_contexts_do_not_reclaim),
	{}
};

static struct kunit_suite page_retry_suite = {
	.name = "page_retry",
	.init = retry_init,
	.test_cases = page_retry_cases,
};
kunit_test_suite(page_retry_suite);
