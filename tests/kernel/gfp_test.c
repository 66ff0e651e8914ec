/* SPDX-License-Identifier: MIT */
/* gfp_test.c - what each mask entitles to; the bit values are Linux 6.12's */
#include <linux/sched/mm.h>

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

/* In process context, with these PF_* flags set for the moment. */
static unsigned int reserves_with(unsigned int pf, gfp_t gfp)
{
	const unsigned int old = memalloc_flags_save(pf);
	const unsigned int got = gfp_task_reserves(gfp);

	memalloc_flags_restore(old);
	return got;
}

static void gfp_all_reserves(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, reserves_with(0, GFP_KERNEL | __GFP_MEMALLOC), ALLOC_NO_WATERMARKS);
	KUNIT_EXPECT_EQ(test, reserves_with(0, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, reserves_with(0, GFP_ATOMIC), 0);
	KUNIT_EXPECT_EQ(test, reserves_with(0, __GFP_MEMALLOC | __GFP_NOMEMALLOC), 0);
	KUNIT_EXPECT_EQ(test, reserves_with(PF_MEMALLOC, GFP_KERNEL), ALLOC_NO_WATERMARKS);
	KUNIT_EXPECT_EQ(test, reserves_with(PF_MEMALLOC, GFP_KERNEL | __GFP_NOMEMALLOC), 0);
}

/* An interrupt has its own mask, and none of the rights of the task under it. */
static void gfp_reserves_in_interrupt(struct kunit *test)
{
	static const unsigned int offset[] = { HARDIRQ_OFFSET, SOFTIRQ_OFFSET };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(offset); i++) {
		preempt_count_add(offset[i]);
		KUNIT_EXPECT_EQ(test, reserves_with(PF_MEMALLOC, GFP_ATOMIC), 0);
		KUNIT_EXPECT_EQ(test, reserves_with(0, GFP_ATOMIC | __GFP_MEMALLOC),
				ALLOC_NO_WATERMARKS);
		current->oom_victim = true;
		KUNIT_EXPECT_EQ(test, reserves_with(0, GFP_ATOMIC), 0);
		current->oom_victim = false;
		preempt_count_sub(offset[i]);
	}
}

static void gfp_reserves_of_a_victim(struct kunit *test)
{
	current->oom_victim = true;
	KUNIT_EXPECT_EQ(test, reserves_with(0, GFP_KERNEL), ALLOC_OOM);
	KUNIT_EXPECT_EQ(test, reserves_with(0, GFP_KERNEL | __GFP_NOMEMALLOC), 0);
	KUNIT_EXPECT_EQ(test, reserves_with(0, GFP_KERNEL | __GFP_MEMALLOC), ALLOC_NO_WATERMARKS);
	KUNIT_EXPECT_EQ(test, reserves_with(PF_MEMALLOC, GFP_KERNEL), ALLOC_NO_WATERMARKS);
	current->oom_victim = false;
}

static void gfp_scopes(struct kunit *test)
{
	unsigned int nofs = memalloc_nofs_save(), noio, inner;

	KUNIT_EXPECT_EQ(test, (__force u32)gfp_for_context(GFP_KERNEL), (__force u32)GFP_NOFS);
	noio = memalloc_noio_save();
	KUNIT_EXPECT_EQ(test, (__force u32)gfp_for_context(GFP_KERNEL), (__force u32)GFP_NOIO);
	inner = memalloc_noio_save();
	memalloc_noio_restore(inner);		/* the outer scope goes on */
	KUNIT_EXPECT_EQ(test, (__force u32)gfp_for_context(GFP_NOFS), (__force u32)GFP_NOIO);
	memalloc_noio_restore(noio);
	KUNIT_EXPECT_EQ(test, (__force u32)gfp_for_context(GFP_USER),
			(__force u32)(GFP_USER & ~__GFP_FS));
	memalloc_nofs_restore(nofs);
	KUNIT_EXPECT_EQ(test, (__force u32)gfp_for_context(GFP_KERNEL), (__force u32)GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, (__force u32)gfp_for_context(GFP_ATOMIC), (__force u32)GFP_ATOMIC);
}

static void gfp_atomic_contexts_do_not_sleep(struct kunit *test)
{
	unsigned long flags;

	preempt_disable();
	KUNIT_EXPECT_FALSE(test, gfpflags_allow_blocking(gfp_for_context(GFP_KERNEL)));
	preempt_enable();
	local_irq_save(flags);
	KUNIT_EXPECT_FALSE(test, gfpflags_allow_blocking(gfp_for_context(GFP_NOIO)));
	local_irq_restore(flags);
	KUNIT_EXPECT_TRUE(test, gfpflags_allow_blocking(gfp_for_context(GFP_KERNEL)));
}

static struct kunit_case gfp_cases[] = {
	KUNIT_CASE(gfp_values_are_linux),
	KUNIT_CASE(gfp_blocking),
	KUNIT_CASE(gfp_zone_table),
	KUNIT_CASE(gfp_alloc_flags_table),
	KUNIT_CASE(gfp_all_reserves),
	KUNIT_CASE(gfp_reserves_in_interrupt),
	KUNIT_CASE(gfp_reserves_of_a_victim),
	KUNIT_CASE(gfp_scopes),
	KUNIT_CASE(gfp_atomic_contexts_do_not_sleep),
	{}
};

static struct kunit_suite gfp_suite = { .name = "gfp", .test_cases = gfp_cases };
kunit_test_suite(gfp_suite);
