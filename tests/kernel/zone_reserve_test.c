/* SPDX-License-Identifier: MIT */
/*
 * zone_reserve_test.c - the high-order atomic reserve, on a private zone of 4 MiB that says
 * it were larger
 */
#include <linux/prandom.h>
#include <linux/ratelimit.h>
#include <linux/stats.h>

#include "zone_fixture.h"

#define ORDER		10
#define NR		(1UL << ORDER)
#define ONE_PERCENT	(100 * PAGEBLOCK_PAGES)		/* of this is one pageblock */

static struct zone reserved[MAX_NR_ZONES];	/* zones of a request: only the highest exists */
static struct zone *const z = &reserved[ZONE_NORMAL];
static struct zone *const r = &reserved[ZONE_DMA32];	/* its reserve */

static struct page *take(gfp_t gfp, unsigned int order)
{
	ratelimit_reset(&page_alloc_ratelimit);
	return page_alloc_in(reserved, gfp | __GFP_NOWARN, order, PAGE_OWNER_PAGES);
}

static void give(struct page *page, unsigned int order)
{
	zone_give(z, page, order);
}

static void expect_sound(struct kunit *test)
{
	char msg[128] = "";

	zone_expect_sound(test, z);
	zone_expect_sound(test, r);
	KUNIT_EXPECT_TRUE_MSG(test, zone_reserve_verify(z, msg, sizeof(msg)), "%s", msg);
	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
}

/* Nobody but the test itself gives memory back. */
static page_reclaim_fn *kept_reclaim;
static page_oom_fn *kept_oom;

static void plug_back(void *unused)
{
	page_alloc_set_reclaim(kept_reclaim);
	page_alloc_set_oom(kept_oom);
}

/* Every request is below low; min is far away. */
static int reserve_init(struct kunit *test)
{
	memset(reserved, 0, sizeof(reserved));
	zone_fixture_at(test, z, ORDER);
	zone_reserve_init(z, r);
	z->managed_pages = ONE_PERCENT;
	z->watermark[WMARK_LOW] = NR;
	z->watermark[WMARK_HIGH] = NR;
	kept_reclaim = page_alloc_set_reclaim(NULL);
	kept_oom = page_alloc_set_oom(NULL);
	kunit_add_action(test, plug_back, NULL);
	return 0;
}

static void reserve_is_set_apart(struct kunit *test)
{
	struct page *page = take(GFP_ATOMIC, 1), *other;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, z->nr_reserved_highatomic, PAGEBLOCK_PAGES);
	KUNIT_EXPECT_EQ(test, r->nr_free, PAGEBLOCK_PAGES - 2);
	KUNIT_EXPECT_EQ(test, z->nr_free, NR - PAGEBLOCK_PAGES);
	KUNIT_EXPECT_EQ(test, zone_free_pages(z), NR - 2);
	expect_sound(test);
	other = take(GFP_ATOMIC, 3);			/* out of it, while it has some */
	KUNIT_EXPECT_TRUE(test, pageblock_is_reserved(page_to_pfn(other)));
	KUNIT_EXPECT_EQ(test, z->nr_reserved_highatomic, PAGEBLOCK_PAGES);
	give(other, 3);
	give(page, 1);
	KUNIT_EXPECT_EQ(test, r->nr_free, PAGEBLOCK_PAGES);	/* and back to it */
	KUNIT_EXPECT_EQ(test, r->free[PAGEBLOCK_ORDER].nr, 1);
	expect_sound(test);
}

static void reserve_is_for_whom(struct kunit *test)
{
	static const struct {
		gfp_t gfp;
		unsigned int order;
		bool reserves;
	} t[] = {
		{ GFP_ATOMIC, 0, false }, { GFP_KERNEL, 2, false },
		{ GFP_KERNEL | __GFP_HIGH, 2, false },
		{ GFP_ATOMIC | __GFP_NOMEMALLOC, 2, false }, { GFP_ATOMIC, 2, true },
		{ GFP_NOWAIT, 2, true }, { GFP_ATOMIC, PAGEBLOCK_ORDER, true },
	};
	struct page *page;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		page = take(t[i].gfp, t[i].order);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ_MSG(test, z->nr_reserved_highatomic != 0, t[i].reserves, "row %u",
				    i);
		give(page, t[i].order);
		while (zone_reserve_shrink(reserved, ZONE_NORMAL, true))
			;
		zone_expect_whole(test, z);
	}
}

static void reserve_is_one_percent(struct kunit *test)
{
	struct page *a, *b, *c;

	z->managed_pages = ONE_PERCENT - 1;		/* less than a pageblock: none */
	a = take(GFP_ATOMIC, 1);
	KUNIT_EXPECT_EQ(test, z->nr_reserved_highatomic, 0);
	z->managed_pages = ONE_PERCENT;
	b = take(GFP_ATOMIC, 8);
	KUNIT_EXPECT_EQ(test, z->nr_reserved_highatomic, PAGEBLOCK_PAGES);
	c = take(GFP_ATOMIC, PAGEBLOCK_ORDER);		/* from the other one: enough is reserved */
	KUNIT_EXPECT_NOT_NULL(test, c);
	KUNIT_EXPECT_EQ(test, z->nr_reserved_highatomic, PAGEBLOCK_PAGES);
	give(c, PAGEBLOCK_ORDER);
	z->managed_pages = ONE_PERCENT + 100;		/* 1 % is rounded up */
	c = take(GFP_ATOMIC, PAGEBLOCK_ORDER);
	KUNIT_EXPECT_EQ(test, z->nr_reserved_highatomic, 2 * PAGEBLOCK_PAGES);
	give(a, 1);
	give(b, 8);
	give(c, PAGEBLOCK_ORDER);
	KUNIT_EXPECT_EQ(test, r->nr_free, NR);
	expect_sound(test);
}

/* A whole block of 4 MiB is two pageblocks, both reserved, and merges again in there. */
static void reserve_of_largest_order(struct kunit *test)
{
	struct page *page;

	z->managed_pages = 4 * ONE_PERCENT;
	page = take(GFP_ATOMIC, ORDER);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, z->nr_reserved_highatomic, NR);
	give(page, ORDER);
	KUNIT_EXPECT_EQ(test, r->free[ORDER].nr, 1);
	expect_sound(test);
	KUNIT_EXPECT_TRUE(test, zone_reserve_shrink(reserved, ZONE_NORMAL, true));
	KUNIT_EXPECT_EQ(test, z->nr_reserved_highatomic, 0);
	zone_expect_whole(test, z);
}

/* Free pages in there do not count for those who may not go below min; for others they do. */
static void reserve_counts_for_some(struct kunit *test)
{
	struct page *page = take(GFP_ATOMIC, 1);

	z->watermark[WMARK_MIN] = NR - PAGEBLOCK_PAGES;	/* just what is free outside */
	KUNIT_EXPECT_FALSE(test, zone_watermark_ok(z, 0, min_wmark_pages(z), ZONE_NORMAL, 0));
	KUNIT_EXPECT_TRUE(test, zone_watermark_ok(z, 0, min_wmark_pages(z), ZONE_NORMAL,
						  ALLOC_NON_BLOCK));
	z->watermark[WMARK_MIN]--;
	KUNIT_EXPECT_TRUE(test, zone_watermark_ok(z, 0, min_wmark_pages(z), ZONE_NORMAL, 0));
	z->free_mask &= 1;				/* no block of 2^5 outside, for a moment */
	KUNIT_EXPECT_FALSE(test, zone_watermark_ok(z, 5, 0, ZONE_NORMAL, ALLOC_NON_BLOCK));
	KUNIT_EXPECT_TRUE(test, zone_watermark_ok(z, 5, 0, ZONE_NORMAL, ALLOC_HIGHATOMIC));
	KUNIT_EXPECT_TRUE(test, zone_watermark_ok(z, 5, 0, ZONE_NORMAL, ALLOC_OOM));
	z->free_mask |= 1U << PAGEBLOCK_ORDER;
	give(page, 1);
	expect_sound(test);
}

static unsigned long take_all(struct page **list, gfp_t gfp)
{
	struct page *page;
	unsigned long n = 0;

	while ((page = take(gfp, 0)) != NULL) {
		page->private = (unsigned long)*list;
		*list = page;
		n++;
	}
	return n;
}

static void give_all(struct page *list)
{
	struct page *next;

	for (; list; list = next) {
		next = (struct page *)list->private;
		give(list, 0);
	}
}

/*
 * Somebody who cannot reclaim gets everything but the reserve, an interrupt one page after
 * the other out of it, and a request that may reclaim makes it give up all.
 */
static void reserve_gives_way(struct kunit *test)
{
	struct page *page = take(GFP_ATOMIC, 1), *list = NULL;

	KUNIT_EXPECT_EQ(test, take_all(&list, __GFP_KSWAPD_RECLAIM | __GFP_NOMEMALLOC),
			NR - PAGEBLOCK_PAGES);
	KUNIT_EXPECT_EQ(test, r->nr_free, PAGEBLOCK_PAGES - 2);
	give_all(list);
	list = NULL;
	KUNIT_EXPECT_EQ(test, take_all(&list, GFP_ATOMIC), NR - 2);
	KUNIT_EXPECT_EQ(test, z->nr_reserved_highatomic, PAGEBLOCK_PAGES);
	give_all(list);
	list = NULL;
	KUNIT_EXPECT_EQ(test, r->nr_free, PAGEBLOCK_PAGES - 2);
	KUNIT_EXPECT_FALSE(test, zone_reserve_shrink(reserved, ZONE_NORMAL, false));
	KUNIT_EXPECT_EQ(test, take_all(&list, GFP_KERNEL), NR - 2);
	KUNIT_EXPECT_EQ(test, z->nr_reserved_highatomic, 0);
	expect_sound(test);
	give_all(list);
	give(page, 1);
	zone_expect_whole(test, z);
}

/* The reserve keeps a block together that the rest of the zone would have used up. */
static void reserve_keeps_blocks_together(struct kunit *test)
{
	struct page *first = take(GFP_ATOMIC, 4), *list = NULL, *page;
	unsigned int i;

	take_all(&list, __GFP_NOMEMALLOC);
	for (i = 0; i < 10; i++) {
		page = take(GFP_ATOMIC, 4);
		KUNIT_EXPECT_NOT_NULL(test, page);
		give(page, 4);
		KUNIT_EXPECT_NULL(test, take(GFP_ATOMIC | __GFP_NOMEMALLOC, 4));
	}
	give_all(list);
	give(first, 4);
	expect_sound(test);
}

/* Random requests of all kinds, with the reserve coming and going. */
static void reserve_random(struct kunit *test)
{
	static const gfp_t masks[] = { GFP_ATOMIC, GFP_NOWAIT, GFP_KERNEL, __GFP_NOMEMALLOC };
	static struct { struct page *page; unsigned int order; } live[64];
	unsigned int i, n = 0, k;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, kunit_seed());
	z->managed_pages = 2 * ONE_PERCENT;
	for (i = 0; i < 20000; i++) {
		k = prandom_u32_below(&rnd, 8);
		if (n < ARRAY_SIZE(live) && prandom_u32_below(&rnd, 2)) {
			live[n].order = k;
			live[n].page = take(masks[prandom_u32_below(&rnd, 4)], k);
			n += live[n].page != NULL;
		} else if (n) {
			k = prandom_u32_below(&rnd, n);
			give(live[k].page, live[k].order);
			live[k] = live[--n];
		}
		if (i % 64 == 0)
			zone_reserve_shrink(reserved, ZONE_NORMAL, prandom_u32_below(&rnd, 2));
		if (i % 1000 == 0)
			expect_sound(test);
	}
	while (n--)
		give(live[n].page, live[n].order);
	while (zone_reserve_shrink(reserved, ZONE_NORMAL, true))
		;
	zone_expect_whole(test, z);
}

static struct kunit_case zone_reserve_cases[] = {
	KUNIT_CASE(reserve_is_set_apart),
	KUNIT_CASE(reserve_is_for_whom),
	KUNIT_CASE(reserve_is_one_percent),
	KUNIT_CASE(reserve_of_largest_order),
	KUNIT_CASE(reserve_counts_for_some),
	KUNIT_CASE(reserve_gives_way),
	KUNIT_CASE(reserve_keeps_blocks_together),
	KUNIT_CASE(reserve_random),
	{}
};

static struct kunit_suite zone_reserve_suite = {
	.name = "zone_reserve",
	.init = reserve_init,
	.test_cases = zone_reserve_cases,
};
kunit_test_suite(zone_reserve_suite);
