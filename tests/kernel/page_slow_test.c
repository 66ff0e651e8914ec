/* SPDX-License-Identifier: MIT */
/*
 * page_slow_test.c - when the stock does not have it: reserves, reports, and what is
 * plugged in above (fault injection, reclaim, kswapd)
 */
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "again.h"
#include "zone_fixture.h"

static unsigned int hook_calls;
static gfp_t hook_gfp;
static unsigned int hook_order;
static struct page *hook_page;

static page_failure_report_fn *kept_report;
static page_reclaim_fn *kept_reclaim;
static page_wake_kswapd_fn *kept_wake;
static page_oom_fn *kept_oom;

static void plug_back(void *unused)
{
	page_alloc_set_failure_report(kept_report);
	page_alloc_set_reclaim(kept_reclaim);
	page_alloc_set_wake_kswapd(kept_wake);
	page_alloc_set_oom(kept_oom);
	page_alloc_set_should_fail(NULL);
}

static void hook_reset(struct kunit *test)
{
	hook_calls = 0;
	hook_page = NULL;
	ratelimit_reset(&page_alloc_ratelimit);
	kept_report = page_alloc_set_failure_report(NULL);
	kept_reclaim = page_alloc_set_reclaim(NULL);
	kept_wake = page_alloc_set_wake_kswapd(NULL);
	kept_oom = page_alloc_set_oom(NULL);
	kunit_add_action(test, plug_back, NULL);
}

/* Take every order-10 block below 16 MiB; returns how many. */
static struct page *dma_blocks[4];

static unsigned int take_dma_blocks(void)
{
	unsigned int nr = 0;

	drain_all_pages(NULL);		/* mm_trim would make a block whole, later */
	while (nr < 4) {
		dma_blocks[nr] = alloc_pages(GFP_DMA | __GFP_NOWARN, MAX_PAGE_ORDER);
		if (!dma_blocks[nr])
			break;
		nr++;
	}
	return nr;
}

static void free_dma_blocks(unsigned int nr)
{
	while (nr--)
		if (dma_blocks[nr])
			__free_pages(dma_blocks[nr], MAX_PAGE_ORDER);
}

/* Pages linked through their own first word. */
static unsigned long chain_take(unsigned long **head, gfp_t gfp)
{
	unsigned long *page, nr = 0;

	while ((page = (unsigned long *)__get_free_page(gfp | __GFP_NOWARN)) != NULL) {
		*page = (unsigned long)*head;
		*head = page;
		nr++;
	}
	return nr;
}

static void chain_free(unsigned long *head)
{
	unsigned long *next;

	for (; head; head = next) {
		next = (unsigned long *)*head;
		free_page((unsigned long)head);
	}
}

static bool fail_all(gfp_t gfp, unsigned int order)
{
	hook_calls++;
	hook_gfp = gfp;
	hook_order = order;
	return true;
}

static void page_slow_fault_hook_sees_all(struct kunit *test)
{
	struct page *page;

	free_page(__get_free_page(GFP_KERNEL));		/* there is stock, and yet: */
	hook_reset(test);
	page_alloc_set_should_fail(fail_all);
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, __get_free_pages(GFP_ATOMIC, 3), 0);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_DMA, 7));
	KUNIT_EXPECT_EQ(test, hook_calls, 3);
	KUNIT_EXPECT_TRUE(test, hook_gfp == GFP_DMA);
	KUNIT_EXPECT_EQ(test, hook_order, 7);
	page = NULL;
	KUNIT_EXPECT_EQ(test, alloc_pages_bulk(GFP_KERNEL, 1, &page), 0);
	page = alloc_page(GFP_KERNEL | __GFP_NOFAIL);	/* is exempt */
	KUNIT_EXPECT_NOT_NULL(test, page);
	page_alloc_set_should_fail(NULL);
	__free_page(page);
	page = alloc_page(GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, page);
	__free_page(page);
}

static void count_report(gfp_t gfp, unsigned int order)
{
	fail_all(gfp, order);
}

static void page_slow_failure_is_reported(struct kunit *test)
{
	unsigned int nr = take_dma_blocks();
	const char *text;

	hook_reset(test);
	report_start(test);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_DMA, MAX_PAGE_ORDER));
	text = report_stop(test);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, ": page allocation failure: "
				  "order:10, mode:0x1(GFP_DMA), nodemask=(null)"), "%s", text);
	ratelimit_reset(&page_alloc_ratelimit);
	page_alloc_set_failure_report(count_report);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_DMA | __GFP_NOWARN, MAX_PAGE_ORDER));
	KUNIT_EXPECT_EQ(test, hook_calls, 0);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_DMA, MAX_PAGE_ORDER));
	KUNIT_EXPECT_EQ(test, hook_calls, 1);
	KUNIT_EXPECT_EQ(test, hook_order, MAX_PAGE_ORDER);
	free_dma_blocks(nr);
}

static unsigned long reclaim_one(const struct alloc_context *ac)
{
	fail_all(ac->gfp, ac->order);
	if (!hook_page)
		return 0;
	__free_pages(hook_page, MAX_PAGE_ORDER);
	hook_page = NULL;
	return 1UL << MAX_PAGE_ORDER;
}

static void page_slow_reclaims_when_it_may_sleep(struct kunit *test)
{
	unsigned int nr = take_dma_blocks();

	if (!nr)
		kunit_skip(test, "no 4 MiB block below 16 MiB");
	hook_reset(test);
	page_alloc_set_reclaim(reclaim_one);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_DMA | __GFP_NOWARN, MAX_PAGE_ORDER));
	KUNIT_EXPECT_EQ(test, hook_calls, 0);
	hook_page = dma_blocks[nr - 1];
	dma_blocks[nr - 1] = alloc_pages(GFP_KERNEL | GFP_DMA | __GFP_NOWARN, MAX_PAGE_ORDER);
	KUNIT_EXPECT_NOT_NULL(test, dma_blocks[nr - 1]);
	KUNIT_EXPECT_EQ(test, hook_calls, 1);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | GFP_DMA | __GFP_NOWARN |
					    __GFP_NORETRY, MAX_PAGE_ORDER));
	KUNIT_EXPECT_EQ(test, hook_calls, 2);
	free_dma_blocks(nr);
}

static void count_wake(struct zone *z, unsigned int order)
{
	hook_calls++;
}

/* Between min and low: kswapd is woken, and the request succeeds. */
static void page_slow_wakes_kswapd_below_low(struct kunit *test)
{
	unsigned long marks[MAX_NR_ZONES];
	struct page *page;
	int i;

	hook_reset(test);
	drain_all_pages(NULL);
	page_alloc_set_wake_kswapd(count_wake);
	for (i = 0; i < MAX_NR_ZONES; i++) {
		marks[i] = zones[i].watermark[WMARK_LOW];
		zones[i].watermark[WMARK_LOW] = totalram_pages();
	}
	page = alloc_pages(GFP_KERNEL, 4);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_GE(test, hook_calls, 1);
	hook_calls = 0;
	__free_pages(page, 4);
	page = alloc_pages(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM, 4);
	KUNIT_EXPECT_EQ(test, hook_calls, 0);
	for (i = 0; i < MAX_NR_ZONES; i++)
		zones[i].watermark[WMARK_LOW] = marks[i];
	__free_pages(page, 4);
}

/* ---- all of memory --------------------------------------------------------------- */

#define EXHAUST_LIMIT	(320UL << (20 - PAGE_SHIFT))	/* larger machines take too long here */

/* Then this mask gets no more; is that where it is to stop? */
static bool takes_down_to(struct zone *z, unsigned long **chain, gfp_t gfp, unsigned long mark)
{
	chain_take(chain, gfp);
	return zone_free_pages(z) == mark;
}

/*
 * Each mask takes what it may and stops where the arithmetic says.  The best zone has no
 * reserve against this request, so its free pages are what the mark leaves.
 */
static void page_slow_exhaustion(struct kunit *test)
{
	unsigned long *chain = NULL, min, low;
	struct zone *z = zones + ZONE_NORMAL;
	char msg[128] = "";

	while (!z->managed_pages)
		z--;
	if (totalram_pages() > EXHAUST_LIMIT)
		kunit_skip(test, "more than 320 MiB");
	min = min_wmark_pages(z);
	low = min - min / 2 - (min - min / 2) / 4;
	KUNIT_EXPECT_GT(test, chain_take(&chain, GFP_KERNEL), 0);
	do {				/* what kswapd still frees, on another CPU */
		schedule_timeout_uninterruptible(2);
	} while (chain_take(&chain, GFP_KERNEL));
	/* What is freed elsewhere meanwhile is taken, too.  Whoever takes too many is seen. */
	KUNIT_EXPECT_TRUE(test, AGAIN(takes_down_to(z, &chain, GFP_KERNEL, min) &&
				      !nr_free_pcp_pages()));
	KUNIT_EXPECT_TRUE(test, AGAIN(takes_down_to(z, &chain, GFP_KERNEL, min) &&
				      takes_down_to(z, &chain, GFP_NOWAIT, min)));
	KUNIT_EXPECT_TRUE(test, AGAIN(takes_down_to(z, &chain, GFP_ATOMIC, low)));
	KUNIT_EXPECT_TRUE(test, AGAIN(takes_down_to(z, &chain, GFP_ATOMIC, low) &&
				      takes_down_to(z, &chain, GFP_KERNEL | __GFP_HIGH, low)));
	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
	KUNIT_EXPECT_GT(test, chain_take(&chain, GFP_ATOMIC | __GFP_MEMALLOC), 0);
	KUNIT_EXPECT_TRUE(test, AGAIN((chain_take(&chain, GFP_ATOMIC | __GFP_MEMALLOC),
				       !nr_free_pages())));
	KUNIT_EXPECT_EQ(test, z->nr_reserved_highatomic, 0);	/* given up on the way */
	KUNIT_EXPECT_TRUE(test, AGAIN(!chain_take(&chain, GFP_KERNEL)));
	chain_free(chain);
	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
	KUNIT_EXPECT_TRUE(test, this_cpu_ptr(z->pcp)->open);
}

static void page_slow_nofail_must_be_able_to_sleep(struct kunit *test)
{
	unsigned int nr = take_dma_blocks();

	report_start(test);		/* a warning, once */
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_DMA | __GFP_NOFAIL | __GFP_NOWARN,
					    MAX_PAGE_ORDER));
	report_stop(test);
	free_dma_blocks(nr);
}

static struct kunit_case page_slow_cases[] = {
	KUNIT_CASE(page_slow_fault_hook_sees_all),
	KUNIT_CASE(page_slow_failure_is_reported),
	KUNIT_CASE(page_slow_reclaims_when_it_may_sleep),
	KUNIT_CASE(page_slow_wakes_kswapd_below_low),
	KUNIT_CASE(page_slow_exhaustion),
	KUNIT_CASE(page_slow_nofail_must_be_able_to_sleep),
	{}
};

static struct kunit_suite page_slow_suite = { .name = "page_slow", .test_cases = page_slow_cases };
kunit_test_suite(page_slow_suite);
