/* SPDX-License-Identifier: MIT */
/* verify_test.c - the verifier must see each kind of damage, and the account each leak */
#include <linux/section.h>
#include <linux/slab.h>

#include "again.h"
#include "zone_fixture.h"

static struct page *block;		/* an order-3 block of PAGES */
static u64 was;

static void block_free(void *unused)
{
	__free_pages(block, 3);
}

static int verify_init(struct kunit *test)
{
	block = alloc_pages(GFP_KERNEL, 3);
	if (!block)
		return -ENOMEM;
	return kunit_add_action(test, block_free, NULL);
}

static void expect_verify(struct kunit *test, const char *want)
{
	char msg[160] = "";
	bool ok = mm_verify(msg, sizeof(msg));

	if (want)
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(msg, want), "%s instead of %s", msg, want);
	KUNIT_EXPECT_EQ_MSG(test, ok, !want, "%s", msg);
}

/*
 * What others use, too, is broken, looked at and mended while all CPUs stand still: so nobody trips
 * over it, or changes it meanwhile.
 */
struct damage {
	void (*fn)(long step);		/* +1: break it, -1: mend it */
	char msg[160];
	bool ok;
};
static char want_sum[64];

static int verify_damaged(void *arg)
{
	struct damage *d = arg;

	d->fn(1);
	d->ok = mm_verify(d->msg, sizeof(d->msg));
	d->fn(-1);
	return 0;
}

static void expect_damage(struct kunit *test, void (*fn)(long step), const char *want)
{
	struct damage d = { .fn = fn };

	mm_while_stopped(verify_damaged, &d);
	KUNIT_EXPECT_FALSE(test, d.ok);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(d.msg, want), "%s instead of %s", d.msg, want);
}

static void verify_is_quiet(struct kunit *test)
{
	expect_verify(test, NULL);
}

static void verify_sees_a_lost_head(struct kunit *test)
{
	was = block->meta;
	block->meta = 0;
	expect_verify(test, "is no head");
	block->meta = was;
	expect_verify(test, NULL);
}

static void verify_sees_a_wrong_order(struct kunit *test)
{
	block->order = 2;
	expect_verify(test, "is no head");
	block->order = 4;
	if (page_to_pfn(block) & 8)
		expect_verify(test, "is no head");
	block->order = 3;
}

static void verify_sees_an_unknown_owner(struct kunit *test)
{
	block->owner = NR_PAGE_OWNERS + 3;
	expect_verify(test, "corrupt");
	block->owner = PAGE_OWNER_PAGES;
}

static void verify_sees_a_spot_inside(struct kunit *test)
{
	block[5].meta = PAGE_META(PAGE_OWNER_SLAB, 0);
	expect_verify(test, "inside the pages block");
	block[5].meta = 0;
}

static void verify_sees_a_missing_tail(struct kunit *test)
{
	page_make_compound(block, 3);
	expect_verify(test, NULL);
	block[7].meta = 0;
	expect_verify(test, "inside the pages block");
	page_unmake_compound(block, 3);
}

static void verify_sees_a_changed_owner(struct kunit *test)
{
	block->owner = PAGE_OWNER_VMALLOC;
	expect_verify(test, "owner pages:");
	block->owner = PAGE_OWNER_PAGES;
}

static void change_sum(long step)
{
	const long stacks = page_owner_sum(PAGE_OWNER_STACK);

	if (step > 0)
		scnprintf(want_sum, sizeof(want_sum), "owner stack: %ld pages found, %ld counted",
			  stacks, stacks + 1);
	this_cpu_add(page_owner_count[PAGE_OWNER_STACK], step);
}

static void verify_sees_a_wrong_sum(struct kunit *test)
{
	expect_damage(test, change_sum, want_sum);
}

static void change_free(long step)
{
	page_zone(block)->nr_free += step;
}

static void verify_sees_a_broken_zone(struct kunit *test)
{
	expect_damage(test, change_free, "nr_free is");
}

static void change_dormant(long step)
{
	page_zone(block)->nr_dormant += step;
}

static void verify_sees_a_zone_that_promises_too_much(struct kunit *test)
{
	expect_damage(test, change_dormant, "pages dormant, its sections have");
}

static void verify_sees_a_broken_private_zone(struct kunit *test)
{
	struct zone *z = zone_fixture(test, 4);

	expect_verify(test, NULL);
	z->free_mask = 0;
	expect_verify(test, "free_mask is wrong");
	z->free_mask = 1U << 4;
}

static void change_limit(long step)
{
	this_cpu_ptr(page_zone(block)->pcp)->limit[0] += step;
}

static void verify_sees_broken_stock(struct kunit *test)
{
	expect_damage(test, change_limit, "pcp list 0 is broken");
}

/* A zone that nobody has told mm_verify() about: its pages are nowhere to be found. */
static void verify_sees_a_zone_that_hides(struct kunit *test)
{
	struct zone *z = zone_fixture(test, 4);

	zone_private_list = z->next_private;
	expect_verify(test, "free pages: zones have");
	zone_private_list = z;
}

static void verify_sees_a_lost_page_of_ram(struct kunit *test)
{
	section_map.stats.ram++;
	expect_verify(test, "RAM: ");
	section_map.stats.ram--;
}

/* ---- rooms that register, and the account ---------------------------------------- */

static unsigned long room_count;
static unsigned int room_settled;
static bool room_sound;

static void room_settle(void)
{
	room_settled++;
}

static bool room_verify(char *msg, size_t n)
{
	if (!room_sound)
		scnprintf(msg, n, "the room is on fire");
	return room_sound;
}

static unsigned long room_counter(void)
{
	return room_count;
}

static struct verify_ops room = {
	.name = "test room", .settle = room_settle, .verify = room_verify, .count = room_counter,
};

static void room_leave(void *unused)
{
	verify_unregister(&room);
}

static void verify_asks_the_rooms(struct kunit *test)
{
	room_sound = true;
	verify_register(&room);
	kunit_add_action(test, room_leave, NULL);
	expect_verify(test, NULL);
	room_sound = false;
	expect_verify(test, "the room is on fire");
}

static char account_msg[128];

/* Does the account now differ so from what it was?  want NULL: not at all. */
static bool differs(const struct mm_account *before, const char *want)
{
	struct mm_account after;
	bool equal;

	account_msg[0] = '\0';
	mm_account_snapshot(&after);
	equal = mm_account_compare(before, &after, account_msg, sizeof(account_msg));
	return equal == !want && (!want || strstr(account_msg, want));
}

static void expect_difference(struct kunit *test, struct mm_account *before, const char *want)
{
	KUNIT_EXPECT_TRUE_MSG(test, AGAIN(differs(before, want)), "%s instead of %s", account_msg,
			      want ?: "no difference");
}

/* Nobody was in the middle of anything. */
static void snapshot(struct kunit *test, struct mm_account *acc)
{
	KUNIT_EXPECT_TRUE_MSG(test, AGAIN((mm_account_snapshot(acc), differs(acc, NULL))), "%s",
			      account_msg);
}

static void verify_account_sees_leaks(struct kunit *test)
{
	struct mm_account before;
	struct page *page;

	snapshot(test, &before);
	expect_difference(test, &before, NULL);
	page = alloc_pages_owner(GFP_KERNEL, 1, PAGE_OWNER_DMA);
	KUNIT_ASSERT_NOT_NULL(test, page);
	expect_difference(test, &before, "dma: 0 before, 2 after");
	free_pages_owner(page, 1, PAGE_OWNER_DMA);
	expect_difference(test, &before, NULL);
	before.available--;
	expect_difference(test, &before, "available pages: ");
}

static void verify_account_asks_the_rooms(struct kunit *test)
{
	struct mm_account before;

	room_sound = true;
	room_settled = 0;
	verify_register(&room);
	kunit_add_action(test, room_leave, NULL);
	mm_account_snapshot(&before);
	KUNIT_EXPECT_EQ(test, room_settled, 1);
	snapshot(test, &before);
	room_count++;
	expect_difference(test, &before, "test room: ");
	room_count--;
	expect_difference(test, &before, NULL);
}

/* As many objects in two slabs instead of one are no leak; a slab that no cache knows is one. */
static void verify_account_counts_objects_not_slabs(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("verify-spread", 256, 0, SLAB_NO_USER_FLAGS, NULL);
	struct mm_account before;
	struct slabinfo info;
	void *p[64];
	unsigned int i, n;

	KUNIT_ASSERT_NOT_NULL(test, s);
	kmem_cache_info(s, &info);
	n = (unsigned int)info.objperslab;
	KUNIT_ASSERT_LE(test, 2 * n, (unsigned int)ARRAY_SIZE(p));
	for (i = 0; i < n; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	snapshot(test, &before);
	for (; i < 2 * n; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	expect_difference(test, &before, "slab objects: ");
	for (i = 0; i < 2 * n; i += 2)
		kmem_cache_free(s, p[i]);
	expect_difference(test, &before, NULL);
	for (i = 1; i < 2 * n; i += 2)
		kmem_cache_free(s, p[i]);
	snapshot(test, &before);
	p[0] = alloc_pages_owner(GFP_KERNEL, 0, PAGE_OWNER_SLAB);
	KUNIT_ASSERT_NOT_NULL(test, p[0]);
	expect_difference(test, &before, "slab: 0 before, 1 after");
	free_pages_owner(p[0], 0, PAGE_OWNER_SLAB);
	kmem_cache_destroy(s);
}

/* Bringing a section in is no leak: dormant pages were available before. */
static void verify_account_does_not_see_sections(struct kunit *test)
{
	struct mm_account before;
	struct zone *z = zones + MAX_NR_ZONES;

	while (--z >= zones && !z->nr_dormant)
		;
	if (z < zones)
		kunit_skip(test, "no section is dormant");
	snapshot(test, &before);
	KUNIT_EXPECT_GT(test, section_bring_in(z), 0);
	expect_difference(test, &before, NULL);
	expect_verify(test, NULL);
}

static struct kunit_case verify_cases[] = {
	KUNIT_CASE(verify_is_quiet),
	KUNIT_CASE(verify_sees_a_lost_head),
	KUNIT_CASE(verify_sees_a_wrong_order),
	KUNIT_CASE(verify_sees_an_unknown_owner),
	KUNIT_CASE(verify_sees_a_spot_inside),
	KUNIT_CASE(verify_sees_a_missing_tail),
	KUNIT_CASE(verify_sees_a_changed_owner),
	KUNIT_CASE(verify_sees_a_wrong_sum),
	KUNIT_CASE(verify_sees_a_broken_zone),
	KUNIT_CASE(verify_sees_a_zone_that_promises_too_much),
	KUNIT_CASE(verify_sees_a_broken_private_zone),
	KUNIT_CASE(verify_sees_broken_stock),
	KUNIT_CASE(verify_sees_a_zone_that_hides),
	KUNIT_CASE(verify_sees_a_lost_page_of_ram),
	KUNIT_CASE(verify_asks_the_rooms),
	KUNIT_CASE(verify_account_sees_leaks),
	KUNIT_CASE(verify_account_asks_the_rooms),
	KUNIT_CASE(verify_account_counts_objects_not_slabs),
	KUNIT_CASE(verify_account_does_not_see_sections),
	{}
};

static struct kunit_suite verify_suite = {
	.name = "verify",
	.init = verify_init,
	.test_cases = verify_cases,
};
kunit_test_suite(verify_suite);
