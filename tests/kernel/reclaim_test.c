/* SPDX-License-Identifier: MIT */
/*
 * reclaim_test.c - what mm/ itself gives back under pressure, and direct reclaim
 */
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../../mm/internal.h"
#include "../../mm/vmap.h"
#include "report.h"

#define NR_OBJECTS	200

static void *object[NR_OBJECTS];

static unsigned long slabs_of(struct kmem_cache *s)
{
	struct slabinfo info;

	kmem_cache_info(s, &info);
	return info.num_slabs;
}

/* Fill a cache and empty it again, but for keep objects. */
static struct kmem_cache *used_cache(struct kunit *test, unsigned int size, unsigned int keep)
{
	struct kmem_cache *s = kmem_cache_create("reclaim_test", size, 0, 0, NULL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (i = 0; i < NR_OBJECTS; i++)
		object[i] = kmem_cache_alloc(s, GFP_KERNEL);
	for (i = keep; i < NR_OBJECTS; i++)
		kmem_cache_free(s, object[i]);
	return s;
}

static void stocks_and_empty_slabs_go_back(struct kunit *test)
{
	struct kmem_cache *s = used_cache(test, 256, 0);

	KUNIT_EXPECT_GT(test, slabs_of(s), 0);
	drop_slab();
	KUNIT_EXPECT_EQ(test, slabs_of(s), 0);
	kmem_cache_destroy(s);
}

static void live_objects_stay(struct kunit *test)
{
	struct kmem_cache *s = used_cache(test, 1024, 3);
	unsigned int i;

	memset(object[0], 0x5a, 1024);
	drop_slab();
	KUNIT_EXPECT_GT(test, slabs_of(s), 0);
	KUNIT_EXPECT_LE(test, slabs_of(s), 3);
	KUNIT_EXPECT_EQ(test, ((u8 *)object[0])[1023], 0x5a);
	for (i = 0; i < 3; i++)
		kmem_cache_free(s, object[i]);
	kmem_cache_destroy(s);
}

/* A destroyed cache with a live object is not touched, and goes with that object. */
static void dying_cache_is_left_alone(struct kunit *test)
{
	struct kmem_cache *s = used_cache(test, 512, 1);
	static struct report r;
	void *last = object[0];

	report_begin(&r);
	kmem_cache_destroy(s);
	drop_slab();
	report_end(&r);
	EXPECT_REPORT(test, &r, "reclaim_test");
	kfree(last);
}

static void deferred_areas_go_back(struct kunit *test)
{
	const unsigned long before = page_owner_pages(PAGE_OWNER_VMALLOC);
	void *p = vmalloc(64 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	vfree_atomic(p);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_VMALLOC), before + 64);
	KUNIT_EXPECT_EQ(test, vmalloc_deferred_count(), 1);
	drop_slab();
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_VMALLOC), before);
	KUNIT_EXPECT_EQ(test, vmalloc_deferred_count(), 0);
}

static void stocked_areas_go_back(struct kunit *test)
{
	unsigned long pages;

	vfree(vmalloc(PAGE_SIZE));
	vfree(vmalloc(3 * PAGE_SIZE));
	KUNIT_EXPECT_GE(test, vmalloc_stock_count(&pages), 2);
	drop_slab();
	KUNIT_EXPECT_EQ(test, vmalloc_stock_count(&pages), 0);
}

static struct kunit_case reclaim_cases[] = {
	KUNIT_CASE(stocks_and_empty_slabs_go_back),
	KUNIT_CASE(live_objects_stay),
	KUNIT_CASE(dying_cache_is_left_alone),
	KUNIT_CASE(deferred_areas_go_back),
	KUNIT_CASE(stocked_areas_go_back),
	{}
};

static struct kunit_suite reclaim_suite = { .name = "reclaim", .test_cases = reclaim_cases };
kunit_test_suite(reclaim_suite);
