/* SPDX-License-Identifier: MIT */
/*
 * memblock_alloc_test.c - finding room: both directions, bounds, alignment, nodes
 *
 * The pictures: . free, # reserved before, + what the allocation should take.
 */
#include <linux/bootmem.h>
#include <linux/minmax.h>
#include "memblock_test.h"

static struct memblock_arena arena;
static struct memblock *const mb = &arena.blk;

static const char *const directions[] = { "top_down", "bottom_up" };

static void direction_desc(const char *const *name, char *desc)
{
	strscpy(desc, *name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(direction, directions, direction_desc);

/* Which of two answers is right in the direction under test? */
static phys_addr_t pick(phys_addr_t top_down, phys_addr_t bottom_up)
{
	return mb->bottom_up ? bottom_up : top_down;
}

#define BASE	ARENA_BASE
#define SIZE	((phys_addr_t)ARENA_SIZE)

static void setup(struct kunit *test)
{
	const char *const *name = test->param_value;

	mb->bottom_up = name && strcmp(*name, "bottom_up") == 0;
	memblock_add_in(mb, BASE, SIZE, NUMA_NO_NODE, 0);
}

/* Take size bytes; a cache line's alignment, no bounds. */
static phys_addr_t take(phys_addr_t size)
{
	struct memblock_request rq = { .size = size, .nid = NUMA_NO_NODE };

	return memblock_phys_alloc_in(mb, &rq);
}

/* ---- plain requests -------------------------------------------------------------- */

/* The memory is reserved, reachable and zero. */
static void alloc_simple(struct kunit *test)
{
	struct memblock_request rq = { .size = SZ_4K, .align = 64, .nid = NUMA_NO_NODE };
	u8 *p;

	setup(test);
	memset(arena.arena, 0xa5, ARENA_SIZE);
	p = memblock_alloc_in(mb, &rq);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, SZ_4K));
	EXPECT_LIST(test, &mb->reserved, R(pick(BASE + SIZE - SZ_4K, BASE), SZ_4K));
	KUNIT_EXPECT_PTR_EQ(test, p, (u8 *)arena.arena + pick(SIZE - SZ_4K, 0));
	/* raw: as it was */
	p = memblock_alloc_raw_in(mb, &rq);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0xa5, SZ_4K));
	KUNIT_EXPECT_EQ(test, memblock_free_in(mb, p, SZ_4K), 0);
	KUNIT_EXPECT_EQ(test, memblock_free_in(mb, NULL, SZ_4K), 0);
	KUNIT_EXPECT_EQ(test, mb->reserved.total_size, (phys_addr_t)SZ_4K);
}

/*	|...###....+++|		or	|+++.###......|	*/
static void alloc_disjoint(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, BASE + SZ_16K, SZ_8K);
	KUNIT_EXPECT_EQ(test, take(SZ_4K), pick(BASE + SIZE - SZ_4K, BASE));
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, 2u);
}

/* The end at which we start is taken: right before it, merged with it. */
static void alloc_before(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, pick(BASE + SIZE - SZ_8K, BASE), SZ_8K);
	KUNIT_EXPECT_EQ(test, take(SZ_4K), pick(BASE + SIZE - SZ_8K - SZ_4K, BASE + SZ_8K));
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, 1u);
}

/* The far end is taken: no matter. */
static void alloc_after(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, pick(BASE, BASE + SIZE - SZ_8K), SZ_8K);
	KUNIT_EXPECT_EQ(test, take(SZ_4K), pick(BASE + SIZE - SZ_4K, BASE));
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, 2u);
}

/* The first gap that we meet is too small, the second is not. */
static void alloc_second_fit(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, pick(BASE + SIZE - SZ_16K, BASE + SZ_4K), SZ_8K + SZ_4K);
	KUNIT_EXPECT_EQ(test, take(SZ_8K), pick(BASE + SIZE - SZ_16K - SZ_8K, BASE + SZ_16K));
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, 1u);
}

/* An exact fit between two regions makes one of the three. */
static void alloc_in_between(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, BASE, SZ_16K);
	memblock_reserve_in(mb, BASE + SZ_16K + SZ_4K, SIZE - SZ_16K - SZ_4K);
	KUNIT_EXPECT_EQ(test, take(SZ_4K), BASE + SZ_16K);
	EXPECT_LIST(test, &mb->reserved, R(BASE, SIZE));
}

/* |.#.#.#.#.| no gap is large enough, all together would be */
static void alloc_small_gaps(struct kunit *test)
{
	phys_addr_t at;

	setup(test);
	for (at = 0; at < SIZE; at += SZ_8K)
		memblock_reserve_in(mb, BASE + at, SZ_4K);
	KUNIT_EXPECT_EQ(test, take(SZ_4K + 64), 0ULL);
	KUNIT_EXPECT_EQ(test, mb->reserved.total_size, SIZE / 2);
	KUNIT_EXPECT_NE(test, take(SZ_4K), 0ULL);
}

static void alloc_all_reserved(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, BASE, SIZE);
	KUNIT_EXPECT_EQ(test, take(1), 0ULL);
	EXPECT_LIST(test, &mb->reserved, R(BASE, SIZE));
}

static void alloc_no_space(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, BASE, SIZE - SZ_2K);
	KUNIT_EXPECT_EQ(test, take(SZ_4K), 0ULL);
	KUNIT_EXPECT_EQ(test, mb->reserved.total_size, SIZE - SZ_2K);
}

/* What is left is exactly what is asked for. */
static void alloc_limited_space(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, BASE, SIZE - SZ_4K);
	KUNIT_EXPECT_EQ(test, take(SZ_4K), BASE + SIZE - SZ_4K);
	EXPECT_LIST(test, &mb->reserved, R(BASE, SIZE));
}

static void alloc_no_memory(struct kunit *test)
{
	setup(test);
	memblock_remove_in(mb, 0, PHYS_ADDR_MAX);
	KUNIT_EXPECT_EQ(test, take(SZ_4K), 0ULL);
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, 0u);
}

static void alloc_too_large(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take(SIZE + 1), 0ULL);
	KUNIT_EXPECT_EQ(test, take(PHYS_ADDR_MAX), 0ULL);
	KUNIT_EXPECT_EQ(test, take(0), 0ULL);
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, 0u);
	KUNIT_EXPECT_EQ(test, take(SIZE), BASE);
}

/* Memory up to the last address, alignment that would wrap. */
static void alloc_near_max(struct kunit *test)
{
	struct memblock_request rq = { .size = SZ_4K, .align = SZ_1M, .nid = NUMA_NO_NODE };

	setup(test);
	memblock_remove_in(mb, 0, PHYS_ADDR_MAX);
	memblock_add_in(mb, PHYS_ADDR_MAX - SZ_64K, SZ_64K, NUMA_NO_NODE, 0);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_in(mb, &rq), 0ULL);
	KUNIT_EXPECT_EQ(test, take(SZ_4K) & 63, 0ULL);
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, 1u);
}

/* Address 0 means "none" and is never given out, even if it is free. */
static void alloc_never_zero(struct kunit *test)
{
	setup(test);
	memblock_remove_in(mb, 0, PHYS_ADDR_MAX);
	memblock_add_in(mb, 0, SZ_8K, NUMA_NO_NODE, 0);
	KUNIT_EXPECT_EQ(test, take(SZ_4K), (phys_addr_t)SZ_4K);
	KUNIT_EXPECT_EQ(test, take(64), 0ULL);
}

/* No way to reach it: nothing stays reserved. */
static void alloc_unreachable(struct kunit *test)
{
	struct memblock_request rq = { .size = SZ_4K, .align = 64, .nid = NUMA_NO_NODE };

	setup(test);
	memblock_remove_in(mb, 0, PHYS_ADDR_MAX);
	memblock_add_in(mb, SZ_16M, SZ_16M, NUMA_NO_NODE, 0);
	KUNIT_EXPECT_NULL(test, memblock_alloc_in(mb, &rq));
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, 0u);
	mb->ops = NULL;
	KUNIT_EXPECT_NULL(test, memblock_alloc_in(mb, &rq));
	KUNIT_EXPECT_EQ(test, memblock_free_in(mb, arena.arena, 64), -EINVAL);
}

/* RAM that may not be touched is not free. */
static void alloc_skips_nomap(struct kunit *test)
{
	setup(test);
	memblock_mark_nomap_in(mb, pick(BASE + SIZE - SZ_16K, BASE), SZ_16K);
	KUNIT_EXPECT_EQ(test, take(SZ_4K), pick(BASE + SIZE - SZ_16K - SZ_4K, BASE + SZ_16K));
}

/* ---- a lower bound: memblock_alloc_from() and its kin ---------------------------- */

static phys_addr_t take_from(phys_addr_t size, phys_addr_t align, phys_addr_t min)
{
	struct memblock_request rq = {
		.size = size, .align = align, .min = min, .nid = NUMA_NO_NODE
	};
	char *p = memblock_alloc_in(mb, &rq);

	return p ? BASE + (phys_addr_t)(p - (char *)arena.arena) : 0;
}

static void alloc_from_simple(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take_from(SZ_4K, 64, BASE + SZ_16K),
			pick(BASE + SIZE - SZ_4K, BASE + SZ_16K));
}

static void alloc_from_misaligned(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take_from(32, 64, BASE + SZ_16K + 1),
			pick(BASE + SIZE - 64, BASE + SZ_16K + 64));
}

/* So high that it does not fit above: below, then. */
static void alloc_from_high_addr(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take_from(SZ_4K, 64, BASE + SIZE - SZ_2K),
			pick(BASE + SIZE - SZ_4K, BASE));
}

static void alloc_from_no_space_above(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, BASE + SIZE - SZ_16K, SZ_16K);
	KUNIT_EXPECT_EQ(test, take_from(SZ_4K, 64, BASE + SIZE - SZ_16K),
			pick(BASE + SIZE - SZ_16K - SZ_4K, BASE));
}

/* A bound below all memory changes nothing. */
static void alloc_from_min_addr_cap(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take_from(SZ_4K, 64, 1), pick(BASE + SIZE - SZ_4K, BASE));
}

/* ---- both bounds: memblock_alloc_try_nid() without nodes ------------------------- */

static phys_addr_t take_range(phys_addr_t size, phys_addr_t min, phys_addr_t max)
{
	struct memblock_request rq = { size, 64, min, max, NUMA_NO_NODE, false };

	return memblock_phys_alloc_in(mb, &rq);
}

static void nid_simple(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE + SZ_8K, BASE + SZ_32K),
			pick(BASE + SZ_32K - SZ_4K, BASE + SZ_8K));
}

static void nid_start_misaligned(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE + SZ_8K + 2, BASE + SZ_32K),
			pick(BASE + SZ_32K - SZ_4K, BASE + SZ_8K + 64));
}

static void nid_end_misaligned(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE + SZ_8K, BASE + SZ_32K + 2),
			pick(BASE + SZ_32K - SZ_4K, BASE + SZ_8K));
}

static void nid_exact_address(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE + SZ_8K, BASE + SZ_8K + SZ_4K),
			BASE + SZ_8K);
}

/* The range is smaller than the request: the bound below is given up, if it may be. */
static void nid_narrow_range(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE + SZ_8K, BASE + SZ_8K + SZ_2K), 0ULL);
	KUNIT_EXPECT_EQ(test, take_from(SZ_16K, 64, BASE + SIZE - SZ_8K),
			pick(BASE + SIZE - SZ_16K, BASE));
}

static void nid_low_max(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, 0, BASE + SZ_2K), 0ULL);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE + SZ_8K, BASE), 0ULL);
}

/* In the middle of a free stretch, touching what is reserved on one side. */
static void nid_min_reserved(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, BASE, SZ_8K);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE + SZ_4K, BASE + SZ_8K + SZ_4K),
			BASE + SZ_8K);
	EXPECT_LIST(test, &mb->reserved, R(BASE, SZ_8K + SZ_4K));
}

static void nid_max_reserved(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, BASE + SZ_16K, SIZE - SZ_16K);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE + SZ_8K + SZ_4K, BASE + SIZE),
			BASE + SZ_8K + SZ_4K);
	EXPECT_LIST(test, &mb->reserved, R(BASE + SZ_8K + SZ_4K, SIZE - SZ_8K - SZ_4K));
}

/*	min				   max
 *	 |##....##|	room on both sides of the middle one
 */
static void nid_reserved_with_space(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, BASE, SZ_8K);
	memblock_reserve_in(mb, BASE + SZ_32K, SZ_8K);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE, BASE + SZ_32K + SZ_8K),
			pick(BASE + SZ_32K - SZ_4K, BASE + SZ_8K));
}

static void nid_reserved_full_merge(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, BASE, SZ_8K);
	memblock_reserve_in(mb, BASE + SZ_8K + SZ_4K, SZ_8K);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE, BASE + SZ_16K + SZ_4K), BASE + SZ_8K);
	EXPECT_LIST(test, &mb->reserved, R(BASE, SZ_16K + SZ_4K));
}

/* No gap in the range is large enough: outside of it only downwards, and only if mapped. */
static void nid_reserved_no_space(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, BASE + SZ_16K, SZ_4K);
	memblock_reserve_in(mb, BASE + SZ_16K + SZ_4K + SZ_2K, SZ_4K);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE + SZ_16K, BASE + SZ_32K - SZ_4K - SZ_2K),
			0ULL);
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, 2u);
}

static void nid_reserved_all(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, BASE + SZ_16K, SZ_16K);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE + SZ_16K, BASE + SZ_32K), 0ULL);
}

/* Bounds outside of memory are cut to it. */
static void nid_cap_max(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, BASE + SIZE - SZ_8K, PHYS_ADDR_MAX),
			pick(BASE + SIZE - SZ_4K, BASE + SIZE - SZ_8K));
}

static void nid_cap_min(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take_range(SZ_4K, 0, BASE + SZ_16K),
			pick(BASE + SZ_16K - SZ_4K, BASE));
}

/* MEMBLOCK_ALLOC_ACCESSIBLE: up to the instance's limit, and not above. */
static void current_limit(struct kunit *test)
{
	struct memblock_request rq = {
		.size = SZ_8K, .max = MEMBLOCK_ALLOC_ANYWHERE, .nid = NUMA_NO_NODE,
	};

	setup(test);
	mb->current_limit = BASE + SZ_8K;
	KUNIT_EXPECT_EQ(test, take(SZ_4K), pick(BASE + SZ_4K, BASE));
	KUNIT_EXPECT_EQ(test, take(SZ_8K), 0ULL);
	KUNIT_EXPECT_NULL(test, memblock_alloc_in(mb, &rq));	/* nobody could reach it */
	KUNIT_EXPECT_EQ(test, take_range(SZ_8K, 0, MEMBLOCK_ALLOC_ANYWHERE),
			pick(BASE + SIZE - SZ_8K, BASE + pick(0, SZ_4K)));
}

/* ---- walks ----------------------------------------------------------------------- */

static void walk_free(struct kunit *test)
{
	static const phys_addr_t want[][2] = {
		{ 0x1000, 0x2000 }, { 0x3000, 0x4000 }, { 0x8000, 0xa000 }, { 0xb000, 0xc000 },
		{ 0x20000, 0x28000 },
	};
	phys_addr_t start, end;
	int nid = -7;
	u32 n = 0;
	u64 i;

	memblock_add_in(mb, 0x1000, 0x3000, 0, 0);
	memblock_add_in(mb, 0x8000, 0x4000, 1, 0);
	memblock_add_in(mb, 0x20000, 0x8000, 1, 0);
	memblock_add_in(mb, 0x40000, 0x8000, 1, MEMBLOCK_NOMAP);
	memblock_reserve_in(mb, 0, 0x800);
	memblock_reserve_in(mb, 0x2000, 0x1000);
	memblock_reserve_in(mb, 0x4000, 0x1000);
	memblock_reserve_in(mb, 0xa000, 0x1000);
	memblock_reserve_in(mb, 0x28000, 0x1000);
	for_each_free_mem_range_in(mb, i, NUMA_NO_NODE, &start, &end) {
		KUNIT_ASSERT_LT(test, n, (u32)ARRAY_SIZE(want));
		KUNIT_EXPECT_EQ(test, start, want[n][0]);
		KUNIT_EXPECT_EQ(test, end, want[n++][1]);
	}
	KUNIT_EXPECT_EQ(test, n, (u32)ARRAY_SIZE(want));
	for_each_free_mem_range_reverse_in(mb, i, NUMA_NO_NODE, &start, &end) {
		KUNIT_ASSERT_GT(test, n, 0u);
		KUNIT_EXPECT_EQ(test, start, want[--n][0]);
		KUNIT_EXPECT_EQ(test, end, want[n][1]);
	}
	KUNIT_EXPECT_EQ(test, n, 0u);
	for_each_free_mem_range_in(mb, i, 0, &start, &end)
		n++;
	KUNIT_EXPECT_EQ(test, n, 2u);
	i = memblock_seek_mem(mb, 0x9000);
	KUNIT_EXPECT_TRUE(test, memblock_next_mem(mb, &i, &start, &end, &nid));
	KUNIT_EXPECT_EQ(test, nid, 1);
	/* from the middle of a free range, and from inside a reserved one */
	i = memblock_seek_free(mb, 0x9000);
	KUNIT_EXPECT_TRUE(test, memblock_next_free(mb, &i, NUMA_NO_NODE, &start, &end));
	KUNIT_EXPECT_EQ(test, start, 0x8000ULL);
	i = memblock_seek_free(mb, 0xa800);
	KUNIT_EXPECT_TRUE(test, memblock_next_free(mb, &i, NUMA_NO_NODE, &start, &end));
	KUNIT_EXPECT_EQ(test, start, 0xb000ULL);
}

/* Bad alignment is reported, a request after the hand-over is refused and named. */
static void bad_requests(struct kunit *test)
{
	struct memblock_request rq = { .size = 64, .align = 48, .nid = NUMA_NO_NODE };
	char log[512] = "";

	setup(test);
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_in(mb, &rq), 0ULL);
	printk_capture_stop();
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "memblock: alignment 0x30"));

	memblock_hand_over_in(mb);
	rq.align = 64;
	rq.size = 12345;
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_NULL(test, memblock_alloc_in(mb, &rq));
	printk_capture_stop();
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "wants 12345 bytes"));
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_EQ(test, memblock_add_in(mb, 0, SZ_4K, 0, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, memblock_reserve_in(mb, SZ_8K, SZ_4K), -EPERM);
	KUNIT_EXPECT_EQ(test, memblock_remove_in(mb, 0, SZ_4K), -EPERM);
	KUNIT_EXPECT_EQ(test, memblock_phys_free_in(mb, 0, SZ_4K), -EPERM);
	KUNIT_EXPECT_EQ(test, memblock_trim_memory_in(mb, SZ_4K), -EPERM);
	KUNIT_EXPECT_EQ(test, memblock_set_node_in(mb, 0, SZ_4K, 1), -EPERM);
	KUNIT_EXPECT_EQ(test, memblock_mark_nomap_in(mb, 0, SZ_4K), -EPERM);
	KUNIT_EXPECT_EQ(test, memblock_cap_memory_range_in(mb, 0, SZ_4K), -EPERM);
	printk_capture_stop();
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "reserve of 4096 bytes at 0x2000:"));
	EXPECT_LIST(test, &mb->memory, R(BASE, SIZE));
}

/* ---- the suite ------------------------------------------------------------------- */

static int memblock_alloc_init(struct kunit *test)
{
	return memblock_arena_init(&arena);
}

static void memblock_alloc_exit(struct kunit *test)
{
	memblock_arena_exit(&arena);
}

#define BOTH_WAYS(name)	KUNIT_CASE_PARAM(name, direction_gen_params)

static struct kunit_case memblock_alloc_cases[] = {
	BOTH_WAYS(alloc_simple), BOTH_WAYS(alloc_disjoint), BOTH_WAYS(alloc_before),
	BOTH_WAYS(alloc_after), BOTH_WAYS(alloc_second_fit), BOTH_WAYS(alloc_in_between),
	BOTH_WAYS(alloc_small_gaps), BOTH_WAYS(alloc_all_reserved), BOTH_WAYS(alloc_no_space),
	BOTH_WAYS(alloc_limited_space), BOTH_WAYS(alloc_no_memory), BOTH_WAYS(alloc_too_large),
	BOTH_WAYS(alloc_near_max), BOTH_WAYS(alloc_never_zero), BOTH_WAYS(alloc_unreachable),
	BOTH_WAYS(alloc_skips_nomap),
	BOTH_WAYS(alloc_from_simple), BOTH_WAYS(alloc_from_misaligned),
	BOTH_WAYS(alloc_from_high_addr), BOTH_WAYS(alloc_from_no_space_above),
	BOTH_WAYS(alloc_from_min_addr_cap),
	BOTH_WAYS(nid_simple), BOTH_WAYS(nid_start_misaligned), BOTH_WAYS(nid_end_misaligned),
	BOTH_WAYS(nid_exact_address), BOTH_WAYS(nid_narrow_range), BOTH_WAYS(nid_low_max),
	BOTH_WAYS(nid_min_reserved), BOTH_WAYS(nid_max_reserved),
	BOTH_WAYS(nid_reserved_with_space), BOTH_WAYS(nid_reserved_full_merge),
	BOTH_WAYS(nid_reserved_no_space), BOTH_WAYS(nid_reserved_all),
	BOTH_WAYS(nid_cap_max), BOTH_WAYS(nid_cap_min), BOTH_WAYS(current_limit),
	KUNIT_CASE(walk_free), KUNIT_CASE(bad_requests),
	{}
};

static struct kunit_suite memblock_alloc_suite = {
	.name = "memblock_alloc",
	.init = memblock_alloc_init,
	.exit = memblock_alloc_exit,
	.test_cases = memblock_alloc_cases,
};
kunit_test_suite(memblock_alloc_suite);
