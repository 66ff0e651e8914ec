/* SPDX-License-Identifier: MIT */
/* Object caches in the default build: wrong frees, damaged links, planted damage. */
#include "slab_fixture.h"

static void *bulk[64];

/* ---- wrong frees ----------------------------------------------------------------- */

static void refused(struct kunit *test, struct kmem_cache *s, void *p, const char *why)
{
	unsigned long errors;
	bool kept;

	report_begin(&report);
	errors = free_wrongly(s, p, &kept);
	report_end(&report);
	EXPECT_REPORT(test, &report, "BUG slab_test (");
	EXPECT_REPORT(test, &report, why);
	EXPECT_REPORT(test, &report, "FIX slab_test: Object at 0x");
	KUNIT_EXPECT_EQ(test, errors, 2);
	KUNIT_EXPECT_TRUE(test, kept);
	expect_sound(test);
}

static void wrong_frees_are_refused(struct kunit *test)
{
	struct kmem_cache *s = make(test, 80, 0, 0);
	char *p = kmem_cache_alloc(s, GFP_KERNEL), *other = kmalloc(80, GFP_KERNEL);
	char *large = kmalloc(50000, GFP_KERNEL);
	int on_stack;

	refused(test, s, other, "Wrong slab cache. slab_test but object is from kmalloc-96");
	refused(test, s, large, "outside of slab");
	refused(test, s, p + 8, "Invalid object pointer");
	refused(test, s, p + 1, "Invalid object pointer");
	refused(test, s, &on_stack, "outside of slab");
	refused(test, s, (void *)1, "outside of slab");
	kmem_cache_free(s, p);
	refused(test, s, p, "Object already free");
	kmem_cache_shrink(s);
	refused(test, s, p, "outside of slab");
	kfree(other);
	kfree(large);
	kmem_cache_destroy(s);
}

static bool accepted(struct kmem_cache *s, void *p)
{
	const unsigned long errors = slab_error_count();

	kmem_cache_free(s, p);
	return slab_error_count() != errors + 2;
}

/* Addresses all over a slab, for sizes of all kinds: exactly the objects' are accepted. */
static void only_objects_are_objects(struct kunit *test)
{
	static const unsigned int size[] = { 8, 24, 40, 96, 104, 192, 680, 1000, 2048, 5000 };
	unsigned int i, off, end, wrong = 0;
	struct slabinfo info;
	struct kmem_cache *s;
	char *p, *base;

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		s = make_plain(test, size[i], 0);
		settled_info(s, &info);
		end = info.objperslab * info.objsize;
		p = kmem_cache_alloc(s, GFP_KERNEL);
		base = page_address(virt_to_head_page(p));
		report_begin(&report);
		for (off = 1; off < end; off += off < 100 ? 1 : 24)
			if (off % info.objsize)
				wrong += accepted(s, base + off);
		for (off = end; off < info.pagesperslab * PAGE_SIZE; off += 8)
			wrong += accepted(s, base + off);
		report_end(&report);
		kmem_cache_free(s, p);
		kmem_cache_destroy(s);
	}
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

/* ---- damage in the default build ------------------------------------------------- */

/* A free object in stock is written to: noticed when it is asked for, and nothing is lost. */
static void overwritten_link_in_stock(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	struct slabinfo info;
	u64 *p[5], *q;
	unsigned int i;

	kmem_cache_alloc_bulk(s, GFP_KERNEL, 5, (void **)p);
	for (i = 0; i < 5; i++)
		kmem_cache_free(s, p[i]);
	*p[3] = 0x4141414141414141;
	q = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, q, p[4]);
	report_begin(&report);
	p[0] = kmem_cache_alloc(s, GFP_KERNEL);
	report_end(&report);
	KUNIT_EXPECT_NOT_NULL(test, p[0]);
	EXPECT_REPORT(test, &report, "Freepointer corrupt");
	EXPECT_REPORT(test, &report, "FIX slab_test: Isolate corrupted freechain");
	kmem_cache_free(s, p[0]);
	kmem_cache_free(s, q);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	expect_sound(test);
	KUNIT_EXPECT_EQ(test, shrink_all(s), 0);
	kmem_cache_destroy(s);
}

/* The same while a full stock is cut, in the middle of its chain. */
static void overwritten_link_met_by_a_flush(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 512, 0);
	struct slabinfo info;
	unsigned int i, nr;

	settled_info(s, &info);
	nr = info.limit + 2;
	for (i = 0; i < 3; i++) {
		unsigned int at = i == 0 ? 5 : i == 1 ? nr / 2 : nr - 4, k;

		kmem_cache_shrink(s);
		for (k = 0; k < nr; k++)
			bulk[k] = kmem_cache_alloc(s, GFP_KERNEL);
		kmem_cache_shrink(s);
		report_begin(&report);
		for (k = 0; k < nr; k++) {
			kmem_cache_free(s, bulk[k]);
			if (k == info.limit - 1)
				*(u64 *)bulk[at] = 0x4242424242424242;
		}
		shrink_all(s);
		report_end(&report);
		EXPECT_REPORT(test, &report, "corrupt");
		expect_sound(test);
		settled_info(s, &info);
		KUNIT_EXPECT_EQ(test, info.active_objs, 0);
		KUNIT_EXPECT_EQ(test, info.num_slabs, 0);
	}
	kmem_cache_destroy(s);
}

/* And in the slab's own list. */
static void overwritten_link_in_the_slab(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	unsigned int i, at;
	struct slabinfo info;

	for (at = 0; at < 64; at += 9) {
		report_begin(&report);
		for (i = 0; i < 64; i++)
			bulk[i] = kmem_cache_alloc(s, GFP_KERNEL);
		for (i = 1; i < 64; i++)
			kmem_cache_free(s, bulk[i]);
		kmem_cache_shrink(s);
		*(u64 *)bulk[at ? at : 1] = 0x4343434343434343;
		for (i = 1; i < 64; i++)
			bulk[i] = kmem_cache_alloc(s, GFP_KERNEL);
		report_end(&report);
		for (i = 0; i < 64; i++)
			kmem_cache_free(s, bulk[i]);
		EXPECT_REPORT(test, &report, "corrupt");
		expect_sound(test);
		settled_info(s, &info);
		KUNIT_EXPECT_EQ(test, info.active_objs, 0);
		KUNIT_EXPECT_EQ(test, shrink_all(s), 0);
	}
	kmem_cache_destroy(s);
}

/* Two at once: a chain in stock, and a slab's list that nobody has followed yet. */
static void rescue_meets_a_damaged_slab(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 64, 0);
	struct slabinfo info;
	unsigned int i, at;

	for (at = 0; at < 30; at += 7) {
		for (i = 0; i < 64; i++)
			bulk[i] = kmem_cache_alloc(s, GFP_KERNEL);
		for (i = 0; i < 30; i++)
			kmem_cache_free(s, bulk[i]);
		kmem_cache_shrink(s);		/* now on their slab's list */
		*(u64 *)bulk[at] = 0x4747474747474747;
		report_begin(&report);
		s->nr_lost = 1;			/* as if one had been met */
		kmem_cache_shrink(s);
		expect_rescued(test, s);
		report_end(&report);
		EXPECT_REPORT(test, &report, "Freechain corrupt");
		expect_sound(test);
		settled_info(s, &info);
		KUNIT_EXPECT_EQ(test, info.active_objs, 34);
		for (i = 30; i < 64; i++)
			kmem_cache_free(s, bulk[i]);
		KUNIT_EXPECT_EQ(test, shrink_all(s), 0);
	}
	kmem_cache_destroy(s);
}

/* The verifier must see what it is there to see. */
static void planted_damage_is_found(struct kunit *test)
{
	struct kmem_cache *s = make_plain(test, 2048, 0);
	u64 *live = kmem_cache_alloc(s, GFP_KERNEL), *p;
	struct page *page = virt_to_head_page(live), was, tail = page[1];
	char msg[160];
	u64 word;

	kmem_cache_shrink(s);
	was = *page;
	page->inuse++;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, "slab slab_test: pfn");
	*page = was;
	page->freelist++;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, "leaves the slab");
	*page = was;
	page->inuse = 100;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, "more objects away");
	*page = was;
	page->inuse = 0;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	*page = was;
	page[1].cache++;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, "page of another cache");
	page[1] = tail;
	page->owner = PAGE_OWNER_PAGES;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, "not the head of a slab");
	*page = was;
	p = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);			/* now in stock */
	word = *p;
	*p = 0;
	KUNIT_EXPECT_FALSE(test, slab_verify(msg, sizeof(msg)));
	EXPECT_STR(test, msg, "stock holds");
	*p = word;
	expect_sound(test);
	kmem_cache_free(s, live);
	kmem_cache_destroy(s);
}

static struct kunit_case slab_damage_cases[] = {
	KUNIT_CASE(wrong_frees_are_refused),
	KUNIT_CASE(only_objects_are_objects),
	KUNIT_CASE(overwritten_link_in_stock),
	KUNIT_CASE(overwritten_link_met_by_a_flush),
	KUNIT_CASE(overwritten_link_in_the_slab),
	KUNIT_CASE(rescue_meets_a_damaged_slab),
	KUNIT_CASE(planted_damage_is_found),
	{}
};

static struct kunit_suite slab_damage_suite = {
	.name = "slab_damage",
	.test_cases = slab_damage_cases,
};
kunit_test_suite(slab_damage_suite);
