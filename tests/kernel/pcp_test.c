/* SPDX-License-Identifier: MIT */
/* pcp_test.c - per-CPU stock, on a private zone with a private stock */
#include <linux/smp.h>

#include "again.h"
#include "zone_fixture.h"

#define ORDER	9
#define NR	(1U << ORDER)
#define LIMIT	32

static struct per_cpu_pages stock;

static void stock_drain(void *z)
{
	pcp_drain(z, &stock);
	preempt_enable();
}

/* Sizes for a case; the lists are empty. */
static void stock_sizes(unsigned int limit, unsigned int batch)
{
	unsigned int order;

	for (order = 0; order < NR_PCP_ORDERS; order++) {
		stock.limit[order] = limit >> order;
		stock.list[order] = pcp_word(NULL, limit >> order);
		stock.batch[order] = batch >> order;
	}
}

/* 512 pages, marks at 16, 32 and 48; batches of 8.  Preemption off, as a stock wants it. */
static struct zone *stocked_zone(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);

	z->watermark[WMARK_MIN] = 16;
	z->watermark[WMARK_LOW] = 32;
	z->watermark[WMARK_HIGH] = 48;
	memset(&stock, 0, sizeof(stock));
	pcp_init(&stock, z);
	stock_sizes(LIMIT, 8);
	preempt_disable();
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

static struct page *top_of(unsigned int order)
{
	return pcp_first(stock.list[order]);
}

/* A block out of stock, or out of the zone, becomes a user's; and a user's goes to stock. */
static struct page *used(struct page *page, unsigned int order)
{
	if (page)
		page_hand_over(page, order, PAGE_OWNER_PCP, PAGE_OWNER_PAGES, 1);
	return page;
}

static struct page *pop(unsigned int order)
{
	return used(pcp_pop(&stock.list[order], PAGE_META(PAGE_OWNER_PCP, order)), order);
}

static struct page *refill(struct zone *z, unsigned int order)
{
	return used(pcp_refill(z, &stock, order), order);
}

static bool push(struct page *page, unsigned int order)
{
	page_hand_over(page, order, PAGE_OWNER_PAGES, PAGE_OWNER_PCP, 0);
	if (pcp_push(&stock.list[order], page))
		return true;
	used(page, order);
	return false;
}

static void put(struct zone *z, struct page *page, unsigned int order)
{
	page_hand_over(page, order, PAGE_OWNER_PAGES, PAGE_OWNER_PCP, 0);
	pcp_put(z, &stock, page, order);
}

static void pcp_refill_takes_a_batch(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *page[NR_PCP_ORDERS];
	unsigned int order, held = 0;

	KUNIT_EXPECT_NULL(test, pop(0));
	for (order = 0; order <= PCP_MAX_ORDER; order++) {
		page[order] = refill(z, order);
		KUNIT_ASSERT_NOT_NULL(test, page[order]);
		held += 1U << order;
		KUNIT_EXPECT_EQ(test, pcp_count(&stock, order), (8 >> order) - 1);
		expect_stock(test, z, 8 * (order + 1) - held);
		KUNIT_EXPECT_EQ(test, z->nr_free, NR - 8 * (order + 1));
	}
	KUNIT_EXPECT_EQ(test, stock.nr_refill, 4);
	for (order = 0; order <= PCP_MAX_ORDER; order++)
		put(z, page[order], order);
	pcp_drain(z, &stock);
	zone_expect_whole(test, z);
}

static void pcp_pops_lowest_address_first(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *first, *page;
	unsigned int i;

	first = refill(z, 1);
	for (i = 1; i < 4; i++)
		KUNIT_EXPECT_PTR_EQ(test, pop(1), first + 2 * i);
	KUNIT_EXPECT_NULL(test, pop(1));
	KUNIT_EXPECT_TRUE(test, push(first, 1));
	page = pop(1);			/* the one that is warm */
	KUNIT_EXPECT_PTR_EQ(test, page, first);
	KUNIT_EXPECT_EQ(test, page->meta, PAGE_META_REF(PAGE_OWNER_PAGES, 1, 1));
}

static void pcp_takes_no_more_than_its_limit(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *page;
	unsigned int i;

	for (i = 0; i < LIMIT; i++)
		KUNIT_EXPECT_TRUE(test, push(zone_take(z, 0), 0));
	page = zone_take(z, 0);
	KUNIT_EXPECT_FALSE(test, push(page, 0));
	expect_stock(test, z, LIMIT);
	put(z, page, 0);		/* half of it goes back */
	expect_stock(test, z, LIMIT / 2 + 1);
	KUNIT_EXPECT_PTR_EQ(test, top_of(0), page);
	KUNIT_EXPECT_EQ(test, stock.nr_flush, 1);
	pcp_drain(z, &stock);
	zone_expect_whole(test, z);
}

/* In an interrupt less goes back: a chunk. */
static void pcp_flushes_little_with_interrupts_off(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *page;
	unsigned int i;

	for (i = 0; i < LIMIT; i++)
		KUNIT_EXPECT_TRUE(test, push(zone_take(z, 0), 0));
	page = zone_take(z, 0);
	local_irq_disable();
	put(z, page, 0);
	local_irq_enable();
	expect_stock(test, z, LIMIT - 6 + 1);
}

/* Neighbours are joined on the way back, whichever way the list runs. */
static void pcp_flush_joins_neighbours(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *page[LIMIT];
	int i, up;

	for (up = 0; up < 2; up++) {
		for (i = 0; i < LIMIT; i++)
			page[i] = zone_take(z, 0);
		for (i = 0; i < LIMIT; i++)
			KUNIT_EXPECT_TRUE(test, push(page[up ? i : LIMIT - 1 - i], 0));
		pcp_drain(z, &stock);
		zone_expect_whole(test, z);
		stock_sizes(LIMIT, 8);
	}
	for (i = 0; i < LIMIT; i++)	/* and where there are none, or in pairs */
		page[i] = zone_take(z, 0);
	for (i = 0; i < LIMIT; i++)
		KUNIT_EXPECT_TRUE(test, push(page[(i * 14 + i / 16) % LIMIT], 0));
	pcp_drain(z, &stock);
	zone_expect_whole(test, z);
}

/* Whoever takes much gets much at once, and may keep much. */
static void pcp_sizes_follow_demand(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *list = NULL, *page;
	unsigned int i, first, refills[2] = { 0, 0 };

	z->managed_pages = 16 * NR * num_possible_cpus();	/* a share of two zones */
	first = max(zone_batchsize(z) + 1U, 8U);		/* many CPUs, and it is large */
	for (i = 0; i < NR / 2; i++) {
		page = pop(0) ?: refill(z, 0);
		KUNIT_ASSERT_NOT_NULL(test, page);
		page->private = (unsigned long)list;
		list = page;
		if (i == NR / 4)
			refills[0] = stock.nr_refill;
	}
	refills[1] = stock.nr_refill - refills[0];
	KUNIT_EXPECT_LT(test, stock.nr_refill, 10);
	KUNIT_EXPECT_LE(test, refills[1], 2);
	KUNIT_EXPECT_GT(test, stock.limit[0], LIMIT * 4);
	for (; list; list = page) {
		page = (void *)list->private;
		put(z, list, 0);
	}
	KUNIT_EXPECT_LE(test, stock.nr_flush, 1);
	KUNIT_EXPECT_GT(test, stock.batch[0], 8);
	pcp_drain(z, &stock);
	KUNIT_EXPECT_LE(test, stock.limit[0], 4 * first);	/* and it begins anew */
	KUNIT_EXPECT_LE(test, stock.batch[0], first);
	zone_expect_whole(test, z);
}

/* No more than its share, whatever the demand. */
static void pcp_limits_stay_within_the_share(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	unsigned int order, round;
	unsigned long all = 0;

	stock_sizes(4, 4);
	for (round = 0; round < 8; round++)
		for (order = 0; order < NR_PCP_ORDERS; order++) {
			while (pop(order))
				;		/* the fixture finds them */
			refill(z, order);
		}
	for (order = 0; order < NR_PCP_ORDERS; order++)
		all += (unsigned long)stock.limit[order] << order;
	KUNIT_EXPECT_LE(test, all, NR / 8);
}

static void pcp_decays_when_idle(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	unsigned int i;

	stock_sizes(4 * LIMIT, 64);
	for (i = 0; i < 2 * LIMIT; i++)
		KUNIT_EXPECT_TRUE(test, push(zone_take(z, 0), 0));
	stock.trim_mark = stock.nr_refill + 1;	/* something was refilled since */
	pcp_trim(z, &stock);
	expect_stock(test, z, 2 * LIMIT);
	KUNIT_EXPECT_EQ(test, stock.limit[0], 4 * LIMIT);
	pcp_trim(z, &stock);
	expect_stock(test, z, LIMIT);
	KUNIT_EXPECT_EQ(test, stock.limit[0], 2 * LIMIT);
	KUNIT_EXPECT_EQ(test, stock.batch[0], 32);
	for (i = 0; i < 8; i++)
		pcp_trim(z, &stock);
	expect_stock(test, z, 0);
	KUNIT_EXPECT_GT(test, stock.limit[0], 0);
	zone_expect_whole(test, z);
}

static void pcp_closes_before_the_low_mark(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *block, *page;

	block = refill(z, 2);
	z->watermark[WMARK_LOW] = z->nr_free - 1;	/* a batch would reach it */
	KUNIT_EXPECT_NULL(test, refill(z, 0));
	KUNIT_EXPECT_FALSE(test, stock.open);
	KUNIT_EXPECT_TRUE(test, z->stock_closed);
	expect_stock(test, z, 0);
	page = zone_take(z, 0);
	KUNIT_EXPECT_FALSE(test, push(page, 0));	/* nothing goes in, or comes out */
	KUNIT_EXPECT_NULL(test, refill(z, 0));
	z->watermark[WMARK_HIGH] = z->nr_free + 1;
	put(z, page, 0);		/* it makes the zone full to high, not more */
	KUNIT_EXPECT_FALSE(test, stock.open);
	expect_stock(test, z, 0);
	page = zone_take(z, 0);
	z->watermark[WMARK_HIGH] = z->nr_free - 1;
	put(z, page, 0);
	KUNIT_EXPECT_TRUE(test, stock.open);
	KUNIT_EXPECT_FALSE(test, z->stock_closed);
	expect_stock(test, z, 1);
	put(z, block, 2);
}

/* With interrupts off only the flag is set: it is heeded where there is time. */
static void pcp_closes_later_with_interrupts_off(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *page = refill(z, 0);

	z->watermark[WMARK_LOW] = z->nr_free - 1;
	z->watermark[WMARK_HIGH] = z->nr_free + 20;
	local_irq_disable();
	KUNIT_EXPECT_NULL(test, refill(z, 1));
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, z->stock_closed);
	expect_stock(test, z, 7);
	KUNIT_EXPECT_NULL(test, refill(z, 1));
	expect_stock(test, z, 0);
	put(z, page, 0);
	zone_expect_whole(test, z);
}

/* What another CPU has found out: this one closes, or opens again, when it comes by. */
static void pcp_heeds_the_flag_of_the_zone(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *page = refill(z, 0);

	z->stock_closed = true;
	KUNIT_EXPECT_NULL(test, refill(z, 1));
	KUNIT_EXPECT_FALSE(test, stock.open);
	expect_stock(test, z, 0);
	z->stock_closed = false;
	put(z, page, 0);
	KUNIT_EXPECT_TRUE(test, stock.open);
	expect_stock(test, z, 1);
}

static void pcp_refill_of_an_empty_zone(struct kunit *test)
{
	struct zone *z = stocked_zone(test);

	KUNIT_ASSERT_NOT_NULL(test, zone_take(z, ORDER));
	z->nr_dormant = 1000;		/* above the mark, but nothing on the lists */
	KUNIT_EXPECT_NULL(test, refill(z, 0));
	expect_stock(test, z, 0);
}

/* In an interrupt a little goes back, of the first list that has any. */
static void pcp_drains_some(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	unsigned int i;

	for (i = 0; i < LIMIT; i++)
		KUNIT_EXPECT_TRUE(test, push(zone_take(z, 0), 0));
	z->pcp = &stock;
	pcp_drain_some(z, 0);
	expect_stock(test, z, LIMIT - 6);
	for (i = 0; i < 6; i++)
		pcp_drain_some(z, 0);
	z->pcp = NULL;
	expect_stock(test, z, 0);
	zone_expect_whole(test, z);
}

static void pcp_init_sizes(struct kunit *test)
{
	struct zone z = { .managed_pages = 262144 * num_possible_cpus() };
	struct per_cpu_pages pcp = {};

	pcp_init(&pcp, &z);
	KUNIT_EXPECT_TRUE(test, pcp.open);
	KUNIT_EXPECT_EQ(test, pcp.batch[0], 64);
	KUNIT_EXPECT_EQ(test, pcp.batch[3], 8);
	KUNIT_EXPECT_EQ(test, pcp.limit[0], 256);
	KUNIT_EXPECT_EQ(test, pcp.limit[3], 32);
	KUNIT_EXPECT_EQ(test, pcp.list[0], pcp_word(NULL, 256));
	z.managed_pages = 4096 * num_possible_cpus();	/* a share of 512 */
	memset(&pcp, 0, sizeof(pcp));
	pcp_init(&pcp, &z);
	KUNIT_EXPECT_LE(test, pcp.limit[0], 128);
	KUNIT_EXPECT_LE(test, pcp.limit[3], 16);
	z.managed_pages = 64 * num_possible_cpus();	/* of 8 */
	memset(&pcp, 0, sizeof(pcp));
	pcp_init(&pcp, &z);
	KUNIT_EXPECT_EQ(test, pcp.limit[0], 2);
	KUNIT_EXPECT_EQ(test, pcp.limit[3], 0);
}

/* Three ways to break a list; each is noticed by verify. */
static void pcp_verify_detects(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *page = refill(z, 0), *top = top_of(0);
	char msg[128];
	u64 meta = top->meta;

	top->owner = PAGE_OWNER_PAGES;
	KUNIT_EXPECT_FALSE(test, pcp_verify(z, &stock, msg, sizeof(msg)));
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(msg, "pcp list 0 is broken"), "got: %s", msg);
	top->meta = meta;
	top->private += 1;
	KUNIT_EXPECT_FALSE(test, pcp_verify(z, &stock, msg, sizeof(msg)));
	top->private -= 1;
	stock.limit[0]++;
	KUNIT_EXPECT_FALSE(test, pcp_verify(z, &stock, msg, sizeof(msg)));
	stock.limit[0]--;
	stock.open = false;
	KUNIT_EXPECT_FALSE(test, pcp_verify(z, &stock, msg, sizeof(msg)));
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(msg, "closed pcp holds 7 pages"), "got: %s", msg);
	stock.open = true;
	expect_stock(test, z, 7);
	put(z, page, 0);
}

static void drain_it(void *z)
{
	pcp_drain(z, &stock);
}

static struct page *got;

static void refill_it(void *z)
{
	got = refill(z, 0);
}

static void struck_stock(struct kunit *test, void (*fn)(void *z))
{
	struct zone *z = stocked_zone(test);
	unsigned long before = page_bad_count();
	struct page *page = refill(z, 0), *top = top_of(0);
	const char *text;

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
	zone_give(z, page, 0);
}

static void pcp_survives_a_struck_list_in_drain(struct kunit *test)
{
	struck_stock(test, drain_it);
	KUNIT_EXPECT_EQ(test, pcp_pages(&stock), 0);
}

static void pcp_survives_a_struck_list_in_refill(struct kunit *test)
{
	struck_stock(test, refill_it);
	KUNIT_EXPECT_NOT_NULL(test, got);
	KUNIT_EXPECT_GE(test, pcp_pages(&stock), 7);
	KUNIT_EXPECT_NOT_NULL(test, pop(0));
}

/* A link that leads nowhere: the pop faults, and is refused like any other. */
static void pcp_survives_a_wild_link(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *page = refill(z, 0), *top = top_of(0);
	const u64 link = top->private;
	unsigned long before = page_bad_count();

	top->private = pcp_word((struct page *)0x7a5a00001230UL, 31);
	KUNIT_EXPECT_PTR_EQ(test, pop(0), top);
	KUNIT_EXPECT_NULL(test, pop(0));
	report_start(test);
	refill_it(z);
	report_stop(test);
	KUNIT_EXPECT_NOT_NULL(test, got);
	KUNIT_EXPECT_EQ(test, page_bad_count(), before + 1);
	KUNIT_EXPECT_NE(test, link, top->private);
	zone_expect_sound(test, z);
	zone_give(z, page, 0);
}

static void pcp_bulk_takes_what_there_is(struct kunit *test)
{
	struct zone *z = stocked_zone(test);
	struct page *first = refill(z, 0), *array[10] = { [2] = first };
	unsigned int i;

	KUNIT_EXPECT_EQ(test, pcp_take_bulk(&stock, array, 5), 5);
	expect_stock(test, z, 3);
	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, array[i]->meta, PAGE_META_REF(PAGE_OWNER_PAGES, 0, 1));
		KUNIT_EXPECT_EQ(test, array[i]->private, i == 2 ? first->private : 0);
	}
	KUNIT_EXPECT_EQ(test, pcp_take_bulk(&stock, array, 10), 8);
	expect_stock(test, z, 0);
	KUNIT_EXPECT_EQ(test, stock.nr_alloc, 7);
	KUNIT_EXPECT_EQ(test, pcp_take_bulk(&stock, array, 10), 8);	/* over what is filled */
	KUNIT_EXPECT_EQ(test, pcp_take_bulk(&stock, array, 0), 0);
	for (i = 0; i < 8; i++)
		zone_give(z, array[i], 0);
	zone_expect_whole(test, z);
}

static bool real_stock_drains(struct kunit *test)
{
	unsigned long page = __get_free_page(GFP_KERNEL), free;

	KUNIT_ASSERT_NE(test, page, 0);
	free_page(page);
	free = nr_free_pages() + nr_free_pcp_pages();
	drain_all_pages(NULL);
	return !nr_free_pcp_pages() && nr_free_pages() == free;
}

static void pcp_real_stock_drains(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, AGAIN(real_stock_drains(test)));
	drain_local_pages(&zones[ZONE_DMA]);
}

static struct kunit_case pcp_cases[] = {
	KUNIT_CASE(pcp_refill_takes_a_batch),
	KUNIT_CASE(pcp_pops_lowest_address_first),
	KUNIT_CASE(pcp_takes_no_more_than_its_limit),
	KUNIT_CASE(pcp_flushes_little_with_interrupts_off),
	KUNIT_CASE(pcp_flush_joins_neighbours),
	KUNIT_CASE(pcp_sizes_follow_demand),
	KUNIT_CASE(pcp_limits_stay_within_the_share),
	KUNIT_CASE(pcp_decays_when_idle),
	KUNIT_CASE(pcp_closes_before_the_low_mark),
	KUNIT_CASE(pcp_closes_later_with_interrupts_off),
	KUNIT_CASE(pcp_heeds_the_flag_of_the_zone),
	KUNIT_CASE(pcp_refill_of_an_empty_zone),
	KUNIT_CASE(pcp_drains_some),
	KUNIT_CASE(pcp_init_sizes),
	KUNIT_CASE(pcp_verify_detects),
	KUNIT_CASE(pcp_survives_a_struck_list_in_drain),
	KUNIT_CASE(pcp_survives_a_struck_list_in_refill),
	KUNIT_CASE(pcp_survives_a_wild_link),
	KUNIT_CASE(pcp_bulk_takes_what_there_is),
	KUNIT_CASE(pcp_real_stock_drains),
	{}
};

static struct kunit_suite pcp_suite = { .name = "pcp", .test_cases = pcp_cases };
kunit_test_suite(pcp_suite);
