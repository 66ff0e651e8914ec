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

/* Until cond, at most thirty seconds. */
#define WAIT_FOR(cond) ({						\
	unsigned int __n;						\
	for (__n = 0; __n < 30 * HZ && !(cond); __n++)			\
		schedule_timeout_uninterruptible(1);			\
	(cond); })

/*
 * Nobody but kswapd gets anything back here: the takers do not reclaim, nor wake it.  What mm_trim
 * would give back meanwhile, on any CPU, goes before.
 */
static void take_all_quietly(struct kunit *test)
{
	drop_slab();
	page_keeper_take_all(test, &keeper, __GFP_IO | __GFP_FS);
	WRITE_ONCE(contig_page_data.kswapd_failures, 0);
}

/*
 * Ask for pages until there is none, or @most, or @enough: some there are, if others have just
 * freed them.
 */
static void ask_until(gfp_t gfp, unsigned int order, unsigned long most, bool (*enough)(void))
{
	struct page *page, *some = NULL;

	while (most-- && !(enough && enough()) && (page = alloc_pages(gfp, order)) != NULL) {
		set_page_private(page, (unsigned long)some);
		some = page;
	}
	for (; some; some = page) {
		page = (struct page *)page_private(some);
		__free_pages(some, order);
	}
}

/* Whoever gets one does not wake it: so ask for more than a zone has that is not balanced. */
static bool wake_it(unsigned int order)
{
	if (waitqueue_active(&contig_page_data.kswapd_wait))
		ask_until(GFP_NOWAIT | __GFP_NOWARN, order, high_wmark_pages(best_zone()), NULL);
	return false;
}

static bool is_balanced(unsigned int order)
{
	return pgdat_balanced(&contig_page_data, order, ZONE_NORMAL);
}

static void is_there_and_asleep(struct kunit *test)
{
	KUNIT_ASSERT_NOT_NULL(test, contig_page_data.kswapd);
	KUNIT_EXPECT_STREQ(test, contig_page_data.kswapd->comm, "kswapd0");
	KUNIT_EXPECT_TRUE(test, contig_page_data.kswapd->flags & PF_KSWAPD);
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(waitqueue_active(&contig_page_data.kswapd_wait)));
}

/*
 * Woken below low, it has slept again.  If others free enough just then, it has nothing to do; a
 * thread that is made just then may have to reclaim by itself.
 */
static bool worked_until_high(struct kunit *test)
{
	const u64 runs = vm_event_sum(PAGEOUTRUN), stolen = vm_event_sum(PGSTEAL_KSWAPD);
	const u64 stalls = vm_event_sum(ALLOCSTALL_NORMAL);
	unsigned long kept;
	bool below;

	take_all_quietly(test);
	kept = keeper.nr;
	below = zone_free_pages(best_zone()) <= low_wmark_pages(best_zone());
	WAIT_FOR(READ_ONCE(keeper.nr) != kept || is_balanced(0) || wake_it(0));
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_balanced(0)));
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(waitqueue_active(&contig_page_data.kswapd_wait)));
	kunit_info(test, "%lu pages, then %lu", kept, keeper.nr);
	/* It does not take all that there is: half of what was kept is far more than high. */
	return below && keeper.nr < kept && keeper.nr > kept / 2 &&
	       vm_event_sum(PAGEOUTRUN) > runs && vm_event_sum(PGSTEAL_KSWAPD) > stolen &&
	       vm_event_sum(ALLOCSTALL_NORMAL) == stalls;
}

static void woken_below_low_works_until_high(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, page_keeper_round(test, &keeper, worked_until_high));
}

static bool hopeful(void)
{
	return READ_ONCE(contig_page_data.kswapd_failures) < 16;
}

static bool slept_on(struct kunit *test)
{
	u64 runs;

	/* its nap is over: then it would look by itself */
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(READ_ONCE(contig_page_data.kswapd_asleep)));
	take_all_quietly(test);
	runs = vm_event_sum(PAGEOUTRUN);
	ask_until(__GFP_NOWARN, 0, ~0UL, NULL);
	ask_until(__GFP_IO | __GFP_NOWARN, 0, ~0UL, NULL);
	schedule_timeout_uninterruptible(HZ / 5);
	return vm_event_sum(PAGEOUTRUN) == runs;
}

/* A mask that may not wake it does not; others, elsewhere, may have one that does. */
static void not_woken_by_who_must_not(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, page_keeper_round(test, &keeper, slept_on));
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
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_balanced(0) || wake_it(0)));
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
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(!hopeful() || wake_it(0)));
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(waitqueue_active(&pgdat->kswapd_wait)));
	runs = vm_event_sum(PAGEOUTRUN);
	wake_it(0);
	schedule_timeout_uninterruptible(HZ / 5);
	/* unless another thread has got something back, and so given it hope */
	KUNIT_EXPECT_TRUE(test, vm_event_sum(PAGEOUTRUN) == runs || hopeful());
	keeper.lazy = false;
	ask_until(GFP_KERNEL, 0, ~0UL, hopeful);	/* direct reclaim succeeds */
	KUNIT_EXPECT_TRUE(test, hopeful());
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_balanced(0) || wake_it(0)));
}

/* A wish for blocks makes it free pages; and is no reason to free everything. */
static void orders_are_a_wish(struct kunit *test)
{
	unsigned long kept;
	struct page *page;

	take_all_quietly(test);
	kept = keeper.nr;
	KUNIT_EXPECT_TRUE(test, WAIT_FOR(is_balanced(3) || wake_it(3)));
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
