/* SPDX-License-Identifier: MIT */
/*
 * reclaim_test.c - what mm/ itself gives back under pressure, and direct reclaim
 */
#include <linux/array_size.h>
#include <linux/percpu.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>

#include "../../mm/internal.h"
#include "../../mm/vmap.h"
#include "again.h"
#include "page_keeper.h"
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
	struct kmem_cache *s = used_cache(test, 256, 1);

	KUNIT_EXPECT_GT(test, slabs_of(s), 0);
	kmem_cache_free(s, object[0]);
	/* mm_trim may have some in hand */
	KUNIT_EXPECT_TRUE(test, AGAIN((drop_slab(), !slabs_of(s))));
	kmem_cache_destroy(s);
}

static void live_objects_stay(struct kunit *test)
{
	struct kmem_cache *s = used_cache(test, 1024, 3);
	unsigned int i;

	memset(object[0], 0x5a, 1024);
	KUNIT_EXPECT_TRUE(test, AGAIN((drop_slab(), slabs_of(s) <= 3)));
	KUNIT_EXPECT_GT(test, slabs_of(s), 0);
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

/* Pages of areas, when none waits; a thread that ends elsewhere leaves one, or purges ours. */
static unsigned long area_pages(void)
{
	drop_slab();
	return page_owner_pages(PAGE_OWNER_VMALLOC);
}

static bool deferred_goes_back(struct kunit *test)
{
	const unsigned long before = area_pages();
	void *p = vmalloc(64 * PAGE_SIZE);
	bool waits;

	KUNIT_ASSERT_NOT_NULL(test, p);
	vfree_atomic(p);
	waits = page_owner_pages(PAGE_OWNER_VMALLOC) == before + 64 &&
		vmalloc_deferred_count() == 1;
	return area_pages() == before && waits && !vmalloc_deferred_count();
}

static void deferred_areas_go_back(struct kunit *test)
{
	vmalloc_defer_fn *hook = vmalloc_set_defer_hook(NULL);	/* or a worker is faster */
	const bool done = AGAIN(deferred_goes_back(test));

	vmalloc_set_defer_hook(hook);
	KUNIT_EXPECT_TRUE(test, done);
}

static bool stocked_goes_back(void)
{
	const unsigned long before = area_pages();
	bool waits;

	vfree(vmalloc(PAGE_SIZE));
	vfree(vmalloc(3 * PAGE_SIZE));
	waits = vmalloc_stock_count() >= 2 &&
		page_owner_pages(PAGE_OWNER_VMALLOC) >= before + 4;
	return area_pages() == before && waits && !vmalloc_stock_count();
}

static void stocked_areas_go_back(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, AGAIN(stocked_goes_back()));
}

static bool lazy_goes_back(void)
{
	const unsigned long before = area_pages();
	unsigned long pages;
	bool waits;

	vfree(vmalloc(20 * PAGE_SIZE));
	waits = vmalloc_lazy_count(&pages) == 1 && pages == 20;
	return area_pages() == before && waits && !vmalloc_lazy_count(&pages);
}

static void lazy_areas_go_back(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, AGAIN(lazy_goes_back()));
}

static void empty_percpu_chunks_go_back(struct kunit *test)
{
	const unsigned long before = page_owner_pages(PAGE_OWNER_PERCPU);
	void __percpu *p[64];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = __alloc_percpu(PCPU_MIN_UNIT_SIZE / 8, 8);
	KUNIT_EXPECT_GT(test, page_owner_pages(PAGE_OWNER_PERCPU), before);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		free_percpu(p[i]);
	drop_slab();
	KUNIT_EXPECT_LE(test, page_owner_pages(PAGE_OWNER_PERCPU),
			before + PCPU_MIN_UNIT_SIZE / PAGE_SIZE * nr_cpu_ids);
}

/* ---- direct reclaim -------------------------------------------------------------- */

static struct page_keeper keeper;
static unsigned long got, refused;

static void allocates(void)
{
	void *p = kmalloc(KMALLOC_MAX_CACHE_SIZE, GFP_KERNEL | __GFP_NOWARN);

	got += p != NULL;
	refused += !p;
	kfree(p);
}

static bool gets(gfp_t gfp)
{
	struct page *page = alloc_page(gfp | __GFP_NOWARN);

	if (page)
		__free_page(page);
	return page;
}

static bool short_of_pages(struct kunit *test)
{
	const u64 stalls = vm_event_sum(ALLOCSTALL_NORMAL), stolen = vm_event_sum(PGSTEAL_DIRECT);
	unsigned long kept;

	page_keeper_take_all(test, &keeper, GFP_KERNEL & ~__GFP_FS);
	kept = keeper.nr;
	if (gets(GFP_NOWAIT) || keeper.nr != kept)
		return false;
	KUNIT_EXPECT_TRUE(test, gets(GFP_KERNEL));
	return keeper.nr < kept && vm_event_sum(ALLOCSTALL_NORMAL) > stalls &&
	       vm_event_sum(PGSTEAL_DIRECT) >= stolen + kept - keeper.nr;
}

static void who_is_short_gets_what_others_keep(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, page_keeper_round(test, &keeper, short_of_pages));
}

static bool mask_reaches(struct kunit *test)
{
	page_keeper_take_all(test, &keeper, GFP_KERNEL & ~__GFP_FS);
	keeper.needs_fs = true;
	if (gets(GFP_NOFS))
		return false;
	KUNIT_EXPECT_GT(test, keeper.scans, 0);
	return gets(GFP_KERNEL);
}

static void the_mask_reaches_the_callback(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, page_keeper_round(test, &keeper, mask_reaches));
}

/* Motion is not progress: this would go on for ever. */
static bool liar_gives_none(struct kunit *test)
{
	page_keeper_take_all(test, &keeper, GFP_KERNEL & ~__GFP_FS);
	keeper.lazy = true;
	return !gets(GFP_KERNEL) && keeper.scans;
}

static void a_liar_is_not_believed(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, page_keeper_round(test, &keeper, liar_gives_none));
}

static void who_boasts_is_believed_as_far_as_it_is_true(struct kunit *test)
{
	const u64 stolen = vm_event_sum(PGSTEAL_DIRECT);
	unsigned long kept;
	struct page *page;

	page_keeper_take_all(test, &keeper, GFP_KERNEL & ~__GFP_FS);
	keeper.boasts = true;
	kept = keeper.nr;
	page = alloc_page(GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_LE(test, vm_event_sum(PGSTEAL_DIRECT) - stolen, kept - keeper.nr + 64);
	if (page)
		__free_page(page);
}

/* What reclaim allocates comes from the reserve, and never goes into reclaim again. */
static bool served_in_scan(struct kunit *test)
{
	page_keeper_take_all(test, &keeper, GFP_KERNEL & ~__GFP_FS);
	keeper.in_scan = allocates;
	got = refused = 0;
	KUNIT_EXPECT_TRUE(test, gets(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, refused, 0);
	KUNIT_EXPECT_NULL(test, current->reclaim_state);
	KUNIT_EXPECT_EQ(test, current->flags & PF_MEMALLOC, 0);
	return got != 0;
}

static void reclaim_does_not_reclaim(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, page_keeper_round(test, &keeper, served_in_scan));
}

/* A slab cache's memory serves others. */
static void empty_slabs_serve_others(struct kunit *test)
{
	struct kmem_cache *s;
	unsigned long slabs;
	struct page *page;

	page_keeper_skip_large(test);
	s = used_cache(test, 2048, 0);
	slabs = slabs_of(s);
	page_keeper_take_all(test, &keeper, GFP_KERNEL & ~__GFP_FS);
	KUNIT_EXPECT_LT(test, slabs_of(s), slabs);	/* that took them, too */
	page = alloc_page(GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, page);
	if (page)
		__free_page(page);
	kmem_cache_destroy(s);
}

/* Large blocks: so many pages are asked for. */
static void a_large_block_asks_for_more(struct kunit *test)
{
	unsigned long kept;
	struct page *page;

	page_keeper_take_all(test, &keeper, GFP_KERNEL & ~__GFP_FS);
	kept = keeper.nr;
	page = alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL, 8);
	KUNIT_EXPECT_LE(test, keeper.nr + 256, kept);
	if (page)
		__free_pages(page, 8);
}

static void private_zones_are_not_our_business(struct kunit *test)
{
	static struct zone mine[MAX_NR_ZONES];
	const struct alloc_context ac = { .zones = mine, .gfp = GFP_KERNEL };
	const u64 stalls = vm_event_sum(ALLOCSTALL_DMA);

	KUNIT_EXPECT_EQ(test, try_to_free_pages(&ac), 0);
	KUNIT_EXPECT_EQ(test, vm_event_sum(ALLOCSTALL_DMA), stalls);
}

/* These cases are about one thread: nobody else is to reclaim. */
static page_wake_kswapd_fn *kept_wake;

static int unplug_kswapd(struct kunit *test)
{
	kept_wake = page_alloc_set_wake_kswapd(NULL);
	return 0;
}

static void plug_kswapd(struct kunit *test)
{
	page_alloc_set_wake_kswapd(kept_wake);
}

static struct kunit_case reclaim_cases[] = {
	KUNIT_CASE(stocks_and_empty_slabs_go_back),
	KUNIT_CASE(live_objects_stay),
	KUNIT_CASE(dying_cache_is_left_alone),
	KUNIT_CASE(deferred_areas_go_back),
	KUNIT_CASE(stocked_areas_go_back),
	KUNIT_CASE(lazy_areas_go_back),
	KUNIT_CASE(empty_percpu_chunks_go_back),
	KUNIT_CASE(who_is_short_gets_what_others_keep),
	KUNIT_CASE(the_mask_reaches_the_callback),
	KUNIT_CASE(a_liar_is_not_believed),
	KUNIT_CASE(who_boasts_is_believed_as_far_as_it_is_true),
	KUNIT_CASE(reclaim_does_not_reclaim),
	KUNIT_CASE(empty_slabs_serve_others),
	KUNIT_CASE(a_large_block_asks_for_more),
	KUNIT_CASE(private_zones_are_not_our_business),
	{}
};

static struct kunit_suite reclaim_suite = {
	.name = "reclaim",
	.init = unplug_kswapd,
	.exit = plug_kswapd,
	.test_cases = reclaim_cases,
};
kunit_test_suite(reclaim_suite);
