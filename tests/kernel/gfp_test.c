/* SPDX-License-Identifier: MIT */
/* gfp_test.c - what each mask entitles to; the bit values are Linux 6.12's */
#include "zone_fixture.h"

static const struct {
	gfp_t gfp;
	u32 linux_value;
} gfp_values[] = {
	{ GFP_KERNEL, 0xcc0 }, { GFP_ATOMIC, 0x820 }, { GFP_NOWAIT, 0x2800 },
	{ GFP_NOIO, 0xc00 }, { GFP_NOFS, 0xc40 }, { GFP_USER, 0x100cc0 },
	{ GFP_KERNEL_ACCOUNT, 0x400cc0 }, { GFP_DMA, 0x1 }, { GFP_DMA32, 0x4 },
	{ GFP_HIGHUSER_MOVABLE, 0x100cca }, { __GFP_ZERO, 0x100 }, { __GFP_COMP, 0x40000 },
};

static void gfp_values_are_linux(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gfp_values); i++)
		KUNIT_EXPECT_EQ_MSG(test, (__force u32)gfp_values[i].gfp,
				    gfp_values[i].linux_value, "row %u", i);
}

static void gfp_blocking(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, gfpflags_allow_blocking(GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, gfpflags_allow_blocking(GFP_NOIO));
	KUNIT_EXPECT_FALSE(test, gfpflags_allow_blocking(GFP_ATOMIC));
	KUNIT_EXPECT_FALSE(test, gfpflags_allow_blocking(GFP_NOWAIT));
	KUNIT_EXPECT_FALSE(test, gfpflags_allow_blocking(GFP_DMA));
	KUNIT_EXPECT_TRUE(test, gfpflags_allow_blocking(GFP_DMA | GFP_KERNEL));
}

static void gfp_zone_table(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, gfp_zone(GFP_KERNEL), ZONE_NORMAL);
	KUNIT_EXPECT_EQ(test, gfp_zone(GFP_ATOMIC), ZONE_NORMAL);
	KUNIT_EXPECT_EQ(test, gfp_zone(GFP_HIGHUSER), ZONE_NORMAL);
	KUNIT_EXPECT_EQ(test, gfp_zone(GFP_KERNEL | GFP_DMA32), ZONE_DMA32);
	KUNIT_EXPECT_EQ(test, gfp_zone(GFP_KERNEL | GFP_DMA), ZONE_DMA);
	KUNIT_EXPECT_EQ(test, gfp_zone(GFP_DMA | GFP_DMA32), ZONE_DMA);
}

static void gfp_alloc_flags_table(struct kunit *test)
{
	static const struct {
		gfp_t gfp;
		unsigned int want;
	} t[] = {
		{ GFP_KERNEL, ALLOC_KSWAPD },
		{ GFP_NOFS, ALLOC_KSWAPD },
		{ GFP_NOWAIT, ALLOC_KSWAPD | ALLOC_NON_BLOCK },
		{ GFP_ATOMIC, ALLOC_KSWAPD | ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE },
		{ GFP_ATOMIC | __GFP_NOMEMALLOC, ALLOC_KSWAPD | ALLOC_MIN_RESERVE },
		{ GFP_KERNEL | __GFP_HIGH, ALLOC_KSWAPD | ALLOC_MIN_RESERVE },
		{ GFP_DMA, ALLOC_NON_BLOCK },
		{ 0, ALLOC_NON_BLOCK },
		{ __GFP_DIRECT_RECLAIM, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(t); i++)
		KUNIT_EXPECT_EQ_MSG(test, gfp_to_alloc_flags(t[i].gfp, 0),
				    t[i].want | ALLOC_WMARK_MIN, "row %u", i);
}

static void gfp_all_reserves(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, gfp_has_all_reserves(GFP_KERNEL | __GFP_MEMALLOC));
	KUNIT_EXPECT_FALSE(test, gfp_has_all_reserves(GFP_KERNEL));
	KUNIT_EXPECT_FALSE(test, gfp_has_all_reserves(GFP_ATOMIC));
	KUNIT_EXPECT_FALSE(test, gfp_has_all_reserves(__GFP_MEMALLOC | __GFP_NOMEMALLOC));
}

static void gfp_retry_table(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, gfp_should_retry(GFP_KERNEL, 0, 1));
	KUNIT_EXPECT_TRUE(test, gfp_should_retry(GFP_KERNEL, 3, 1));
	KUNIT_EXPECT_FALSE(test, gfp_should_retry(GFP_KERNEL, 0, 0));
	KUNIT_EXPECT_FALSE(test, gfp_should_retry(GFP_KERNEL, 4, 1));
	KUNIT_EXPECT_TRUE(test, gfp_should_retry(GFP_KERNEL | __GFP_RETRY_MAYFAIL, 4, 1));
	KUNIT_EXPECT_FALSE(test, gfp_should_retry(GFP_KERNEL | __GFP_RETRY_MAYFAIL, 4, 0));
	KUNIT_EXPECT_FALSE(test, gfp_should_retry(GFP_KERNEL | __GFP_NORETRY, 0, 1));
	KUNIT_EXPECT_TRUE(test, gfp_should_retry(GFP_KERNEL | __GFP_NOFAIL, 9, 0));
}

static struct kunit_case gfp_cases[] = {
	KUNIT_CASE(gfp_values_are_linux),
	KUNIT_CASE(gfp_blocking),
	KUNIT_CASE(gfp_zone_table),
	KUNIT_CASE(gfp_alloc_flags_table),
	KUNIT_CASE(gfp_all_reserves),
	KUNIT_CASE(gfp_retry_table),
	{}
};

static struct kunit_suite gfp_suite = { .name = "gfp", .test_cases = gfp_cases };
kunit_test_suite(gfp_suite);
