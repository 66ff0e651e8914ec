/* SPDX-License-Identifier: MIT */
/*
 * mempool_test.c - the allocator first, then the reserve, then patience
 *
 * A made-up allocator that fails when told to, and remembers how it was asked.
 */
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/mempool.h>
#include <linux/string.h>

#include "../../mm/internal.h"
#include "report.h"

#define MAX_ASKED	8

static struct {
	bool fails;
	unsigned int left;		/* successes before it fails */
	unsigned int nr_asked, nr_freed, out;
	gfp_t asked[MAX_ASKED];
	mempool_t *give_back_to;	/* when asked for the given time: a free from elsewhere */
	void *give_back;
	unsigned int give_back_when;
} source;

static void *source_alloc(gfp_t gfp, void *data)
{
	if (source.nr_asked < MAX_ASKED)
		source.asked[source.nr_asked] = gfp;
	source.nr_asked++;
	if (source.give_back && source.nr_asked >= source.give_back_when) {
		mempool_free(source.give_back, source.give_back_to);
		source.give_back = NULL;
	}
	if (source.fails && !source.left)
		return NULL;
	if (source.left)
		source.left--;
	source.out++;
	return kmalloc((size_t)data, GFP_KERNEL);
}

static void source_free(void *element, void *data)
{
	source.nr_freed++;
	source.out--;
	kfree(element);
}

static mempool_t *make_pool(struct kunit *test, int nr)
{
	mempool_t *pool;

	memset(&source, 0, sizeof(source));
	pool = mempool_create(nr, source_alloc, source_free, (void *)64);
	KUNIT_ASSERT_NOT_NULL(test, pool);
	KUNIT_ASSERT_EQ(test, source.nr_asked, (unsigned int)nr);
	source.nr_asked = 0;
	return pool;
}

/* The first time without effort, whatever the caller would allow. */
static void asks_the_allocator_first(struct kunit *test)
{
	mempool_t *pool = make_pool(test, 2);
	void *p = mempool_alloc(pool, GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 2);
	KUNIT_EXPECT_EQ(test, source.nr_asked, 1);
	KUNIT_EXPECT_EQ(test, source.asked[0], (GFP_KERNEL | __GFP_NOMEMALLOC | __GFP_NORETRY |
			__GFP_NOWARN) & ~(__GFP_DIRECT_RECLAIM | __GFP_IO));
	mempool_free(p, pool);
	KUNIT_EXPECT_EQ(test, source.nr_freed, 1);
	mempool_destroy(pool);
	KUNIT_EXPECT_EQ(test, source.out, 0);
}

static void then_the_reserve_then_asks_harder(struct kunit *test)
{
	const unsigned long patience = mempool_patience;
	mempool_t *pool = make_pool(test, 1);
	void *p, *q;

	KUNIT_EXPECT_EQ(test, patience, 5 * HZ);
	mempool_patience = 2;
	source.fails = true;
	p = mempool_alloc(pool, GFP_NOIO);
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, source.nr_asked, 1);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 0);
	source.nr_asked = 0;
	source.give_back = p;		/* while we ask for the fourth time */
	source.give_back_to = pool;
	source.give_back_when = 4;
	q = mempool_alloc(pool, GFP_NOIO);
	mempool_patience = patience;
	KUNIT_EXPECT_PTR_EQ(test, q, p);
	KUNIT_EXPECT_EQ(test, source.nr_asked, 4);
	KUNIT_EXPECT_FALSE(test, source.asked[0] & __GFP_DIRECT_RECLAIM);
	KUNIT_EXPECT_TRUE(test, source.asked[1] & __GFP_DIRECT_RECLAIM);
	KUNIT_EXPECT_TRUE(test, source.asked[1] & __GFP_NORETRY);
	KUNIT_EXPECT_EQ(test, source.asked[1], source.asked[3]);
	mempool_free(q, pool);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 1);
	mempool_destroy(pool);
}

static void atomic_gets_null_only_when_the_reserve_is_empty(struct kunit *test)
{
	mempool_t *pool = make_pool(test, 3);
	void *p[3];
	int i;

	source.fails = true;
	for (i = 0; i < 3; i++) {
		p[i] = mempool_alloc(pool, i % 2 ? GFP_NOWAIT : GFP_ATOMIC);
		KUNIT_EXPECT_NOT_NULL(test, p[i]);
	}
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_ATOMIC));
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_NOWAIT));
	KUNIT_EXPECT_NULL(test, mempool_alloc_preallocated(pool));
	for (i = 0; i < 3; i++)
		mempool_free(p[i], pool);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 3);
	KUNIT_EXPECT_EQ(test, source.nr_freed, 0);
	mempool_destroy(pool);
}

/* A mask that may sleep, where sleeping is forbidden: as if it might not. */
static void not_even_by_mistake_does_it_sleep_under_a_lock(struct kunit *test)
{
	mempool_t *pool = make_pool(test, 1);
	void *p;

	source.fails = true;
	p = mempool_alloc(pool, GFP_ATOMIC);
	preempt_disable();
	KUNIT_EXPECT_NULL(test, mempool_alloc_preallocated(pool));
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_ATOMIC));
	preempt_enable();
	mempool_free(p, pool);
	mempool_destroy(pool);
}

static void preallocated_takes_the_reserve_only(struct kunit *test)
{
	mempool_t *pool = make_pool(test, 1);
	void *p = mempool_alloc_preallocated(pool);

	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, source.nr_asked, 0);
	KUNIT_EXPECT_NULL(test, mempool_alloc_preallocated(pool));
	mempool_free(p, pool);
	mempool_free(NULL, pool);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 1);
	mempool_destroy(pool);
}

static void grows_and_shrinks(struct kunit *test)
{
	mempool_t *pool = make_pool(test, 2);
	void *p;

	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 5), 0);
	KUNIT_EXPECT_EQ(test, pool->min_nr, 5);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 5);
	KUNIT_EXPECT_EQ(test, source.out, 5);
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, INT_MAX), -ENOMEM);
	KUNIT_EXPECT_EQ(test, pool->min_nr, 5);
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 1), 0);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 1);
	KUNIT_EXPECT_EQ(test, source.out, 1);
	source.fails = true;
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 4), 0);	/* to be filled by frees */
	KUNIT_EXPECT_EQ(test, pool->min_nr, 4);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 1);
	source.left = 2;
	p = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	mempool_free(p, pool);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 2);
	mempool_destroy(pool);
	KUNIT_EXPECT_EQ(test, source.out, 0);
}

static void no_memory_for_the_reserve(struct kunit *test)
{
	unsigned int nr;

	for (nr = 0; nr < 4; nr++) {
		memset(&source, 0, sizeof(source));
		source.fails = true;
		source.left = nr;
		KUNIT_EXPECT_NULL(test, mempool_create(4, source_alloc, source_free, (void *)64));
		KUNIT_EXPECT_EQ(test, source.nr_freed, nr);
		KUNIT_EXPECT_EQ(test, source.out, 0);
	}
	KUNIT_EXPECT_NULL(test, mempool_create(INT_MAX, source_alloc, source_free, NULL));
}

static void wrong_sizes_are_refused(struct kunit *test)
{
	mempool_t *pool = make_pool(test, 2);
	static struct report r;

	report_begin(&r);
	KUNIT_EXPECT_NULL(test, mempool_create(-1, source_alloc, source_free, (void *)64));
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 0), -EINVAL);
	report_end(&r);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 2);
	mempool_destroy(pool);
}

static void embedded_ones_come_and_go(struct kunit *test)
{
	static mempool_t pool;

	mempool_exit(&pool);			/* zeroed is fine */
	KUNIT_EXPECT_FALSE(test, mempool_initialized(&pool));
	KUNIT_EXPECT_EQ(test, mempool_init_kmalloc_pool(&pool, 2, 100), 0);
	KUNIT_EXPECT_TRUE(test, mempool_initialized(&pool));
	KUNIT_EXPECT_TRUE(test, mempool_is_saturated(&pool));
	mempool_exit(&pool);
	mempool_exit(&pool);
	mempool_destroy(NULL);
}

static void without_a_reserve(struct kunit *test)
{
	mempool_t *pool = make_pool(test, 0);
	void *p = mempool_alloc(pool, GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(test, p);
	mempool_free(p, pool);
	source.fails = true;
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_ATOMIC));
	mempool_destroy(pool);
	KUNIT_EXPECT_EQ(test, source.out, 0);
}

/* ---- the usual elements ---------------------------------------------------------- */

/* Empty the reserve, use every byte, give it all back. */
static void exercise(struct kunit *test, mempool_t *pool, int nr, size_t bytes, bool pages)
{
	void *p[8];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	for (i = 0; i < nr; i++) {
		p[i] = mempool_alloc_preallocated(pool);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		memset(pages ? page_address(p[i]) : p[i], i, bytes);
	}
	KUNIT_EXPECT_NULL(test, mempool_alloc_preallocated(pool));
	for (i = 0; i < nr; i++)
		mempool_free(p[i], pool);
	KUNIT_EXPECT_TRUE(test, mempool_is_saturated(pool));
	p[0] = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p[0]);
	mempool_free(p[0], pool);
	mempool_destroy(pool);
}

static void all_kinds_of_elements(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("mempool_test", 200, 0, 0, NULL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	exercise(test, mempool_create_slab_pool(4, s), 4, 200, false);
	exercise(test, mempool_create_kmalloc_pool(8, 100), 8, 100, false);
	exercise(test, mempool_create_kmalloc_pool(2, 100000), 2, 100000, false);
	exercise(test, mempool_create_kvmalloc_pool(2, 300000), 2, 300000, false);
	exercise(test, mempool_create_page_pool(3, 0), 3, PAGE_SIZE, true);
	exercise(test, mempool_create_page_pool(2, 3), 2, PAGE_SIZE << 3, true);
	kmem_cache_destroy(s);
}

static void late_writes_are_found_in_the_reserve(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("mempool_poison", 64, 0, SLAB_POISON, NULL);
	static struct report r;
	mempool_t *pool;
	u8 *p;

	KUNIT_ASSERT_NOT_NULL(test, s);
	pool = mempool_create_slab_pool(1, s);
	KUNIT_ASSERT_NOT_NULL(test, pool);
	p = mempool_alloc_preallocated(pool);
	KUNIT_EXPECT_EQ(test, p[10], POISON_INUSE);
	mempool_free(p, pool);
	p[10] = 0x42;				/* too late */
	report_begin(&r);
	KUNIT_EXPECT_PTR_EQ(test, mempool_alloc_preallocated(pool), (void *)p);
	report_end(&r);
	EXPECT_REPORT(test, &r, "BUG: mempool element poison mismatch");
	EXPECT_REPORT(test, &r, "6b 6b 42 6b");
	mempool_free(p, pool);
	report_begin(&r);
	p = mempool_alloc_preallocated(pool);
	report_end(&r);
	KUNIT_EXPECT_STREQ(test, r.text, "");
	mempool_free(p, pool);
	mempool_destroy(pool);
	kmem_cache_destroy(s);
}

static struct kunit_case mempool_cases[] = {
	KUNIT_CASE(asks_the_allocator_first),
	KUNIT_CASE(then_the_reserve_then_asks_harder),
	KUNIT_CASE(atomic_gets_null_only_when_the_reserve_is_empty),
	KUNIT_CASE(not_even_by_mistake_does_it_sleep_under_a_lock),
	KUNIT_CASE(preallocated_takes_the_reserve_only),
	KUNIT_CASE(grows_and_shrinks),
	KUNIT_CASE(no_memory_for_the_reserve),
	KUNIT_CASE(wrong_sizes_are_refused),
	KUNIT_CASE(embedded_ones_come_and_go),
	KUNIT_CASE(without_a_reserve),
	KUNIT_CASE(all_kinds_of_elements),
	KUNIT_CASE(late_writes_are_found_in_the_reserve),
	{}
};

static struct kunit_suite mempool_suite = { .name = "mempool", .test_cases = mempool_cases };
kunit_test_suite(mempool_suite);
