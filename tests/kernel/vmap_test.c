/* SPDX-License-Identifier: MIT */
/*
 * vmap_test.c - address spaces: who is where, and where is room
 *
 * On spaces of their own, so that filling one up or breaking it harms nobody.
 */
#include <kunit/test.h>
#include <linux/prandom.h>
#include <linux/vmalloc.h>

#include "../../mm/vmap.h"

#define BASE		0x10000000UL		/* addresses only: nothing is mapped there */
#define PAGES(n)	((unsigned long)(n) << PAGE_SHIFT)
#define SPACE_PAGES	256			/* what a model in a string can hold */
#define MANY		15000			/* Linux's long_busy_list_alloc */

static struct vmap_space space;
static struct vm_struct areas[SPACE_PAGES];

static int vmap_test_init(struct kunit *test)
{
	memset(areas, 0, sizeof(areas));
	vmap_space_init(&space, BASE, BASE + PAGES(SPACE_PAGES));
	return 0;
}

static void expect_sane(struct kunit *test)
{
	char msg[128];

	if (!vmap_verify(&space, msg, sizeof(msg)))
		KUNIT_FAIL(test, "%s", msg);
}

/* Insert areas[i]; its place in pages from BASE, or the (negative) error. */
static long put(unsigned int i, unsigned long pages, unsigned long align_pages)
{
	int err = vmap_area_insert(&space, &areas[i], PAGES(pages), PAGES(align_pages));

	return err ? err : (long)((areas[i].addr - BASE) >> PAGE_SHIFT);
}

static void areas_go_to_the_lowest_gap_that_fits(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, put(0, 4, 1), 0);
	KUNIT_EXPECT_EQ(test, put(1, 2, 1), 4);
	KUNIT_EXPECT_EQ(test, put(2, 8, 1), 6);
	KUNIT_EXPECT_EQ(test, put(3, 1, 1), 14);
	vmap_area_remove(&space, &areas[1]);
	vmap_area_remove(&space, &areas[2]);
	expect_sane(test);
	KUNIT_EXPECT_EQ(test, put(4, 11, 1), 15);
	KUNIT_EXPECT_EQ(test, put(5, 10, 1), 4);
	KUNIT_EXPECT_EQ(test, space.nr_areas, 4UL);
	KUNIT_EXPECT_EQ(test, space.bytes, PAGES(4 + 1 + 11 + 10));
	expect_sane(test);
}

static void space_can_be_filled_to_the_last_page(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < SPACE_PAGES; i++)
		KUNIT_ASSERT_EQ(test, put(i, 1, 1), (long)i);
	expect_sane(test);
	i = 77;
	vmap_area_remove(&space, &areas[i]);
	KUNIT_EXPECT_EQ(test, put(i, 2, 1), (long)-ENOSPC);
	KUNIT_EXPECT_EQ(test, put(i, 1, 1), 77L);
	for (i = 0; i < SPACE_PAGES; i++)
		vmap_area_remove(&space, &areas[i]);
	expect_sane(test);
	KUNIT_EXPECT_EQ(test, put(0, SPACE_PAGES, 1), 0L);
	KUNIT_EXPECT_EQ(test, put(1, 1, 1), (long)-ENOSPC);
	KUNIT_EXPECT_EQ(test, space.nr_areas, 1UL);
}

static void alignment_is_kept(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, put(0, 1, 1), 0L);
	KUNIT_EXPECT_EQ(test, put(1, 3, 16), 16L);
	KUNIT_EXPECT_EQ(test, put(2, 3, 16), 32L);
	KUNIT_EXPECT_EQ(test, put(3, 15, 1), 1L);	/* the padding is not lost */
	vmap_area_remove(&space, &areas[1]);
	/* [16, 32) is too small to be sure of 16 + 15 pages, but it fits by its place. */
	KUNIT_EXPECT_EQ(test, put(4, 16, 16), 16L);
	KUNIT_EXPECT_EQ(test, put(5, 1, 128), 128L);
	KUNIT_EXPECT_EQ(test, put(6, 1, 128), (long)-ENOSPC);
	expect_sane(test);
}

/* Odd pages taken: gaps of one page each, all of which are odd places. */
static void room_is_found_behind_many_gaps_that_are_misplaced(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 128; i++)
		KUNIT_ASSERT_EQ(test, put(i, 1, 1), (long)i);
	for (i = 1; i < 128; i += 2)
		vmap_area_remove(&space, &areas[i]);
	KUNIT_EXPECT_EQ(test, put(128, 1, 2), 128L);	/* the sure gap, after a few tries */
	KUNIT_EXPECT_EQ(test, put(129, 127, 1), 129L);
	/* Now no gap is sure, and a lucky one lies far behind. */
	KUNIT_EXPECT_EQ(test, put(130, 1, 2), (long)-ENOSPC);
	vmap_area_remove(&space, &areas[100]);
	vmap_area_remove(&space, &areas[102]);
	for (i = 1; i < 99; i += 2)
		KUNIT_ASSERT_EQ(test, put(i, 1, 1), (long)i);
	KUNIT_EXPECT_EQ(test, put(130, 2, 2), 100L);
	expect_sane(test);
}

static void senseless_requests_are_refused(struct kunit *test)
{
	struct vm_struct *a = &areas[0];

	KUNIT_EXPECT_EQ(test, vmap_area_insert(&space, a, 0, PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmap_area_insert(&space, a, PAGE_SIZE - 1, PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmap_area_insert(&space, a, PAGE_SIZE, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmap_area_insert(&space, a, PAGE_SIZE, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmap_area_insert(&space, a, PAGE_SIZE, 3 * PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmap_area_insert(&space, a, -PAGE_SIZE, 2 * PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, vmap_area_insert(&space, a, -PAGE_SIZE, PAGE_SIZE), -ENOSPC);
	KUNIT_EXPECT_EQ(test, vmap_area_insert(&space, a, PAGE_SIZE, 1UL << 40), -ENOSPC);
	KUNIT_EXPECT_EQ(test, vmap_area_insert(&space, a, PAGE_SIZE, 1UL << 63), -ENOSPC);
	KUNIT_EXPECT_EQ(test, vmap_area_insert(&space, a, PAGES(SPACE_PAGES + 1), PAGE_SIZE),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, space.nr_areas, 0UL);
	expect_sane(test);
}

static void areas_are_found_by_any_of_their_addresses(struct kunit *test)
{
	put(0, 4, 1);
	put(1, 4, 16);
	KUNIT_EXPECT_NULL(test, vmap_area_find(&space, BASE - 1));
	KUNIT_EXPECT_PTR_EQ(test, vmap_area_find(&space, BASE), &areas[0]);
	KUNIT_EXPECT_PTR_EQ(test, vmap_area_find(&space, BASE + PAGES(4) - 1), &areas[0]);
	KUNIT_EXPECT_NULL(test, vmap_area_find(&space, BASE + PAGES(4)));
	KUNIT_EXPECT_NULL(test, vmap_area_find(&space, BASE + PAGES(16) - 1));
	KUNIT_EXPECT_PTR_EQ(test, vmap_area_find(&space, BASE + PAGES(16)), &areas[1]);
	KUNIT_EXPECT_NULL(test, vmap_area_find(&space, BASE + PAGES(SPACE_PAGES)));
	KUNIT_EXPECT_NULL(test, vmap_area_find(&space, 0));
	KUNIT_EXPECT_NULL(test, vmap_area_find(&space, ~0UL));
}

static void areas_are_walked_in_order(struct kunit *test)
{
	struct vm_struct copy;
	unsigned int i;

	KUNIT_EXPECT_FALSE(test, vmap_area_next(&space, 0, &copy));
	for (i = 0; i < 10; i++)
		put(i, 2, 4);
	KUNIT_ASSERT_TRUE(test, vmap_area_next(&space, 0, &copy));
	for (i = 1; vmap_area_next(&space, copy.addr + copy.size, &copy); i++)
		KUNIT_EXPECT_EQ(test, copy.addr, BASE + PAGES(4 * i));
	KUNIT_EXPECT_EQ(test, i, 10U);
	KUNIT_ASSERT_TRUE(test, vmap_area_next(&space, BASE + PAGES(5), &copy));
	KUNIT_EXPECT_EQ(test, copy.addr, BASE + PAGES(4));
}

/* ---- random operations beside a model -------------------------------------------- */

static char model[SPACE_PAGES + 1];		/* '.' free, 'x' taken */

/* The lowest place for n pages, or -ENOSPC. */
static long model_lowest(unsigned int n, unsigned int align)
{
	unsigned int at, i;

	for (at = 0; at + n <= SPACE_PAGES; at += align) {
		for (i = 0; i < n && model[at + i] == '.'; i++)
			;
		if (i == n)
			return at;
	}
	return -ENOSPC;
}

static void model_set(const struct vm_struct *area, char c)
{
	memset(model + ((area->addr - BASE) >> PAGE_SHIFT), c, area->size >> PAGE_SHIFT);
}

static void random_operations_agree_with_a_model(struct kunit *test)
{
	struct rnd_state rnd;
	unsigned int round, i, n, align;
	long want, got;

	prandom_seed_state(&rnd, kunit_seed());
	memset(model, '.', SPACE_PAGES);
	for (round = 0; round < 20000; round++) {
		i = prandom_u32_below(&rnd, 64);
		if (areas[i].size) {
			model_set(&areas[i], '.');
			vmap_area_remove(&space, &areas[i]);
			areas[i].size = 0;
			continue;
		}
		n = 1 + prandom_u32_below(&rnd, 12);
		align = round & 1 ? 1 : 1U << prandom_u32_below(&rnd, 6);
		want = model_lowest(n, align);
		got = put(i, n, align);
		/* Lowest fit, but an aligned area may go past a gap that fits by luck. */
		if (align == 1)
			KUNIT_ASSERT_EQ(test, got, want);
		else
			KUNIT_ASSERT_EQ(test, got < 0, want < 0);
		if (got < 0)
			continue;
		KUNIT_ASSERT_EQ(test, got % align, 0L);
		KUNIT_ASSERT_NULL(test, memchr(model + got, 'x', n));
		model_set(&areas[i], 'x');
		if (round % 256 == 0)
			expect_sane(test);
	}
	expect_sane(test);
}

/* ---- many ------------------------------------------------------------------------ */

static void long_lists_stay_sane(struct kunit *test)
{
	struct vm_struct *many = vzalloc(MANY * sizeof(*many));
	struct rnd_state rnd;
	unsigned int i, j;

	if (!many)
		kunit_skip(test, "not enough memory for %u areas", MANY);
	kunit_add_action(test, (kunit_action_t *)vfree, many);
	prandom_seed_state(&rnd, kunit_seed());
	vmap_space_init(&space, BASE, BASE + (1UL << 40));
	for (i = 0; i < MANY; i++)
		KUNIT_ASSERT_EQ(test, vmap_area_insert(&space, &many[i],
				PAGES(1 + prandom_u32_below(&rnd, 9)), PAGE_SIZE), 0);
	expect_sane(test);
	for (i = 0; i < MANY; i++) {
		j = prandom_u32_below(&rnd, MANY);
		KUNIT_ASSERT_PTR_EQ(test, vmap_area_find(&space, many[j].addr), &many[j]);
		vmap_area_remove(&space, &many[j]);
		KUNIT_ASSERT_EQ(test, vmap_area_insert(&space, &many[j],
				PAGES(1 + prandom_u32_below(&rnd, 9)), PAGE_SIZE), 0);
	}
	expect_sane(test);
	for (i = 0; i < MANY; i++)
		vmap_area_remove(&space, &many[i]);
	KUNIT_EXPECT_EQ(test, space.nr_areas, 0UL);
	KUNIT_EXPECT_EQ(test, space.last.max_gap, 1UL << 40);
	expect_sane(test);
}

/* ---- the check itself ------------------------------------------------------------ */

static void expect_found(struct kunit *test, const char *what)
{
	char msg[128] = "";

	KUNIT_EXPECT_FALSE(test, vmap_verify(&space, msg, sizeof(msg)));
	KUNIT_EXPECT_NOT_NULL(test, strstr(msg, what));
}

static void verify_finds_what_is_broken(struct kunit *test)
{
	unsigned long was;
	unsigned int i;

	for (i = 0; i < 5; i++)
		put(i, 2, 4);
	was = areas[2].gap;
	areas[2].gap++;
	expect_found(test, "wrong gap");
	areas[2].gap = was;

	was = areas[3].max_gap;
	areas[3].max_gap++;
	expect_found(test, "max_gap");
	areas[3].max_gap = was;

	areas[1].next = &areas[3];
	expect_found(test, "differ");
	areas[1].next = &areas[2];

	areas[4].prev = &areas[2];
	expect_found(test, "list broken");
	areas[4].prev = &areas[3];

	was = areas[2].addr;
	areas[2].addr = areas[1].addr;
	expect_found(test, "out of order");
	areas[2].addr = was;

	areas[0].size++;
	expect_found(test, "bad size");
	areas[0].size--;

	space.bytes++;
	expect_found(test, "totals");
	space.bytes--;
	expect_sane(test);
}

static struct kunit_case vmap_cases[] = {
	KUNIT_CASE(areas_go_to_the_lowest_gap_that_fits),
	KUNIT_CASE(space_can_be_filled_to_the_last_page),
	KUNIT_CASE(alignment_is_kept),
	KUNIT_CASE(room_is_found_behind_many_gaps_that_are_misplaced),
	KUNIT_CASE(senseless_requests_are_refused),
	KUNIT_CASE(areas_are_found_by_any_of_their_addresses),
	KUNIT_CASE(areas_are_walked_in_order),
	KUNIT_CASE(random_operations_agree_with_a_model),
	KUNIT_CASE(long_lists_stay_sane),
	KUNIT_CASE(verify_finds_what_is_broken),
	{}
};

static struct kunit_suite vmap_suite = {
	.name = "vmap",
	.init = vmap_test_init,
	.test_cases = vmap_cases,
};
kunit_test_suite(vmap_suite);
