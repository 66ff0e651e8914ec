/* SPDX-License-Identifier: MIT */
/* zone_test.c - watermark arithmetic, reserves, checks, and the walk over the zones */
#include "again.h"
#include "zone_fixture.h"

static void zone_min_free_kbytes_table(struct kunit *test)
{
	static const struct {
		unsigned long lowmem, want;	/* KiB */
	} t[] = {
		{ 0, 128 }, { 1024, 128 }, { 1025, 128 }, { 16UL << 10, 512 },
		{ 64UL << 10, 1024 }, { 128UL << 10, 1448 }, { 512UL << 10, 2896 },
		{ 1UL << 20, 4096 }, { 4UL << 20, 8192 }, { 16UL << 20, 16384 },
		{ 64UL << 20, 32768 }, { 1UL << 30, 131072 }, { 4UL << 30, 262144 },
		{ 16UL << 30, 262144 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t); i++)
		KUNIT_EXPECT_EQ_MSG(test, zone_min_free_kbytes(t[i].lowmem), t[i].want,
				    "lowmem %lu KiB", t[i].lowmem);
}

/* The user's word counts, also below the formula's floor; not what would leave nothing. */
static void zone_min_free_by_option(struct kunit *test)
{
	const char *text;

	KUNIT_EXPECT_EQ(test, zone_choose_min_free(0, 64UL << 10), 1024);
	KUNIT_EXPECT_EQ(test, zone_choose_min_free(64, 64UL << 10), 64);
	KUNIT_EXPECT_EQ(test, zone_choose_min_free(8192, 64UL << 10), 8192);
	KUNIT_EXPECT_EQ(test, zone_choose_min_free(32768, 64UL << 10), 32768);
	report_start(test);
	KUNIT_EXPECT_EQ(test, zone_choose_min_free(32769, 64UL << 10), 1024);
	KUNIT_EXPECT_EQ(test, zone_choose_min_free(~0UL, 64UL << 10), 1024);
	text = report_stop(test);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "min_free_kbytes=32769 is more than half of"));
}

/* A 16 GiB machine; worked out by hand from Linux's formulas. */
static struct zone big[MAX_NR_ZONES];

static void big_machine(void)
{
	memset(big, 0, sizeof(big));
	big[ZONE_DMA].managed_pages = 3840;
	big[ZONE_DMA32].managed_pages = 500000;
	big[ZONE_NORMAL].managed_pages = 3500000;
	zone_setup_watermarks(big, MAX_NR_ZONES, zone_min_free_kbytes(4 * 4003840));
	zone_setup_lowmem_reserve(big, MAX_NR_ZONES);
}

static void zone_watermarks_of_16_gib(struct kunit *test)
{
	static const unsigned long want[MAX_NR_ZONES][NR_WMARK] = {
		{ 3, 6, 9, 12 }, { 499, 999, 1499, 1999 }, { 3497, 6997, 10497, 13997 },
	};
	unsigned int i, w;

	big_machine();
	for (i = 0; i < MAX_NR_ZONES; i++)
		for (w = 0; w < NR_WMARK; w++)
			KUNIT_EXPECT_EQ_MSG(test, big[i].watermark[w], want[i][w],
					    "zone %u mark %u", i, w);
}

static void zone_lowmem_reserve_of_16_gib(struct kunit *test)
{
	static const unsigned long want[MAX_NR_ZONES][MAX_NR_ZONES] = {
		{ 0, 1953, 15625 }, { 0, 0, 13671 }, { 0, 0, 0 },
	};
	unsigned int i, j;

	big_machine();
	for (i = 0; i < MAX_NR_ZONES; i++)
		for (j = 0; j < MAX_NR_ZONES; j++)
			KUNIT_EXPECT_EQ_MSG(test, big[i].lowmem_reserve[j], want[i][j],
					    "zone %u for %u", i, j);
}

static void zone_empty_zones_have_no_marks(struct kunit *test)
{
	struct zone none[MAX_NR_ZONES] = {};
	unsigned int i;

	none[ZONE_NORMAL].managed_pages = 1000;
	zone_setup_watermarks(none, MAX_NR_ZONES, 128);
	zone_setup_lowmem_reserve(none, MAX_NR_ZONES);
	KUNIT_EXPECT_EQ(test, none[ZONE_DMA].watermark[WMARK_HIGH], 0);
	KUNIT_EXPECT_EQ(test, none[ZONE_NORMAL].watermark[WMARK_MIN], 32);
	KUNIT_EXPECT_EQ(test, none[ZONE_NORMAL].watermark[WMARK_LOW], 40);
	for (i = 0; i < MAX_NR_ZONES; i++)
		KUNIT_EXPECT_EQ(test, none[ZONE_DMA].lowmem_reserve[i], 0);
	zone_setup_watermarks(none, ZONE_NORMAL, 128);	/* no pages at all */
	KUNIT_EXPECT_EQ(test, none[ZONE_DMA32].watermark[WMARK_HIGH], 0);
}

static void zone_batchsize_table(struct kunit *test)
{
	static const struct {
		unsigned long managed;
		unsigned int want;
	} t[] = {
		{ 0, 0 }, { 1024, 0 }, { 4096, 0 }, { 8192, 1 }, { 16384, 3 }, { 32768, 7 },
		{ 65536, 15 }, { 131072, 31 }, { 262144, 63 }, { 1UL << 28, 63 },
	};
	struct zone z = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		z.managed_pages = t[i].managed;
		KUNIT_EXPECT_EQ_MSG(test, zone_batchsize(&z), t[i].want, "managed %lu",
				    t[i].managed);
	}
}

/* ---- how deep may a request go? -------------------------------------------------- */

static const struct depth {
	const char *name;
	gfp_t gfp;
	long floor;			/* of min = 1000: with one page more it may proceed */
} depths[] = {
	{ "GFP_KERNEL", GFP_KERNEL, 1000 },
	{ "GFP_NOWAIT", GFP_NOWAIT, 1000 },
	{ "GFP_NOIO", GFP_NOIO, 1000 },
	{ "GFP_DMA alone", GFP_DMA, 1000 },
	{ "GFP_KERNEL high", GFP_KERNEL | __GFP_HIGH, 500 },
	{ "GFP_ATOMIC", GFP_ATOMIC, 375 },
	{ "GFP_ATOMIC nomemalloc", GFP_ATOMIC | __GFP_NOMEMALLOC, 500 },
};

static void depth_desc(const struct depth *d, char *desc)
{
	strscpy(desc, d->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(depth, depths, depth_desc)

static void zone_reserve_depth(struct kunit *test)
{
	const struct depth *d = test->param_value;
	const unsigned int flags = gfp_to_alloc_flags(d->gfp, 0);
	struct zone z = { .watermark = { 1000, 2000, 3000 }, .lowmem_reserve = { 0, 50, 0 } };

	z.nr_free = d->floor;
	KUNIT_EXPECT_FALSE(test, __zone_watermark_ok(&z, 0, 1000, ZONE_NORMAL, flags));
	z.nr_free = d->floor + 1;
	KUNIT_EXPECT_TRUE(test, __zone_watermark_ok(&z, 0, 1000, ZONE_NORMAL, flags));
	KUNIT_EXPECT_FALSE(test, __zone_watermark_ok(&z, 0, 1000, ZONE_DMA32, flags));
	z.nr_free = d->floor + 51;
	KUNIT_EXPECT_TRUE(test, __zone_watermark_ok(&z, 0, 1000, ZONE_DMA32, flags));
	z.nr_free = 1;			/* and 1 dormant for each page of the floor */
	z.nr_dormant = d->floor;
	KUNIT_EXPECT_TRUE(test, __zone_watermark_ok(&z, 0, 1000, ZONE_NORMAL, flags));
}

static void zone_reserve_for_oom_victims(struct kunit *test)
{
	struct zone z = { .nr_free = 500 };

	KUNIT_EXPECT_FALSE(test, __zone_watermark_ok(&z, 0, 1000, ZONE_NORMAL, ALLOC_OOM));
	z.nr_free = 501;
	KUNIT_EXPECT_TRUE(test, __zone_watermark_ok(&z, 0, 1000, ZONE_NORMAL, ALLOC_OOM));
	z.nr_free = 0;
	KUNIT_EXPECT_FALSE(test, __zone_watermark_ok(&z, 0, 0, ZONE_NORMAL, 0));
}

static void zone_high_order_needs_a_block(struct kunit *test)
{
	struct zone z = { .nr_free = 5000, .free_mask = 1U << 4 };

	KUNIT_EXPECT_TRUE(test, __zone_watermark_ok(&z, 4, 1000, ZONE_NORMAL, 0));
	KUNIT_EXPECT_FALSE(test, __zone_watermark_ok(&z, 5, 1000, ZONE_NORMAL, 0));
	z.nr_dormant = 4000;		/* a section has blocks of every order */
	KUNIT_EXPECT_TRUE(test, __zone_watermark_ok(&z, 5, 1000, ZONE_NORMAL, 0));
	z.nr_dormant = 0;
	z.free_mask = ~0U;
	z.nr_free = 1000 + 1023;	/* the other 1023 pages count, too */
	KUNIT_EXPECT_FALSE(test, __zone_watermark_ok(&z, 10, 1000, ZONE_NORMAL, 0));
	z.nr_free++;
	KUNIT_EXPECT_TRUE(test, __zone_watermark_ok(&z, 10, 1000, ZONE_NORMAL, 0));
	z.nr_free = 10;			/* less than it takes: no wrap */
	KUNIT_EXPECT_FALSE(test, __zone_watermark_ok(&z, 10, 0, ZONE_NORMAL, 0));
}

/* ---- the walk -------------------------------------------------------------------- */

#define WALK_ORDER	5
#define WALK_PAGES	32

/* Three zones of 32 pages, each on a block of its own. */
static struct zone walk[MAX_NR_ZONES];

static struct page *walk_take(gfp_t gfp, unsigned int order, unsigned int flags)
{
	const struct alloc_context ac = {
		.zones = walk, .highest_zoneidx = gfp_zone(gfp), .gfp = gfp, .order = order,
		.owner = PAGE_OWNER_PAGES, .alloc_flags = flags,
	};

	return page_alloc_walk(&ac);
}

static int walk_zone_of(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		if (page && pfn >= walk[i].start_pfn && pfn < walk[i].end_pfn)
			return i;
	return -1;
}

static void zone_walk_goes_down(struct kunit *test)
{
	static const enum zone_type order[] = { ZONE_NORMAL, ZONE_DMA32, ZONE_DMA };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		for (j = 0; j < WALK_PAGES; j++)
			KUNIT_EXPECT_EQ(test, walk_zone_of(walk_take(GFP_KERNEL, 0, 0)), order[i]);
	KUNIT_EXPECT_NULL(test, walk_take(GFP_KERNEL, 0, 0));
	KUNIT_EXPECT_NULL(test, walk_take(GFP_KERNEL, 0, ALLOC_NO_WATERMARKS));
}

static void zone_walk_is_strict(struct kunit *test)
{
	unsigned int j;

	for (j = 0; j < WALK_PAGES; j++)
		KUNIT_EXPECT_EQ(test, walk_zone_of(walk_take(GFP_DMA, 0, 0)), ZONE_DMA);
	KUNIT_EXPECT_NULL(test, walk_take(GFP_DMA, 0, 0));
	for (j = 0; j < WALK_PAGES; j++)
		KUNIT_EXPECT_EQ(test, walk_zone_of(walk_take(GFP_DMA32, 0, 0)), ZONE_DMA32);
	KUNIT_EXPECT_NULL(test, walk_take(GFP_DMA32, 0, 0));
	KUNIT_EXPECT_EQ(test, walk[ZONE_NORMAL].nr_free, WALK_PAGES);
}

static void zone_walk_respects_marks_and_reserves(struct kunit *test)
{
	unsigned int j, got[MAX_NR_ZONES] = {};
	struct page *page;

	for (j = 0; j < MAX_NR_ZONES; j++) {
		walk[j].watermark[WMARK_MIN] = 8;
		walk[j].watermark[WMARK_LOW] = 10;
	}
	walk[ZONE_DMA].lowmem_reserve[ZONE_NORMAL] = 20;
	walk[ZONE_DMA32].lowmem_reserve[ZONE_NORMAL] = 4;
	while ((page = walk_take(GFP_KERNEL, 0, ALLOC_WMARK_LOW)) != NULL)
		got[walk_zone_of(page)]++;
	KUNIT_EXPECT_EQ(test, got[ZONE_NORMAL], 32 - 10);
	KUNIT_EXPECT_EQ(test, got[ZONE_DMA32], 32 - 14);
	KUNIT_EXPECT_EQ(test, got[ZONE_DMA], 32 - 30);
	while ((page = walk_take(GFP_KERNEL, 0, ALLOC_WMARK_MIN)) != NULL)
		got[walk_zone_of(page)]++;
	KUNIT_EXPECT_EQ(test, got[ZONE_NORMAL], 32 - 8);
	KUNIT_EXPECT_EQ(test, got[ZONE_DMA32], 32 - 12);
	KUNIT_EXPECT_EQ(test, got[ZONE_DMA], 32 - 28);
	while ((page = walk_take(GFP_ATOMIC, 0, gfp_to_alloc_flags(GFP_ATOMIC, 0))) != NULL)
		got[walk_zone_of(page)]++;
	KUNIT_EXPECT_EQ(test, got[ZONE_NORMAL], 32 - 3);
	KUNIT_EXPECT_EQ(test, got[ZONE_DMA32], 32 - 7);
	while ((page = walk_take(GFP_DMA, 0, ALLOC_WMARK_MIN)) != NULL)
		got[walk_zone_of(page)]++;
	KUNIT_EXPECT_EQ(test, got[ZONE_DMA], 32 - 8);
	while (walk_take(GFP_ATOMIC, 0, ALLOC_NO_WATERMARKS))
		;
	KUNIT_EXPECT_EQ(test, walk[0].nr_free + walk[1].nr_free + walk[2].nr_free, 0);
}

static void zone_walk_skips_empty_zones(struct kunit *test)
{
	walk[ZONE_NORMAL].managed_pages = 0;
	KUNIT_EXPECT_EQ(test, walk_zone_of(walk_take(GFP_KERNEL, 2, 0)), ZONE_DMA32);
	KUNIT_EXPECT_NULL(test, walk_take(GFP_KERNEL, WALK_ORDER + 1, 0));
}

static int walk_init(struct kunit *test)
{
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		zone_fixture_at(test, &walk[i], WALK_ORDER);
	return 0;
}

/* ---- the real ones --------------------------------------------------------------- */

static void zone_spans_agree_with_pfn_zone(struct kunit *test)
{
	struct zone *z;

	KUNIT_EXPECT_PTR_EQ(test, pfn_zone(0), &zones[ZONE_DMA]);
	KUNIT_EXPECT_PTR_EQ(test, pfn_zone(4095), &zones[ZONE_DMA]);
	KUNIT_EXPECT_PTR_EQ(test, pfn_zone(4096), &zones[ZONE_DMA32]);
	KUNIT_EXPECT_PTR_EQ(test, pfn_zone(0xfffff), &zones[ZONE_DMA32]);
	KUNIT_EXPECT_PTR_EQ(test, pfn_zone(0x100000), &zones[ZONE_NORMAL]);
	for_each_populated_zone(z) {
		KUNIT_EXPECT_PTR_EQ(test, pfn_zone(z->start_pfn), z);
		KUNIT_EXPECT_PTR_EQ(test, pfn_zone(z->end_pfn - 1), z);
		KUNIT_EXPECT_LE(test, z->managed_pages, z->present_pages);
		KUNIT_EXPECT_LE(test, z->present_pages, z->end_pfn - z->start_pfn);
		KUNIT_EXPECT_LE(test, min_wmark_pages(z), low_wmark_pages(z));
		KUNIT_EXPECT_LE(test, low_wmark_pages(z), high_wmark_pages(z));
		KUNIT_EXPECT_LE(test, zone_free_pages(z), zone_managed_pages(z));
	}
}

static void zone_totals_add_up(struct kunit *test)
{
	struct sysinfo si;
	unsigned long managed = 0, min = 0;
	struct zone *z;

	for_each_zone(z)
		managed += z->managed_pages;
	si_meminfo(&si);
	KUNIT_EXPECT_EQ(test, si.totalram, managed);
	KUNIT_EXPECT_EQ(test, totalram_pages(), managed);
	KUNIT_EXPECT_EQ(test, si.mem_unit, PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, AGAIN((si_meminfo(&si),
				       si.freeram == nr_free_pages() + nr_free_pcp_pages())));
	KUNIT_EXPECT_LE(test, si.freeram, si.totalram);
	KUNIT_EXPECT_LE(test, nr_free_buffer_pages(), si.totalram);
	for_each_zone(z)
		min += min_wmark_pages(z);
	KUNIT_EXPECT_LE(test, min, min_free_kbytes / 4);	/* each zone rounds down */
	KUNIT_EXPECT_GE(test, min + MAX_NR_ZONES, min_free_kbytes / 4);
	kunit_info(test, "min_free_kbytes is %lu, the formula says %lu", min_free_kbytes,
		   zone_min_free_kbytes(managed * 4));
}

static void zone_private_list_is_kept(struct kunit *test)
{
	struct zone *a = zone_fixture(test, 2), *b = zone_fixture(test, 2);
	const char *text;

	KUNIT_EXPECT_PTR_EQ(test, zone_private_list, b);
	KUNIT_EXPECT_PTR_EQ(test, b->next_private, a);
	zone_fini_private(a);
	KUNIT_EXPECT_NULL(test, b->next_private);
	report_start(test);
	zone_fini_private(a);		/* twice: a warning, no more */
	text = report_stop(test);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "WARNING: "));
	a->next_private = zone_private_list;
	zone_private_list = a;
}

static struct kunit_case zone_cases[] = {
	KUNIT_CASE(zone_min_free_kbytes_table),
	KUNIT_CASE(zone_min_free_by_option),
	KUNIT_CASE(zone_watermarks_of_16_gib),
	KUNIT_CASE(zone_lowmem_reserve_of_16_gib),
	KUNIT_CASE(zone_empty_zones_have_no_marks),
	KUNIT_CASE(zone_batchsize_table),
	KUNIT_CASE_PARAM(zone_reserve_depth, depth_gen_params),
	KUNIT_CASE(zone_reserve_for_oom_victims),
	KUNIT_CASE(zone_high_order_needs_a_block),
	KUNIT_CASE(zone_spans_agree_with_pfn_zone),
	KUNIT_CASE(zone_totals_add_up),
	KUNIT_CASE(zone_private_list_is_kept),
	{}
};

static struct kunit_suite zone_suite = { .name = "zone", .test_cases = zone_cases };

static struct kunit_case zone_walk_cases[] = {
	KUNIT_CASE(zone_walk_goes_down),
	KUNIT_CASE(zone_walk_is_strict),
	KUNIT_CASE(zone_walk_respects_marks_and_reserves),
	KUNIT_CASE(zone_walk_skips_empty_zones),
	{}
};

static struct kunit_suite zone_walk_suite = {
	.name = "zone_walk",
	.init = walk_init,
	.test_cases = zone_walk_cases,
};
kunit_test_suites(&zone_suite, &zone_walk_suite);
