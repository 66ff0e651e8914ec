/* SPDX-License-Identifier: MIT */
/* kmalloc_nolock(), kfree_nolock(): in process context here, in an NMI in nmi_test.c. */
#include <linux/jiffies.h>
#include <linux/memblock.h>
#include <linux/sched.h>

#include "slab_fixture.h"

#define SIZE	700			/* kmalloc-1k: few others use it */

static struct kmem_cache *the_cache(struct kunit *test)
{
	struct kmem_cache *s = kmalloc_cache(SIZE, GFP_KERNEL);

	if (s->flags & SLAB_DEBUG_FLAGS)
		kunit_skip(test, "slab_debug= is on");
	return s;
}

/* Of that cache alone: others are used by other CPUs all the time. */
static unsigned long nr_live(void)
{
	struct slabinfo info;

	kmem_cache_info(kmalloc_cache(SIZE, GFP_KERNEL), &info);
	return info.active_objs;
}

static void from_stock_and_back(struct kunit *test)
{
	const unsigned long live = nr_live();
	struct kmem_cache *s = the_cache(test);
	void *p, *q;

	preempt_disable();			/* nobody else takes from the stock */
	p = kmalloc(SIZE, GFP_ATOMIC);
	kfree(p);
	q = kmalloc_nolock(SIZE, 0, NUMA_NO_NODE);
	KUNIT_EXPECT_PTR_EQ(test, q, p);
	KUNIT_EXPECT_EQ(test, nr_live(), live + 1);
	kfree_nolock(q);
	KUNIT_EXPECT_EQ(test, nr_live(), live);
	KUNIT_EXPECT_PTR_EQ(test, kmalloc_nolock(SIZE, 0, NUMA_NO_NODE), p);
	kfree(p);
	preempt_enable();
	wait_settled(s);
	KUNIT_EXPECT_EQ(test, slab_pcp_holders(s), 0);
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
	struct slab_link *const *list;
	unsigned long flags;
	unsigned int tries;

	for (;;) {
		slab_pcp_drain(s);
		preempt_disable();
		list = slab_stock_list(s, this_cpu_ptr(&slab_stocks[s->index]));
		if (*list == slab_nil)
			break;
		preempt_enable();		/* somebody has filled it again */
	}
	spin_lock_irqsave(&s->lock, flags);
	p = kmalloc_nolock(SIZE, 0, NUMA_NO_NODE);
	spin_unlock_irqrestore(&s->lock, flags);
	KUNIT_EXPECT_NULL(test, p);
	for (tries = 0; !p && tries < 30000000; tries++)	/* another CPU may have the lock */
		p = kmalloc_nolock(SIZE, 0, NUMA_NO_NODE);
	KUNIT_EXPECT_NOT_NULL(test, p);
	kfree_nolock(p);
	KUNIT_EXPECT_PTR_EQ(test, (void *)*list, p);
	KUNIT_EXPECT_PTR_EQ(test, slab_link_next(*list), slab_nil);
	preempt_enable();
	kfree(hold);
	expect_sound(test);
}

/* What no stock takes waits, and is freed by the next call that goes further. */
static void waits_where_it_must(struct kunit *test)
{
	const long pages = page_owner_pages(PAGE_OWNER_KMALLOC);
	void *large = kmalloc(5 * PAGE_SIZE, GFP_KERNEL);

	preempt_disable();			/* or mm_trim drains it */
	kfree_nolock(large);
	KUNIT_EXPECT_PTR_EQ(test, (void *)this_cpu_read(slab_nolock.waiting), large);
	KUNIT_EXPECT_GT(test, page_owner_pages(PAGE_OWNER_KMALLOC), pages);
	preempt_enable();
	slab_trim();
	KUNIT_EXPECT_NULL(test, this_cpu_read(slab_nolock.waiting));
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_KMALLOC), pages);
}

static bool refuse(struct kmem_cache *s, gfp_t gfp)
{
	return true;
}

static void waits_for_a_closed_stock(struct kunit *test)
{
	const unsigned long live = nr_live();
	void *p[3];
	unsigned int i;

	the_cache(test);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmalloc(SIZE, GFP_KERNEL);
	slab_pcp_set_should_fail(refuse);
	preempt_disable();			/* or mm_trim drains it */
	for (i = 0; i < ARRAY_SIZE(p); i++)
		kfree_nolock(p[i]);
	KUNIT_EXPECT_EQ(test, nr_live(), live + ARRAY_SIZE(p));
	preempt_enable();
	slab_pcp_set_should_fail(NULL);
	slab_drain_all();
	KUNIT_EXPECT_EQ(test, nr_live(), live);
	expect_sound(test);
}

/* What waits is as free as what is in stock. */
static void what_waits_is_not_freed_twice(struct kunit *test)
{
	const unsigned long live = nr_live();
	void *p;

	the_cache(test);
	p = kmalloc(SIZE, GFP_KERNEL);
	slab_pcp_set_should_fail(refuse);
	report_begin(&report);
	preempt_disable();			/* the first one waits still */
	kfree_nolock(p);
	kfree_nolock(p);
	preempt_enable();
	slab_pcp_set_should_fail(NULL);
	slab_trim();
	slab_drain_all();
	report_end(&report);
	EXPECT_REPORT(test, &report, "Object already free");
	KUNIT_EXPECT_EQ(test, nr_live(), live);
	expect_sound(test);
}

/* The same, and the second free is kfree(): it finds what waits, at once. */
static void what_waits_is_found_by_kfree(struct kunit *test)
{
	const unsigned long live = nr_live(), errors = slab_error_count();
	void *p;

	the_cache(test);
	p = kmalloc(SIZE, GFP_KERNEL);
	slab_pcp_set_should_fail(refuse);
	report_begin(&report);
	preempt_disable();			/* or mm_trim drains it */
	kfree_nolock(p);
	kfree(p);
	KUNIT_EXPECT_PTR_EQ(test, (void *)this_cpu_read(slab_nolock.waiting), p);
	preempt_enable();
	report_end(&report);
	EXPECT_REPORT(test, &report, "Object already free");
	slab_pcp_set_should_fail(NULL);
	slab_trim();
	KUNIT_EXPECT_EQ(test, slab_error_count() - errors, 2);
	KUNIT_EXPECT_EQ(test, nr_live(), live);
	expect_sound(test);
}

/* With debugging the link is elsewhere, and the object looks live until it is drained. */
static void what_waits_is_found_with_debugging(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0, SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE |
				    SLAB_POISON);
	const unsigned long errors = slab_error_count();
	struct slabinfo info;
	void *p[3];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	report_begin(&report);
	preempt_disable();
	for (i = 0; i < ARRAY_SIZE(p); i++)
		kfree_nolock(p[i]);
	kfree(p[1]);
	kmem_cache_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, ARRAY_SIZE(p));
	slab_nolock_drain();
	preempt_enable();
	report_end(&report);
	EXPECT_REPORT(test, &report, "Object already free");
	KUNIT_EXPECT_EQ(test, slab_error_count() - errors, 2);
	settled_info(s, &info);
	KUNIT_EXPECT_EQ(test, info.active_objs, 0);
	expect_sound(test);
	kmem_cache_destroy(s);
}

static void large_blocks_wait_once(struct kunit *test)
{
	const long pages = page_owner_pages(PAGE_OWNER_KMALLOC);
	const unsigned long errors = slab_error_count();
	void *large = kmalloc(5 * PAGE_SIZE, GFP_KERNEL);

	report_begin(&report);
	preempt_disable();			/* or mm_trim drains it */
	kfree_nolock(large);
	kfree_nolock(large);
	kfree(large);
	KUNIT_EXPECT_GT(test, page_owner_pages(PAGE_OWNER_KMALLOC), pages);
	preempt_enable();
	slab_trim();
	report_end(&report);
	EXPECT_REPORT(test, &report, "outside of slab");
	KUNIT_EXPECT_EQ(test, slab_error_count() - errors, 2 * 2);
	KUNIT_EXPECT_EQ(test, page_owner_pages(PAGE_OWNER_KMALLOC), pages);
	expect_sound(test);
}

#define CONSTRUCTED	0x600dc0de600dc0deULL

static void construct(void *object)
{
	u64 *p = object;

	p[0] = p[1] = CONSTRUCTED;
}

/* What is constructed stays so, however it is freed. */
static void constructed_stays_constructed(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("slab_test", 16, 0, SLAB_NO_USER_FLAGS, construct);
	u64 *p[4], *q;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		kfree_nolock(p[i]);
	KUNIT_EXPECT_EQ(test, p[3][0], CONSTRUCTED);
	slab_nolock_drain();
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		q = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, q[0], CONSTRUCTED);
		KUNIT_EXPECT_EQ(test, q[1], CONSTRUCTED);
		p[i] = q;
	}
	for (i = 0; i < ARRAY_SIZE(p); i++)
		kmem_cache_free(s, p[i]);
	expect_sound(test);
	kmem_cache_destroy(s);
}

/* Many, whose frees fill the stock again and again: none frees another one inside of its own. */
static void many_wait(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("slab_test", 2048, 0, SLAB_NO_USER_FLAGS,
						 construct);
	const unsigned long errors = slab_error_count();
	static void *p[500];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		kfree_nolock(p[i]);
	slab_nolock_drain();
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
}

/*
 * Begun again with the link in the object: it is freed, however many there are of these.  That
 * each begins so when it is interrupted there, suite rewind looks at.
 */
static void a_free_that_begins_again(struct kunit *test)
{
	const unsigned long live = nr_live(), errors = slab_error_count();
	void *p[SLAB_NOLOCK_DOUBTS + 2];
	unsigned int i;
	bool is_live;

	the_cache(test);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmalloc(SIZE, GFP_KERNEL);
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		slab_link_set(p[i], slab_nil);
		is_live = false;
		KUNIT_EXPECT_FALSE(test, slab_kfree_only(p[i], &is_live));
		KUNIT_EXPECT_FALSE(test, is_live);
		is_live = true;
		KUNIT_EXPECT_TRUE(test, slab_kfree_only(p[i], &is_live));
	}
	KUNIT_EXPECT_EQ(test, nr_live(), live);
	is_live = false;
	p[0] = kmalloc(SIZE, GFP_KERNEL);
	memset(p[0], 0, SIZE);
	KUNIT_EXPECT_TRUE(test, slab_kfree_only(p[0], &is_live));
	KUNIT_EXPECT_TRUE(test, is_live);
	KUNIT_EXPECT_EQ(test, nr_live(), live);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
	expect_sound(test);
}

/* Freed twice, and somebody else's before anybody has looked: it stays his. */
static void a_doubt_about_what_was_given_out_again(struct kunit *test)
{
	u64 *p, *q;

	the_cache(test);
	report_begin(&report);
	preempt_disable();			/* or mm_trim decides first */
	p = kmalloc(SIZE, GFP_ATOMIC);
	kfree(p);
	kfree_nolock(p);			/* doubtful */
	KUNIT_EXPECT_PTR_EQ(test, (u64 *)this_cpu_read(slab_nolock.doubtful[0]), p);
	q = kmalloc_nolock(SIZE, 0, NUMA_NO_NODE);
	KUNIT_EXPECT_PTR_EQ(test, q, p);
	*q = CONSTRUCTED;
	slab_nolock_drain();
	preempt_enable();
	report_end(&report);
	EXPECT_REPORT(test, &report, "Object already free");
	KUNIT_EXPECT_EQ(test, *q, CONSTRUCTED);
	p = kmalloc_nolock(SIZE, 0, NUMA_NO_NODE);
	KUNIT_EXPECT_PTR_NE(test, q, p);
	kfree(p);
	kfree(q);
	expect_sound(test);
}

/*
 * Objects of the cache are lost, and a free began again, or was put aside: what looks free may be
 * live, so it is neither called a double free nor rescued before that is told.
 */
static void a_doubt_while_objects_are_lost(struct kunit *test)
{
	const unsigned long live = slab_nr_live(), errors = slab_error_count();
	struct kmem_cache *s = the_cache(test);
	void *p[2] = { kmalloc(SIZE, GFP_KERNEL), kmalloc(SIZE, GFP_KERNEL) };
	unsigned int i;

	for (i = 0; i < 2; i++)
		slab_link_set(p[i], slab_nil);
	preempt_disable();			/* or mm_trim sees to them */
	s->nr_lost = 1;
	kfree(p[0]);
	KUNIT_EXPECT_PTR_EQ(test, this_cpu_read(slab_nolock.unsure[0]), p[0]);
	kfree_nolock(p[1]);
	KUNIT_EXPECT_PTR_EQ(test, this_cpu_read(slab_nolock.doubtful[0]), p[1]);
	KUNIT_EXPECT_TRUE(test, slab_nolock_doubts(p[0]) && slab_nolock_doubts(p[1]));
	preempt_enable();
	expect_rescued(test, s);
	slab_nolock_drain_all();
	KUNIT_EXPECT_EQ(test, slab_nr_live(), live);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
	expect_sound(test);
}

/* And its cache goes before that is told: the rescue comes first, and then it can be. */
static void a_cache_goes_with_a_doubt(struct kunit *test)
{
	const unsigned long errors = slab_error_count();
	struct kmem_cache *s = make_plain(test, SIZE, 0);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	slab_link_set(slab_link_of(s, p), slab_nil);
	preempt_disable();
	s->nr_lost = 1;
	kmem_cache_free(s, p);
	KUNIT_EXPECT_TRUE(test, slab_nolock_doubts(p));
	preempt_enable();
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
}

/* Written to while it waits: what waits behind it is lost, and nothing else is harmed. */
static void what_waits_is_overwritten(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("slab_test", 8192, 0, SLAB_NO_USER_FLAGS,
						 construct);
	u64 *p[3], *link;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	report_begin(&report);
	preempt_disable();			/* or mm_trim drains it */
	for (i = 0; i < ARRAY_SIZE(p); i++)
		kfree_nolock(p[i]);
	link = (u64 *)slab_link_of(s, p[1]);
	*link = 0x4444;
	slab_nolock_drain();
	KUNIT_EXPECT_NULL(test, this_cpu_read(slab_nolock.waiting));
	preempt_enable();
	report_end(&report);
	EXPECT_REPORT(test, &report, "Freepointer corrupt");
	expect_sound(test);
	link = (u64 *)slab_link_of(s, p[0]);
	*link = 0;				/* its mark, of a list that it is not on */
	kmem_cache_free(s, p[0]);
	expect_sound(test);
	kmem_cache_destroy(s);
}

/* A cache that goes takes along what waits. */
static void a_cache_goes_with_what_waits(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("slab_test", 40, 0, SLAB_NO_USER_FLAGS, construct);
	const unsigned long errors = slab_error_count();
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, s);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	preempt_disable();			/* or mm_trim drains it */
	kfree_nolock(p);
	KUNIT_EXPECT_PTR_EQ(test, (void *)this_cpu_read(slab_nolock.waiting), p + s->link);
	preempt_enable();
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, slab_error_count(), errors);
	KUNIT_EXPECT_NULL(test, this_cpu_read(slab_nolock.waiting));
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
	KUNIT_CASE(what_waits_is_found_by_kfree),
	KUNIT_CASE(what_waits_is_found_with_debugging),
	KUNIT_CASE(large_blocks_wait_once),
	KUNIT_CASE(constructed_stays_constructed),
	KUNIT_CASE(many_wait),
	KUNIT_CASE(a_free_that_begins_again),
	KUNIT_CASE(a_doubt_about_what_was_given_out_again),
	KUNIT_CASE(a_doubt_while_objects_are_lost),
	KUNIT_CASE(a_cache_goes_with_a_doubt),
	KUNIT_CASE(what_waits_is_overwritten),
	KUNIT_CASE(a_cache_goes_with_what_waits),
	KUNIT_CASE(wrong_frees_are_refused),
	{}
};

static struct kunit_suite slab_nolock_suite = {
	.name = "slab_nolock",
	.test_cases = slab_nolock_cases,
};
kunit_test_suite(slab_nolock_suite);
