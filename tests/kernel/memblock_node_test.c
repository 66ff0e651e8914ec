/* SPDX-License-Identifier: MIT */
/*
 * memblock_node_test.c - memory of a node: where it is, and what happens when it is not
 *
 * Eight nodes, end to end from 1 GiB on.  Every case runs in both directions, and both
 * for "this node if possible" (another one is the fallback) and "this node only" (exact).
 *
 *	node	0    1  2    3	      4 5    6	      7
 *	MiB	4    2  4    8	      1 4    8	      1
 */
#include "memblock_test.h"

#define NR_NODES	8
#define BASE		((phys_addr_t)SZ_1G)

static const phys_addr_t node_mib[NR_NODES] = { 4, 2, 4, 8, 1, 4, 8, 1 };

static struct memblock blk;
static struct memblock *const mb = &blk;

struct node_mode {
	bool bottom_up, exact;
};

static const struct node_mode modes[] = {
	{ false, false }, { true, false }, { false, true }, { true, true },
};

static void mode_desc(const struct node_mode *m, char *desc)
{
	strscpy(desc, m->bottom_up ? "bottom_up" : "top_down", KUNIT_PARAM_DESC_SIZE);
	strlcat(desc, m->exact ? "_exact" : "_fallback", KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(mode, modes, mode_desc);

static bool exact;

/* Start and end of a node. */
static phys_addr_t n_start(int nid)
{
	phys_addr_t at = BASE;
	int i;

	for (i = 0; i < nid; i++)
		at += node_mib[i] * SZ_1M;
	return at;
}

static phys_addr_t n_end(int nid)
{
	return n_start(nid + 1);
}

static void setup(struct kunit *test)
{
	const struct node_mode *m = test->param_value;
	int i;

	memblock_init_in(mb, NULL);
	mb->bottom_up = m->bottom_up;
	exact = m->exact;
	for (i = 0; i < NR_NODES; i++)
		memblock_add_in(mb, n_start(i), node_mib[i] * SZ_1M, i, 0);
	KUNIT_ASSERT_EQ(test, mb->memory.cnt, (u32)NR_NODES);
}

static phys_addr_t take(phys_addr_t size, phys_addr_t min, phys_addr_t max, int nid)
{
	struct memblock_request rq = { size, SZ_4K, min, max, nid, exact };

	return memblock_phys_alloc_in(mb, &rq);
}

static phys_addr_t pick(phys_addr_t top_down, phys_addr_t bottom_up)
{
	return mb->bottom_up ? bottom_up : top_down;
}

/* What an exact request gets when the node cannot serve it. */
static phys_addr_t or_nothing(phys_addr_t fallback)
{
	return exact ? 0 : fallback;
}

static void simple(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take(SZ_2M, BASE, n_end(7), 3), pick(n_end(3) - SZ_2M, n_start(3)));
	KUNIT_EXPECT_EQ(test, take(SZ_1M, 0, MEMBLOCK_ALLOC_ANYWHERE, 4), n_start(4));
}

static void small_node(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take(SZ_4M, BASE, n_end(7), 1),
			or_nothing(pick(n_end(6) - SZ_4M, n_start(0))));
}

static void node_reserved(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, n_start(2), SZ_4M);
	KUNIT_EXPECT_EQ(test, take(SZ_1M, BASE, n_end(7), 2),
			or_nothing(pick(n_start(7), n_start(0))));
}

static void part_reserved(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, n_start(2) + SZ_1M, SZ_1M);
	KUNIT_EXPECT_EQ(test, take(SZ_1M, BASE, n_end(7), 2),
			pick(n_end(2) - SZ_1M, n_start(2)));
}

static void part_reserved_fallback(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, n_start(2) + SZ_1M, SZ_2M);
	KUNIT_EXPECT_EQ(test, take(SZ_2M, BASE, n_end(7), 2),
			or_nothing(pick(n_end(6) - SZ_2M, n_start(0))));
}

/*
 *	|  node 2  |   node 3	 |
 *	       |--range--|		the part in the node is large enough
 */
static void split_range_low(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take(SZ_1M, n_end(2) - SZ_1M, n_end(2) + SZ_1M, 2),
			n_end(2) - SZ_1M);
	EXPECT_LIST(test, &mb->reserved, R(n_end(2) - SZ_1M, SZ_1M));
}

/* The part in node 3 is too small; memory across nodes is never given out. */
static void split_range_high(struct kunit *test)
{
	const phys_addr_t min = n_end(2) - SZ_1M - SZ_512K, max = n_end(2) + SZ_512K;

	setup(test);
	KUNIT_EXPECT_EQ(test, take(SZ_1M, min, max, 3),
			or_nothing(pick(n_end(2) - SZ_1M, min)));
	memblock_init_in(mb, NULL);
	setup(test);
	KUNIT_EXPECT_EQ(test, take(SZ_2M, min, max, 3), 0ULL);
}

/* The range lies in two other nodes. */
static void no_overlap_split(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take(SZ_1M, n_start(2) + SZ_1M, n_start(3) + SZ_2M, 6),
			or_nothing(pick(n_start(3) + SZ_1M, n_start(2) + SZ_1M)));
}

static void no_overlap_low(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take(SZ_1M, n_start(5), n_end(7), 0),
			or_nothing(pick(n_start(7), n_start(5))));
}

static void no_overlap_high(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take(SZ_1M, BASE, n_start(5), 7),
			or_nothing(pick(n_start(4), BASE)));
}

static void large_region(struct kunit *test)
{
	setup(test);
	KUNIT_EXPECT_EQ(test, take(SZ_16M, BASE, n_end(7), 3), 0ULL);
	KUNIT_EXPECT_EQ(test, take(SZ_64M, BASE, n_end(7), 3), 0ULL);
	KUNIT_EXPECT_EQ(test, mb->reserved.cnt, 0u);
}

/* Two regions of other nodes around the node: all three become one. */
static void reserved_full_merge(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, n_start(1), SZ_2M);
	memblock_reserve_in(mb, n_start(3), SZ_1M);
	KUNIT_EXPECT_EQ(test, take(SZ_4M, n_start(1), n_start(3) + SZ_1M, 2), n_start(2));
	EXPECT_LIST(test, &mb->reserved, R(n_start(1), SZ_2M + SZ_4M + SZ_1M));
}

static void split_all_reserved(struct kunit *test)
{
	setup(test);
	memblock_reserve_in(mb, n_start(2), n_end(3) - n_start(2));
	KUNIT_EXPECT_EQ(test, take(SZ_1M, n_start(2), n_end(3), 3), 0ULL);
	EXPECT_LIST(test, &mb->reserved, R(n_start(2), n_end(3) - n_start(2)));
}

#define ALL_MODES(name)	KUNIT_CASE_PARAM(name, mode_gen_params)

static struct kunit_case memblock_node_cases[] = {
	ALL_MODES(simple), ALL_MODES(small_node), ALL_MODES(node_reserved),
	ALL_MODES(part_reserved), ALL_MODES(part_reserved_fallback),
	ALL_MODES(split_range_low), ALL_MODES(split_range_high), ALL_MODES(no_overlap_split),
	ALL_MODES(no_overlap_low), ALL_MODES(no_overlap_high), ALL_MODES(large_region),
	ALL_MODES(reserved_full_merge), ALL_MODES(split_all_reserved),
	{}
};

static struct kunit_suite memblock_node_suite = {
	.name = "memblock_node",
	.test_cases = memblock_node_cases,
};
kunit_test_suite(memblock_node_suite);
