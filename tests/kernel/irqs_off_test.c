/* SPDX-License-Identifier: MIT */
/*
 * irqs_off_test.c - for how long does a call keep interrupts off?  The longest way through each,
 * stepped instruction by instruction; 2,000 is the limit.
 */
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "../../mm/slab.h"
#include "irqsweep_step.h"
#include "zone_fixture.h"

#define LIMIT		2000
#define TRIES		5
#define NR_PAGES	600		/* more than any stock keeps */
#define NR_OBJS		150

static struct page *page;
static struct page *pages[NR_PAGES];
static void *objs[NR_OBJS];
static struct kmem_cache *cache;
static void *area;
static struct kunit *off_test;

/* ---- pages ----------------------------------------------------------------------- */

static void take_pages(void)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++)
		pages[i] = alloc_page(GFP_KERNEL);
}

static void give_pages(void)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++) {
		if (pages[i])
			__free_page(pages[i]);
		pages[i] = NULL;
	}
}

/* Every second of many pages is free, and the stock is empty: a refill finds single pages. */
static void fragment(void)
{
	unsigned int i;

	take_pages();
	drain_all_pages(NULL);
	for (i = 0; i < NR_PAGES; i += 2) {
		__free_page(pages[i]);
		pages[i] = NULL;
	}
	drain_all_pages(NULL);
}

static void fill_stock(void)
{
	take_pages();
	give_pages();
}

static void drain(void *unused)
{
	drain_all_pages(NULL);
}

static void take_one(void *unused)
{
	page = alloc_page(GFP_KERNEL);
}

static void give_one_back(void)
{
	__free_page(page);
	give_pages();
}

static void give_half(void *unused)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i += 2) {
		__free_page(pages[i]);
		pages[i] = NULL;
	}
}

static void bulk(void *unused)
{
	alloc_pages_bulk(GFP_KERNEL, 64, pages);
}

static void compound(void *unused)
{
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, MAX_PAGE_ORDER);
}

static void large(void *unused)
{
	page = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
}

static void take_compound(void)
{
	compound(NULL);
}

static void take_large(void)
{
	large(NULL);
}

static void take_shared(void)
{
	large(NULL);
	if (page)
		get_page(page);
}

static void give_large(void *unused)
{
	if (page)
		__free_pages(page, MAX_PAGE_ORDER);
}

static void give_large_back(void)
{
	give_large(NULL);
}

/* In 16M there is one such block, and somebody's page in it is enough. */
static void need_large(void)
{
	page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_PAGE_ORDER);
	if (!page && totalram_pages() < 8192)
		kunit_skip(off_test, "no block of 4 MiB in so little RAM");
	give_large(NULL);
}

static void put_shared(void)
{
	if (page)
		put_page(page);
}

static void zeroed(void *unused)
{
	page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 4);
}

static void give_zeroed(void)
{
	if (page)
		__free_pages(page, 4);
}

static void section(void *unused)
{
	struct zone *z;

	for_each_zone(z)
		if (z->nr_dormant && section_bring_in(z))
			return;
}

/* ---- the high-order atomic reserve ------------------------------------------------ */

#define ZONE_ORDER	10

static struct zone off_zone, off_reserve;

/* In every pageblock every second page is free, which is the most work. */
static void fragment_zone(void)
{
	unsigned long n;

	zone_fixture_at(off_test, &off_zone, ZONE_ORDER);
	zone_reserve_init(&off_zone, &off_reserve);
	off_zone.managed_pages = 100 * PAGEBLOCK_PAGES;
	for (n = 0; n < 1UL << ZONE_ORDER; n++)
		zone_take(&off_zone, 0);
	page = pfn_to_page(off_zone.start_pfn);
	for (n = 0; n < 1UL << ZONE_ORDER; n += 2)
		zone_give(&off_zone, page + n, 0);
}

static void set_apart(void *unused)
{
	zone_reserve_grow(&off_zone, page + 1, 0);
}

static void zone_with_reserve(void)
{
	fragment_zone();
	set_apart(NULL);
}

static void give_up(void *unused)
{
	zone_reserve_shrink(&off_zone, 0, true);
}

/* ---- objects, areas -------------------------------------------------------------- */

static void make_cache(void)
{
	cache = kmem_cache_create("irqs_off", 64, 0, 0, NULL);
}

static void take_objs(void)
{
	make_cache();
	kmem_cache_alloc_bulk(cache, GFP_KERNEL, NR_OBJS, objs);
}

static void free_objs(void *unused)
{
	kmem_cache_free_bulk(cache, NR_OBJS, objs);
}

static void stocked_cache(void)
{
	take_objs();
	free_objs(NULL);
}

static void take_bulk(void *unused)
{
	kmem_cache_alloc_bulk(cache, GFP_KERNEL, NR_OBJS, objs);
}

static void shrink(void *unused)
{
	kmem_cache_shrink(cache);
}

/* Two of the smallest objects: all others of their slab are free, and one looks so. */
static void look_free(void)
{
	cache = kmem_cache_create("irqs_off", 8, 0, SLAB_NO_USER_FLAGS, NULL);
	kmem_cache_alloc_bulk(cache, GFP_KERNEL, 2, objs);
	kmem_cache_shrink(cache);
	slab_link_set(objs[0], slab_nil);
}

static void free_one(void *unused)
{
	kfree(objs[0]);
}

static void free_other_and_destroy(void)
{
	kfree(objs[1]);
	kmem_cache_destroy(cache);
	cache = NULL;
}

static void destroy(void *unused)
{
	kmem_cache_destroy(cache);
	cache = NULL;
}

static void destroy_cache(void)
{
	destroy(NULL);
}

static void free_and_destroy(void)
{
	free_objs(NULL);
	destroy(NULL);
}

static void take_area(void *unused)
{
	area = vmalloc(1 << 18);
}

static void make_area(void)
{
	take_area(NULL);
}

static void give_area(void *unused)
{
	vfree(area);
}

static void give_area_back(void)
{
	vfree(area);
}

/* ---- the table ------------------------------------------------------------------- */

static const struct off_case {
	const char *name;
	void (*before)(void);
	void (*call)(void *unused);
	void (*after)(void);
} off_cases[] = {
	{ "a page, refill from single pages", fragment, take_one, give_one_back },
	{ "drain a full stock", fill_stock, drain, NULL },
	{ "free pages until stock is full", take_pages, give_half, give_pages },
	{ "64 pages in bulk", NULL, bulk, give_pages },
	{ "4 MiB", need_large, large, give_large_back },
	{ "free 4 MiB", take_large, give_large, NULL },
	{ "4 MiB, compound", need_large, compound, give_large_back },
	{ "free 4 MiB, compound", take_compound, give_large, NULL },
	{ "free 4 MiB that are shared", take_shared, give_large, put_shared },
	{ "64 KiB, zeroed", NULL, zeroed, give_zeroed },
	{ "bring in a section", NULL, section, NULL },
	{ "set a pageblock apart", fragment_zone, set_apart, NULL },
	{ "give a pageblock up", zone_with_reserve, give_up, NULL },
	{ "150 objects in bulk", make_cache, take_bulk, free_and_destroy },
	{ "free 150 objects in bulk", take_objs, free_objs, destroy_cache },
	{ "free what looks free", look_free, free_one, free_other_and_destroy },
	{ "shrink a cache", stocked_cache, shrink, destroy_cache },
	{ "destroy a cache", stocked_cache, destroy, NULL },
	{ "vmalloc(256 KiB)", NULL, take_area, give_area_back },
	{ "vfree(256 KiB)", make_area, give_area, NULL },
};

static void off_desc(const struct off_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(off, off_cases, off_desc)

#define MAX_STEPS	(320 << 10)

static struct step_trace trace;

static void stepping_ends(void *unused)
{
	irqsweep_step_end();
	vfree(trace.mark);
}

/* One way through it; what is wrong with that, or NULL. */
static const char *step_through(const struct off_case *c)
{
	struct step step = { .mode = STEP_RECORD, .trace = &trace };

	trace = (struct step_trace){ .mark = trace.mark, .max = MAX_STEPS };
	if (c->before)
		c->before();
	irqsweep_step_quiet(true);
	if (need_resched())
		schedule();
	irqsweep_step(&step, c->call, NULL);
	irqsweep_step_quiet(false);
	if (c->after)
		c->after();
	return step.fault;
}

/* To wait for a lock that another CPU has, one that the host has stopped, is not its own length. */
static void irqs_off_is_short(struct kunit *test)
{
	const struct off_case *c = test->param_value;
	const char *why = NULL, *fault;
	unsigned int tries = 0;

	if (IS_ENABLED(CONFIG_DEBUG_VM))
		kunit_skip(test, "costly checks are compiled in");
	if (!irqsweep_step_begin(&why))
		kunit_skip(test, "%s", why);
	trace = (struct step_trace){ .mark = vmalloc(MAX_STEPS * sizeof(u32)), .max = MAX_STEPS };
	kunit_add_action(test, stepping_ends, NULL);
	KUNIT_ASSERT_NOT_NULL(test, trace.mark);
	off_test = test;
	do {
		fault = step_through(c);
	} while ((fault || trace.off_max > LIMIT) && ++tries < TRIES && num_online_cpus() > 1);
	KUNIT_EXPECT_NULL_MSG(test, fault, "%s", fault);
	KUNIT_EXPECT_LE(test, trace.off_max, LIMIT);
	kunit_info(test, "%s: %lu instructions, at most %lu with interrupts off", c->name,
		   trace.insns, trace.off_max);
}

/* Old pointers would hide leaks from who looks for them. */
static void irqs_off_forget(struct kunit_suite *suite)
{
	memset(objs, 0, sizeof(objs));
}

static struct kunit_case irqs_off_cases[] = {
	KUNIT_CASE_PARAM(irqs_off_is_short, off_gen_params),
	{}
};

static struct kunit_suite irqs_off_suite = {
	.name = "irqs_off",
	.suite_exit = irqs_off_forget,
	.test_cases = irqs_off_cases,
};
kunit_test_suite(irqs_off_suite);
