/* SPDX-License-Identifier: MIT */
/* Chains between the stocks and the slabs (mm/slab_depot.c): demand, share, trimming. */
#include "slab_fixture.h"

#define SIZE	64

static void *held[8192];

static void burst(struct kmem_cache *s, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		held[i] = kmem_cache_alloc(s, GFP_KERNEL);
	for (i = 0; i < nr; i++)
		kmem_cache_free(s, held[i]);
}

static void expect_no_live(struct kunit *test, struct kmem_cache *s)
{
	struct slabinfo info;

	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	expect_sound(test);
}

/* To and fro over what the stock holds: the depot grows until nothing reaches the slabs. */
static void grows_with_demand(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, SIZE, 0);
	unsigned int i;

	KUNIT_EXPECT_EQ(test, s->depot.max, 0);
	burst(s, 1500);
	for (i = 0; i < 8; i++)
		burst(s, 1500);
	KUNIT_EXPECT_GT(test, s->depot.nr_objects, 1000);
	KUNIT_EXPECT_LE(test, s->depot.nr, s->depot.max);
	expect_no_live(test, s);
	for (i = 0; i < 12; i++)
		burst(s, ARRAY_SIZE(held));
	KUNIT_EXPECT_GE(test, s->depot.max, 8);
	KUNIT_EXPECT_LE(test, s->depot.max, SLAB_DEPOT_MAX);
	KUNIT_EXPECT_GT(test, s->batch, s->batch_min);
	KUNIT_EXPECT_LE(test, s->batch, s->batch_max);
	expect_no_live(test, s);
	kmem_cache_destroy(s);
}

/* One burst and nothing else is no reason to keep anything. */
static void one_burst_is_no_demand(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, SIZE, 0);

	burst(s, 4096);
	KUNIT_EXPECT_LE(test, s->depot.max, 1);
	KUNIT_EXPECT_LE(test, slab_pcp_count(s), 4 * s->batch);
	kmem_cache_destroy(s);
}

static void trimming_ends_at_nothing(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, SIZE, 0);
	unsigned int i, before;

	for (i = 0; i < 16; i++)
		burst(s, ARRAY_SIZE(held));
	before = s->depot.nr;
	KUNIT_ASSERT_GT(test, before, 4);
	slab_trim();			/* all of it has been needed lately */
	for (i = 0; i < 12; i++) {
		slab_trim();
		KUNIT_EXPECT_LE(test, s->depot.nr, before);
		before = s->depot.nr;
		expect_no_live(test, s);
	}
	KUNIT_EXPECT_EQ(test, s->depot.nr, 0);
	KUNIT_EXPECT_EQ(test, s->depot.max, 0);
	KUNIT_EXPECT_EQ(test, s->depot.nr_objects, 0);
	KUNIT_EXPECT_EQ(test, s->batch, s->batch_min);
	kmem_cache_destroy(s);
}

/* A stock that nobody uses goes, too, by halves, the newest objects last. */
static void idle_stock_decays(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, SIZE, 0);
	struct slab_stock *st = slab_stock_of(s, 0);
	unsigned int rounds, before, now;
	struct slab_link *newest;
	struct slabinfo info;

	burst(s, s->batch * 3 / 2);
	KUNIT_ASSERT_GT(test, st->nr_spare, 0);
	preempt_disable();			/* mm_trim does the same, now and then */
	newest = *slab_stock_list(s, st);
	slab_trim();				/* it looks at it, and no more */
	before = slab_pcp_count(s);
	KUNIT_EXPECT_GT(test, before, s->batch);
	for (rounds = 0; slab_pcp_count(s) && rounds < 12; rounds++) {
		KUNIT_EXPECT_PTR_EQ(test, *slab_stock_list(s, st), newest);
		slab_trim();
		now = slab_pcp_count(s);
		KUNIT_EXPECT_LE(test, now, before / 2 + 1);
		before = now;
		kmem_cache_info(s, &info);
		KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	}
	preempt_enable();
	expect_no_live(test, s);
	KUNIT_EXPECT_LT(test, rounds, 10);
	KUNIT_EXPECT_EQ(test, slab_pcp_count(s), 0);
	kmem_cache_destroy(s);
}

/* One that is used in between is not touched. */
static void busy_stock_stays(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, SIZE, 0);
	unsigned int i, before;

	burst(s, s->batch);
	preempt_disable();			/* mm_trim would find it idle after us */
	before = slab_pcp_count(s);
	for (i = 0; i < 8; i++) {
		slab_trim();
		held[i] = kmem_cache_alloc(s, GFP_ATOMIC);
	}
	preempt_enable();
	KUNIT_EXPECT_EQ(test, slab_pcp_count(s), before - 8);
	while (i)
		kmem_cache_free(s, held[--i]);
	kmem_cache_destroy(s);
}

/* A stock that is damaged is left to those who will meet it. */
static void trimming_a_damaged_stock(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, SIZE, 0);
	struct slabinfo info;
	unsigned int i;

	for (i = 0; i < 20; i++)
		held[i] = kmem_cache_alloc(s, GFP_KERNEL);
	report_begin(&report);
	while (i)
		kmem_cache_free(s, held[--i]);
	*(u64 *)held[3] = 0x6666;
	for (i = 0; i < 12; i++)
		slab_trim();
	held[0] = kmem_cache_alloc(s, GFP_KERNEL);
	for (i = 1; i < 8; i++)
		held[i] = kmem_cache_alloc(s, GFP_KERNEL);
	report_end(&report);
	EXPECT_REPORT(test, &report, "corrupt");
	for (i = 0; i < 8; i++)
		kmem_cache_free(s, held[i]);
	expect_no_live(test, s);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, shrink_all(s), 0);
	kmem_cache_destroy(s);
}

/* What is in use all the time is not given back. */
static void trimming_keeps_the_working_set(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, SIZE, 0);
	unsigned int i, tries = 10;

	for (i = 0; i < 16; i++)
		burst(s, 2000);
	do {					/* mm_trim right before ours: nobody came */
		for (i = 0; i < 6; i++) {
			burst(s, 2000);
			slab_trim();
		}
	} while (s->depot.nr_objects <= 1000 && --tries);
	KUNIT_EXPECT_GT(test, s->depot.nr_objects, 1000);
	expect_no_live(test, s);
	kmem_cache_destroy(s);
}

/* Large objects: no depot holds more than a 64th of RAM. */
static void keeps_to_its_share(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 4096, 0);
	const unsigned int nr = min_t(unsigned long, 2048, nr_free_pages() / 4);
	unsigned int i;

	for (i = 0; i < 10; i++)
		burst(s, nr);
	KUNIT_EXPECT_LE(test, s->depot.nr_objects * s->size,
			totalram_pages() / 64 * PAGE_SIZE);
	kmem_cache_destroy(s);
}

static void draining_empties_it(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, SIZE, 0);
	unsigned int i;

	for (i = 0; i < 10; i++)
		burst(s, 2000);
	KUNIT_EXPECT_GT(test, s->depot.nr, 0);
	wait_settled(s);
	slab_drain_all();
	KUNIT_EXPECT_EQ(test, s->depot.nr, 0);
	KUNIT_EXPECT_EQ(test, slab_pcp_count(s), 0);
	KUNIT_EXPECT_EQ(test, s->nr_slabs, 0);
	kmem_cache_destroy(s);
}

/* The same object twice, the first time long ago: it lies in the depot. */
static void double_free_into_the_depot(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, SIZE, 0);
	const unsigned long errors = slab_error_count();
	unsigned int i;

	for (i = 0; i < 10; i++)
		burst(s, 2000);
	report_begin(&report);
	for (i = 0; i < 2000; i += 100)
		kmem_cache_free(s, held[i]);
	report_end(&report);
	KUNIT_EXPECT_EQ(test, slab_error_count() - errors, 2 * 20);
	EXPECT_REPORT(test, &report, "Object already free");
	expect_no_live(test, s);
	kmem_cache_destroy(s);
}

/* Up and down by a few at the border of list and spare: no exchange each time. */
static void no_thrashing_at_the_border(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, SIZE, 0);
	struct slab_stock *st = slab_stock_of(s, 0);
	unsigned int at, i, k, moved = 0;
	struct slab_link *spare;

	for (at = 0; at < 3 * s->batch; at++) {
		held[at] = kmem_cache_alloc(s, GFP_KERNEL);
		for (i = 0; i < 8; i++) {
			spare = st->spare;
			for (k = 0; k < 3; k++)
				held[at + 1 + k] = kmem_cache_alloc(s, GFP_KERNEL);
			for (k = 0; k < 3; k++)
				kmem_cache_free(s, held[at + 1 + k]);
			moved += st->spare != spare;
		}
	}
	KUNIT_EXPECT_LT(test, moved, 3 * s->batch);
	for (i = 0; i < at; i++)
		kmem_cache_free(s, held[i]);
	expect_no_live(test, s);
	kmem_cache_destroy(s);
}

/* Old pointers would hide leaks from who looks for them. */
static void slab_depot_forget(struct kunit_suite *suite)
{
	memset(held, 0, sizeof(held));
}

static struct kunit_case slab_depot_cases[] = {
	KUNIT_CASE(grows_with_demand),
	KUNIT_CASE(one_burst_is_no_demand),
	KUNIT_CASE(trimming_ends_at_nothing),
	KUNIT_CASE(idle_stock_decays),
	KUNIT_CASE(busy_stock_stays),
	KUNIT_CASE(trimming_a_damaged_stock),
	KUNIT_CASE(trimming_keeps_the_working_set),
	KUNIT_CASE(keeps_to_its_share),
	KUNIT_CASE(draining_empties_it),
	KUNIT_CASE(double_free_into_the_depot),
	KUNIT_CASE(no_thrashing_at_the_border),
	{}
};

static struct kunit_suite slab_depot_suite = {
	.name = "slab_depot",
	.suite_exit = slab_depot_forget,
	.test_cases = slab_depot_cases,
};
kunit_test_suite(slab_depot_suite);
