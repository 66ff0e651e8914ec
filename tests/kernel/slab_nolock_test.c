/* SPDX-License-Identifier: MIT */
/* kmalloc_nolock(), kfree_nolock(): in process context here, in an NMI in nmi_test.c. */
#include <linux/memblock.h>

#include "../../mm/slab_pcp.h"
#include "slab_fixture.h"

#define SIZE	700			/* kmalloc-1k: few others use it */

static struct kmem_cache *the_cache(struct kunit *test)
{
	struct kmem_cache *s = kmalloc_cache(SIZE, GFP_KERNEL);

	if (s->flags & SLAB_DEBUG_FLAGS)
		kunit_skip(test, "slab_debug= is on");
	return s;
}

static void from_stock_and_back(struct kunit *test)
{
	const unsigned long live = slab_nr_live();
	struct kmem_cache *s = the_cache(test);
	void *p, *q;

	p = kmalloc(SIZE, GFP_KERNEL);
	kfree(p);
	q = kmalloc_nolock(SIZE, 0, NUMA_NO_NODE);
	KUNIT_EXPECT_PTR_EQ(test, q, p);
	KUNIT_EXPECT_EQ(test, slab_nr_live(), live + 1);
	kfree_nolock(q);
	KUNIT_EXPECT_EQ(test, slab_nr_live(), live);
	KUNIT_EXPECT_PTR_EQ(test, kmalloc_nolock(SIZE, 0, NUMA_NO_NODE), p);
	kfree(p);
	KUNIT_EXPECT_EQ(test, s->moving, 0);
	expect_sound(test);
}

static void sizes_and_masks(struct kunit *test)
{
	u8 *p;

	KUNIT_EXPECT_PTR_EQ(test, kmalloc_nolock(0, 0, NUMA_NO_NODE), ZERO_SIZE_PTR);
	KUNIT_EXPECT_NULL(test, kmalloc_nolock(KMALLOC_MAX_CACHE_SIZE + 1, 0, NUMA_NO_NODE));
	kfree_nolock(NULL);
	kfree_nolock(ZERO_SIZE_PTR);
	the_cache(test);
	p = kmalloc(SIZE, GFP_KERNEL);
	memset(p, 0xff, SIZE);
	kfree(p);
	p = kmalloc_nolock(SIZE, __GFP_ZERO, NUMA_NO_NODE);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, SIZE));
	kfree_nolock(p);
}

/* An empty stock: one object of a slab that there is, and none while its lock is held. */
static void behind_an_empty_stock(struct kunit *test)
{
	struct kmem_cache *s = the_cache(test);
	void *hold = kmalloc(SIZE, GFP_KERNEL), *p;
	unsigned long flags;

	slab_pcp_drain(s);
	spin_lock_irqsave(&s->lock, flags);
	p = kmalloc_nolock(SIZE, 0, NUMA_NO_NODE);
	spin_unlock_irqrestore(&s->lock, flags);
	KUNIT_EXPECT_NULL(test, p);
	p = kmalloc_nolock(SIZE, 0, NUMA_NO_NODE);
	KUNIT_EXPECT_NOT_NULL(test, p);
	kfree_nolock(p);
	KUNIT_EXPECT_EQ(test, slab_pcp_count(s), 1);
	kfree(hold);
	expect_sound(test);
}

/* What no stock takes waits, and is freed by the next call that goes further. */
static void waits_where_it_must(struct kunit *test)
{
	const long pages = page_owner_pages(PAGE_OWNER_KMALLOC);
	void *large = kmalloc(5 * PAGE_SIZE, GFP_KERNEL);

	kfree_nolock(large);
	KUNIT_EXPECT_PTR_EQ(test, (void *)this_cpu_read(slab_nolock_waiting), large);
	KUNIT_EXPECT_GT(test, page_owner_pages(PAGE_OWNER_KMALLOC), pages);
	slab_trim();
	KUNIT_EXPECT_NULL(test, this_cpu_read(slab_nolock_waiting));
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_KMALLOC), pages);
}

static bool refuse(struct kmem_cache *s, gfp_t gfp)
{
	return true;
}

static void waits_for_a_closed_stock(struct kunit *test)
{
	const unsigned long live = slab_nr_live();
	void *p[3];
	unsigned int i;

	the_cache(test);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmalloc(SIZE, GFP_KERNEL);
	slab_pcp_set_should_fail(refuse);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		kfree_nolock(p[i]);
	KUNIT_EXPECT_EQ(test, slab_nr_live(), live + ARRAY_SIZE(p));
	slab_pcp_set_should_fail(NULL);
	slab_drain_all();
	KUNIT_EXPECT_EQ(test, slab_nr_live(), live);
	expect_sound(test);
}

/* What waits is as free as what is in stock. */
static void what_waits_is_not_freed_twice(struct kunit *test)
{
	const unsigned long live = slab_nr_live();
	void *p;

	the_cache(test);
	p = kmalloc(SIZE, GFP_KERNEL);
	slab_pcp_set_should_fail(refuse);
	kfree_nolock(p);
	kfree_nolock(p);
	slab_pcp_set_should_fail(NULL);
	report_begin(&report);
	slab_trim();
	slab_drain_all();
	report_end(&report);
	EXPECT_REPORT(test, &report, "Object already free");
	KUNIT_EXPECT_EQ(test, slab_nr_live(), live);
	expect_sound(test);
}

static void wrong_frees_are_refused(struct kunit *test)
{
	const unsigned long errors = slab_error_count();
	char *p;

	the_cache(test);
	p = kmalloc(SIZE, GFP_KERNEL);
	report_begin(&report);
	kfree_nolock(p + 8);
	kfree_nolock(&p);
	kfree_nolock(p);
	kfree_nolock(p);		/* is looked at where locks may be taken */
	slab_trim();
	report_end(&report);
	EXPECT_REPORT(test, &report, "Invalid object pointer");
	EXPECT_REPORT(test, &report, "outside of slab");
	EXPECT_REPORT(test, &report, "Object already free");
	KUNIT_EXPECT_EQ(test, slab_error_count() - errors, 3 * 2);
	expect_sound(test);
}

static struct kunit_case slab_nolock_cases[] = {
	KUNIT_CASE(from_stock_and_back),
	KUNIT_CASE(sizes_and_masks),
	KUNIT_CASE(behind_an_empty_stock),
	KUNIT_CASE(waits_where_it_must),
	KUNIT_CASE(waits_for_a_closed_stock),
	KUNIT_CASE(what_waits_is_not_freed_twice),
	KUNIT_CASE(wrong_frees_are_refused),
	{}
};

static struct kunit_suite slab_nolock_suite = {
	.name = "slab_nolock",
	.test_cases = slab_nolock_cases,
};
kunit_test_suite(slab_nolock_suite);
