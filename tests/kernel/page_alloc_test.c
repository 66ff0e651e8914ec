/* SPDX-License-Identifier: MIT */
/* page_alloc_test.c - the public calls on the real zones */
#include <linux/panic.h>
#include <linux/prandom.h>
#include <linux/printk.h>
#include <linux/section.h>
#include <linux/string.h>

#include "zone_fixture.h"

#define PATTERN	0x6b6b6b6b6b6b6b6bUL

static struct page *take(struct kunit *test, gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	KUNIT_ASSERT_NOT_NULL(test, page);
	return page;
}

static bool all_words_are(const void *start, size_t bytes, unsigned long want)
{
	const unsigned long *word = start, *end = start + bytes;

	while (word < end)
		if (*word++ != want)
			return false;
	return true;
}

/* ---- what the calls promise ------------------------------------------------------ */

static void page_alloc_every_order(struct kunit *test)
{
	unsigned long before = page_owner_pages(PAGE_OWNER_PAGES);
	unsigned int order;
	struct page *page;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		page = take(test, GFP_KERNEL, order);
		KUNIT_EXPECT_EQ(test, page_to_pfn(page) & ((1UL << order) - 1), 0);
		KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES), before + (1UL << order));
		KUNIT_EXPECT_EQ(test, page_count(page), 1);
		memset(page_address(page), 0xa5, PAGE_SIZE << order);
		__free_pages(page, order);
		KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES), before);
	}
}

/* lib/test_meminit's test_pages: garbage in a freed block is not seen in a zeroed one. */
static void page_alloc_zero_every_order(struct kunit *test)
{
	unsigned int order;
	struct page *page;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		page = take(test, GFP_KERNEL, order);
		memset(page_address(page), 0x6b, PAGE_SIZE << order);
		__free_pages(page, order);
		page = take(test, GFP_KERNEL | __GFP_ZERO, order);
		KUNIT_EXPECT_TRUE(test, all_words_are(page_address(page), PAGE_SIZE << order, 0));
		__free_pages(page, order);
	}
}

static void page_alloc_by_address(struct kunit *test)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL, 2);

	KUNIT_ASSERT_NE(test, addr, 0);
	KUNIT_EXPECT_EQ(test, addr & (4 * PAGE_SIZE - 1), 0);
	KUNIT_EXPECT_TRUE(test, virt_addr_valid(addr));
	free_pages(addr, 2);
	addr = __get_free_page(GFP_ATOMIC);
	KUNIT_ASSERT_NE(test, addr, 0);
	memset((void *)addr, 0x6b, PAGE_SIZE);
	free_page(addr);
	addr = get_zeroed_page(GFP_KERNEL);
	KUNIT_ASSERT_NE(test, addr, 0);
	KUNIT_EXPECT_TRUE(test, all_words_are((void *)addr, PAGE_SIZE, 0));
	memset((void *)addr, 0x6b, PAGE_SIZE);
	free_page(addr);
	addr = get_free_page(GFP_KERNEL);	/* the 1990s: zeroed */
	KUNIT_ASSERT_NE(test, addr, 0);
	KUNIT_EXPECT_TRUE(test, all_words_are((void *)addr, PAGE_SIZE, 0));
	free_page(addr);
}

static void page_alloc_dma_is_strict(struct kunit *test)
{
	unsigned int order;
	unsigned long addr;
	struct page *page;

	if (!zones[ZONE_DMA].managed_pages)
		kunit_skip(test, "no DMA zone");
	for (order = 0; order <= 5; order++) {
		addr = __get_dma_pages(GFP_KERNEL, order);
		KUNIT_ASSERT_NE(test, addr, 0);
		KUNIT_EXPECT_LE(test, __pa(addr) + (PAGE_SIZE << order), 16ULL << 20);
		free_pages(addr, order);
		page = take(test, GFP_KERNEL | GFP_DMA32, order);
		KUNIT_EXPECT_LE(test, page_to_phys(page) + (PAGE_SIZE << order), 4ULL << 30);
		__free_pages(page, order);
	}
}

static void page_alloc_prefers_high_zones(struct kunit *test)
{
	struct page *page = take(test, GFP_KERNEL, 0);
	int i = ZONE_NORMAL;

	while (!zones[i].managed_pages)
		i--;
	KUNIT_EXPECT_EQ(test, page_zonenum(page), i);
	__free_page(page);
}

static void page_alloc_null_is_free(struct kunit *test)
{
	unsigned long before = page_bad_count();

	free_page(0);
	free_pages(0, 5);
	KUNIT_EXPECT_EQ(test, page_bad_count(), before);
}

static void page_alloc_order_too_large(struct kunit *test)
{
	unsigned int order;
	const char *text;

	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_PAGE_ORDER + 1));
	KUNIT_EXPECT_EQ(test, __get_free_pages(GFP_KERNEL | __GFP_NOWARN, 63), 0);
	report_start(test);		/* once only, so the text may have been before */
	for (order = MAX_PAGE_ORDER + 1; order < 70; order++)
		KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL, order));
	text = report_stop(test);
	if (*text)
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "WARNING: "), "%s", text);
}

static void page_alloc_exact(struct kunit *test)
{
	static const size_t bytes[] = { 1, 4096, 4097, 12288, 20480, 28672, 100000, 1 << 20 };
	unsigned long before = page_owner_pages(PAGE_OWNER_PAGES);
	unsigned int i;
	void *p;

	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		p = alloc_pages_exact(bytes[i], GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES),
				before + PFN_UP(bytes[i]));
		KUNIT_EXPECT_TRUE(test, all_words_are(p, PAGE_ALIGN(bytes[i]), 0));
		memset(p, 0x6b, PAGE_ALIGN(bytes[i]));
		free_pages_exact(p, bytes[i]);
		KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES), before);
	}
	KUNIT_EXPECT_NULL(test, alloc_pages_exact(0, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, alloc_pages_exact(5UL << 20, GFP_KERNEL | __GFP_NOWARN));
	free_pages_exact(NULL, 0);
}

static void page_alloc_exact_refuses_compound(struct kunit *test)
{
	void *p;

	report_start(test);
	p = alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL | __GFP_COMP);
	report_stop(test);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_FALSE(test, PageCompound(virt_to_page(p)));
	free_pages_exact(p, 3 * PAGE_SIZE);
}

static void page_alloc_split(struct kunit *test)
{
	unsigned int order, i;
	struct page *page;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		page = take(test, GFP_KERNEL, order);
		split_page(page, order);
		for (i = 0; i < 1U << order; i++)
			KUNIT_ASSERT_EQ(test, page[i].meta,
					PAGE_META_REF(PAGE_OWNER_PAGES, 0, 1));
		for (i = 0; i < 1U << order; i++)
			__free_page(page + (i * 7 & ((1U << order) - 1)));
	}
	page = take(test, GFP_KERNEL | __GFP_COMP, 2);
	report_start(test);
	split_page(page, 2);		/* compound: refused, warned */
	report_stop(test);
	KUNIT_EXPECT_EQ(test, compound_order(page), 2);
	__free_pages(page, 2);
}

static void page_alloc_bulk_fills_the_gaps(struct kunit *test)
{
	static struct page *array[64];
	struct page *mine = take(test, GFP_KERNEL, 0);
	unsigned int i, j;

	memset(array, 0, sizeof(array));
	array[0] = array[9] = mine;
	KUNIT_EXPECT_EQ(test, alloc_pages_bulk(GFP_KERNEL, 64, array), 64);
	for (i = 0; i < 64; i++)
		for (j = 0; j < i; j++)
			if (i != 9 || j != 0)
				KUNIT_ASSERT_PTR_NE(test, array[i], array[j]);
	KUNIT_EXPECT_PTR_EQ(test, array[9], mine);
	KUNIT_EXPECT_EQ(test, alloc_pages_bulk(GFP_KERNEL, 64, array), 64);
	KUNIT_EXPECT_EQ(test, alloc_pages_bulk(GFP_KERNEL, 0, NULL), 0);
	array[0] = NULL;
	for (i = 0; i < 64; i++)
		if (array[i])
			__free_page(array[i]);
}

/* lib/test_free_pages: a speculative reference while the owner frees; nothing leaks. */
static void page_alloc_free_with_reference(struct kunit *test)
{
	unsigned long before = page_owner_pages(PAGE_OWNER_PAGES);
	struct page *page;
	unsigned int i;

	for (i = 0; i < 4000; i++) {
		page = take(test, GFP_KERNEL | (i & 1 ? __GFP_COMP : 0), 3);
		get_page(page);
		__free_pages(page, 3);
		KUNIT_ASSERT_EQ(test, page_count(page), 1);
		put_page(page);
		KUNIT_ASSERT_EQ(test, page_owner_pages(PAGE_OWNER_PAGES), before);
	}
}

/* A burst larger than any stock, freed in another order; every page is one's own. */
static void page_alloc_burst(struct kunit *test)
{
	static unsigned long addr[2048];
	unsigned int i, nr = ARRAY_SIZE(addr);

	while (nr > nr_free_pages() / 4)
		nr /= 2;
	for (i = 0; i < nr; i++) {
		addr[i] = __get_free_page(GFP_KERNEL);
		KUNIT_ASSERT_NE(test, addr[i], 0);
		*(unsigned long *)addr[i] = addr[i] ^ PATTERN;
	}
	for (i = 0; i < nr; i++) {
		unsigned long a = addr[i * 389 % nr];

		KUNIT_EXPECT_EQ(test, *(unsigned long *)a, a ^ PATTERN);
		free_page(a);
	}
	memset(addr, 0, sizeof(addr));		/* old addresses would hide leaks */
}

/* ---- random operations ----------------------------------------------------------- */

#define RANDOM_OPS	200000
#define RANDOM_LIVE	192

static struct random_block {
	unsigned long addr;
	u32 order;
} live[RANDOM_LIVE];

static void random_stamp(const struct random_block *b, u32 tag)
{
	*(u64 *)b->addr = b->addr ^ tag;
	*(u64 *)(b->addr + (PAGE_SIZE << b->order) - 8) = b->addr ^ ~tag;
}

static bool random_stamp_holds(const struct random_block *b, u32 tag)
{
	return *(u64 *)b->addr == (b->addr ^ tag) &&
	       *(u64 *)(b->addr + (PAGE_SIZE << b->order) - 8) == (b->addr ^ ~tag);
}

static bool random_overlaps(unsigned long addr, unsigned int order, unsigned int nr)
{
	while (nr--)
		if (addr < live[nr].addr + (PAGE_SIZE << live[nr].order) &&
		    live[nr].addr < addr + (PAGE_SIZE << order))
			return true;
	return false;
}

static void page_alloc_random(struct kunit *test)
{
	static const gfp_t masks[] = { GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT, GFP_DMA32 };
	unsigned int nr = 0, i, j, order;
	unsigned long addr;
	struct rnd_state rnd;
	char msg[128];

	prandom_seed_state(&rnd, kunit_seed());
	for (i = 0; i < RANDOM_OPS; i++) {
		order = prandom_u32_below(&rnd, 100) ? prandom_u32_below(&rnd, 4) :
			prandom_u32_below(&rnd, MAX_PAGE_ORDER + 1);
		if (nr < RANDOM_LIVE && prandom_u32_below(&rnd, 2)) {
			addr = __get_free_pages(masks[i % 4] | __GFP_NOWARN, order);
			if (!addr)
				continue;
			if (i % 16 == 0)
				KUNIT_ASSERT_FALSE(test, random_overlaps(addr, order, nr));
			live[nr] = (struct random_block){ addr, order };
			random_stamp(&live[nr++], order);
		} else if (nr) {
			j = prandom_u32_below(&rnd, nr);
			KUNIT_ASSERT_TRUE(test, random_stamp_holds(&live[j], live[j].order));
			free_pages(live[j].addr, live[j].order);
			live[j] = live[--nr];
		}
		if (i % 50000 == 0)
			KUNIT_ASSERT_TRUE_MSG(test, mm_verify(msg, sizeof(msg)), "%s", msg);
	}
	while (nr--)
		free_pages(live[nr].addr, live[nr].order);
}

/* While there are dormant sections, an interrupt never finds the lists empty. */
static void page_alloc_keeps_some_ahead(struct kunit *test)
{
	unsigned long *chain = NULL, *p, least = ~0UL;
	struct zone *z = zones + ZONE_NORMAL;
	unsigned int i;

	while (!z->managed_pages)
		z--;
	for (i = 0; i < 6000 && z->nr_dormant; i++) {
		p = (unsigned long *)__get_free_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		*p = (unsigned long)chain;
		chain = p;
		if (z->nr_dormant)
			least = min(least, READ_ONCE(z->nr_free));
	}
	for (; chain; chain = p) {
		p = (unsigned long *)*chain;
		free_page((unsigned long)chain);
	}
	if (!i)
		kunit_skip(test, "all RAM has been brought in");
	KUNIT_EXPECT_GE(test, least, 448);	/* 512 less a batch of the stock */
}

static struct kunit_case page_alloc_cases[] = {
	KUNIT_CASE(page_alloc_every_order),
	KUNIT_CASE(page_alloc_zero_every_order),
	KUNIT_CASE(page_alloc_by_address),
	KUNIT_CASE(page_alloc_dma_is_strict),
	KUNIT_CASE(page_alloc_prefers_high_zones),
	KUNIT_CASE(page_alloc_null_is_free),
	KUNIT_CASE(page_alloc_order_too_large),
	KUNIT_CASE(page_alloc_exact),
	KUNIT_CASE(page_alloc_exact_refuses_compound),
	KUNIT_CASE(page_alloc_split),
	KUNIT_CASE(page_alloc_bulk_fills_the_gaps),
	KUNIT_CASE(page_alloc_free_with_reference),
	KUNIT_CASE(page_alloc_burst),
	KUNIT_CASE(page_alloc_keeps_some_ahead),
	KUNIT_CASE(page_alloc_random),
	{}
};

static struct kunit_suite page_alloc_suite = {
	.name = "page_alloc",
	.test_cases = page_alloc_cases,
};
kunit_test_suite(page_alloc_suite);
