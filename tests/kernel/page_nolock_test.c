/* SPDX-License-Identifier: MIT */
/* page_nolock_test.c - pages for contexts that may wait for nothing, under a zone's lock too */
#include <linux/memblock.h>

#include "again.h"
#include "zone_fixture.h"

static struct zone *the_zone(void)
{
	struct zone *z = &zones[ZONE_NORMAL];

	while (!z->managed_pages)
		z--;
	return z;
}

static void expect_sound(struct kunit *test)
{
	char msg[128] = "";

	KUNIT_EXPECT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
}

static bool is_zero(const struct page *page, unsigned int order)
{
	const unsigned long *word = page_address(page);
	unsigned long i;

	for (i = 0; i < (PAGE_SIZE << order) / sizeof(*word); i++)
		if (word[i])
			return false;
	return true;
}

/* There is none while another CPU has the lock, and nothing is in stock. */
static struct page *take_nolock(unsigned int order)
{
	struct page *page;

	return AGAIN((page = alloc_pages_nolock(NUMA_NO_NODE, order)) != NULL) ? page : NULL;
}

static void nolock_pairs(struct kunit *test)
{
	struct page *page;
	unsigned int order;

	for (order = 0; order <= PCP_MAX_ORDER; order++) {
		page = take_nolock(order);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page->meta, PAGE_META_REF(PAGE_OWNER_PAGES, order, 1));
		KUNIT_EXPECT_TRUE(test, is_zero(page, order));
		memset(page_address(page), 0x5a, PAGE_SIZE << order);
		free_pages_nolock(page, order);
	}
	KUNIT_EXPECT_NULL(test, alloc_pages_nolock(NUMA_NO_NODE, PCP_MAX_ORDER + 1));
	expect_sound(test);
}

/* Whoever has the lock was interrupted: stock still serves, the buddy does not. */
static void nolock_under_the_lock(struct kunit *test)
{
	struct zone *z = the_zone();
	struct page *page[3], *none, *stocked;
	unsigned long flags, low[MAX_NR_ZONES];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(page); i++)
		page[i] = alloc_pages(GFP_KERNEL, 2);
	KUNIT_ASSERT_NOT_NULL(test, page[2]);
	__free_pages(page[2], 2);		/* opens what was closed for want of memory */
	page[2] = alloc_pages(GFP_KERNEL, 2);
	KUNIT_ASSERT_NOT_NULL(test, page[2]);
	preempt_disable();			/* nobody here fills it again */
	drain_local_pages(NULL);
	for (i = 0; i < MAX_NR_ZONES; i++) {
		low[i] = zones[i].watermark[WMARK_LOW];
		if (&zones[i] != z)
			zones[i].watermark[WMARK_LOW] = ~0UL >> 2;	/* no other serves it */
	}
	spin_lock_irqsave(&z->lock, flags);
	none = alloc_pages_nolock(NUMA_NO_NODE, 2);
	free_pages_nolock(page[0], 2);
	stocked = alloc_pages_nolock(NUMA_NO_NODE, 2);
	spin_unlock_irqrestore(&z->lock, flags);
	for (i = 0; i < MAX_NR_ZONES; i++)
		zones[i].watermark[WMARK_LOW] = low[i];
	preempt_enable();
	KUNIT_EXPECT_NULL(test, none);
	KUNIT_EXPECT_PTR_EQ(test, stocked, page[0]);
	for (i = 0; i < ARRAY_SIZE(page); i++)
		__free_pages(page[i], 2);
	expect_sound(test);
}

/*
 * The stock of this CPU closes, for the zone says so.  Again, if somebody has filled it just then,
 * or was about to open it.
 */
static bool closes(struct zone *z)
{
	drain_local_pages(NULL);
	WRITE_ONCE(z->stock_closed, true);
	free_page(__get_free_page(GFP_KERNEL));
	return !this_cpu_ptr(z->pcp)->open;
}

/* No room in stock, and the lock is taken: the block waits until somebody comes by. */
static void nolock_free_comes_late(struct kunit *test)
{
	struct zone *z = the_zone();
	const unsigned long high = z->watermark[WMARK_HIGH];
	struct page *page[2];
	unsigned long flags, late;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(page); i++)
		page[i] = alloc_pages(GFP_KERNEL, 1);
	z = page_zone(page[0]);
	z->watermark[WMARK_HIGH] = ~0UL >> 1;
	KUNIT_EXPECT_TRUE(test, AGAIN(closes(z)));
	spin_lock_irqsave(&z->lock, flags);
	for (i = 0; i < ARRAY_SIZE(page); i++)
		free_pages_nolock(page[i], 1);
	late = page_nr_late(z);
	spin_unlock_irqrestore(&z->lock, flags);
	KUNIT_EXPECT_EQ(test, late, 4);
	expect_sound(test);
	z->watermark[WMARK_HIGH] = high;
	free_page(__get_free_page(GFP_KERNEL));		/* and opens, and takes them along */
	drain_local_pages(NULL);
	KUNIT_EXPECT_EQ(test, page_nr_late(z), 0);
	expect_sound(test);
}

/* What is kept back for those who can use low zones only is kept back here, too, stock or not. */
static void nolock_leaves_low_zones(struct kunit *test)
{
	struct zone *dma = &zones[ZONE_DMA], *z;
	const unsigned long reserve = dma->lowmem_reserve[ZONE_NORMAL];
	unsigned long low[MAX_NR_ZONES];
	struct page *page = alloc_pages(GFP_KERNEL | GFP_DMA, 0);

	KUNIT_ASSERT_NOT_NULL(test, page);
	if (the_zone() == dma) {
		__free_page(page);
		kunit_skip(test, "one zone");
	}
	__free_page(page);			/* to stock */
	for_each_zone(z) {
		low[z->idx] = z->watermark[WMARK_LOW];
		if (z != dma)
			z->watermark[WMARK_LOW] = ~0UL >> 2;	/* no other serves it */
	}
	dma->lowmem_reserve[ZONE_NORMAL] = dma->managed_pages;
	page = alloc_pages_nolock(NUMA_NO_NODE, 0);
	KUNIT_EXPECT_NULL(test, page);
	if (page)
		__free_page(page);
	dma->lowmem_reserve[ZONE_NORMAL] = 0;
	page = take_nolock(0);
	KUNIT_EXPECT_TRUE(test, page && page_zone(page) == dma);
	free_pages_nolock(page, 0);
	dma->lowmem_reserve[ZONE_NORMAL] = reserve;
	for_each_zone(z)
		z->watermark[WMARK_LOW] = low[z->idx];
	expect_sound(test);
}

static void free_twice(void *page)
{
	free_pages_nolock(page, 0);
}

static void nolock_refuses_what_is_wrong(struct kunit *test)
{
	struct page *page = take_nolock(0);

	KUNIT_ASSERT_NOT_NULL(test, page);
	get_page(page);
	free_pages_nolock(page, 0);		/* somebody else holds it */
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	free_pages_nolock(page, 0);
	expect_bad_page(test, free_twice, page, "freed page cannot be freed here");
	expect_bad_page(test, free_twice, (char *)page + 8, "freed page cannot be freed here");
}

static struct kunit_case page_nolock_cases[] = {
	KUNIT_CASE(nolock_pairs),
	KUNIT_CASE(nolock_under_the_lock),
	KUNIT_CASE(nolock_free_comes_late),
	KUNIT_CASE(nolock_leaves_low_zones),
	KUNIT_CASE(nolock_refuses_what_is_wrong),
	{}
};

static struct kunit_suite page_nolock_suite = {
	.name = "page_nolock",
	.test_cases = page_nolock_cases,
};
kunit_test_suite(page_nolock_suite);
