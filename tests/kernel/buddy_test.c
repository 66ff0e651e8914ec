/* SPDX-License-Identifier: MIT */
/*
 * buddy_test.c - the buddy allocator on private zones, which may be exhausted and broken
 *
 * tests/host/buddy_exhaustive.c and buddy_oracle.c go through all states of a small zone
 * and through millions of random operations; these cases are for people to read.
 */
#include <linux/prandom.h>

#include "zone_fixture.h"

#define ORDER	10			/* of the zones here: 1024 pages */
#define NR	(1U << ORDER)

static struct page *taken[NR];

static void buddy_starts_as_one_block(struct kunit *test)
{
	zone_expect_whole(test, zone_fixture(test, ORDER));
}

static void buddy_alloc_cuts_in_halves(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	struct page *page = zone_take(z, 0);
	unsigned int k;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page_to_pfn(page), z->start_pfn);
	KUNIT_EXPECT_EQ(test, z->nr_free, NR - 1);
	KUNIT_EXPECT_EQ(test, z->free_mask, NR - 1);
	for (k = 0; k < ORDER; k++) {
		KUNIT_EXPECT_EQ(test, z->free[k].nr, 1);
		KUNIT_EXPECT_EQ(test, z->free[k].first, z->start_pfn + (1U << k));
	}
	zone_expect_sound(test, z);
	zone_give(z, page, 0);
	zone_expect_whole(test, z);
}

static void buddy_takes_the_smallest_that_fits(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	struct page *a = zone_take(z, 3), *b;

	b = zone_take(z, 3);		/* the buddy of a, not a cut of anything larger */
	KUNIT_EXPECT_EQ(test, page_to_pfn(a) ^ page_to_pfn(b), 8);
	zone_give(z, a, 3);
	KUNIT_EXPECT_PTR_EQ(test, zone_take(z, 2), a);
	KUNIT_EXPECT_EQ(test, z->free[2].nr, 1);
	zone_expect_sound(test, z);
}

static void buddy_alloc_limit(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	struct zone before = *z;

	KUNIT_EXPECT_NULL(test, zone_take(z, ORDER + 1));
	KUNIT_EXPECT_NULL(test, zone_take(z, BUDDY_TOP_ORDER));
	KUNIT_EXPECT_MEMEQ(test, before.free, z->free, sizeof(z->free));
	KUNIT_EXPECT_NOT_NULL(test, zone_take(z, ORDER));
	KUNIT_EXPECT_NULL(test, zone_take(z, 0));
	KUNIT_EXPECT_EQ(test, z->free_mask, 0);
}

/* One block of each order and one page more fill the zone exactly. */
static void buddy_alloc_optimistic(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	unsigned int k;

	for (k = 0; k < ORDER; k++) {
		taken[k] = zone_take(z, k);
		KUNIT_ASSERT_NOT_NULL(test, taken[k]);
		zone_expect_sound(test, z);
	}
	KUNIT_EXPECT_NULL(test, zone_take(z, 1));
	KUNIT_EXPECT_NOT_NULL(test, zone_take(z, 0));
	KUNIT_EXPECT_EQ(test, z->nr_free, 0);
	KUNIT_EXPECT_EQ(test, z->free_mask, 0);
}

/* One page missing: half, a quarter, an eighth ... are there, twice that is not. */
static void buddy_alloc_pessimistic(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	int k;

	KUNIT_ASSERT_NOT_NULL(test, zone_take(z, 0));
	KUNIT_EXPECT_NULL(test, zone_take(z, ORDER));
	for (k = ORDER - 1; k >= 0; k--) {
		KUNIT_EXPECT_NOT_NULL(test, zone_take(z, k));
		KUNIT_EXPECT_NULL(test, zone_take(z, k));
	}
	KUNIT_EXPECT_EQ(test, z->nr_free, 0);
}

/* Half of the zone is free, and no two pages together. */
static void buddy_alloc_pathological(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	unsigned int i;

	for (i = 0; i < NR; i++)
		KUNIT_ASSERT_NOT_NULL(test, zone_take(z, 0));
	for (i = 0; i < NR; i += 2)
		zone_give(z, pfn_to_page(z->start_pfn + i), 0);
	KUNIT_EXPECT_EQ(test, z->nr_free, NR / 2);
	KUNIT_EXPECT_EQ(test, z->free[0].nr, NR / 2);
	KUNIT_EXPECT_NULL(test, zone_take(z, 1));
	zone_expect_sound(test, z);
	for (i = 1; i < NR; i += 2)
		zone_give(z, pfn_to_page(z->start_pfn + i), 0);
	zone_expect_whole(test, z);
}

static void buddy_every_page_once(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	unsigned long pfn;
	unsigned int i;

	memset(taken, 0, sizeof(taken));
	for (i = 0; i < NR; i++) {
		pfn = page_to_pfn(zone_take(z, 0)) - z->start_pfn;
		KUNIT_ASSERT_LT(test, pfn, NR);
		KUNIT_ASSERT_NULL(test, taken[pfn]);
		taken[pfn] = pfn_to_page(z->start_pfn + pfn);
	}
	for (i = 0; i < NR; i++)	/* 389 is odd: each page once, in a scattered order */
		zone_give(z, taken[i * 389 % NR], 0);
	zone_expect_whole(test, z);
}

static void buddy_blocks_are_aligned(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	struct page *page;
	unsigned int k;

	for (k = 0; k <= ORDER; k++) {
		page = zone_take(z, k);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page_to_pfn(page) & ((1UL << k) - 1), 0);
		zone_give(z, page, k);
		zone_expect_whole(test, z);
	}
}

static void buddy_alloc_run_prefers_whole_blocks(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	struct page *page, *run;

	page = zone_take(z, 3);
	spin_lock_irq(&z->lock);
	run = buddy_alloc_run(z, 0, 5);	/* the order-3 buddy: nothing is cut */
	spin_unlock_irq(&z->lock);
	KUNIT_EXPECT_EQ(test, (u32)run->order, 3);
	KUNIT_EXPECT_EQ(test, page_to_pfn(run) ^ page_to_pfn(page), 8);
	KUNIT_EXPECT_EQ(test, z->nr_free, NR - 16);
}

/* Ragged ends become the largest aligned blocks. */
static void buddy_free_range_of_any_shape(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	struct page *base = zone_take(z, ORDER);
	unsigned int k, i;

	local_irq_disable();
	page_hand_over(base, ORDER, PAGE_OWNER_PAGES, PAGE_OWNER_FREE, 0);
	local_irq_enable();
	this_cpu_sub(page_owner_count[PAGE_OWNER_FREE], NR);
	this_cpu_add(page_owner_count[PAGE_OWNER_NONE], NR);
	base->meta = 0;
	KUNIT_EXPECT_EQ(test, buddy_free_range(z, z->start_pfn + 3, z->start_pfn + 997), 994);
	zone_expect_sound(test, z);
	KUNIT_EXPECT_EQ(test, z->nr_free, 994);
	for (k = 0; k < ORDER - 1; k++)		/* 3, 4..7, 8..15 ... and 512..767, 768..895 ... */
		KUNIT_EXPECT_LE(test, z->free[k].nr, 2);
	KUNIT_EXPECT_EQ(test, z->free[ORDER].nr, 0);
	KUNIT_EXPECT_EQ(test, buddy_free_range(z, z->start_pfn, z->start_pfn + 3), 3);
	for (i = 997; i < NR; i++)
		buddy_free_range(z, z->start_pfn + i, z->start_pfn + i + 1);
	zone_expect_whole(test, z);
}

static void buddy_merges_only_below_the_top(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	struct page *a, *b;

	a = zone_take(z, ORDER - 1);
	b = zone_take(z, ORDER - 1);
	z->top_order = ORDER - 1;
	zone_give(z, a, ORDER - 1);
	zone_give(z, b, ORDER - 1);
	KUNIT_EXPECT_EQ(test, z->free[ORDER - 1].nr, 2);
	KUNIT_EXPECT_EQ(test, z->free[ORDER].nr, 0);
	zone_expect_sound(test, z);
}

/* Random operations beside a list of what was handed out; never a page twice. */
static void buddy_smoke(struct kunit *test)
{
	struct zone *z = zone_fixture(test, 8);
	static u8 used[256];
	static struct { u16 at, order; } block[256];
	unsigned int nr = 0, i, at, j, k;
	struct rnd_state rnd;
	struct page *page;

	memset(used, 0, sizeof(used));
	prandom_seed_state(&rnd, kunit_seed());
	for (i = 0; i < 40000; i++) {
		k = prandom_u32_below(&rnd, 5);
		page = prandom_u32_below(&rnd, 9) < 5 ? zone_take(z, k) : NULL;
		if (page) {
			at = page_to_pfn(page) - z->start_pfn;
			for (j = at; j < at + (1U << k); j++)
				KUNIT_ASSERT_FALSE(test, used[j]++);
			block[nr].at = at;
			block[nr++].order = k;
		} else if (nr) {
			j = prandom_u32_below(&rnd, nr);
			at = block[j].at;
			memset(used + at, 0, 1U << block[j].order);
			zone_give(z, pfn_to_page(z->start_pfn + at), block[j].order);
			block[j] = block[--nr];
		}
		if (i % 1024 == 0)
			zone_expect_sound(test, z);
	}
	while (nr--)
		zone_give(z, pfn_to_page(z->start_pfn + block[nr].at), block[nr].order);
	zone_expect_whole(test, z);
}

/* ---- broken structures are noticed ----------------------------------------------- */

/* A zone with two free blocks on list 3 and one on some others. */
struct broken {
	struct zone *z;
	struct page *first, *second;	/* of list 3 */
};

static void break_meta(struct broken *b)
{
	b->second->order = 2;
}

static void break_owner(struct broken *b)
{
	b->first->owner = PAGE_OWNER_SLAB;
}

static void break_back_link(struct broken *b)
{
	b->second->prev = 0;
}

static void break_nr_free(struct broken *b)
{
	b->z->nr_free--;
}

static void break_mask(struct broken *b)
{
	b->z->free_mask |= 1U << ORDER;
}

static void break_shorter(struct broken *b)
{
	b->first->next = 0;
}

static void break_longer(struct broken *b)
{
	b->z->free[3].nr--;
}

static void break_circle(struct broken *b)
{
	b->second->next = page_to_pfn(b->first);
}

static void break_foreign(struct broken *b)
{
	b->first->next = b->z->end_pfn + 8;
}

static void break_misaligned(struct broken *b)
{
	b->first->next = page_to_pfn(b->second) + 1;
}

static const struct breakage {
	void (*fn)(struct broken *b);
	const char *name, *want;
} breakages[] = {
	{ break_meta, "order", "not marked" },
	{ break_owner, "owner", "not marked" },
	{ break_back_link, "back link", "wrong back link" },
	{ break_nr_free, "nr_free", "nr_free is" },
	{ break_mask, "mask", "free_mask is wrong" },
	{ break_shorter, "shorter", "longer or shorter" },
	{ break_longer, "longer", "longer or shorter" },
	{ break_circle, "circle", "longer or shorter" },
	{ break_foreign, "foreign", "outside the zone" },
	{ break_misaligned, "misaligned", "misaligned" },
};

static void breakage_desc(const struct breakage *b, char *desc)
{
	strscpy(desc, b->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(breakage, breakages, breakage_desc)

static void buddy_verify_detects(struct kunit *test)
{
	const struct breakage *breakage = test->param_value;
	struct broken b = { .z = zone_fixture(test, ORDER) };
	struct page *save[4], copy[2];
	struct zone zone_copy;
	char msg[128] = "";
	unsigned int i;

	for (i = 0; i < 4; i++)
		save[i] = zone_take(b.z, 3);
	zone_give(b.z, save[0], 3);
	zone_give(b.z, save[2], 3);
	b.first = save[2];
	b.second = save[0];
	zone_expect_sound(test, b.z);
	copy[0] = *b.first;
	copy[1] = *b.second;
	zone_copy = *b.z;
	breakage->fn(&b);
	KUNIT_EXPECT_FALSE(test, buddy_verify(b.z, msg, sizeof(msg)));
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(msg, breakage->want), "got: %s", msg);
	*b.first = copy[0];
	*b.second = copy[1];
	b.z->nr_free = zone_copy.nr_free;
	b.z->free_mask = zone_copy.free_mask;
	memcpy(b.z->free, zone_copy.free, sizeof(zone_copy.free));
	zone_expect_sound(test, b.z);
}

static void buddy_verify_detects_unmerged(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	struct page *a = zone_take(z, ORDER - 1), *b = zone_take(z, ORDER - 1);
	char msg[128] = "";

	z->top_order = ORDER - 1;
	zone_give(z, a, ORDER - 1);
	zone_give(z, b, ORDER - 1);
	z->top_order = ORDER;
	KUNIT_EXPECT_FALSE(test, buddy_verify(z, msg, sizeof(msg)));
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(msg, "its buddy is free too"), "got: %s", msg);
}

static struct page *struck;

static void take_struck(void *z)
{
	struck = zone_take(z, 0);
}

/* A wild write into the struct page at the head of a list: that list is lost, no more. */
static void buddy_survives_a_struck_list(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	unsigned long before = page_bad_count();
	struct page *page = zone_take(z, 0), *head = page + 1;
	const u64 meta = head->meta;
	const char *text;

	head->meta ^= 0x1000;
	ratelimit_reset(&page_bad_ratelimit);
	report_start(test);
	take_struck(z);
	text = report_stop(test);
	head->meta = meta;
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "free list entry is not a free block"));
	KUNIT_EXPECT_EQ(test, page_bad_count(), before + 1);
	KUNIT_ASSERT_NOT_NULL(test, struck);
	KUNIT_EXPECT_PTR_EQ(test, struck, page + 2);
	zone_expect_sound(test, z);
	KUNIT_EXPECT_EQ(test, z->nr_free, NR - 3);
}

/* What was lost with a list is not found again by its buddies. */
static void buddy_lost_blocks_stay_lost(struct kunit *test)
{
	struct zone *z = zone_fixture(test, ORDER);
	struct page *page[8];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(page); i++)
		page[i] = zone_take(z, 0);
	for (i = 1; i < 6; i += 2)
		zone_give(z, page[i], 0);
	KUNIT_EXPECT_EQ(test, z->free[0].nr, 3u);
	page[5]->meta ^= 0x1000;			/* the head of the list */
	ratelimit_reset(&page_bad_ratelimit);
	report_start(test);
	take_struck(z);
	report_stop(test);
	KUNIT_EXPECT_EQ(test, z->nr_free, NR - 9);	/* eight, and the one that was struck for */
	zone_give(z, page[2], 0);			/* the buddy of one that was lost */
	KUNIT_EXPECT_EQ(test, z->nr_free, NR - 8);
	KUNIT_EXPECT_EQ(test, page[3]->owner, PAGE_OWNER_BAD);
	zone_expect_sound(test, z);
	KUNIT_EXPECT_PTR_EQ(test, zone_take(z, 0), page[2]);
	zone_expect_sound(test, z);
}

static struct kunit_case buddy_cases[] = {
	KUNIT_CASE(buddy_starts_as_one_block),
	KUNIT_CASE(buddy_alloc_cuts_in_halves),
	KUNIT_CASE(buddy_takes_the_smallest_that_fits),
	KUNIT_CASE(buddy_alloc_limit),
	KUNIT_CASE(buddy_alloc_optimistic),
	KUNIT_CASE(buddy_alloc_pessimistic),
	KUNIT_CASE(buddy_alloc_pathological),
	KUNIT_CASE(buddy_every_page_once),
	KUNIT_CASE(buddy_blocks_are_aligned),
	KUNIT_CASE(buddy_alloc_run_prefers_whole_blocks),
	KUNIT_CASE(buddy_free_range_of_any_shape),
	KUNIT_CASE(buddy_merges_only_below_the_top),
	KUNIT_CASE(buddy_smoke),
	KUNIT_CASE_PARAM(buddy_verify_detects, breakage_gen_params),
	KUNIT_CASE(buddy_verify_detects_unmerged),
	KUNIT_CASE(buddy_survives_a_struck_list),
	KUNIT_CASE(buddy_lost_blocks_stay_lost),
	{}
};

static struct kunit_suite buddy_suite = { .name = "buddy", .test_cases = buddy_cases };
kunit_test_suite(buddy_suite);
