/* SPDX-License-Identifier: MIT */
/*
 * memblock_test.c - adding, reserving, removing and freeing ranges
 *
 * memory and reserved are lists of the same kind, so most cases are a scenario run on
 * one of them: add_* and remove_* on memory, reserve_* and free_* on reserved.
 */
#include <linux/printk.h>
#include "memblock_test.h"
#include "report.h"

static struct memblock_arena arena;
static struct memblock *const mb = &arena.blk;

/* ---- one list, whichever --------------------------------------------------------- */

struct list_ops {
	struct memblock_type *type;
	int (*put)(struct memblock *m, phys_addr_t base, phys_addr_t size);
	int (*take)(struct memblock *m, phys_addr_t base, phys_addr_t size);
};

static int put_memory(struct memblock *m, phys_addr_t base, phys_addr_t size)
{
	return memblock_add_in(m, base, size, NUMA_NO_NODE, MEMBLOCK_NONE);
}

static const struct list_ops mem = { &arena.blk.memory, put_memory, memblock_remove_in };
static const struct list_ops rsv = {
	&arena.blk.reserved, memblock_reserve_in, memblock_phys_free_in
};

/* Last address that a half-open range can reach. */
#define TOP	PHYS_ADDR_MAX

static void initialization(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mb->memory.cnt, 0u);
	KUNIT_EXPECT_EQ(test, mb->memory.max, (u32)MEMBLOCK_INIT_REGIONS);
	KUNIT_EXPECT_STREQ(test, mb->memory.name, "memory");
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, 0u);
	KUNIT_EXPECT_EQ(test, mb->reserved.max, (u32)MEMBLOCK_INIT_REGIONS);
	KUNIT_EXPECT_STREQ(test, mb->reserved.name, "reserved");
	KUNIT_EXPECT_FALSE(test, mb->bottom_up);
	KUNIT_EXPECT_EQ(test, mb->current_limit, MEMBLOCK_ALLOC_ANYWHERE);
	memblock_expect_sane(test, mb);
}

static void put_simple(struct kunit *test, const struct list_ops *l)
{
	KUNIT_EXPECT_EQ(test, l->put(mb, SZ_1G, SZ_4M), 0);
	EXPECT_LIST(test, l->type, R(SZ_1G, SZ_4M));
	KUNIT_EXPECT_EQ(test, l->put(mb, SZ_2M, 0), 0);		/* nothing is nothing */
	EXPECT_LIST(test, l->type, R(SZ_1G, SZ_4M));
}

/*
 *	|  r2   |	   |  r1  |
 */
static void put_disjoint(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_1G, SZ_8K);
	l->put(mb, SZ_1G + SZ_16K, SZ_8K);
	l->put(mb, SZ_1M, SZ_8K);
	EXPECT_LIST(test, l->type, R(SZ_1M, SZ_8K), R(SZ_1G, SZ_8K), R(SZ_1G + SZ_16K, SZ_8K));
}

static void put_overlap_top(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_512M, SZ_1G);
	l->put(mb, SZ_256M, SZ_512M);
	EXPECT_LIST(test, l->type, R(SZ_256M, SZ_1G + SZ_256M));
}

static void put_overlap_bottom(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_128M, SZ_512M);
	l->put(mb, SZ_256M, SZ_1G);
	EXPECT_LIST(test, l->type, R(SZ_128M, SZ_1G + SZ_128M));
}

static void put_within(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_8M, SZ_32M);
	l->put(mb, SZ_16M, SZ_1M);
	EXPECT_LIST(test, l->type, R(SZ_8M, SZ_32M));
}

static void put_twice(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_16K, SZ_2M);
	KUNIT_EXPECT_EQ(test, l->put(mb, SZ_16K, SZ_2M), 0);
	EXPECT_LIST(test, l->type, R(SZ_16K, SZ_2M));
}

/* The piece between two regions joins all three. */
static void put_between(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_1G, SZ_8K);
	l->put(mb, SZ_1G + SZ_16K, SZ_8K);
	l->put(mb, SZ_1G + SZ_8K, SZ_8K);
	EXPECT_LIST(test, l->type, R(SZ_1G, SZ_8K + SZ_16K));
}

/* A range that would pass the last address is cut there, and does not wrap. */
static void put_near_max(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, TOP - SZ_1M, SZ_2M);
	EXPECT_LIST(test, l->type, R(TOP - SZ_1M, SZ_1M));
	l->put(mb, TOP - SZ_2M, TOP);
	EXPECT_LIST(test, l->type, R(TOP - SZ_2M, SZ_2M));
	l->put(mb, TOP, SZ_1M);			/* cut to nothing */
	EXPECT_LIST(test, l->type, R(TOP - SZ_2M, SZ_2M));
	l->put(mb, 0, TOP);			/* everything */
	EXPECT_LIST(test, l->type, R(0, TOP));
}

/* One range over several regions and the gaps between them. */
static void put_over_many(struct kunit *test, const struct list_ops *l)
{
	phys_addr_t i;

	for (i = 1; i <= 5; i++)
		l->put(mb, i * SZ_1M, SZ_4K);
	l->put(mb, SZ_1M + SZ_2K, 3 * SZ_1M);
	EXPECT_LIST(test, l->type, R(SZ_1M, 3 * SZ_1M + SZ_4K), R(5 * SZ_1M, SZ_4K));
}

#define PUT_CASES(name)								\
	static void add_##name(struct kunit *test)				\
	{									\
		put_##name(test, &mem);						\
		memblock_expect_sane(test, mb);					\
	}									\
	static void reserve_##name(struct kunit *test)				\
	{									\
		put_##name(test, &rsv);						\
		memblock_expect_sane(test, mb);					\
	}
PUT_CASES(simple)
PUT_CASES(disjoint)
PUT_CASES(overlap_top)
PUT_CASES(overlap_bottom)
PUT_CASES(within)
PUT_CASES(twice)
PUT_CASES(between)
PUT_CASES(near_max)
PUT_CASES(over_many)

static void add_node_simple(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, memblock_add_in(mb, SZ_1M, SZ_16M, 1, MEMBLOCK_NOMAP), 0);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M, SZ_16M));
	KUNIT_EXPECT_EQ(test, mb->memory.regions[0].nid, 1);
	KUNIT_EXPECT_EQ(test, mb->memory.regions[0].flags, (u32)MEMBLOCK_NOMAP);
}

/* Regions of different nodes touch and stay apart; setting the node joins them. */
static void add_node_neighbours(struct kunit *test)
{
	memblock_add_in(mb, SZ_1M, SZ_1M, 0, 0);
	memblock_add_in(mb, SZ_2M, SZ_2M, 1, 0);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M, SZ_1M), R(SZ_2M, SZ_2M));
	/* what is there keeps its node */
	memblock_add_in(mb, 0, SZ_8M, 2, 0);
	EXPECT_LIST(test, &mb->memory, R(0, SZ_1M), R(SZ_1M, SZ_1M), R(SZ_2M, SZ_2M),
		    R(SZ_4M, SZ_4M));
	KUNIT_EXPECT_EQ(test, mb->memory.regions[1].nid, 0);
	memblock_set_node_in(mb, 0, SZ_4M, 2);
	EXPECT_LIST(test, &mb->memory, R(0, SZ_8M));
	memblock_set_node_in(mb, SZ_1M, SZ_1M, 1);
	EXPECT_LIST(test, &mb->memory, R(0, SZ_1M), R(SZ_1M, SZ_1M), R(SZ_2M, SZ_8M - SZ_2M));
	memblock_mark_nomap_in(mb, SZ_1M, SZ_1M);
	KUNIT_EXPECT_EQ(test, mb->memory.regions[1].flags, (u32)MEMBLOCK_NOMAP);
	memblock_expect_sane(test, mb);
}

/* ---- arrays that double ---------------------------------------------------------- */

/* More regions than fit: the array moves into memory of the instance, which it reserves. */
static void put_many(struct kunit *test, const struct list_ops *l)
{
	const u32 own = l == &mem;
	phys_addr_t i, at;

	put_memory(mb, SZ_2G, SZ_16M);		/* to grow into */
	for (i = 0; i < 2 * MEMBLOCK_INIT_REGIONS + 8; i++)
		KUNIT_ASSERT_EQ(test, l->put(mb, SZ_1M + i * SZ_8K, SZ_4K), 0);
	KUNIT_EXPECT_EQ(test, l->type->max, 4u * MEMBLOCK_INIT_REGIONS);
	KUNIT_EXPECT_EQ(test, l->type->nr_grown, 2u);
	KUNIT_EXPECT_EQ(test, arena.nr_mapped, 2u);
	/* the regions, and for reserved the array itself */
	KUNIT_EXPECT_EQ(test, l->type->cnt, 2u * MEMBLOCK_INIT_REGIONS + 8 + 1);
	at = l->type->array_base;
	KUNIT_EXPECT_TRUE(test, at >= SZ_2G && at < SZ_2G + SZ_16M);
	KUNIT_EXPECT_TRUE(test, memblock_search(&mb->reserved, at) >= 0);
	/* and the array of 256 that came in between is free again */
	KUNIT_EXPECT_EQ(test, mb->reserved.total_size,
			(own ? 0 : i * SZ_4K) + 4 * MEMBLOCK_INIT_REGIONS *
			sizeof(struct memblock_region));
}
PUT_CASES(many)

/* Memory to grow into in one of 129 places: before, between or behind what is reserved. */
static void reserve_all_locations(struct kunit *test)
{
	const phys_addr_t step = SZ_64K;
	phys_addr_t skip, i;

	for (skip = 0; skip <= MEMBLOCK_INIT_REGIONS; skip += 8) {
		memblock_init_in(mb, &memblock_arena_ops);
		put_memory(mb, SZ_64M + skip * step, SZ_32K);
		for (i = 0; i <= MEMBLOCK_INIT_REGIONS; i++)
			if (i != skip)
				memblock_reserve_in(mb, SZ_64M + i * step, SZ_32K);
		KUNIT_EXPECT_EQ(test, mb->reserved.cnt, (u32)MEMBLOCK_INIT_REGIONS);
		KUNIT_EXPECT_EQ(test, mb->reserved.nr_grown, 0u);
		KUNIT_ASSERT_EQ(test, memblock_reserve_in(mb, SZ_1G, SZ_4K), 0);
		KUNIT_EXPECT_EQ(test, mb->reserved.nr_grown, 1u);
		KUNIT_EXPECT_EQ(test, mb->reserved.cnt, MEMBLOCK_INIT_REGIONS + 2u);
		KUNIT_EXPECT_EQ(test, mb->reserved.array_base,
				SZ_64M + skip * step + SZ_32K - SZ_8K);
		memblock_expect_sane(test, mb);
	}
}

/* The only room for the new array is in the range that is being reserved: refused. */
static void reserve_many_may_conflict(struct kunit *test)
{
	char log[128];
	phys_addr_t i;

	put_memory(mb, SZ_1G, SZ_64K);
	for (i = 0; i < MEMBLOCK_INIT_REGIONS; i++)
		memblock_reserve_in(mb, SZ_1M + i * SZ_8K, SZ_4K);
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_EQ(test, memblock_reserve_in(mb, SZ_1G, SZ_64K), -ENOMEM);
	printk_capture_stop();
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, (u32)MEMBLOCK_INIT_REGIONS);
	/* beside it there is room: below, then above */
	KUNIT_EXPECT_EQ(test, memblock_reserve_in(mb, SZ_1G + SZ_8K, SZ_64K - SZ_8K), 0);
	KUNIT_EXPECT_EQ(test, mb->reserved.array_base, (phys_addr_t)SZ_1G);
	memblock_expect_sane(test, mb);
}

/* Growing memory[] needs a region of reserved[], which is full too: both grow. */
static void add_many_both_full(struct kunit *test)
{
	phys_addr_t i;

	put_memory(mb, SZ_2G, SZ_1M);
	for (i = 0; i < MEMBLOCK_INIT_REGIONS; i++)
		memblock_reserve_in(mb, SZ_1G + i * SZ_8K, SZ_4K);
	for (i = 1; i < MEMBLOCK_INIT_REGIONS; i++)
		put_memory(mb, SZ_1M + i * SZ_8K, SZ_4K);
	KUNIT_EXPECT_EQ(test, put_memory(mb, SZ_512M, SZ_4K), 0);
	KUNIT_EXPECT_EQ(test, mb->memory.max, 2u * MEMBLOCK_INIT_REGIONS);
	KUNIT_EXPECT_EQ(test, mb->reserved.max, 2u * MEMBLOCK_INIT_REGIONS);
	KUNIT_EXPECT_FALSE(test, memblock_search(&mb->reserved, mb->memory.array_base) < 0);
	KUNIT_EXPECT_FALSE(test, memblock_search(&mb->reserved, mb->reserved.array_base) < 0);
	KUNIT_EXPECT_NE(test, mb->memory.array_base, mb->reserved.array_base);
	memblock_expect_sane(test, mb);
}

/*
 * The same for a cut, and the only room for a second array is what is just being taken away:
 * refused, rather than an array where there will be no RAM.
 */
static void remove_both_full(struct kunit *test)
{
	const phys_addr_t hole = SZ_2G + SZ_1M;
	char log[256];
	phys_addr_t i;

	put_memory(mb, SZ_2G, SZ_1M + SZ_512K);
	memblock_reserve_in(mb, SZ_2G, SZ_1M - SZ_8K);	/* room for one array, then the hole */
	for (i = 1; i < MEMBLOCK_INIT_REGIONS; i++)
		memblock_reserve_in(mb, SZ_1G + i * SZ_8K, SZ_4K);
	for (i = 1; i < MEMBLOCK_INIT_REGIONS; i++)
		put_memory(mb, SZ_1M + i * SZ_8K, SZ_4K);
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_EQ(test, memblock_remove_in(mb, hole, SZ_512K), -ENOMEM);
	printk_capture_stop();
	KUNIT_EXPECT_FALSE(test, memblock_overlaps_region(&mb->reserved, hole, SZ_512K));
	KUNIT_EXPECT_EQ(test, mb->memory.cnt, (u32)MEMBLOCK_INIT_REGIONS);
	memblock_expect_sane(test, mb);
}

/* No memory at all, or no way to reach it: -ENOMEM, and nothing has changed. */
static void many_cannot_grow(struct kunit *test)
{
	char log[256];
	phys_addr_t i;

	printk_capture_start(log, sizeof(log));
	for (i = 0; i < MEMBLOCK_INIT_REGIONS; i++)
		KUNIT_ASSERT_EQ(test, memblock_reserve_in(mb, SZ_1M + i * SZ_8K, SZ_4K), 0);
	KUNIT_EXPECT_EQ(test, memblock_reserve_in(mb, SZ_1G, SZ_4K), -ENOMEM);
	/* cutting a region in two needs room as well */
	KUNIT_EXPECT_EQ(test, memblock_phys_free_in(mb, SZ_1M + SZ_1K, SZ_1K), -ENOMEM);
	/* but no room is needed to make one grow */
	KUNIT_EXPECT_EQ(test, memblock_reserve_in(mb, SZ_1M, SZ_8K), 0);
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, MEMBLOCK_INIT_REGIONS - 1u);
	memblock_expect_sane(test, mb);
	mb->ops = NULL;
	put_memory(mb, SZ_1G, SZ_1M);
	memblock_reserve_in(mb, SZ_2G, SZ_4K);
	KUNIT_EXPECT_EQ(test, memblock_reserve_in(mb, SZ_2G + SZ_8K, SZ_4K), -ENOMEM);
	printk_capture_stop();
	KUNIT_EXPECT_NOT_NULL(test, strstr(log, "no room for more than 128 regions"));
}

static void *map_memory_array_only(struct memblock *m, unsigned int slot, phys_addr_t base,
				   phys_addr_t size)
{
	return slot < 2 ? memblock_arena_ops.map_array(m, slot, base, size) : NULL;
}

static const struct memblock_ops half_ops = { .map_array = map_memory_array_only };

/* The new array's memory cannot be reserved, because reserved[] is full for good. */
static void many_cannot_reserve(struct kunit *test)
{
	char log[256];
	phys_addr_t i;

	mb->ops = &half_ops;
	put_memory(mb, SZ_2G, SZ_1M);
	for (i = 0; i < MEMBLOCK_INIT_REGIONS; i++)
		memblock_reserve_in(mb, SZ_1G + i * SZ_8K, SZ_4K);
	for (i = 1; i < MEMBLOCK_INIT_REGIONS; i++)
		put_memory(mb, SZ_1M + i * SZ_8K, SZ_4K);
	printk_capture_start(log, sizeof(log));
	KUNIT_EXPECT_EQ(test, memblock_reserve_in(mb, SZ_4K, SZ_4K), -ENOMEM);
	KUNIT_EXPECT_EQ(test, put_memory(mb, SZ_512M, SZ_4K), -ENOMEM);
	printk_capture_stop();
	KUNIT_EXPECT_EQ(test, mb->memory.max, (u32)MEMBLOCK_INIT_REGIONS);
	KUNIT_EXPECT_EQ(test, mb->memory.cnt, (u32)MEMBLOCK_INIT_REGIONS);
	memblock_expect_sane(test, mb);
}

/* ---- taking away ----------------------------------------------------------------- */

static void take_simple(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_2M, SZ_4M);
	l->put(mb, SZ_128M, SZ_4M);
	KUNIT_EXPECT_EQ(test, l->take(mb, SZ_2M, SZ_4M), 0);
	EXPECT_LIST(test, l->type, R(SZ_128M, SZ_4M));
}

static void take_absent(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_512M, SZ_4M);
	KUNIT_EXPECT_EQ(test, l->take(mb, SZ_64M, SZ_1G - SZ_512M - SZ_64M - SZ_1M), 0);
	KUNIT_EXPECT_EQ(test, l->take(mb, SZ_512M + SZ_4M, TOP), 0);
	KUNIT_EXPECT_EQ(test, l->take(mb, SZ_512M, 0), 0);
	EXPECT_LIST(test, l->type, R(SZ_512M, SZ_4M));
}

static void take_overlap_top(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_32M, SZ_32M);
	l->take(mb, SZ_16M, SZ_32M);
	EXPECT_LIST(test, l->type, R(SZ_16M + SZ_32M, SZ_16M));
}

static void take_overlap_bottom(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_2M, SZ_64M);
	l->take(mb, SZ_32M, SZ_256M);
	EXPECT_LIST(test, l->type, R(SZ_2M, SZ_32M - SZ_2M));
}

static void take_within(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_1M, SZ_4M);
	l->take(mb, SZ_2M, SZ_1M);
	EXPECT_LIST(test, l->type, R(SZ_1M, SZ_1M), R(3 * SZ_1M, SZ_2M));
}

static void take_only_region(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_2K, SZ_4K);
	l->take(mb, SZ_2K, SZ_4K);
	KUNIT_EXPECT_EQ(test, l->type->cnt, 0u);
	KUNIT_EXPECT_EQ(test, l->type->total_size, 0ULL);
}

static void take_near_max(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, TOP - SZ_2M, SZ_2M);
	l->take(mb, TOP - SZ_1M, SZ_2M);
	EXPECT_LIST(test, l->type, R(TOP - SZ_2M, SZ_1M));
	l->take(mb, TOP - SZ_2M, TOP);
	KUNIT_EXPECT_EQ(test, l->type->cnt, 0u);
}

static void take_overlap_two(struct kunit *test, const struct list_ops *l)
{
	l->put(mb, SZ_16M, SZ_32M);
	l->put(mb, SZ_64M, SZ_64M);
	l->take(mb, SZ_32M, SZ_32M + SZ_8M);
	EXPECT_LIST(test, l->type, R(SZ_16M, SZ_16M), R(SZ_64M + SZ_8M, SZ_64M - SZ_8M));
}

#define TAKE_CASES(name)							\
	static void remove_##name(struct kunit *test)				\
	{									\
		take_##name(test, &mem);					\
		memblock_expect_sane(test, mb);					\
	}									\
	static void free_##name(struct kunit *test)				\
	{									\
		take_##name(test, &rsv);					\
		memblock_expect_sane(test, mb);					\
	}
TAKE_CASES(simple)
TAKE_CASES(absent)
TAKE_CASES(overlap_top)
TAKE_CASES(overlap_bottom)
TAKE_CASES(within)
TAKE_CASES(only_region)
TAKE_CASES(near_max)
TAKE_CASES(overlap_two)

/* ---- trimming, limits, questions ------------------------------------------------- */

static void trim_memory_aligned(struct kunit *test)
{
	put_memory(mb, SZ_1M, SZ_1M);
	put_memory(mb, SZ_4M, SZ_4M);
	memblock_trim_memory_in(mb, SZ_4K);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M, SZ_1M), R(SZ_4M, SZ_4M));
}

static void trim_memory_too_small(struct kunit *test)
{
	put_memory(mb, SZ_1M, SZ_1M);
	put_memory(mb, SZ_4M, SZ_2K);
	put_memory(mb, SZ_8M + SZ_2K, SZ_4K);	/* a page long, but no page */
	put_memory(mb, TOP - SZ_1K, SZ_1K);	/* rounding it up would wrap */
	memblock_trim_memory_in(mb, SZ_4K);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M, SZ_1M));
	memblock_expect_sane(test, mb);
}

static void trim_memory_unaligned_base(struct kunit *test)
{
	put_memory(mb, SZ_1M + SZ_2K, SZ_64K - SZ_2K);
	put_memory(mb, SZ_4M, SZ_64K);
	memblock_trim_memory_in(mb, SZ_4K);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M + SZ_4K, SZ_64K - SZ_4K), R(SZ_4M, SZ_64K));
}

static void trim_memory_unaligned_end(struct kunit *test)
{
	put_memory(mb, SZ_1M, SZ_64K - SZ_2K);
	put_memory(mb, SZ_4M, SZ_64K);
	memblock_trim_memory_in(mb, SZ_4K);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M, SZ_64K - SZ_4K), R(SZ_4M, SZ_64K));
}

/* Nothing is a multiple of three kilobytes in the way that the arithmetic needs. */
static void trim_memory_by_no_power_of_two(struct kunit *test)
{
	static struct report report;
	int err;

	put_memory(mb, SZ_1M + SZ_2K, SZ_64K);
	report_begin(&report);
	err = memblock_trim_memory_in(mb, 3 * SZ_1K);
	report_end(&report);
	KUNIT_EXPECT_EQ(test, err, -EINVAL);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M + SZ_2K, SZ_64K));
}

static void cap_memory_range(struct kunit *test)
{
	put_memory(mb, SZ_1M, SZ_8M);
	put_memory(mb, SZ_32M, SZ_8M);
	memblock_reserve_in(mb, SZ_2M, SZ_2M);
	memblock_cap_memory_range_in(mb, 3 * SZ_1M, SZ_32M);
	EXPECT_LIST(test, &mb->memory, R(3 * SZ_1M, 6 * SZ_1M), R(SZ_32M, 3 * SZ_1M));
	EXPECT_LIST(test, &mb->reserved, R(3 * SZ_1M, SZ_1M));
}

/* The limit is an amount of memory, not an address. */
static void enforce_limit(struct kunit *test)
{
	put_memory(mb, SZ_1M, SZ_1M);
	put_memory(mb, SZ_32M, SZ_8M);
	memblock_enforce_limit_in(mb, SZ_64M);
	memblock_enforce_limit_in(mb, 0);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M, SZ_1M), R(SZ_32M, SZ_8M));
	memblock_enforce_limit_in(mb, SZ_2M);
	EXPECT_LIST(test, &mb->memory, R(SZ_1M, SZ_1M), R(SZ_32M, SZ_1M));
}

static void overlaps_region(struct kunit *test)
{
	struct memblock_type *type = &mb->memory;

	KUNIT_EXPECT_FALSE(test, memblock_overlaps_region(type, 0, TOP));
	put_memory(mb, SZ_1G, SZ_4M);
	KUNIT_EXPECT_FALSE(test, memblock_overlaps_region(type, SZ_1G - SZ_1M, SZ_1M));
	KUNIT_EXPECT_FALSE(test, memblock_overlaps_region(type, SZ_1G + SZ_4M, TOP));
	KUNIT_EXPECT_TRUE(test, memblock_overlaps_region(type, SZ_1G - SZ_1M, SZ_2M));
	KUNIT_EXPECT_TRUE(test, memblock_overlaps_region(type, SZ_1G + SZ_2M, SZ_4M));
	KUNIT_EXPECT_TRUE(test, memblock_overlaps_region(type, SZ_1G + SZ_1M, SZ_1M));
	KUNIT_EXPECT_TRUE(test, memblock_overlaps_region(type, 0, TOP));
	KUNIT_EXPECT_FALSE(test, memblock_overlaps_region(type, SZ_1G, 0));
}

static void search(struct kunit *test)
{
	phys_addr_t i;

	for (i = 0; i < 100; i++)
		put_memory(mb, i * SZ_64K, SZ_32K);
	for (i = 0; i < 100; i++) {
		KUNIT_EXPECT_EQ(test, memblock_search(&mb->memory, i * SZ_64K), (int)i);
		KUNIT_EXPECT_EQ(test, memblock_search(&mb->memory, i * SZ_64K + SZ_32K - 1),
				(int)i);
		KUNIT_EXPECT_EQ(test, memblock_search(&mb->memory, i * SZ_64K + SZ_32K), -1);
	}
}

/* The checker sees what it is there to see. */
static void verify_detects(struct kunit *test)
{
	struct memblock_region *r = mb->memory.regions;
	char msg[128];

	put_memory(mb, SZ_1M, SZ_1M);
	put_memory(mb, SZ_4M, SZ_1M);
	r[1].base = SZ_1M + SZ_4K;			/* overlap */
	KUNIT_EXPECT_FALSE(test, memblock_verify_in(mb, msg, sizeof(msg)));
	KUNIT_EXPECT_NOT_NULL(test, strstr(msg, "memory[1]: bad region 0x101000 + 0x100000"));
	r[1].base = SZ_2M;				/* should have been merged */
	KUNIT_EXPECT_FALSE(test, memblock_verify_in(mb, msg, sizeof(msg)));
	r[1].base = SZ_4M;
	mb->memory.total_size++;
	KUNIT_EXPECT_FALSE(test, memblock_verify_in(mb, msg, sizeof(msg)));
	mb->memory.total_size--;
	memblock_expect_sane(test, mb);
}

/* ---- the suite ------------------------------------------------------------------- */

static int memblock_test_init(struct kunit *test)
{
	return memblock_arena_init(&arena);
}

static void memblock_test_exit(struct kunit *test)
{
	memblock_arena_exit(&arena);
}

#define BOTH(a, b, name)	KUNIT_CASE(a##_##name), KUNIT_CASE(b##_##name)

static struct kunit_case memblock_cases[] = {
	KUNIT_CASE(initialization),
	BOTH(add, reserve, simple), BOTH(add, reserve, disjoint),
	BOTH(add, reserve, overlap_top), BOTH(add, reserve, overlap_bottom),
	BOTH(add, reserve, within), BOTH(add, reserve, twice), BOTH(add, reserve, between),
	BOTH(add, reserve, near_max), BOTH(add, reserve, over_many), BOTH(add, reserve, many),
	KUNIT_CASE(add_node_simple), KUNIT_CASE(add_node_neighbours),
	KUNIT_CASE(reserve_all_locations), KUNIT_CASE(reserve_many_may_conflict),
	KUNIT_CASE(add_many_both_full), KUNIT_CASE(remove_both_full),
	KUNIT_CASE(many_cannot_grow),
	KUNIT_CASE(many_cannot_reserve),
	BOTH(remove, free, simple), BOTH(remove, free, absent),
	BOTH(remove, free, overlap_top), BOTH(remove, free, overlap_bottom),
	BOTH(remove, free, within), BOTH(remove, free, only_region),
	BOTH(remove, free, near_max), BOTH(remove, free, overlap_two),
	KUNIT_CASE(trim_memory_aligned), KUNIT_CASE(trim_memory_too_small),
	KUNIT_CASE(trim_memory_unaligned_base), KUNIT_CASE(trim_memory_unaligned_end),
	KUNIT_CASE(trim_memory_by_no_power_of_two),
	KUNIT_CASE(cap_memory_range), KUNIT_CASE(enforce_limit),
	KUNIT_CASE(overlaps_region), KUNIT_CASE(search), KUNIT_CASE(verify_detects),
	{}
};

static struct kunit_suite memblock_suite = {
	.name = "memblock",
	.init = memblock_test_init,
	.exit = memblock_test_exit,
	.test_cases = memblock_cases,
};
kunit_test_suite(memblock_suite);
