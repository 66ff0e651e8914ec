/* SPDX-License-Identifier: MIT */
/*
 * kswapd_test.c - the thread that reclaims in advance: woken below low, asleep above high
 *
 * Booted only: it needs that thread, and others that wait and wake.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include "../../mm/internal.h"
#include "page_keeper.h"

static struct page_keeper keeper;

/* The zone that GFP_KERNEL requests look at first. */
static struct zone *best_zone(void)
{
	struct zone *z = &zones[ZONE_NORMAL];

	while (!z->managed_pages)
		z--;
	return z;
}

/* Until cond, at most twenty seconds. */
#define WAIT_FOR(cond) ({						\
	unsigned int __n;						\
	for (__n = 0; __n < 20 * HZ && !(cond); __n++)			\
		schedule_timeout_uninterruptible(1);			\
	(cond); })

/* Nobody but kswapd gets anything back here: the takers do not reclaim, nor wake it. */
static void take_all_quietly(struct kunit *test)
{
	page_keeper_take_all(test, &keeper, __GFP_IO | __GFP_FS);
	WRITE_ONCE(contig_page_data.kswapd_failures, 0);
}

static void wake_it(void)
{
	struct page *page = alloc_page(GFP_NOWAIT);

	if (page)
		__free_page(page);
}

static void is_there_and_asleep(struct kunit *test)
{
	KUNIT_ASSERT_NOT_NULL(test, contig_page_data.kswapd);
	KUNIT_EXPECT_STREQ(test, contig_page_data.kswapd->comm, "kswapd0");
	KUNIT_EXPECT_TRUE(test, contig_page_data.kswapd->flags & PF_KSWAPD);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(waitqueue_active(&contig_page_data.kswapd_wait)));
}

/* What the keeper had before kswapd, which was woken below low, slept again. */
static unsigned long kept_before_it_ran(struct kunit *test)
{
	unsigned long kept;

	take_all_quietly(test);
	kept = keeper.nr;
	KUNIT_EXPECT_LE(test, zone_free_pages(best_zone()), low_wmark_pages(best_zone()));
	wake_it();
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(pgdat_balanced(&contig_page_data, 0, ZONE_NORMAL)));
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(waitqueue_active(&contig_page_data.kswapd_wait)));
	return kept;
}

/* If others free enough just then, in stocks of other CPUs, say, it has nothing to do. */
static void woken_below_low_works_until_high(struct kunit *test)
{
	const u64 runs = vm_event_sum(PAGEOUTRUN), stolen = vm_event_sum(PGSTEAL_KSWAPD);
	const u64 stalls = vm_event_sum(ALLOCSTALL_NORMAL);
	unsigned int tries = 10;
	unsigned long kept;

	for (;;) {
		kept = kept_before_it_ran(test);
		if (keeper.nr != kept || !--tries)
			break;
		page_keeper_leave(test, &keeper);
	}
	KUNIT_EXPECT_GT(test, vm_event_sum(PAGEOUTRUN), runs);
	KUNIT_EXPECT_GT(test, vm_event_sum(PGSTEAL_KSWAPD), stolen);
	KUNIT_EXPECT_EQ(test, vm_event_sum(ALLOCSTALL_NORMAL), stalls);
	KUNIT_EXPECT_LT(test, keeper.nr, kept);
	/* It does not take all that there is: half of what was kept is far more than high. */
	KUNIT_EXPECT_GT(test, keeper.nr, kept / 2);
}

/* Ask for pages until there is none, or @enough: some there are, if others have just freed them. */
static void ask_until(gfp_t gfp, bool (*enough)(void))
{
	struct page *page, *some = NULL;

	while (!(enough && enough()) && (page = alloc_page(gfp)) != NULL) {
		set_page_private(page, (unsigned long)some);
		some = page;
	}
	for (; some; some = page) {
		page = (struct page *)page_private(some);
		__free_page(some);
	}
}

static bool hopeful(void)
{
	return READ_ONCE(contig_page_data.kswapd_failures) < 16;
}

/* A mask that may not wake it does not. */
static void not_woken_by_who_must_not(struct kunit *test)
{
	u64 runs;

	KUNIT_EXPECT_TRUE(test, WAIT_FOR(waitqueue_active(&contig_page_data.kswapd_wait)));
	schedule_timeout_uninterruptible(HZ / 5);	/* its nap is over, it sleeps */
	take_all_quietly(test);
	runs = vm_event_sum(PAGEOUTRUN);
	ask_until(__GFP_NOWARN, NULL);
	ask_until(__GFP_IO | __GFP_NOWARN, NULL);
	schedule_timeout_uninterruptible(HZ / 5);
	KUNIT_EXPECT_EQ(test, vm_event_sum(PAGEOUTRUN), runs);
}

/* Whoever may not call file systems is helped by the one who may. */
static void helps_who_may_do_less(struct kunit *test)
{
	struct page *page;

	take_all_quietly(test);
	keeper.needs_fs = true;
	page = alloc_page(GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN);
	if (page)				/* kswapd was quick */
		__free_page(page);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(pgdat_balanced(&contig_page_data, 0, ZONE_NORMAL)));
	page = alloc_page(GFP_NOIO);
	KUNIT_EXPECT_NOT_NULL(test, page);
	if (page)
		__free_page(page);
}

/* It does not spin when there is nothing to get, and tries again when there is. */
static void gives_up_and_comes_back(struct kunit *test)
{
	const pg_data_t *pgdat = &contig_page_data;
	u64 runs;

	take_all_quietly(test);
	keeper.lazy = true;
	wake_it();
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(pgdat->kswapd_failures >= 16));
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(waitqueue_active(&pgdat->kswapd_wait)));
	runs = vm_event_sum(PAGEOUTRUN);
	wake_it();
	schedule_timeout_uninterruptible(HZ / 5);
	KUNIT_EXPECT_EQ(test, vm_event_sum(PAGEOUTRUN), runs);
	keeper.lazy = false;
	ask_until(GFP_KERNEL, hopeful);		/* direct reclaim succeeds */
	KUNIT_EXPECT_TRUE(test, hopeful());
	wake_it();
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(pgdat_balanced(pgdat, 0, ZONE_NORMAL)));
}

/* A wish for blocks makes it free pages; and is no reason to free everything. */
static void orders_are_a_wish(struct kunit *test)
{
	unsigned long kept;
	struct page *page;

	take_all_quietly(test);
	kept = keeper.nr;
	page = alloc_pages(GFP_NOWAIT, 3);	/* others may just have freed one */
	if (page)
		__free_pages(page, 3);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(pgdat_balanced(&contig_page_data, 3, ZONE_NORMAL)));
	page = alloc_pages(GFP_NOWAIT, 3);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_GT(test, keeper.nr, kept / 2);
	if (page)
		__free_pages(page, 3);
}

static struct kunit_case kswapd_cases[] = {
	KUNIT_CASE(is_there_and_asleep),
	KUNIT_CASE(woken_below_low_works_until_high),
	KUNIT_CASE(not_woken_by_who_must_not),
	KUNIT_CASE(helps_who_may_do_less),
	KUNIT_CASE(gives_up_and_comes_back),
	KUNIT_CASE(orders_are_a_wish),
	{}
};

static struct kunit_suite kswapd_suite = { .name = "kswapd", .test_cases = kswapd_cases };
kunit_test_suite(kswapd_suite);
