/* SPDX-License-Identifier: MIT */
/* pcp_test.c - per-CPU stock, on a private zone with a private stock */
#include "zone_fixture.h"

#define ORDER	9
#define NR	(1U << ORDER)

static struct per_cpu_pages stock;

static void stock_drain(void *z)
{
	pcp_drain(z, &stock);
	local_irq_enable();
}

/* 512 pages, marks at 16, 32 and 48; batches of 8.  Irqs off, as a stock wants it. */
static struct zone *stocked_zone(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);

	z->watermark[WMARK_MIN] = 16;
	z->watermark[WMARK_LOW] = 32;
	z->watermark[WMARK_HIGH] = 48;
	memset(&stock, 0, sizeof(stock));
	pcp_init(&stock, z);
	KUNIT_ASSERT_EQ(test, stock.batch, 1);
	stock.batch = 7;
	stock.open = PCP_OPEN;
	stock.high[0] = 32;
	stock.high[1] = 16;
	stock.high[2] = 8;
	stock.high[3] = 4;
	local_irq_disable();
	kunit_add_action(test, stock_drain, z);
	return z;
}

static void expect_stock(struct kunit *test, struct zone *z, unsigned long pages)
{
	char msg[128] = "";

	KUNIT_EXPECT_EQ(test, pcp_pages(&stock), pages);
	KUNIT_EXPECT_TRUE_MSG(test, pcp_verify(z, &stock, msg, sizeof(msg)), "%s", msg);
	zone_expect_sound(test, z);
}

static struct page *pop(unsigned int order)
{
	u32 pfn = pcp_pop(&stock, order, PAGE_OWNER_PAGES, 1);

	return pfn ? pfn_to_page(pfn) : NULL;
}

static void pcp_refill_moves_a_batch(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	unsigned int order;

	KUNIT_EXPECT_NULL(test, pop(0));
	for (order = 0; order <= PCP_MAX_ORDER; order++) {
		KUNIT_EXPECT_TRUE(test, pcp_refill(z, &stock, order));
		KUNIT_EXPECT_EQ(test, stock.count[order], 8 >> order);
		expect_stock(test, z, 8 * (order + 1));
		KUNIT_EXPECT_EQ(test, z->nr_free, NR - 8 * (order + 1));
	}
	KUNIT_EXPECT_EQ(test, stock.nr_refill, 4);
	pcp_drain(z, &stock);
	zone_expect_whole(test, z);
}

static void pcp_pops_lowest_address_first(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *first, *page;
	unsigned int i;

	pcp_refill(z, &stock, 1);
	first = pop(1);
	for (i = 1; i < 4; i++)
		KUNIT_EXPECT_PTR_EQ(test, pop(1), first + 2 * i);
	KUNIT_EXPECT_NULL(test, pop(1));
	KUNIT_EXPECT_TRUE(test, pcp_push(&stock, first, 1, PAGE_OWNER_PAGES));
	page = pop(1);			/* the one that is warm */
	KUNIT_EXPECT_PTR_EQ(test, page, first);
	KUNIT_EXPECT_EQ(test, page->meta, PAGE_META_REF(PAGE_OWNER_PAGES, 1, 1));
	KUNIT_EXPECT_EQ(test, stock.nr_alloc, 10);
}

static void pcp_takes_no_more_than_high(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	unsigned int i;

	for (i = 0; i < 32; i++)
		KUNIT_EXPECT_TRUE(test, pcp_push(&stock, zone_take(z, 0), 0, PAGE_OWNER_PAGES));
	KUNIT_EXPECT_FALSE(test, pcp_push(&stock, pfn_to_page(stock.first[0]), 0,
					  PAGE_OWNER_PAGES));
	pcp_flush(z, &stock, 0, arch_local_save_flags());
	expect_stock(test, z, 24);
	KUNIT_EXPECT_EQ(test, stock.nr_flush, 1);
	pcp_drain(z, &stock);
	zone_expect_whole(test, z);
}

static void pcp_closes_before_the_low_mark(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *page;

	pcp_refill(z, &stock, 2);
	z->watermark[WMARK_LOW] = z->nr_free - 8;	/* a batch would reach it */
	KUNIT_EXPECT_FALSE(test, pcp_refill(z, &stock, 0));
	KUNIT_EXPECT_EQ(test, stock.open, PCP_CLOSING);
	expect_stock(test, z, 8);
	KUNIT_EXPECT_EQ(test, stock.high[2], 0);	/* nothing goes in */
	pcp_close(z, &stock);
	KUNIT_EXPECT_EQ(test, stock.open, PCP_CLOSED);
	expect_stock(test, z, 0);
	page = zone_take(z, 0);
	KUNIT_EXPECT_FALSE(test, pcp_push(&stock, page, 0, PAGE_OWNER_PAGES));
	KUNIT_EXPECT_FALSE(test, pcp_refill(z, &stock, 0));
	z->watermark[WMARK_HIGH] = z->nr_free;
	pcp_flush(z, &stock, 0, arch_local_save_flags());	/* not above high: stays closed */
	KUNIT_EXPECT_EQ(test, stock.open, 0);
	z->watermark[WMARK_HIGH]--;
	pcp_flush(z, &stock, 0, arch_local_save_flags());
	KUNIT_EXPECT_EQ(test, stock.open, 1);
	KUNIT_EXPECT_EQ(test, stock.high[0], 32);
	KUNIT_EXPECT_EQ(test, stock.high[3], 4);
	KUNIT_EXPECT_TRUE(test, pcp_push(&stock, page, 0, PAGE_OWNER_PAGES));
}

static void pcp_refill_of_an_empty_zone(struct kunit *test)
{
	struct zone *z = stocked_zone(test);

	KUNIT_ASSERT_NOT_NULL(test, zone_take(z, ORDER));
	z->nr_dormant = 1000;		/* above the mark, but nothing on the lists */
	KUNIT_EXPECT_FALSE(test, pcp_refill(z, &stock, 0));
	expect_stock(test, z, 0);
}

static void pcp_init_sizes(struct kunit *test)
{
	struct zone z = { .managed_pages = 262144, .nr_free = 100, .watermark = { 1, 2, 99 } };
	struct per_cpu_pages pcp = {};

	pcp_init(&pcp, &z);
	KUNIT_EXPECT_EQ(test, pcp.batch, 63);
	KUNIT_EXPECT_EQ(test, pcp.open, 1);
	KUNIT_EXPECT_EQ(test, pcp.high[0], 256);
	KUNIT_EXPECT_EQ(test, pcp.high[3], 32);
	z.nr_free = 99;
	memset(&pcp, 0, sizeof(pcp));
	pcp_init(&pcp, &z);
	KUNIT_EXPECT_EQ(test, pcp.open, 0);
}

/* Three ways to break a list; each is noticed by verify. */
static void pcp_verify_detects(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *top;
	char msg[128];
	u64 meta;

	pcp_refill(z, &stock, 0);
	top = pfn_to_page(stock.first[0]);
	meta = top->meta;
	top->owner = PAGE_OWNER_PAGES;
	KUNIT_EXPECT_FALSE(test, pcp_verify(z, &stock, msg, sizeof(msg)));
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(msg, "pcp list 0 is broken"), "got: %s", msg);
	top->meta = meta;
	stock.count[0]++;
	KUNIT_EXPECT_FALSE(test, pcp_verify(z, &stock, msg, sizeof(msg)));
	stock.count[0]--;
	stock.open = 0;
	KUNIT_EXPECT_FALSE(test, pcp_verify(z, &stock, msg, sizeof(msg)));
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(msg, "closed pcp holds 8 pages"), "got: %s", msg);
	stock.open = PCP_OPEN;
	expect_stock(test, z, 8);
}

static void drain_it(void *z)
{
	pcp_drain(z, &stock);
}

static void refill_it(void *z)
{
	pcp_refill(z, &stock, 0);
}

static void struck_stock(struct kunit *test, void (*fn)(void *z))
{
	struct zone *z = stocked_zone(test);
	unsigned long before = page_bad_count();
	const char *text;
	struct page *top;

	pcp_refill(z, &stock, 0);
	top = pfn_to_page(stock.first[0]);
	top->refcount = 12;
	KUNIT_EXPECT_NULL(test, pop(0));
	ratelimit_reset(&page_bad_ratelimit);
	report_start(test);
	fn(z);
	text = report_stop(test);
	top->refcount = 0;
	KUNIT_EXPECT_EQ(test, page_bad_count(), before + 1);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "per-CPU list entry is not a free block"));
	zone_expect_sound(test, z);
}

static void pcp_survives_a_struck_list_in_drain(struct kunit *test)
{
	struck_stock(test, drain_it);
	KUNIT_EXPECT_EQ(test, pcp_pages(&stock), 0);
}

static void pcp_survives_a_struck_list_in_refill(struct kunit *test)
{
	struck_stock(test, refill_it);
	KUNIT_EXPECT_EQ(test, pcp_pages(&stock), 8);
	KUNIT_EXPECT_NOT_NULL(test, pop(0));
}

static void pcp_real_stock_drains(struct kunit *test)
{
	unsigned long page = __get_free_page(GFP_KERNEL), free;

	KUNIT_ASSERT_NE(test, page, 0);
	free_page(page);
	free = nr_free_pages() + nr_free_pcp_pages();
	drain_all_pages(NULL);
	KUNIT_EXPECT_EQ(test, nr_free_pcp_pages(), 0);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free);
	drain_local_pages(&zones[ZONE_DMA]);
}

static struct kunit_case pcp_cases[] = {
	KUNIT_CASE(pcp_refill_moves_a_batch),
	KUNIT_CASE(pcp_pops_lowest_address_first),
	KUNIT_CASE(pcp_takes_no_more_than_high),
	KUNIT_CASE(pcp_closes_before_the_low_mark),
	KUNIT_CASE(pcp_refill_of_an_empty_zone),
	KUNIT_CASE(pcp_init_sizes),
	KUNIT_CASE(pcp_verify_detects),
	KUNIT_CASE(pcp_survives_a_struck_list_in_drain),
	KUNIT_CASE(pcp_survives_a_struck_list_in_refill),
	KUNIT_CASE(pcp_real_stock_drains),
	{}
};

static struct kunit_suite pcp_suite = { .name = "pcp", .test_cases = pcp_cases };
kunit_test_suite(pcp_suite);
